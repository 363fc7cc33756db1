"""Programs that would be measured as faster than they are: none of them may be called so.

All of them do the reference's work, or none; what differs is when, where and how often.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.attacks.catalogue import body
from tests.attacks.themes.channel import FORGE

WORK = """
def work(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total
"""
REFERENCE = WORK + "f = work\n"
LONG, SHORT = tuple(range(8_000, 8_006)), tuple(range(200, 206))
"""What the work is done on: a millisecond each, and some ten microseconds, which must be repeated."""


@dataclass(frozen=True, kw_only=True)
class Game:
    """A program that games the timing.

    Attributes:
        name: unique, for people.
        row: as of an `Attack`.
        program: what is added to `work`.
        inputs: what it is timed on.
        caught: the flag with which the measurement must end; empty where it need only gain nothing.
    """

    name: str
    row: str
    program: str
    inputs: tuple[int, ...] = LONG
    caught: str = ""

    @property
    def source(self) -> str:
        """The whole program."""
        return WORK + body(self.program)


_AT_ENCODING = """
    import sys
    child = sys.modules['perfbox.child_trial']
    honest = child.encode_within
    def late(value, limit):
        return honest(work(value[1]) if type(value) is tuple and value[0] == 'later' else value, limit)
    child.encode_within = late
    def f(n):
        return ('later', n)
    """
_ONCE_AT_IMPORT = """
    import builtins, sys
    if not hasattr(builtins, 'known'):
        step, inputs = sys._getframe(), ()
        while step:
            trial = step.f_locals.get('self')
            if hasattr(trial, '_inputs') and trial._inputs:
                inputs = [n for (n,) in trial._inputs[0]]
            step = step.f_back
        builtins.known = {n: work(n) for n in inputs}
    known = builtins.known
    def f(n):
        if n not in known: known[n] = work(n)
        return known[n]
    """
_AT_DECODING = """
    import sys
    codec = sys.modules['perfbox.codec']
    honest, known = codec.decode, {}
    def early(text):
        arguments = honest(text)
        for n in arguments:
            known[n] = work(n)
        return arguments
    codec.decode = early
    def f(n):
        return known[n]
    """
_SKIPS_PASSES = """
    import sys
    trial = sys.modules['perfbox.child_trial'].Trial
    honest = trial._pass
    def lazy(self, number):
        if number == 0: honest(self, number)
        else: self._outputs[number] = self._outputs[0]
    trial._pass = lazy
    f = work
    """

GAMES = (
    Game(name="the same again", row="control", program="f = work  # the same\n"),
    Game(name="the same again, short", row="control", program="f = work  # the same\n", inputs=SHORT),
    Game(name="a cache", row="2.8", inputs=SHORT, program="""
        import functools
        f = functools.lru_cache(None)(work)
        """),
    Game(name="a cache in a default", row="2.8", inputs=SHORT, program="""
        def f(n, kept={}):
            if n not in kept: kept[n] = work(n)
            return kept[n]
        """),
    Game(name="a cache that outlives the module", row="2.8", inputs=SHORT, program="""
        import builtins
        kept = builtins.__dict__.setdefault('kept', {})
        def f(n):
            if n not in kept: kept[n] = work(n)
            return kept[n]
        """),
    Game(name="a cache in the runner's memory", row="2.8", inputs=SHORT, program="""
        import sys
        kept = sys.modules['json'].__dict__.setdefault('kept', {})
        def f(n):
            if n not in kept: kept[n] = work(n)
            return kept[n]
        """),
    Game(name="work at import", row="2.10", program="known = {n: work(n) for n in range(8_000, 8_006)}\n"
         "f = known.__getitem__\n"),
    Game(name="work at import, in a thread", row="2.11", program="""
        import threading
        known = {}
        def ahead():
            for n in range(8_000, 8_006): known[n] = work(n)
        threading.Thread(target=ahead, daemon=True).start()
        def f(n):
            while n not in known: pass
            return known[n]
        """),
    Game(name="work left to a thread", row="2.11", program="""
        import threading
        known = {}
        def ahead(n):
            for m in range(n, n + 6): known[m] = work(m)
        def f(n):
            if not known: threading.Thread(target=ahead, args=(n,), daemon=True).start()
            while n not in known: pass
            return known[n]
        """),
    Game(name="work at import, once for all passes, short", row="2.10", program=_ONCE_AT_IMPORT, inputs=SHORT),
    Game(name="work at import, by frames", row="2.10", program=_ONCE_AT_IMPORT),
    Game(name="work while inputs are decoded", row="2.10", program=_AT_DECODING.replace(
        "return known[n]", "return known[n] if n in known else work(n)")),
    Game(name="work while outputs are encoded", row="2.13", program=_AT_ENCODING),
    Game(name="work while outputs are encoded, short", row="2.13", program=_AT_ENCODING, inputs=SHORT),
    Game(name="passes that are skipped", row="2.8", program=_SKIPS_PASSES, inputs=SHORT),
    Game(name="a lazy list", row="2.13", caught="output-differs", program="""
        class Later(list):
            def __iter__(self): return iter([work(self.n)])
        def f(n):
            later = Later()
            later.n = n
            return later
        """),
    Game(name="a generator", row="2.13", caught="output-differs", program="f = lambda n: (work(n) for _ in '1')\n"),
    Game(name="clocks patched", row="2.3", program="""
        import time
        time.perf_counter = time.process_time = time.monotonic = lambda: 0
        time.clock_gettime_ns = time.thread_time_ns = time.process_time_ns = lambda *_: 0
        f = work
        """),
    Game(name="no garbage collection", row="2.20", program="import gc\ngc.disable()\ngc.freeze()\nf = work\n"),
    Game(name="right when judged only", row="2.17", caught="output-differs", program="""
        import sys
        names, step = set(), sys._getframe()
        while step:
            names.add(step.f_code.co_filename.rpartition('/')[2])
            step = step.f_back
        f = (lambda n: 0) if 'child_trial.py' in names else work
        """),
    Game(name="wrong now and then", row="2.17", caught="output-differs", program="""
        import os
        skip = os.urandom(1)[0] < 128
        f = (lambda n: 0) if skip else work
        """),
    Game(name="a call that no solution needs", row="2.25", caught="rules-broken", program="""
        import os
        os.sched_setaffinity(0, range(64))
        f = work
        """),
    Game(name="a phase that is forged", row="2.6", caught="rules-broken", program=FORGE + body("""
        def f(n):
            answer('v', b'')
            return work(n)
        """)),
    Game(name="threads that slow others", row="2.25", program="""
        import threading
        def burn():
            while True: pass
        def f(n):
            for _ in range(4): threading.Thread(target=burn, daemon=True).start()
            return work(n)
        """),
    Game(name="the clock given time to rest", row="2.23", program="""
        import time
        def f(n):
            time.sleep(.001)
            return work(n)
        """),
)  # fmt: skip
