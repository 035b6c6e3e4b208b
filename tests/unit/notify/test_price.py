"""What a text costs."""

import pytest

from services.notify.price import BadPrices, amount, cost, prices

TABLE = prices("AE=11.2, US=0.75,CA=1.5,*=10")


@pytest.mark.parametrize(
    ("number", "parts", "costs"),
    [
        ("+971501234567", 1, 11_200),
        ("+971501234567", 3, 33_600),
        # Of the two that share a code, the dearer.
        ("+12025550123", 1, 1_500),
        ("+447700900123", 2, 20_000),
        ("no number", 1, 10_000),
    ],
)
def test_a_text_costs_by_its_parts_and_its_country(number, parts, costs):
    assert cost(number, parts, TABLE) == costs


def test_a_country_without_a_price_costs_what_the_dearest_does():
    assert cost("+447700900123", 1, prices("AE=11,QA=12")) == 12_000


def test_without_prices_nothing_is_counted():
    assert cost("+971501234567", 5, prices("")) == 0


@pytest.mark.parametrize("written", ["AE", "AE=", "AE=x", "AE=-1", "AE=nan", "AE=inf", "AE=1=2"])
def test_prices_that_nobody_can_read_say_how_to_write_them(written):
    with pytest.raises(BadPrices, match="write"):
        prices(written)


def test_a_sum_is_counted_finer_than_its_smallest_coin():
    assert amount("0.001") == 1
    with pytest.raises(BadPrices):
        amount("a lot")
