"""Public holidays as dates, computed while a pack is compiled, so that nothing computes them at run time.

A pack's calendar may say where and for which years instead of listing dates:

    holidays:
      country: CN                 # ISO 3166 code, as the `holidays` library knows it
      subdivision: null           # state, province or emirate, where it has holidays of its own
      years: [2026, 2027]
      language: en_US             # of the names; the country's own when it offers no such language
      own: {"2026-06-01": "Founders' Day"}
      make_up_hours: [["09:00", "18:00"]]   # hours of weekend days worked in exchange for a bridging day

Islamic dates ahead of their announcement are estimates, and their names say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import holidays

KEYS = ("country", "subdivision", "years", "language", "own", "make_up_hours")
LANGUAGE = "en_US"


class HolidaysError(ValueError):
    """A description of public holidays that cannot be computed; the message names the key."""


def closed_days(spec: Mapping[str, Any]) -> dict[str, str]:
    """Give the holidays as {"2026-12-02": "National Day"}, in order of date. Raises HolidaysError."""
    found = {on.isoformat(): name for on, name in _public(spec).items() if on.year in spec["years"]}
    for on, name in (spec.get("own") or {}).items():
        found[_date(on).isoformat()] = str(name)
    return dict(sorted(found.items()))


def make_up_days(spec: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give weekend days that are worked in exchange, as a calendar's `overrides`.

    None unless `make_up_hours` says what is worked on them. Raises HolidaysError.
    """
    hours = spec.get("make_up_hours")
    if not hours:
        return {}
    worked = sorted(on for on in _public(spec).weekend_workdays if on.year in spec["years"])
    return {on.isoformat(): {"name": "make-up working day", "hours": hours} for on in worked}


def with_public_holidays(calendar: Mapping[str, Any]) -> dict[str, Any]:
    """Give the calendar's data with its description of holidays replaced by dates.

    Dates that the calendar overrides itself keep their own hours. Raises HolidaysError.
    """
    spec = calendar.get("holidays")
    if not isinstance(spec, Mapping) or not spec.keys() & set(KEYS):
        return dict(calendar)
    compiled = {**calendar, "holidays": closed_days(spec)}
    worked = make_up_days(spec)
    if worked:
        own = {str(on): value for on, value in (calendar.get("overrides") or {}).items()}
        compiled["overrides"] = dict(sorted({**worked, **own}.items()))
    return compiled


def _public(spec: Mapping[str, Any]) -> holidays.HolidayBase:
    if unknown := sorted(set(spec) - set(KEYS)):
        raise HolidaysError(f"holidays.{unknown[0]} is not a key here; known are {', '.join(KEYS)}")
    country, subdivision, years = spec.get("country"), spec.get("subdivision"), spec.get("years")
    if not isinstance(years, list) or not years or not all(type(year) is int for year in years):
        raise HolidaysError(f"holidays.years must list years, such as [2026, 2027]; got {years!r}")
    try:
        kind = holidays.country_holidays(str(country), subdiv=subdivision)
    except NotImplementedError:  # so says `holidays` of a country that it does not know
        where = f"{country}/{subdivision}" if subdivision else f"{country}"
        raise HolidaysError(
            f"holidays.country: the public holidays of {where} are not known; "
            "leave it out and list the dates under `closed`"
        ) from None
    wanted = spec.get("language") or LANGUAGE
    language = wanted if wanted in kind.supported_languages else kind.default_language
    return holidays.country_holidays(str(country), subdiv=subdivision, years=years, language=language)


def _date(on: object) -> date:
    if isinstance(on, date):
        return on
    try:
        return date.fromisoformat(str(on))
    except ValueError:
        raise HolidaysError(f"holidays.own: {on!r} is not a date; write it as 2026-12-02") from None
