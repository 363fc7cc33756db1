from __future__ import annotations

import math
from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.values import MAX_DEPTH, CodeError, Opaque, Value, decode, decode_arguments, encode

HASHABLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(alphabet=st.characters(exclude_categories=()))
    | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=4),
    max_leaves=8,
)
VALUES = st.recursive(
    HASHABLE | st.sets(HASHABLE, max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner) | st.dictionaries(HASHABLE, inner, max_size=4)
    ),
    max_leaves=15,
)


def alike(left: Value, right: Value) -> bool:
    """Equal and of the same types all the way down; a NaN is like a NaN."""
    if type(left) is not type(right):
        return False
    match left, right:
        case float(), float():
            same_sign = math.copysign(1, left) == math.copysign(1, right)
            return (math.isnan(left) and math.isnan(right)) or (left == right and same_sign)
        case complex(), complex():
            return alike(left.real, right.real) and alike(left.imag, right.imag)
        case (list(), list()) | (tuple(), tuple()):
            return len(left) == len(right) and all(map(alike, left, right))
        case dict(), dict():
            return alike(list(left.items()), list(right.items()))
        case ((set() | frozenset()), (set() | frozenset())):
            rest = list(right)
            for item in left:
                found = next((i for i, other in enumerate(rest) if alike(item, other)), None)
                if found is None:
                    return False
                del rest[found]
            return not rest
    return left == right


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Value) -> None:
    coded = encode(value)
    assert coded.isascii()
    assert alike(decode(coded), value)


@pytest.mark.parametrize(
    ("value", "coded"),
    [
        ([1, None, True, "a"], '[1,null,true,"a"]'),
        ((), '{"t":[]}'),
        ({1}, '{"s":[1]}'),
        (frozenset({1}), '{"z":[1]}'),
        ({"k": (1,)}, '{"d":[["k",{"t":[1]}]]}'),
        (2**53, '{"i":"20000000000000"}'),
        (-(2**53), '{"i":"-20000000000000"}'),
        (2**53 - 1, "9007199254740991"),
        (math.inf, '{"f":"inf"}'),
        (1 - 2j, '{"c":[1.0,-2.0]}'),
        (b"\x00", '{"b":"AA=="}'),
        (Opaque("map"), '{"o":"map"}'),
    ],
)
def test_the_format_is_fixed(value: Value, coded: str) -> None:
    assert encode(value) == coded
    again = decode(coded)
    if not isinstance(value, Opaque):
        assert again == value
    else:
        assert isinstance(again, Opaque)
        assert again.type_name == value.type_name


def test_a_large_integer_costs_no_decimal_digits() -> None:
    number = 7**400_000
    assert decode(encode(number)) == number


def test_a_subclass_is_coded_as_its_base() -> None:
    assert decode(encode(OrderedDict(a=1))) == {"a": 1}


def nested_list(depth: int) -> Value:
    value: Value = 1
    for _ in range(depth):
        value = [value]
    return value


def nested_dict(depth: int) -> Value:
    value: Value = 1
    for _ in range(depth):
        value = {0: value}
    return value


@pytest.mark.parametrize("value", [nested_list(MAX_DEPTH), nested_dict(MAX_DEPTH // 2)])
def test_values_may_be_nested_to_the_limit(value: Value) -> None:
    assert decode(encode(value)) == value


@pytest.mark.parametrize("value", [nested_list(MAX_DEPTH + 1), nested_dict(MAX_DEPTH // 2 + 1)])
def test_deeper_values_are_not_coded(value: Value) -> None:
    with pytest.raises(CodeError, match="nested too deeply"):
        encode(value)


@pytest.mark.parametrize(("opening", "closing", "levels"), [("[", "]", 1), ('{"d":[[0,', "]]}", 2)])
def test_deeper_values_are_not_read(opening: str, closing: str, levels: int) -> None:
    times = MAX_DEPTH // levels
    decode(opening * times + "1" + closing * times)
    times += 1
    with pytest.raises(CodeError, match="nested too deeply"):
        decode(opening * times + "1" + closing * times)


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(CodeError, match="nested too deeply"):
        encode(value)


@pytest.mark.parametrize("value", [object(), range(3), len, {"a": [iter([])]}])
def test_what_is_not_plain_data_is_refused(value: object) -> None:
    with pytest.raises(CodeError, match="not plain data"):
        encode(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nul",
        "NaN",
        "[Infinity]",
        "123456789012345678901234567890",
        "{}",
        '{"x":1}',
        '{"t":[],"s":[]}',
        '{"t":1}',
        '{"s":[[]]}',
        '{"s":[{"d":[]}]}',
        '{"d":[1]}',
        '{"d":[[1]]}',
        '{"d":[{"t":[1,2]}]}',
        '{"d":[[[],1]]}',
        '{"i":5}',
        '{"i":"5g"}',
        '{"i":"0x5"}',
        '{"i":"1_0"}',
        '{"i":""}',
        '{"f":"1.5"}',
        '{"f":null}',
        '{"c":[1]}',
        '{"c":[true,1.0]}',
        '{"c":"ab"}',
        '{"b":"*"}',
        '{"b":"ä"}',
        '{"o":[]}',
        "[" * 100_000,
        '{"t":[' * 100_000,
        "1]",
    ],
)
def test_what_is_not_in_the_format_is_refused(text: str) -> None:
    with pytest.raises(CodeError):
        decode(text)


@given(st.text())
def test_any_text_is_a_value_or_refused(text: str) -> None:
    try:
        decode(text)
    except CodeError:
        return


@pytest.mark.parametrize("form", ['{{"s":[{}]}}', '{{"z":[{}]}}'])
def test_colliding_hashes_are_refused_before_a_set_is_built(form: str) -> None:
    modulus = 2**61 - 1
    items = ",".join(f'{{"i":"{k * modulus:x}"}}' for k in range(1, 5_000))
    with pytest.raises(CodeError, match="share one hash"):
        decode(form.format(items))


def test_colliding_hashes_are_refused_as_keys() -> None:
    modulus = 2**61 - 1
    pairs = ",".join(f'[{{"i":"{k * modulus:x}"}},0]' for k in range(1, 5_000))
    with pytest.raises(CodeError, match="share one hash"):
        decode(f'{{"d":[{pairs}]}}')


def test_arguments_are_a_tuple() -> None:
    assert decode_arguments('{"t":[1,[2]]}') == (1, [2])
    with pytest.raises(CodeError, match="must be a tuple"):
        decode_arguments("[1]")
