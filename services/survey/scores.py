"""Scores: answers counted as they come, by day, kind and category, so that reading them reads no answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.policy import Principal, require
from shared.rules import calendar
from shared.store import Item, add_to
from shared.tables import store

SCALES = ("satisfaction", "effort", "recommend")


def counting(about: str, category: str, at: datetime, answer: Mapping[str, Any]) -> Item:
    """The write that counts one answer."""
    amounts = {"answers": 1}
    for scale in SCALES:
        if answer.get(scale) is not None:
            amounts |= {f"{scale}_count": 1, f"{scale}_sum": int(answer[scale])}
    here = at.astimezone(calendar().zone)
    return add_to(store().table, (_month(here), f"{here:%Y-%m-%d}#{about}#{category}"), amounts)


def of_month(principal: Principal, month: datetime) -> list[dict[str, Any]]:
    """The counted answers of a month, a row for each day, kind and category, with their means."""
    require(principal, "score.read")
    here = store()
    return [_row(item) for item in here.partition(_month(month))]


def _month(at: datetime) -> str:
    return f"SCORES#{at:%Y-%m}"


def _row(item: Item) -> dict[str, Any]:
    day, about, category = item["sk"]["S"].split("#")
    row: dict[str, Any] = {
        "day": day,
        "about": about,
        "category": category,
        "answers": int(item["answers"]["N"]),
    }
    for scale in SCALES:
        if f"{scale}_count" in item:
            row[scale] = round(int(item[f"{scale}_sum"]["N"]) / int(item[f"{scale}_count"]["N"]), 2)
    return row
