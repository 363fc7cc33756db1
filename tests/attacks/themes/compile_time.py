"""Programs that attack before they run: the compiler's time, memory and stack."""

from __future__ import annotations

from perftui.sandbox.protocol import Limits
from tests.attacks.catalogue import Attack

_LIMITS = Limits(test_seconds=3.0, total_seconds=6.0, memory_bytes=256 << 20, output_bytes=1 << 20)
_ANY = ("invalid-program", "timeout", "memory", "killed", "error")
_END = "\ndef f(x):\n    return 2 * x\n"


def _bomb(name: str, source: str, *verdicts: str, reason: str = "") -> Attack:
    return Attack(name=name, row="6 resource", program=source + _END, verdicts=verdicts or _ANY, reason=reason,
                  limits=_LIMITS)  # type: ignore[arg-type]  # fmt: skip


ATTACKS = (
    _bomb("a zip bomb of a literal", "x = 'a' * 10 ** 10", "memory"),
    _bomb("bytes that are folded", "x = b'a' * (1 << 33)", "memory"),
    _bomb("a shift that is folded", "x = 1 << 10 ** 9", "correct", "memory", "timeout"),
    _bomb("a power that is folded", "x = 7 ** 7 ** 9", "timeout", "memory"),
    _bomb("tuples that are folded", "x = ((((1,) * 99,) * 99) * 99) * 99 * 9999", "memory", "timeout"),
    _bomb("nested negation", "x = " + "-(" * 50_000 + "1" + ")" * 50_000),
    _bomb("signs in a row", "x = " + "-" * 300_000 + "1"),
    _bomb("nested brackets", "x = " + "[" * 100_000 + "]" * 100_000),
    _bomb("nested calls", "x = " + "f(" * 50_000 + ")" * 50_000),
    _bomb("nested lambdas", "x = " + "lambda: " * 50_000 + "1"),
    _bomb("nested attributes", "x = f" + ".a" * 200_000),
    _bomb("a long sum", "x = " + "1 + " * 200_000 + "1", "correct", *_ANY),
    _bomb("a long chain of comparisons", "x = " + "1 < " * 100_000 + "1", "correct", *_ANY),
    _bomb("nested f-strings", "x = " + "f'{" * 149 + "1" + "}'" * 149),
    _bomb("nested formats", "x = f'" + "{1:" * 200 + "}" * 200 + "'"),
    _bomb("nested blocks", "".join("  " * n + "if 1:\n" for n in range(3000)) + "  " * 3000 + "pass"),
    _bomb("branches without end", "if 0: pass\n" + "elif 0: pass\n" * 50_000, "correct", *_ANY),
    _bomb("nested comprehensions", "x = " + "[" * 60 + "1" + " for y in [1]]" * 60, "correct", *_ANY),
    _bomb("a decimal of a million digits", "x = " + "9" * 1_000_000, "correct", *_ANY),
    # What takes too much memory to be compiled is no program.
    _bomb("a huge source", "x = 1\n" * 1_000_000, "correct", "timeout", "invalid-program"),
    _bomb("a huge line", "x = '" + "a" * 8_000_000 + "'", "correct", "timeout", "invalid-program"),
    _bomb("many names", "\n".join(f"name_{n} = {n}" for n in range(60_000)), "correct", "timeout",
          "invalid-program"),
    _bomb("a comment of megabytes", "#" * 8_000_000, "correct"),
    _bomb("patterns that explode", "match 1:\n    case " + "[" * 3000 + "x" + "]" * 3000 + ": pass"),
    _bomb("a null in the text", "x = '\0'", "invalid-program"),
    _bomb("half a character", "x = '\ud800'", "invalid-program"),
    _bomb("a coding of its own", "# -*- coding: rot13 -*-\nk = 1", "correct"),
    _bomb("a coding that does not exist", "# -*- coding: no-such-thing -*-", "correct", "invalid-program"),
    _bomb("braces", "from __future__ import braces", "invalid-program", reason="not a chance"),
    _bomb("an assertion that is none", "assert (0, 'x'), 'y'", "correct"),
    Attack(name="no program at all", row="6 resource", program="", verdicts=("invalid-program",),
           reason="defines no function f"),
    Attack(name="prose", row="6 resource", program="Here is the program that you asked for:\n",
           verdicts=("invalid-program",), reason=r"SyntaxError.*\(line 1\)"),
    Attack(name="a name that is no function", row="6 resource", program="f = 3\n",
           verdicts=("invalid-program",), reason="defines no function f"),
    Attack(name="binary", row="6 resource", program="\x7fELF\x02\x01\x01" + "\x01" * 5000,
           verdicts=("invalid-program",)),
    Attack(name="a namespace that fights back", row="new", verdicts=("error", "invalid-program"),
           program="globals().clear()\nf = type('F', (), {'__call__': None})()\n"),
    Attack(name="an entry point that is callable and more", row="new", program=(
        "class F:\n    def __call__(self, x):\n        return 2 * x\n    def __getattr__(self, _):\n"
        "        return self\nf = F()\n")),
)  # fmt: skip
