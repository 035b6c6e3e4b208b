"""A promise as a page tells it: what, by when, whether it was kept, and why its date is that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.wording import Speaker, apart

_NOT_WORKED = frozenset({"night", "break"})


def promise_shown(promise: Mapping[str, Any], what: str, t: Speaker, zone: ZoneInfo) -> dict[str, Any]:
    """`promise` is the API's view of it, `what` its name in words."""
    still = next((one for one in promise.get("explained", {}).get("pauses", ()) if one["to"] is None), None)
    paused = still if promise["state"] == "open" else None
    note = t("why.still", start=t.when(_at(paused["from"]), zone), reason=apart(paused["reason"])) if paused else None
    return {
        "what": what,
        "due": t.when(_at(promise["due"]), zone),
        "state": "paused" if paused else promise["state"],
        "paused": note,
        "why": why_shown(promise, t, zone),
    }


def why_shown(promise: Mapping[str, Any], t: Speaker, zone: ZoneInfo) -> list[str]:
    """Why this date: how much time was promised, from when it counts, what did not count, how it was moved."""
    explained = promise.get("explained", {})
    lines = [t("why.agreed")] if explained.get("appointment") else _counted(promise, t, zone)
    for pause in explained.get("pauses", ()):
        if pause["to"] is not None:
            start, end = (t.when(_at(pause[edge]), zone) for edge in ("from", "to"))
            lines.append(t("why.stood", start=start, end=end, reason=apart(pause["reason"])))
    lines += [_moved(move, t, zone) for move in explained.get("moves", ())]
    return list(dict.fromkeys(lines))


def _counted(promise: Mapping[str, Any], t: Speaker, zone: ZoneInfo) -> list[str]:
    segments, explained = promise["why"], promise.get("explained", {})
    lines = [t(f"clock.{unit}", count=count) for unit, count in promise["clock"].items()]
    if segments:
        lines.append(t("why.from", start=t.when(_at(segments[0]["from"]), zone)))
    if explained.get("agreed"):
        return lines  # the date it has now was set as a date: nothing was counted up to it
    if any(segment.get("reason") in _NOT_WORKED for segment in segments):
        lines.append(t("why.hours"))
    for segment in segments:
        paused = segment["kind"] == "paused"
        reason = "paused" if paused else segment.get("reason")
        if reason in {*_NOT_WORKED, None} or (paused and explained):
            continue
        start, end = (_at(segment[edge]) for edge in ("from", "to"))
        key = "special" if segment["kind"] == "run" else reason
        lines.append(t(f"why.{key}", days=t.days(start, end, zone), name=apart(segment.get("name", ""))))
    return lines


def _moved(move: Mapping[str, Any], t: Speaker, zone: ZoneInfo) -> str:
    was, due = (t.when(_at(move[edge]), zone) for edge in ("from", "to"))
    reason = t("why.by_rules") if move.get("by_rules") else apart(move["reason"])
    return t("why.moved", was=was, due=due, reason=reason)


def _at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
