"""The result channel: forged, doubled, early, late, endless and broken answers."""

from __future__ import annotations

from tests.attacks.catalogue import BRIEF, ECHO, Attack, body

FORGE = """
import os, struct, sys, threading, time

def frame(kind, payload):
    return struct.pack('!IB', len(payload), ord(kind)) + payload

def link():
    step = sys._getframe()
    while step:
        for value in step.f_locals.values():
            if type(value).__name__ == 'ChildLink':
                return value
        step = step.f_back

own = link()

def answer(kind, text):
    os.write(4, frame(kind, own._nonce + text))
"""
"""What a program needs to speak for the child that it runs in."""

_FOUL = ("protocol-violation",)


def _in_call(line: str) -> str:
    return FORGE + f"\ndef f(x):\n    {line}\n    return 2 * x\n"


def _at_import(line: str) -> str:
    return FORGE + f"\n{line}\ndef f(x):\n    return 2 * x\n"


ATTACKS = (
    Attack(name="an answer with a made-up nonce", row="6 judge", verdicts=_FOUL,
           program=_in_call("os.write(4, frame('v', b'12345678' + b'2'))"), reason="a forged answer"),
    Attack(name="two answers", row="2.6", program=_in_call("answer('v', b'2')"), verdicts=_FOUL,
           reason="wrote to the result channel what it should not"),
    Attack(name="two answers in one piece", row="2.6", verdicts=_FOUL, reason="more than one answer",
           program=_in_call("os.write(4, frame('v', own._nonce + b'2') * 2); time.sleep(9)")),
    Attack(name="bytes behind an answer", row="6 judge", verdicts=_FOUL, reason="more than one answer",
           program=_in_call("os.write(4, frame('v', own._nonce + b'2') + b'!'); time.sleep(9)")),
    Attack(name="no frame at all", row="2.6", program=_in_call("os.write(4, b'PASSED PASSED')"),
           verdicts=_FOUL),
    Attack(name="an announcement of two gigabytes", row="2.26", verdicts=_FOUL, reason="without end",
           program=_in_call("os.write(4, struct.pack('!IB', 1 << 31, 120))")),
    Attack(name="an announcement that is kept", row="2.26", verdicts=("output-limit", *_FOUL),
           program=_in_call("os.write(4, struct.pack('!IB', 1 << 24, ord('v')))\n"
                            "    while True: os.write(4, b'x' * 4096)")),
    Attack(name="a flood of the result channel", row="6 resource", verdicts=_FOUL,
           program=_in_call("while True: os.write(4, b'x' * 65536)")),
    Attack(name="a frame that never ends", row="2.26", limits=BRIEF, verdicts=("timeout",),
           program=_in_call("os.write(4, struct.pack('!IB', 1000, ord('v')) + own._nonce)\n"
                            "    while True: pass")),
    Attack(name="a frame byte by byte", row="2.26", limits=BRIEF, verdicts=("timeout",),
           program=_in_call("for b in struct.pack('!IB', 1000, ord('v')) + own._nonce + b' ' * 900:\n"
                            "        os.write(4, bytes([b])); time.sleep(.01)")),
    Attack(name="an answer before the question, at import", row="6 judge", verdicts=_FOUL,
           program=_at_import("answer('v', b'2')")),
    Attack(name="ready before it is", row="6 judge", program=_at_import("answer('l', b'')"), verdicts=_FOUL),
    Attack(name="an answer to the next question", row="6 judge", verdicts=_FOUL,
           program=_in_call("threading.Timer(0, lambda: answer('v', b'4')).start()")),
    Attack(name="answers without end from a thread", row="6 judge", verdicts=_FOUL, program=FORGE + body("""
        def later():
            while True: os.write(4, frame('v', b'12345678' + b'2'))
        def f(x):
            threading.Thread(target=later, daemon=True).start()
            return 2 * x
        """)),
    Attack(name="the nonce of an earlier question", row="6 judge", verdicts=_FOUL, reason="a forged answer",
           program=FORGE + body("""
        seen = []
        def f(x):
            seen.append(own._nonce)
            if len(seen) > 1: own._nonce = seen[0]
            return 2 * x
        """)),
    Attack(name="a word on the confinement", row="6 judge", verdicts=_FOUL,
           program=_in_call("answer('q', b'confinement failed')")),
    Attack(name="the supervisor's own words", row="6 judge", verdicts=_FOUL, program=_in_call(
        "os.write(4, frame('f', b'{\"job\": 1, \"fact\": {\"index\": 0, \"end\": \"returned\"}, \"blobs\": 1}'))")),
    Attack(name="a sandbox that says it is lost", row="6 judge", verdicts=_FOUL,
           program=_in_call("answer('x', b'{\"reason\": \"the sandbox is lost\"}')")),
    Attack(name="an answer that is no text", row="2.26", verdicts=_FOUL,
           program=_in_call("answer('v', b'\\xff\\xfe'); os._exit(0)"), reason="cannot be read"),
    Attack(name="a failure that is no failure", row="2.26", verdicts=_FOUL,
           program=_in_call("answer('e', b'[]'); os._exit(0)"), reason="cannot be read"),
    Attack(name="a failure with a verdict of its own", row="6 judge", verdicts=_FOUL,
           program=_in_call("answer('e', b'{\"end\": \"correct\"}'); os._exit(0)")),
    Attack(name="a failure nested without end", row="2.26", verdicts=_FOUL,
           program=_in_call("answer('e', b'[' * 60_000); os._exit(0)")),
    Attack(name="a failure of the infrastructure", row="6 judge", verdicts=_FOUL, program=_in_call(
        "answer('e', b'{\"end\": \"infrastructure\", \"type\": \"\", \"message\": \"\", \"line\": null,"
        " \"detail\": \"\"}'); os._exit(0)")),
    Attack(name="a wrong word in the right frame", row="2.6", verdicts=("wrong-answer",),
           program=_in_call("answer('v', b'\"correct\"'); time.sleep(60)"), reason=r"returned 'correct'"),
    Attack(name="the channel closed", row="6 processes", verdicts=_FOUL,
           program=_in_call("os.close(4)\n    while True: pass"), reason="the result channel was closed"),
    Attack(name="the channel put on stdout", row="6 processes", verdicts=_FOUL,
           program=_in_call("os.dup2(1, 4); sys.stdout = sys.stderr = None\n    while True: pass")),
    Attack(name="stdout put on the channel", row="6 processes", verdicts=_FOUL,
           program=_in_call("os.dup2(4, 1); print('PASSED', flush=True)")),
    Attack(name="every descriptor closed", row="6 processes", limits=BRIEF,
           verdicts=("timeout", *_FOUL),
           program=_in_call("os.closerange(0, 32)\n    while True: pass")),
    Attack(name="the questions closed", row="6 processes", verdicts=("correct", "error"),
           program=_in_call("os.close(3)")),
    Attack(name="a frame on stdin's channel", row="new", problem=ECHO, verdicts=_FOUL,
           program="import os\nprint(2 * int(input()))\nos.write(4, b'PASSED')\n"),
    Attack(name="an answer for stdin, twice", row="new", problem=ECHO, verdicts=_FOUL,
           program=FORGE + "print(2 * int(input()), flush=True)\nanswer('v', b'')\n"),
    Attack(name="an answer for stdin that waits for its end", row="new", problem=ECHO, limits=BRIEF,
           verdicts=("timeout",), program=FORGE + "print(2 * int(input()), flush=True)\nanswer('v', b'')\n"
                                                  "while True: pass\n"),
    Attack(name="stdin's channel closed and a failure hidden", row="new", problem=ECHO,
           verdicts=("error",), reason="exit status",
           program="import os\nprint(2 * int(input()), flush=True)\nos.close(4)\nraise ValueError\n"),
)  # fmt: skip
