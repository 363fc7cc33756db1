"""The file with the slow program, taken apart: the function, what it needs, and tests beside it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from perftui.errors import BadInputError
from perftui.problems.own.kinds import Function, is_main, is_test, is_trial
from perftui.problems.own.texts import Text
from perftui.problems.own.units import Unit, bound_by, first_line, joined, units_of
from perftui.problems.source import shown
from perftui.text import one_line

GENERATE = "generate"


@dataclass(frozen=True)
class Program:
    """A module with a function that is to be made faster.

    Attributes:
        text: the file.
        function: the function.
        own: the function's statement.
        code: the module without its tests.
        stub: the code up to where the function's body begins, where the function can stand last.
        others: its statements, without the function and tests.
        trials: statements that are tests, or assert or call outside functions.
        generator: code that defines `generate(size, seed)`; None where the module has none.
    """

    text: Text
    function: ast.FunctionDef
    own: Unit
    code: str
    stub: str
    others: tuple[Unit, ...]
    trials: tuple[Unit, ...]
    generator: Text | None

    @property
    def entry_point(self) -> str:
        """The function's name."""
        return self.function.name


def read_program(
    text: Text, wanted: str | None, called: Sequence[str] = (), *, whole: bool = True
) -> Program:
    """Take a program apart.

    Args:
        text: the file.
        wanted: the function's name; None to find it.
        called: names that tests elsewhere call.
        whole: whether all of the file goes with the function: then all that it imports must be there.

    Raises:
        BadInputError: at its line, what cannot be used; which functions there are, where one must be named.
    """
    tree = text.parse()
    units = units_of(text.text, tree)
    functions = {unit.node.name: unit.node for unit in units if isinstance(unit.node, Function)}
    public = [name for name, node in functions.items() if _may_be_entry(node)]
    names = frozenset(public if wanted is None else [*public, wanted])
    trials = [unit for unit in units if unit.binds != {wanted} and _is_for_tests(unit.node, names)]
    trials += _in_main(units, names)
    entry_point = wanted or _entry_point(text, public, trials, called, units)
    node = functions.get(entry_point)
    if node is None:
        near = f": it has {_listed(public)}" if public else ""
        raise BadInputError(f"{shown(text.path)}: defines no function `{one_line(entry_point, 60)}`{near}")
    if not isinstance(node, ast.FunctionDef):
        raise text.wrong(
            node.lineno, f"`{entry_point}` is `async`, and such a function cannot be called here"
        )
    apart = {id(unit) for unit in trials}
    kept = [unit for unit in units if id(unit) not in apart and not is_main(unit.node)]
    if whole:
        check_imports(text, kept)
    kept, generator = _without_generator(text, kept, entry_point)
    return _taken_apart(text, node, kept, tuple(trials), generator)


def program_text(text: str) -> str:
    """A whole program as it is, with one line feed at its end."""
    return text.strip("\n").rstrip() + "\n"


def mentioned(text: Text) -> list[str]:
    """The names that a module of tests reads or imports."""
    names = []
    for node in ast.walk(text.parse()):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                names.append(name)
            case ast.ImportFrom(names=aliases):
                names += [alias.name for alias in aliases]
    return names


def _taken_apart(
    text: Text, node: ast.FunctionDef, kept: list[Unit], trials: tuple[Unit, ...], generator: Text | None
) -> Program:
    place = next(place for place, unit in enumerate(kept) if unit.node is node)
    others = (*kept[:place], *kept[place + 1 :])
    head, tail = kept[:place], kept[place + 1 :]
    # Where nothing after it calls anything when the module is loaded, the function can stand last: what a
    # reply may leave out is then one piece of the program, which the model sees once.
    last = all(not isinstance(unit.node, ast.FunctionDef) or unit.node.name != node.name for unit in tail)
    last = last and all(_is_still(unit.node) for unit in tail)
    ordered = [*head, *tail, kept[place]] if last else kept
    code = joined(unit.text for unit in ordered)
    return Program(
        text=text,
        function=node,
        own=kept[place],
        code=code,
        stub=_stub(text.text, code if last else joined(unit.text for unit in [*others, kept[place]]), node),
        others=others,
        trials=trials,
        generator=generator,
    )


def _stub(text: str, code: str, node: ast.FunctionDef) -> str:
    """Code that ends with a function, up to the function's first statement, its documentation included."""
    documented = ast.get_docstring(node, clean=False) is not None
    body = node.body[1:] if documented else node.body
    end = node.end_lineno or node.lineno
    before = first_line(body[0]) - 1 if body else end
    head = node.body[0].end_lineno or 0 if documented else _head_end(text, node)
    lines = code.rstrip("\n").split("\n")
    if before < head:
        # All on one line: the signature is written anew.
        bare = ast.FunctionDef(node.name, node.args, [ast.Pass()], node.decorator_list, node.returns)
        signature = ast.unparse(ast.fix_missing_locations(bare)).removesuffix("pass").rstrip()
        kept = [*lines[: len(lines) - (end - first_line(node) + 1)], *signature.split("\n")]
    else:
        kept = lines[: len(lines) - (end - head)]
    return "\n".join(kept) + "\n"


