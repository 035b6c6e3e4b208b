"""A complaint as staff and as its customer see it. Pure but for the words of the pack."""

from collections.abc import Collection
from typing import Any

from services.complaints import corrective, injury, ledger
from services.complaints.book import Book
from services.complaints.complaint import MOVES, VISIT, Complaint, Move, State
from services.complaints.steps import is_for_customer
from shared import chain, ids, vault
from shared.promises import Promise, explanation
from shared.store import Audience, Recorded


def facts(complaint: Complaint) -> dict[str, Any]:
    """What a worklist shows."""
    owed = min((one for one in complaint.promises if one.open), key=lambda one: (one.paused, one.due), default=None)
    return {
        "number": ids.spoken(complaint.id),
        "case": ids.spoken(complaint.case),
        "state": str(complaint.state),
        "category": complaint.category,
        "kind": complaint.kind or None,
        "grade": complaint.grade,
        "channel": complaint.channel,
        "accepted": complaint.accepted.isoformat(),
        "answer_due": complaint.answer_due.isoformat(),
        "finding": complaint.finding,
        "rung": complaint.rung,
        "held_by": complaint.holder,
        "taken_by": complaint.taker,
        "owed_by": owed.role if owed else None,
        "owed_until": owed.due.isoformat() if owed else None,
        "standing_still": sorted({one.name for one in complaint.promises if one.paused}),
        "no_calls": complaint.no_calls,
        "erased": complaint.salt is None,
    }


def whole(
    complaint: Complaint, events: list[Recorded], book: Book, earlier: Collection[str] | None = None
) -> dict[str, Any]:
    """Everything there is, for staff who may read it. `earlier` are those about the same matter that they may see.

    Whoever may not see one of them counts as if it did not exist.
    """
    seen = [one for one in complaint.earlier if earlier is None or one in earlier]
    rules, units = book.rules, book.pack.departments
    return {
        **facts(complaint),
        "language": complaint.language,
        "pack": complaint.pack,
        "facts": list(complaint.facts),
        "people": complaint.people,
        "claim": complaint.claim.model_dump() if complaint.claim else None,
        "earlier": [ids.spoken(one) for one in seen],
        "about_the_same": complaint.number - len(complaint.earlier) + len(seen),
        "ask_about_earlier": bool(seen) and rules.second.ask_about_earlier,
        "round": complaint.rounds,
        "investigators": list(complaint.investigators),
        "documents": [
            {"name": rules.documents[one].name.into("en"), "department": rules.documents[one].department}
            for one in rules.documents_for(complaint.kind)
        ],
        "guidance": _guidance(complaint, book),
        "allowed": [str(move) for move in complaint.possible(rules.rework.rounds)],
        "promises": [{**promise(one, book, "en"), "role": one.role, "rung": one.rung} for one in complaint.promises],
        "notice": complaint.notice.model_dump(mode="json") if complaint.notice else None,
        "corrective": _corrective(complaint),
        "injury": _injury(complaint, book),
        "ledger": [ledger.in_words(rules, units, entry, "en") for entry in complaint.ledger],
        "events": [_event(event, complaint.salt) for event in events],
        "chain_whole": chain.broken_at(vault.chain_key(), [event.facts for event in events], complaint.head) is None,
    }


def to_confirm(complaint: Complaint) -> tuple[int, ...]:
    """The records that wait for the customer's word."""
    return tuple(one for one in range(1, complaint.records + 1) if one not in complaint.confirmed)


def possible(complaint: Complaint, book: Book) -> tuple[str, ...]:
    """What its customer can do now."""
    reworkable = Move.REWORK in MOVES[complaint.state] and book.rounds_left(complaint.rounds) > 0
    can = {"confirm": bool(to_confirm(complaint)), "rework": reworkable, "wish": not complaint.no_calls}
    return tuple(act for act, may in can.items() if may)


