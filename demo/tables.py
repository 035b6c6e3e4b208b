"""A case as its customer sees it, as tables for a terminal."""

import re
from collections import Counter
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
        table.add_row(promise["what"], _moment(promise["due"]), settled, why(promise))
    return table


def why(promise: Shown) -> str:
    """How long the promise's clock runs until it is due, and for what it stands still, each as a sum."""
    lengths: Counter[str] = Counter()
    for segment in promise["why"]:
        special = " ".join(filter(None, (segment.get("reason"), segment.get("name"))))
        lengths[special or segment["kind"]] += round(segment["seconds"])
    ran = lengths.pop("run", 0)
    stood = ", ".join(f"{reason} {_length(seconds)}" for reason, seconds in lengths.items())
    clock = ", ".join(f"{amount} {unit.replace('_', ' ')}" for unit, amount in promise["clock"].items())
    return f"within {clock}: the clock runs {_length(ran)}{f', stands still: {stood}' if stood else ''}"


def _length(seconds: int) -> str:
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, seconds = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 s"


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%a %d %b %H:%M:%S")


def _in_words(what: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", what).capitalize()
