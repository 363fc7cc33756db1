"""What kind of thing a top-level statement is: a test, a trial of a function, or the main block."""

from __future__ import annotations

import ast

from perftui.problems.assertions import used_names

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_test(node: ast.stmt) -> bool:
    """Whether a statement is a test function, or a class of them, as pytest finds them."""
    if isinstance(node, Function):
        return node.name.startswith("test")
    return isinstance(node, ast.ClassDef) and (
        node.name.startswith("Test") or any("TestCase" in ast.unparse(base) for base in node.bases)
    )


def is_trial(node: ast.stmt, names: frozenset[str]) -> bool:
    """Whether a statement outside functions asserts something of one of some functions, or calls it bare."""
    match node:
        case ast.Assert():
            return bool(used_names(node) & names)
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[ast.Call(func=ast.Name(id=name))])):
            return name in names
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name in names
        case ast.For(body=body, orelse=[]):
            return all(is_trial(inner, names) for inner in body)
    return False


def is_main(node: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__":`."""
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()])):
            return True
    return False