def for_customer(
    complaint: Complaint, events: list[Recorded], book: Book, language: str | None = None
) -> dict[str, Any]:
    """What the customer follows: state, timeline, and every promise made to them with why its date is that.

    Names are in `language`, or in that of the complaint.
    """
    kind = book.rules.kind(complaint.kind)
    spoken = language or complaint.language
    return {
        "number": ids.spoken(complaint.id),
        "state": str(complaint.state),
        "kind": complaint.kind or None,
        "kind_name": kind.name.into(spoken) if kind else None,
        "grade": complaint.grade if kind else None,
        "language": complaint.language,
        "accepted": complaint.accepted.isoformat(),
        "answer_due": complaint.answer_due.isoformat(),
        "finding": complaint.finding if complaint.state in {State.ANSWERED, State.CLOSED} else None,
        "calls": not complaint.no_calls,
        "contactable": complaint.contactable,
        "reached_here": complaint.contactable and complaint.case == complaint.id,
        "to_confirm": list(to_confirm(complaint)),
        "allowed": list(possible(complaint, book)),
        "rounds": complaint.rounds,
        "rounds_left": book.rounds_left(complaint.rounds),
        "timeline": [_line(event, complaint.salt) for event in events if event.audience == Audience.CUSTOMER],
        "promises": [promise(one, book, spoken) for one in complaint.promises if is_for_customer(one.name, book)],
    }


def promise(one: Promise, book: Book, language: str) -> dict[str, Any]:
    """A promise with the reason of its date. Who moved it is for staff."""
    told = explanation(one, book.calendar)
    for move in told["moves"]:
        move["by_rules"] = move.pop("by") == "rules"
    return {
        "what": one.name,
        "name": book.called(one.name, language),
        "due": one.due.isoformat(),
        "state": one.state.value,
        "settled": one.settled.isoformat() if one.settled else None,
        "reason": one.reason,
        "clock": one.clock,
        "why": told["segments"],
        "explained": {
            **{key: told[key] for key in ("made", "rules", "agreed", "paused", "pauses", "moves")},
            "appointment": one.name == VISIT,
        },
    }


def _guidance(complaint: Complaint, book: Book) -> str | None:
    given = book.rules.guidance
    if given is None or complaint.finding is None:
        return None
    words = given.not_substantiated if complaint.finding == "not-substantiated" else given.substantiated
    return words.into(complaint.language)


def _corrective(complaint: Complaint) -> dict[str, Any] | None:
    action = complaint.corrective
    if action is None:
        return None
    return {
        "stage": str(action.stage),
        "contained": action.contained,
        "sent_back": action.sent_back,
        "allowed": [str(move) for move in corrective.allowed(action)],
    }


def _injury(complaint: Complaint, book: Book) -> list[dict[str, Any]] | None:
    if complaint.injury is None:
        return None
    return [
        {"item": str(task.item), "role": task.role, "done": task.done is not None}
        for task in injury.checklist(book.rules, complaint.injury)
    ]


def _event(event: Recorded, salt: str | None) -> dict[str, Any]:
    private = event.private(salt) if salt else {}
    private.pop("secret", None)  # the customer's alone
    return {
        "at": event.at.isoformat(),
        "what": event.type,
        "by": event.facts["actor"],
        "facts": event.data,
        "private": private,
    }


def _line(event: Recorded, salt: str | None) -> dict[str, Any]:
    private = event.private(salt)
    said = private.get("said", {})
    return {
        "at": event.at.isoformat(),
        "what": event.type.partition(".")[0],
        "facts": {key: value for key, value in event.data.items() if key in _SHOWN},
        "text": private.get("text") or (said.get("text") if isinstance(said, dict) else said),
        "told": private.get("told") or (said.get("told") if isinstance(said, dict) else None),
    }


_SHOWN = frozenset(
    {
        "answer_due", "at", "due", "finding", "now_due", "promise", "record", "records", "reached", "round",
        "was_due",
    }
)  # fmt: skip
