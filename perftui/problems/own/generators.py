"""A draft of a generator of inputs, from a function's type hints or from inputs that are known."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from perftui.values import Value

_LISTS = frozenset({"list", "List", "Sequence", "MutableSequence", "Iterable", "Collection"})
_SETS = frozenset({"set", "Set", "AbstractSet", "MutableSet"})
_DICTS = frozenset({"dict", "Dict", "Mapping", "MutableMapping"})
_TUPLES = frozenset({"tuple", "Tuple"})
_ITEMS = {
    "int": "chance.randrange(10 * size)",
    "float": "chance.uniform(0, size)",
    "complex": "complex(chance.random(), chance.random())",
    "bool": "chance.random() < 0.5",
    "str": '"".join(chance.choices(string.ascii_lowercase, k=8))',
    "bytes": "chance.randbytes(8)",
}
"""What is made where a value stands in a container, or beside one."""

_SIZED = {
    "int": "size",
    "str": '"".join(chance.choices(string.ascii_lowercase, k=size))',
    "bytes": "chance.randbytes(size)",
}
"""What is made where an argument alone makes the input larger."""


def draft_generator(function: ast.FunctionDef, example: Sequence[Value] | None) -> tuple[str, bool]:
    """The text of a generator, and whether it is code: what cannot be drafted is a template in comments.

    Args:
        function: the function.
        example: arguments of a call, where one is known: they stand for hints that are missing.
    """
    parameters = _wanted(function)
    hints = [_hint(parameter, place, example) for place, parameter in enumerate(parameters)]
    made = [_grown(hint) for hint in hints]
    name, names = function.name, [parameter.arg for parameter in parameters]
    if not names or function.args.vararg or any(text is None for text in made) or not _all_given(function):
        return _template(name, names), False
    texts = [text or "" for text in made]
    if not any(map(_is_container, hints)):
        sized = next((place for place, hint in enumerate(hints) if _name_of(hint) in _SIZED), None)
        if sized is None:
            return _template(name, names), False
        texts[sized] = _SIZED[_name_of(hints[sized])]
    body = [f"    {argument} = {text}" for argument, text in zip(names, texts, strict=True)]
    modules = ["random", *(["string"] if any("string." in text for text in texts) else [])]
    lines = [
        f'"""Inputs to time `{name}` on: a draft. See that they are valid, and more work if larger."""',
        "",
        *(f"import {module}" for module in modules),
        "",
        "",
        "def generate(size, seed):",
        "    chance = random.Random(seed)",
        *body,
        f"    return ({', '.join(names)},)" if len(names) == 1 else f"    return {', '.join(names)}",
    ]
    return "\n".join(lines) + "\n", True


def _wanted(function: ast.FunctionDef) -> list[ast.arg]:
    """The parameters that have no default."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    return parameters[: len(parameters) - len(function.args.defaults)]


def _all_given(function: ast.FunctionDef) -> bool:
    return all(default is not None for default in function.args.kw_defaults)


def _hint(parameter: ast.arg, place: int, example: Sequence[Value] | None) -> ast.expr | None:
    hint = parameter.annotation
    if isinstance(hint, ast.Constant) and isinstance(hint.value, str):
        hint = _parsed(hint.value)
    if _item(hint) is None and example is not None and place < len(example):
        return _parsed(_hint_of(example[place]) or "")
    return hint


def _parsed(hint: str) -> ast.expr | None:
    try:
        return ast.parse(hint, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _hint_of(value: Value) -> str | None:
    """The hint that a value has."""
    match value:
        case list() | set() | tuple():
            inner = {_hint_of(item) for item in value}
            if None in inner:
                return None
            kinds = sorted(kind for kind in inner if kind)
            if isinstance(value, tuple):
                return f"tuple[{', '.join(_hint_of(item) or 'int' for item in value)}]" if value else None
            return f"{type(value).__name__}[{kinds[0] if kinds else 'int'}]"
        case dict():
            for key, item in value.items():
                pair = _hint_of(key), _hint_of(item)
                return None if None in pair else f"dict[{pair[0]}, {pair[1]}]"
            return None
        case bool() | int() | float() | str() | bytes() | complex():
            return type(value).__name__
    return None


def _grown(hint: ast.expr | None) -> str | None:
    """An expression that makes an argument: the items of containers within containers are `size` in all."""
    text, levels = _item(hint), _levels(hint)
    if text is None or levels < 2:
        return text
    return text.replace("range(size)", f"range(int(size ** (1 / {levels})) + 1)")


def _item(hint: ast.expr | None) -> str | None:
    """An expression that makes a value of a hint, None where that is not known."""
    match hint:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _item(right) if _name_of(left) == "None" else _item(left)
        case ast.Subscript(value=outer, slice=inner):
            return _of_container(_name_of(outer), inner)
    name = _name_of(hint)
    if name in _LISTS | _SETS:
        return _of_container(name, ast.Name("int", ast.Load()))
    return _ITEMS.get(name)


def _of_container(name: str, inner: ast.expr) -> str | None:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "Optional":
        return _item(inner)
    if name in _TUPLES and _is_endless(parts):
        item = _item(parts[0])
        return None if item is None else f"tuple({item} for _ in range(size))"
    items = [_item(part) for part in parts]
    if any(item is None for item in items):
        return None
    if name in _TUPLES:
        return f"({', '.join(map(str, items))}{',' if len(items) == 1 else ''})"
    if name in _DICTS and len(items) == 2:
        return f"{{{items[0]}: {items[1]} for _ in range(size)}}"
    if name in _LISTS and len(items) == 1:
        return f"[{items[0]} for _ in range(size)]"
    if name in _SETS and len(items) == 1:
        return f"{{{items[0]} for _ in range(size)}}"
    return None


def _levels(hint: ast.expr | None) -> int:
    """How many containers of a hint grow within each other."""
    match hint:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return max(_levels(left), _levels(right))
        case ast.Subscript(value=outer, slice=inner):
            parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            fixed = _name_of(outer) in {*_TUPLES, "Optional"} and not _is_endless(parts)
            return max(map(_levels, parts)) + (0 if fixed else 1)
    return 1 if _name_of(hint) in _LISTS | _SETS else 0


def _is_endless(parts: Sequence[ast.expr]) -> bool:
    """Whether what stands in `tuple[…]` is a type and an ellipsis."""
    return len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...


def _is_container(hint: ast.expr | None) -> bool:
    text = _item(hint)
    return text is not None and "range(" in text.replace("randrange(", "")


def _name_of(hint: ast.expr | None) -> str:
    match hint:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Constant(value=None):
            return "None"
    return ""


def _template(name: str, names: Sequence[str]) -> str:
    given = names or ["argument"]
    lines = [
        f"# Inputs to time `{name}` on, of any size: fill this in, and take the `# ` away. The same size",
        "# and seed must give the same input, and a larger size must mean more work. It may stay as it is:",
        "# then programs are timed on the inputs of the tests.",
        "#",
        "# import random",
        "#",
        "#",
        "# def generate(size, seed):",
        "#     chance = random.Random(seed)",
        *(f"#     {argument} = ..." for argument in given),
        f"#     return ({', '.join(given)},)" if len(given) == 1 else f"#     return {', '.join(given)}",
    ]
    return "\n".join(lines) + "\n"
