"""So many of something, in the plural that the language has for it."""

import pytest

from services.notify.wording import Count, counted


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 1, "1 complaint"),
        ("en", 2, "2 complaints"),
        ("en", 1234, "1,234 complaints"),
        ("ar", 0, "لا شكاوى"),
        ("ar", 1, "شكوى واحدة"),
        ("ar", 2, "شكويان"),
        ("ar", 3, "3 شكاوى"),
        ("ar", 10, "10 شكاوى"),
        ("ar", 11, "11 شكوى"),
        ("ar", 100, "100 شكوى"),
        ("zh", 1, "1 件投诉"),
        ("zh", 12, "12 件投诉"),
    ],
)
def test_each_language_counts_as_it_does(language, number, said):
    assert counted(Count(number, "complaints"), language) == said
