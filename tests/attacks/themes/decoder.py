"""Answers that attack who reads them: the host's decoder, its comparison, its memory, its patience."""

from __future__ import annotations

import msgspec

from perftui import values
from perftui.problems.model import Comparison, Problem, TestCase
from tests.attacks.catalogue import DOUBLE, Attack, body
from tests.attacks.themes.channel import FORGE

TRUTH: Problem = msgspec.structs.replace(
    DOUBLE,
    id="Attack/5",
    tests=(
        TestCase(name="t1", input=values.encode((1,)), expected="true", comparison=Comparison(kind="true")),
    ),
)
"""Anything that counts as true is right, so that whatever is answered is decoded, however long."""

CLOSE: Problem = msgspec.structs.replace(
    DOUBLE,
    id="Attack/6",
    tests=(
        TestCase(
            name="t1",
            input=values.encode((1,)),
            expected="2.0",
            comparison=Comparison(kind="close", tolerance=1e-6),
        ),
    ),
)
_WRONG = ("wrong-answer",)


def _answers(text: str) -> str:
    """A program that forges the coded form of its answer."""
    return FORGE + f"\ndef f(x):\n    answer('v', {text})\n    time.sleep(60)\n"


def _forged(name: str, text: str, reason: str = "cannot be read", problem: Problem = TRUTH) -> Attack:
    return Attack(name=f"coded: {name}", row="2.26", program=_answers(text), verdicts=_WRONG, reason=reason,
                  problem=problem)  # fmt: skip


def _returned(name: str, expression: str, reason: str = "", problem: Problem = DOUBLE) -> Attack:
    return Attack(name=f"returned: {name}", row="2.2", program=f"def f(x):\n    return {expression}\n",
                  verdicts=_WRONG, reason=reason, problem=problem)  # fmt: skip


