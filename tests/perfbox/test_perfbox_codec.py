"""The guest's codec: what the host codes it reads, what it codes the host reads, and nothing else leaves."""

from __future__ import annotations

import collections
import enum
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbox import codec
from perftui import values

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(1 << 70), max_value=1 << 70)
    | st.floats()
    | st.text()
    | st.binary()
    | st.complex_numbers()
)
HASHABLE = st.recursive(SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3))
PLAIN = st.recursive(
    SCALARS | st.sets(HASHABLE, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(st.integers(), max_size=5)
        | st.tuples(inner, inner)
        | st.dictionaries(HASHABLE, inner, max_size=3)
    ),
    max_leaves=30,
)


def exactly(value: Any) -> Any:
    """Equal where values are equal in type and value all the way down, with NaN equal to itself."""
    kind = type(value).__name__
    if isinstance(value, complex):
        return kind, repr(value.real), repr(value.imag)
    if isinstance(value, list | tuple):
        return kind, [exactly(item) for item in value]
    if isinstance(value, dict):
        return kind, [(exactly(key), exactly(item)) for key, item in value.items()]
    if isinstance(value, set | frozenset):
        return kind, sorted(str(exactly(item)) for item in value)
    return kind, repr(value)


def same(one: Any, other: Any) -> bool:
    return bool(exactly(one) == exactly(other))


@given(PLAIN)
def test_what_the_guest_codes_the_host_reads(value: Any) -> None:
    text = codec.encode(value)
    assert text.isascii()
    assert same(values.decode(text), value)


@given(PLAIN)
def test_what_the_host_codes_the_guest_reads(value: Any) -> None:
    assert same(codec.decode(values.encode(value)), value)


class Colour(enum.IntEnum):
    RED = 1


class Liar(list[int]):
    __class__ = dict  # type: ignore[assignment]

    def __iter__(self) -> Any:
        raise AssertionError("no code of the program runs here")

    __len__ = __getitem__ = __eq__ = __iter__  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, 1),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.defaultdict(list, {1: [2]}), {1: [2]}),
        (collections.namedtuple("Point", "x y")(1, 2), (1, 2)),
        (Liar([1, 2]), [1, 2]),
        (type("F", (float,), {"__float__": lambda _: 9.0})(-0.0), -0.0),
        (type("S", (str,), {"__str__": lambda _: "z"})("a"), "a"),
        (type("B", (bytes,), {})(b"a"), b"a"),
        (type("C", (complex,), {})(1 - 2j), 1 - 2j),
        (type("Z", (frozenset,), {})({1}), frozenset({1})),
        (bytearray(b"ab"), b"ab"),
        ([True, 2], [True, 2]),
        ([1, 1 << 60], [1, 1 << 60]),
        ([1.0, math.inf], [1.0, math.inf]),
        (["\ud800"], ["\ud800"]),
    ],
)
def test_subclasses_are_reduced_to_their_base(value: Any, plain: Any) -> None:
    assert same(values.decode(codec.encode(value)), plain)


@pytest.mark.parametrize(
    "value", [object(), range(3), iter([1]), len, {}.keys(), Ellipsis, memoryview(b"a"), type]
)
def test_anything_else_is_opaque(value: Any) -> None:
    found = values.decode(codec.encode([value]))
    assert isinstance(found, list)
    assert [item.type_name for item in found] == [type(value).__name__]
    assert codec.OPAQUE_MARK in codec.encode(value)


def test_text_never_looks_opaque() -> None:
    assert codec.OPAQUE_MARK not in codec.encode({'{"o": 1}': '{"o":'})


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: (x,), lambda x: {0: x}, lambda x: [1, {"k": x}]])
def test_whatever_depth_is_coded_can_be_read(wrap: Any) -> None:
    value: Any = 5
    opaque = 0
    for _ in range(300):
        value = wrap(value)
        found = values.decode(codec.encode(value))
        opaque += isinstance(found, values.Opaque)
        assert opaque or same(found, value)
    assert 0 < opaque < 250
    assert found == found  # noqa: PLR0124 - an opaque value equals itself only
    assert codec.encode(value).endswith('nested too deeply"}')


def test_a_value_that_holds_itself_is_opaque() -> None:
    value: list[Any] = []
    value.append(value)
    assert isinstance(values.decode(codec.encode(value)), values.Opaque)
