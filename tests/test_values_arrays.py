"""Arrays in the coded form: hostile ones are refused, honest ones come back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.values import Array, CodeError, decode, encode

SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@given(SHAPES, st.data())
def test_an_array_comes_back_as_it_was(shape: tuple[int, ...], data: st.DataObject) -> None:
    size = math.prod(shape)
    items = data.draw(st.lists(st.integers() | st.text(max_size=2), min_size=size, max_size=size))
    array = Array(shape, list(items))
    assert decode(encode(array)) == array
    assert decode(encode([(array, None)])) == [(array, None)]


@given(SHAPES.filter(lambda shape: len(shape) > 1))
def test_its_rows_are_arrays_that_hold_all_its_items(shape: tuple[int, ...]) -> None:
    rows = list(Array(shape, list(range(math.prod(shape)))))
    assert len(rows) == shape[0]
    assert all(isinstance(row, Array) and row.shape == shape[1:] for row in rows)
    assert [item for row in rows if isinstance(row, Array) for item in row.items] == list(
        range(math.prod(shape))
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"n":[]}',
        '{"n":[[2],[1]]}',
        '{"n":[[1],[1],[1]]}',
        '{"n":[[-1],[]]}',
        '{"n":[[true],[1]]}',
        '{"n":[[1.0],[1]]}',
        '{"n":[{"t":[1]},[1]]}',
        '{"n":[[1],{"t":[1]}]}',
        '{"n":{"t":[]}}',
        '{"n":"x"}',
        '{"n":[[' + ",".join(["1"] * 65) + "],[1]]}",
        '{"n":[[99999999,99999999],[1]]}',
        '{"s":[{"n":[[1],[1]]}]}',
        '{"d":[[{"n":[[1],[1]]},1]]}',
    ],
)
def test_what_is_no_array_is_refused(text: str) -> None:
    with pytest.raises(CodeError):
        decode(text)