ATTACKS = (
    _forged("no JSON", "b'correct'"),
    _forged("nothing", "b''"),
    _forged("half of it", "b'[1,2'"),
    _forged("two values", "b'1 1'"),
    _forged("lists without end", "b'[' * 500_000 + b']' * 500_000"),
    _forged("tuples without end", "b'{\"t\":[' * 100_000 + b']}' * 100_000"),
    _forged("an unknown tag", "b'{\"x\":1}'"),
    _forged("two tags", "b'{\"t\":[],\"s\":[]}'"),
    _forged("the same tag twice", "b'{\"i\":\"1\",\"i\":[]}'"),
    _forged("Python's own", "b'{\"__class__\":\"int\",\"py/object\":\"os.system\"}'"),
    _forged("NaN as it is", "b'NaN'"),
    _forged("infinity as it is", "b'[-Infinity]'"),
    _forged("a long decimal", "b'9' * 1_000_000"),
    _forged("a number that is no number", "b'{\"i\":\"0x_1\"}'"),
    _forged("digits of another script", "b'{\"i\":\"\\\\u0661\"}'"),
    _forged("bytes that are no base64", "b'{\"b\":\"=\\\\u0000\"}'"),
    _forged("a set of lists", "b'{\"s\":[[1],[2]]}'"),
    _forged("a set of colliding numbers",
            "('{\"s\":[' + ','.join('{\"i\":\"%x\"}' % (n * (2 ** 61 - 1)) for n in range(2000)) + ']}').encode()"),
    _forged("a dict of colliding keys",
            "('{\"d\":[' + ','.join('[{\"i\":\"%x\"},1]' % (n * (2 ** 61 - 1)) for n in range(2000)) + ']}').encode()"),
    _forged("pairs that are no pairs", "b'{\"d\":[[1],[2,3,4]]}'"),
    _forged("a float beyond floats", "b'{\"f\":\"1e999\"}'"),
    _forged("an object of its own", "b'{\"o\":\"int\"}'", "not plain data", CLOSE),
    _forged("half a character", "b'\"\\\\ud800\"'", "", CLOSE),
    _forged("an exponent beyond floats", "b'1e999'", "", CLOSE),
    _returned("colliding numbers", "{n * (2 ** 61 - 1) for n in range(3000)}", "share one hash", TRUTH),
    _returned("colliding keys", "{n * (2 ** 61 - 1): n for n in range(3000)}", "share one hash", TRUTH),
    _returned("colliding tuples", "{(n * (2 ** 61 - 1),) for n in range(3000)}", "share one hash", TRUTH),
    _returned("a list of itself", "(lambda l: l.append(l) or l)([])", "nested too deeply"),
    _returned("a list very deep", "__import__('functools').reduce(lambda a, _: [a], range(100_000), [])",
              "nested too deeply"),
    _returned("always equal", "type('Any', (), {'__eq__': lambda *_: True, '__hash__': lambda _: hash(2)})()",
              "Any object, not plain data"),
    _returned("another class by name", "type('int', (), {'__class__': int, '__eq__': lambda *_: True})()",
              "int object, not plain data"),
    _returned("a number that shows another", "type('N', (int,), {'__eq__': lambda *_: True,"
              " '__int__': lambda s: 2 * x, '__index__': lambda s: 2 * x, '__repr__': lambda s: str(2 * x),"
              " '__add__': lambda *_: 2 * x})(99)", "returned 99"),
    _returned("a float that is anything", "type('F', (float,), {'__float__': lambda _: 2.0 * x,"
              " '__eq__': lambda *_: True, '__sub__': lambda *_: 0.0})(99)", "returned 99"),
    _returned("a text that shows another", "type('S', (str,), {'__str__': lambda _: '2', '__eq__': lambda *_: True})"
              "('no')", "returned 'no'"),
    _returned("a list that iterates otherwise", "type('L', (list,), {'__iter__': lambda _: iter([2 * x]),"
              " '__eq__': lambda *_: True, '__len__': lambda _: 1})([9])", r"returned \[9\]"),
    _returned("a dict that has other items", "type('D', (dict,), {'items': lambda _: [(2, 2)],"
              " '__eq__': lambda *_: True})(a=1)", "returned"),
    _returned("a pickle's recipe", "type('R', (), {'__reduce__': lambda _: (int, (2 * x,))})()", "not plain data"),
    _returned("a proxy", "__import__('unittest.mock').mock.MagicMock()", "not plain data"),
    _returned("ANY", "__import__('unittest.mock').mock.ANY", "not plain data"),
    _returned("a generator", "(n for n in [2 * x])", "generator object"),
    _returned("a function", "(lambda: 2 * x)", "function object"),
    _returned("a coroutine's result to come", "__import__('concurrent.futures').futures.Future()",
              "not plain data"),
    _returned("the argument's type", "int", "not plain data"),
    _returned("a name that lies", "type('M', (type,), {'__name__': property(lambda _: 1 / 0)})('C', (), {})()",
              "not plain data"),
    _returned("NaN", "float('nan')", "returned nan", CLOSE),
    _returned("infinity", "float('inf')", "returned inf", CLOSE),
    _returned("minus infinity, complex", "complex('inf+nanj')", "returned", CLOSE),
    _returned("a number beyond floats", "10 ** 400", "returned", CLOSE),
    _returned("True for one", "[True] * x", "returned"),
    Attack(name="json patched", row="2.3", verdicts=("wrong-answer", "error", "protocol-violation"), program=body("""
        import json
        json.dumps = lambda *_, **__: '"forged"'
        json.loads = lambda *_, **__: {}
        def f(x):
            return 2 * x + 1
        """)),
    Attack(name="the sandbox's own modules patched", row="new", verdicts=("wrong-answer",),
           reason="returned 7", program=body("""
        import sys
        codec = sys.modules.get('perfbox.codec')
        if codec is None:
            import gc
            codec = next(o for o in gc.get_objects() if getattr(o, '__name__', '') == 'perfbox.codec')
        codec.encode = lambda value: '7'
        def f(x):
            return 2 * x
        """)),
    Attack(name="builtins patched", row="2.3", verdicts=("error", "wrong-answer", "killed"), program=body("""
        import builtins, sys
        def f(x):
            sys.stdout = None
            builtins.len = builtins.type = builtins.isinstance = builtins.map = builtins.set = None
            return [2 * x]
        """)),
    Attack(name="everything patched", row="2.3", verdicts=("error", "wrong-answer", "killed"), program=body("""
        import builtins
        def f(x):
            for name in dir(builtins):
                if name != 'BaseException': setattr(builtins, name, lambda *_, **__: True)
            return 2 * x + 1
        """)),
    Attack(name="the runner's frame", row="2.4", verdicts=("wrong-answer", "error", "protocol-violation"),
           program=FORGE + body("""
        def f(x):
            step = sys._getframe()
            while step:
                for name, value in step.f_locals.items():
                    if name == 'order': object.__setattr__(value, 'output_bytes', 1 << 40)
                step = step.f_back
            own.__class__.answer = lambda self, kind, payload=b'': os.write(4, frame('v', self._nonce + b'"correct"'))
            return 2 * x
        """)),
    Attack(name="clocks patched", row="2.3", program=body("""
        import time
        time.perf_counter = time.monotonic = time.process_time = time.time = lambda: 0
        time.monotonic_ns = time.perf_counter_ns = lambda: 0
        def f(x):
            return 2 * x
        """)),
    Attack(name="tracing the runner", row="2.20", program=body("""
        import sys, threading
        sys.settrace(lambda *_: None)
        sys.setprofile(lambda *_: None)
        def f(x):
            return 2 * x
        """)),
    Attack(name="right only the first time", row="2.17", verdicts=("correct", "wrong-answer"), program=body("""
        seen = []
        def f(x):
            seen.append(x)
            return 2 * x if len(seen) == 1 else 0
        """)),
    Attack(name="right only on inputs that were shown", row="2.16", verdicts=("wrong-answer",),
           reason="^t3: returned None", program="def f(x):\n    return {1: 2, 2: 4}.get(x)\n"),
    Attack(name="the argument changed and given back", row="2.15", verdicts=("wrong-answer",),
           program="def f(x):\n    kept.append(x)\n    return kept\nkept = []\n"),
)  # fmt: skip
