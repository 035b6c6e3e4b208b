"""The days of a pack's greetings, computed while it is compiled: a feast's name becomes the dates it falls on.

    feast: { country: AE, name: Eid al-Fitr, years: [2026, 2027] }

Islamic dates ahead of their announcement are estimates: correct them by `dates` when they are announced.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import holidays

from infra.holidays_of import LANGUAGE, HolidaysError

_ESTIMATED = " (estimated)"


def with_dates(care: Mapping[str, Any]) -> dict[str, Any]:
    """What a care.yaml holds, with `dates` for every greeting that names a feast. Raises `HolidaysError`."""
    greetings = care.get("greetings")
    if not isinstance(greetings, list):
        return dict(care)
    return {**care, "greetings": [_dated(number, one) for number, one in enumerate(greetings)]}


def _dated(number: int, greeting: Any) -> Any:
    feast = greeting.get("feast") if isinstance(greeting, Mapping) else None
    if not isinstance(feast, Mapping) or not {"country", "name", "years"} <= feast.keys() or greeting.get("dates"):
        return greeting
    here = f"greetings.{number}.feast"
    try:
        public = holidays.country_holidays(str(feast["country"]), years=feast["years"], language=LANGUAGE)
    except NotImplementedError:  # so says `holidays` of a country that it does not know
        raise HolidaysError(f"{here}: the feasts of {feast['country']} are not known; list its `dates`") from None
    named = {day for day, names in public.items() if feast["name"] in _names(names)}
    if not named:
        known = sorted({name for names in public.values() for name in _names(names)})
        raise HolidaysError(
            f"{here}: there is no {feast['name']!r} in {feast['country']}; there are: {', '.join(known)}"
        )
    return {**greeting, "dates": [day.isoformat() for day in _first_days(named)]}


def _names(said: str) -> list[str]:
    return [name.removesuffix(_ESTIMATED) for name in said.split("; ")]


def _first_days(named: set[date]) -> list[date]:
    return sorted(day for day in named if day - timedelta(days=1) not in named)