def _head_end(text: str, node: ast.FunctionDef) -> int:
    """The line on which the signature of a function ends."""
    lines = text.split("\n")
    for line in range(first_line(node.body[0]) - 1, node.lineno - 1, -1):
        code = lines[line - 1].partition("#")[0].rstrip()
        if code.endswith(":"):
            return line
    return first_line(node.body[0])


def _entry_point(
    text: Text, public: list[str], trials: Sequence[Unit], called: Sequence[str], units: Sequence[Unit]
) -> str:
    """The one function that is meant: public, called by tests, and called by no other function."""
    if not public:
        raise BadInputError(
            f"{shown(text.path)}: defines no function; a program that reads and prints needs tests/1.in"
        )
    tested = {*called, *(name for unit in trials for name in unit.reads)} & {*public}
    chosen = [name for name in public if name in tested] or public
    if len(chosen) > 1:
        used = {
            name
            for unit in units
            if isinstance(unit.node, Function) and not is_test(unit.node)
            for name in unit.reads - {unit.node.name}
        }
        chosen = [name for name in chosen if name not in used] or chosen
    if len(chosen) > 1:
        path = shown(text.path)
        raise BadInputError(
            f"{path}: has several functions: say which with {path}::{chosen[-1]}; {_listed(chosen)}"
        )
    return chosen[0]


def _is_for_tests(node: ast.stmt, names: frozenset[str]) -> bool:
    """Whether a statement is a test, or imports what tests alone need."""
    if is_test(node) or is_trial(node, names):
        return True
    match node:
        case ast.ImportFrom(module="pytest" | "doctest"):
            return True
        case ast.Import(names=aliases):
            return all(alias.name in {"pytest", "doctest"} for alias in aliases)
    return False


def _may_be_entry(node: Function) -> bool:
    return (
        not node.name.startswith("_")
        and not is_test(node)
        and not _is_generator(node)
        and node.name != "main"
    )


def _is_generator(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.FunctionDef)
        and node.name == GENERATE
        and [argument.arg for argument in node.args.args] == ["size", "seed"]
    )


def _without_generator(text: Text, units: list[Unit], entry_point: str) -> tuple[list[Unit], Text | None]:
    """The statements without `generate(size, seed)`, and a module that has it with all the others."""
    found = [unit for unit in units if _is_generator(unit.node) and entry_point != GENERATE]
    if not found:
        return units, None
    code = joined(unit.text for unit in units)
    return [unit for unit in units if not _is_generator(unit.node)], Text(
        text.path, code, found[-1].node.lineno
    )


def _in_main(units: Sequence[Unit], names: frozenset[str]) -> list[Unit]:
    """The calls and assertions of `if __name__ == "__main__":`."""
    return [
        Unit(node, ast.unparse(node), bound_by(node), frozenset(_names(node)))
        for unit in units
        if is_main(unit.node) and isinstance(unit.node, ast.If)
        for node in unit.node.body
        if is_trial(node, names) and not _names(node) & _assigned(unit.node.body)
    ]


def _assigned(body: Sequence[ast.stmt]) -> set[str]:
    return {name for node in body for name in bound_by(node)}


def _names(node: ast.AST) -> set[str]:
    return {below.id for below in ast.walk(node) if isinstance(below, ast.Name)}


def _is_still(node: ast.stmt) -> bool:
    """Whether loading a statement calls nothing."""
    outside: list[ast.AST] = [node]
    if isinstance(node, Function):
        outside = [*node.decorator_list, node.args]
    elif isinstance(node, ast.ClassDef):
        outside = [*node.decorator_list, *node.bases, *node.keywords]
        return all(map(_is_still, node.body)) and all(not _has_call(part) for part in outside)
    return not any(map(_has_call, outside))


def _has_call(node: ast.AST) -> bool:
    return any(isinstance(below, ast.Call) for below in ast.walk(node))


def check_imports(text: Text, units: Sequence[Unit]) -> None:
    """Refuse imports of what stands beside the file: a sandbox has the file alone.

    Raises:
        BadInputError: at its line, such an import.
    """
    for unit in units:
        _check_import(text, unit.node)


def _check_import(text: Text, node: ast.stmt) -> None:
    match node:
        case ast.ImportFrom(level=level, module=module) if level:
            names = [module or "."]
        case ast.ImportFrom(module=str(module)):
            names = [module] if _is_beside(text, module) else []
        case ast.Import():
            names = [alias.name for alias in node.names if _is_beside(text, alias.name)]
        case _:
            return
    for name in names:
        raise text.wrong(
            node.lineno,
            f"imports `{name}` from beside it, which is not there in the sandbox: move what it needs here",
        )


def _is_beside(text: Text, module: str) -> bool:
    name = module.partition(".")[0]
    if name in sys.stdlib_module_names:
        return False
    root = text.path.parent / name
    return root.with_suffix(".py").is_file() or (root / "__init__.py").is_file()


def _listed(names: Sequence[str]) -> str:
    shown_names = ", ".join(one_line(name, 60) for name in names[:5])
    return f"{shown_names}, …" if len(names) > 5 else shown_names
