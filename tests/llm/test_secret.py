"""A key that does not show itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.llm.secret import Secret


@given(
    st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=8), st.text(), st.text()
)
def test_the_key_is_taken_out_of_any_text(key: str, before: str, after: str) -> None:
    secret = Secret(key)
    assert key not in repr(secret)
    assert key not in secret.hide(before + key + after)


@pytest.mark.parametrize("told", ["sk-abc***********wxyz", "gsk_0123456789", "Bearer abc.def"])
def test_what_looks_like_a_key_is_taken_out(told: str) -> None:
    assert Secret("").hide(f"Incorrect key {told} given") == "Incorrect key … given"


def test_words_are_left_alone() -> None:
    assert (
        Secret("").hide("the risk-averse model's key is\nmissing") == "the risk-averse model's key is missing"
    )


def test_an_empty_key_is_false() -> None:
    assert not Secret("")
    assert Secret("x")
