"""What the public sees of a case, as far as the pack of its organisation allows. Pure."""

import re

from pydantic import BaseModel, ConfigDict

from shared.packs import Category

_DECIMALS = 3
"""A hundred metres or so."""

_WITH_A_DIGIT = re.compile(r"\w*\d\w*")


class Published(BaseModel):
    """What is public of a case beside its state and its times. With `listed` false it is told by its id only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    listed: bool = True
    address: str | None = None
    lat: float | None = None
    long: float | None = None
    words: str | None = None


def publish(
    category: Category,
    *,
    urgent: bool,
    address: str | None,
    position: tuple[float, float] | None,
    words: str,
) -> Published | None:
    """What becomes public of a report of this category; None when nothing does.

    Of an emergency nobody learns more than that something is being done.
    """
    if category.open311 in {None, "blackbox"} or category.kind == "tip":
        return None
    if urgent:
        return Published(listed=False)
    shown = Published(
        address=address,
        lat=position[0] if position else None,
        long=position[1] if position else None,
        words=words if category.public_words else None,
    )
    return shown if category.public_place == "exact" else masked(shown)


def masked(shown: Published) -> Published:
    """The same without what points at a household."""
    return shown.model_copy(
        update={
            "address": _without_numbers(shown.address) if shown.address else None,
            "lat": None if shown.lat is None else round(shown.lat, _DECIMALS),
            "long": None if shown.long is None else round(shown.long, _DECIMALS),
        }
    )


def _without_numbers(address: str) -> str | None:
    """An address without house, flat and postal numbers, in any script's digits."""
    left = [" ".join(_WITH_A_DIGIT.sub(" ", part).split()) for part in re.split("[,\u060c\uff0c\n]", address)]
    return ", ".join(part.strip(" -/#.:") for part in left if part.strip(" -/#.:")) or None
