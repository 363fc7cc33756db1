"""A reply that is only the body of the function: it is put after the stub."""

from __future__ import annotations

import ast
import re
import textwrap

from perftui.refine.extraction.regions import longest_prefix
from perftui.refine.extraction.source import immediate, parse, units
from perftui.refine.extraction.whole import parse_stub

_BODY_LINE = re.compile(r"[ \t]+(?:return|for|while|if|yield|with|try|def|[A-Za-z_]\w*\s*=)(?!\w)")


def completed(body: str, stub: str, entry_point: str) -> str | None:
    """The stub with a body, None where the text is no body that continues it."""
    indent = _body_indent(stub, entry_point)
    if indent is None or not body.strip():
        return None
    for variant in _variants(body.strip("\n"), indent):
        lines = f"{stub.rstrip()}\n{variant}".split("\n")
        end, _ = longest_prefix(lines, 0, budget=20)
        program = "\n".join(lines[:end]).rstrip() + "\n"
        if _is_whole(program, entry_point):
            return _first_only(program, entry_point)
    return None


def broken_completion(body: str, stub: str, entry_point: str) -> str | None:
    """The stub with a body that is clearly meant as code and has a syntax error."""
    text = body.strip("\n")
    if _body_indent(stub, entry_point) is None or not text.startswith((" ", "\t")):
        return None
    meant = any(_BODY_LINE.match(line) for line in text.split("\n"))
    return f"{stub.rstrip()}\n{text.rstrip()}\n" if meant else None


def does_something(node: ast.stmt) -> bool:
    """Whether a definition is more than a placeholder.

    A placeholder is `pass`, a bare value such as `…` or a text, or `raise NotImplementedError`.
    """
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return True
    return not all(_is_placeholder(statement) for statement in node.body)


def _first_only(program: str, entry_point: str) -> str:
    """A continued stub without later definitions of its function: a model may go on to other texts."""
    tree = parse(program)
    every = units(tree) if tree is not None else []
    named = [unit for unit in every if any(_defines(node, entry_point) for node in unit.nodes)]
    left_out = {line for unit in named[1:] for line in range(unit.start, unit.end)}
    lines = (line for number, line in enumerate(program.split("\n")) if number not in left_out)
    return "\n".join(lines).rstrip() + "\n" if left_out else program


def _defines(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name


def _variants(body: str, indent: str) -> list[str]:
    """A body as it stands; with its first line indented like the rest; indented as a whole."""
    first, _, rest = body.partition("\n")
    flush = textwrap.indent(textwrap.dedent(body), indent)
    if first.startswith((" ", "\t")):
        return [body, flush]
    return [f"{indent}{first}\n{rest}", flush]


def _body_indent(stub: str, entry_point: str) -> str | None:
    """How the body of a stub's function is indented, None where the stub does not end with it."""
    tree = parse_stub(stub)
    last = tree.body[-1] if tree is not None and tree.body else None
    if not isinstance(last, ast.FunctionDef | ast.AsyncFunctionDef) or last.name != entry_point:
        return None
    lines = stub.split("\n")
    line = lines[last.body[0].lineno - 1] if last.body[0].lineno <= len(lines) else ""
    return line[: len(line) - len(line.lstrip())] or "    "


def _is_whole(program: str, entry_point: str) -> bool:
    """Whether the function itself returns or yields, and nothing outside a function does."""
    tree = parse(program)
    if tree is None or any(_answers(node) for node in tree.body):
        return False
    named = [node for node in tree.body if _defines(node, entry_point)]
    return any(any(map(_answers, node.body)) for node in named[:1] if isinstance(node, ast.FunctionDef))


def _answers(node: ast.AST) -> bool:
    return any(isinstance(below, ast.Return | ast.Yield | ast.YieldFrom) for below in immediate(node))


def _is_placeholder(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass():
            return True
        case ast.Expr(value=value):
            return not isinstance(value, ast.Call | ast.Yield | ast.YieldFrom | ast.Await)
        case ast.AnnAssign(value=None):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError")):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
        case _:
            return False
