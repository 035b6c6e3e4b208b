"""What a text message costs, by the country of its number and its parts. Pure.

Money is counted in thousandths of a hundredth: a part may cost less than the smallest coin, and nothing is rounded.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from services.notify.countries import countries_of

_FINE = 1000
EVERYWHERE = "*"


class BadPrices(ValueError):
    """Prices that can't be read; says what is wrong and how they are written."""


def prices(written: str) -> Mapping[str, int]:
    """`AE=11.2,GB=4.1,*=10`: hundredths a part, by country (ISO 3166); `*` is every other. Raises `BadPrices`."""
    found: dict[str, int] = {}
    for entry in filter(None, (part.strip() for part in written.split(","))):
        country, equals, price = entry.partition("=")
        if not equals:
            raise BadPrices(f"write prices as AE=11.2,GB=4.1,*=10 (hundredths a part); {entry!r} is none")
        found[country.strip()] = amount(price)
    return found


def amount(hundredths: str) -> int:
    """A sum of money, as it is counted. Raises `BadPrices`."""
    try:
        value = Decimal(hundredths.strip())
    except InvalidOperation:
        raise BadPrices(f"write money as a number of hundredths; {hundredths!r} is none") from None
    if not (value.is_finite() and value >= 0):
        raise BadPrices(f"write money as a number of hundredths, 0 or more; {hundredths!r} is none")
    return int(value * _FINE)


def cost(number: str, parts: int, by_country: Mapping[str, int]) -> int:
    """Of one text to this number; where countries share its first digits, as if to the dearest.

    A country without a price costs what the dearest does: an unknown price must not open the purse.
    """
    dearest = max(by_country.values(), default=0)
    elsewhere = by_country.get(EVERYWHERE, dearest)
    return parts * max((by_country.get(one, elsewhere) for one in countries_of(number)), default=elsewhere)
