"""Numbers are easy to read aloud and hard to guess."""

from hypothesis import given
from hypothesis import strategies as st

from shared import ids


@given(st.binary(min_size=8, max_size=32))
def test_a_number_survives_being_read_aloud(entropy):
    number = ids.number_from(entropy)
    assert ids.heard(ids.spoken(number)) == number
    assert ids.heard(f"  {ids.spoken(number).lower()} ") == number


def test_letters_that_look_like_digits_are_heard_as_digits():
    assert ids.heard("OIL0-OIL0-OIL0") == "011001100110"


@given(st.text(max_size=40))
def test_whatever_people_type_is_a_number_or_none(text):
    heard = ids.heard(text)
    assert heard is None or len(heard) == 12


def test_secrets_are_long_and_different():
    assert len({ids.secret() for _ in range(1000)}) == 1000
    assert len(ids.secret()) >= 26
