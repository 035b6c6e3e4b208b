"""A case as its customer sees it, as tables for a terminal."""

import re
from datetime import datetime
from typing import Any

from rich.table import Table

Shown = dict[str, Any]

_DAY = 86_400
_HOUR = 3_600


def timeline(view: Shown) -> Table:
    """What happened, when, and the words."""
    table = Table(title=f"Case {view['number']}: {view['category_name']}, {view['state']}", title_justify="left")
    for heading in ("when (UTC)", "what", "words and facts"):
        table.add_column(heading, overflow="fold")
    for line in view["timeline"]:
        facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in line["facts"].items())
        table.add_row(_moment(line["at"]), _in_words(line["what"]), "\n".join(filter(None, (line["text"], facts))))
    return table


def promises(view: Shown) -> Table:
    """What was promised, what became of it, and why on this date."""
    table = Table(title="Promises", title_justify="left")
    for heading in ("what", "due (UTC)", "state", "why this date"):
        table.add_column(heading, overflow="fold")
    for promise in view["promises"]:
        settled = f"{promise['state']} {_moment(promise['settled'])}" if promise["settled"] else promise["state"]
        table.add_row(promise["what"], _moment(promise["due"]), settled, _why(promise))
    return table


def _why(promise: Shown) -> str:
    clock = ", ".join(f"{amount} {unit.replace('_', ' ')}" for unit, amount in promise["clock"].items())
    return "\n".join([f"within {clock}:", *map(_segment, promise["why"])])


def _segment(segment: Shown) -> str:
    ran = "runs" if segment["kind"] == "run" else segment["kind"]
    because = " ".join(filter(None, (segment.get("reason"), segment.get("name"))))
    return (
        f"{_moment(segment['from'])} to {_moment(segment['to'])} {ran} {_length(segment['seconds'])}"
        f"{f' ({because})' if because and because != ran else ''}"
    )


def _length(seconds: float) -> str:
    days, rest = divmod(round(seconds), _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, seconds = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 s"


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%a %d %b %Y %H:%M:%S")


def _in_words(what: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", what).capitalize()
