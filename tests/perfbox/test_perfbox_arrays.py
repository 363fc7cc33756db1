"""What of numpy leaves a child: scalars as the equal Python value, arrays as arrays, all else opaque."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbox import arrays, codec
from perftui import values


def crossed(value: Any) -> Any:
    return values.decode(codec.encode(value))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int64(-7), -7),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.int8(5), 5),
        (np.bool_(True), True),
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.float16(0.25), 0.25),
        (np.complex64(1 + 2j), 1 + 2j),
        (np.complex128(1j), 1j),
        (np.str_("a"), "a"),
        (np.bytes_(b"a"), b"a"),
        (np.array(5), 5),
        (np.array(True), True),
    ],
)
def test_a_scalar_is_the_equal_python_value(value: Any, plain: Any) -> None:
    found = crossed(value)
    assert type(found) is type(plain)
    assert found == plain
    assert bool(value == plain)
    assert crossed([value, {0: (value,)}]) == [plain, {0: (plain,)}]


def test_a_scalar_is_a_key_and_an_item_too() -> None:
    assert crossed({np.int64(1): {np.int32(2)}}) == {1: {2}}


@given(st.floats(width=32) | st.floats(width=16))
def test_a_narrow_float_crosses_with_its_exact_value(number: float) -> None:
    found = crossed(np.float32(number))
    assert found == float(np.float32(number)) or (math.isnan(found) and math.isnan(number))


@pytest.mark.parametrize(
    "value",
    [
        np.longdouble(1),
        np.clongdouble(1),
        np.datetime64(0, "s"),
        np.timedelta64(1, "s"),
        np.void(b"ab"),
        np.zeros(2, dtype=[("a", int)])[0],
        np.zeros(2, dtype=[("a", int)]),
        np.zeros(2, dtype=np.longdouble),
        np.array([np.datetime64(0, "s")]),
        np.ma.masked_array([1, 2], [0, 1]),
        type("Mine", (np.ndarray,), {})((2,)),
        type("Mine", (np.int64,), {})(3),
        np.float64,
        np.dtype(int),
        np,
    ],
)
def test_what_has_no_equal_plain_value_is_opaque(value: Any) -> None:
    assert isinstance(crossed(value), values.Opaque)


@pytest.mark.parametrize(
    ("value", "shape", "items"),
    [
        (np.arange(3), (3,), [0, 1, 2]),
        (np.arange(4).reshape(2, 2).T, (2, 2), [0, 2, 1, 3]),
        (np.zeros((0, 3)), (0, 3), []),
        (np.array([0.5, math.inf]), (2,), [0.5, math.inf]),
        (np.array([2**63], dtype=np.uint64), (1,), [2**63]),
        (np.array([True, False]), (2,), [True, False]),
        (np.array(["a", "bc"]), (2,), ["a", "bc"]),
        (np.array([b"a"]), (1,), [b"a"]),
        (np.array([1j]), (1,), [1j]),
        (np.array([None, {1: 2}]), (2,), [None, {1: 2}]),
    ],
)
def test_an_array_is_its_shape_and_its_items(value: Any, shape: tuple[int, ...], items: list[Any]) -> None:
    assert crossed(value) == values.Array(shape, items)
    assert crossed([value]) == [values.Array(shape, items)]
    assert codec.encode(crossed_back(value)) == codec.encode(value)


def crossed_back(value: Any) -> Any:
    """What a checker gets of an array that the candidate gave."""
    return codec.decode(codec.encode(value))


def test_a_checker_gets_an_array_again() -> None:
    found = crossed_back(np.arange(6.0).reshape(2, 3))
    assert type(found) is np.ndarray
    assert np.array_equal(found, np.arange(6.0).reshape(2, 3))


def test_an_array_where_there_is_no_numpy_is_opaque(monkeypatch: pytest.MonkeyPatch) -> None:
    coded = codec.encode(np.arange(3))
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert isinstance(codec.decode(coded), codec.Opaque)
    assert not arrays.is_of_numpy(np.ndarray)


@pytest.mark.parametrize("fake", [object(), 7, type("M", (), {"ndarray": 3, "dtype": 1 // 1})])
def test_what_a_program_puts_in_numpy_s_place_hurts_nobody(
    monkeypatch: pytest.MonkeyPatch, fake: Any
) -> None:
    value = np.arange(3)
    monkeypatch.setitem(sys.modules, "numpy", fake)
    assert isinstance(crossed(value), values.Opaque)


def test_code_of_the_program_does_not_run_for_its_own_types() -> None:
    class Sly(np.ndarray):
        def ravel(self, *_: Any) -> Any:
            raise AssertionError("no code of the program runs here")

        tolist = ravel

    assert isinstance(crossed(np.arange(3).view(Sly)), values.Opaque)


def test_a_deep_array_of_objects_is_opaque() -> None:
    value: Any = 1
    for _ in range(150):
        outer = np.empty(1, dtype=object)
        outer[0] = value
        value = outer
    assert isinstance(crossed(value), values.Opaque)
