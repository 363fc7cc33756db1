"""Long lists written in Python, turned into coded values without running or parsing them as Python.

Parsing megabytes as Python takes seconds. What such lists hold as a rule, which is lists, tuples, strings,
numbers, True, False, None and inf, is brought into the coded form token by token; JSON's own reader then
sees whether that is sound. Whatever else there is, is left to the evaluator of expressions.
"""

from __future__ import annotations

import ast
import json
import re
import warnings

import msgspec

from perftui.problems.expressions import ExpressionError, evaluate_node
from perftui.values import encode

_TOKEN = re.compile(
    r"""
    '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*"     # a string
    | [\[\](){}]                                  # a bracket
    | (?<![\w.])-?\d{16,}(?![\w.])                # an integer that may be too large for JSON
    | -?\binf\b | set\(\) | (?<![\w.])[^\W\d]\w*  # a name
    """,
    re.VERBOSE,
)
_NAMES = {"True": "true", "False": "false", "None": "null", "inf": '{"f":"inf"}', "-inf": '{"f":"-inf"}'}
_BRACKETS = {"[": "]", "(": ")", "{": "}", "]": "", ")": "", "}": ""}
_FAR_EXPONENT = re.compile(r"[eE][+-]?\d{3}")
_MOST_NESTED = 60


class _OtherError(Exception):
    """The text is not of the kind that is turned quickly."""


def coded_list(text: str) -> tuple[str, ...]:
    """The coded items of a list that is written in Python.

    Raises:
        ExpressionError: it is no list, or uses what an expression may not.
        CodeError: an item cannot be coded.
    """
    try:
        with warnings.catch_warnings():
            # Python warns of escapes that it does not know, and reads them all the same.
            warnings.simplefilter("ignore")
            items = msgspec.json.decode(_as_json(text), type=list[msgspec.Raw])
    except (_OtherError, msgspec.DecodeError, ValueError):
        return _evaluated(text)
    return tuple(bytes(item).decode("ascii") for item in items)


def _evaluated(text: str) -> tuple[str, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError("not Python") from error
    if not isinstance(tree.body, ast.List):
        raise ExpressionError("a list is wanted")
    return tuple(encode(evaluate_node(_Constants().visit(item))) for item in tree.body.elts)


class _Constants(ast.NodeTransformer):
    """Puts the value of `inf` where the name is."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(value=float("inf")) if node.id == "inf" else node


def _as_json(text: str) -> str:
    """The text in the coded form, or in no sound JSON where it is not of the plain kind."""
    if _FAR_EXPONENT.search(text):
        raise _OtherError
    pieces: list[str] = []
    nesting = _Nesting()
    end = 0
    for token in _TOKEN.finditer(text):
        between = text[end : token.start()]
        end = token.end()
        found = token[0]
        if found in _BRACKETS:
            # JSON has no comma after the last item.
            pieces.append(between.rstrip().removesuffix(",") if found in "])" else between)
            pieces.append(nesting.bracket(found, between))
        else:
            nesting.see(between)
            pieces += (between, _leaf(found))
    pieces.append(text[end:])
    return "".join(pieces)


class _Nesting:
    """The brackets that are open, and whether what is in each so far makes a tuple of parentheses."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._is_tuple: list[bool] = [False]
        self._empty = False

    def see(self, between: str) -> None:
        """Take note of what stands before a token that is no bracket."""
        self._empty = False
        if "," in between:
            self._is_tuple[-1] = True

    def bracket(self, found: str, between: str) -> str:
        """The coded form of a bracket, and of what stands before it."""
        empty = self._empty and not between.strip()
        if self._empty and between.strip() == ",":
            raise _OtherError
        self.see(between)
        if found in "[(":
            self._empty = True
            self._open.append(found)
            self._is_tuple.append(False)
            if len(self._open) > _MOST_NESTED:
                raise _OtherError
            return "[" if found == "[" else '{"t":['
        if found not in "])" or not self._open:
            raise _OtherError
        opening, is_tuple = self._open.pop(), self._is_tuple.pop()
        if _BRACKETS[opening] != found or (found == ")" and not is_tuple and not empty):
            # Parentheses round a single value make no tuple.
            raise _OtherError
        return "]" if found == "]" else "]}"


def _leaf(found: str) -> str:
    if found[0] in "'\"":
        body = found[1:-1]
        if '"' in body or "\\" in body or not (body.isascii() and body.isprintable()):
            return json.dumps(ast.literal_eval(found))
        return f'"{body}"'
    if found == "set()":
        return '{"s":[]}'
    if found in _NAMES:
        return _NAMES[found]
    if found.lstrip("-").isdecimal() and len(found) < 4_000:
        return encode(int(found))
    raise _OtherError
