"""A complaint as staff and as its customer see it. Pure but for the words of the pack."""

from typing import Any

from services.complaints import corrective, injury, ledger
from services.complaints.book import Book
from services.complaints.complaint import Complaint
from services.complaints.steps import is_for_customer
from shared import chain, ids, vault
from shared.promises import Promise, PromiseState, explanation
from shared.store import Audience, Recorded

_NAMES = {
    "answer": {"en": "You have an answer", "ar": "تصلك الإجابة", "zh": "您得到答复"},
    "settle": {"en": "The matter is settled", "ar": "تسوية المسألة", "zh": "问题解决"},
    "follow-up": {"en": "You hear from us", "ar": "نتواصل معك", "zh": "我们与您联系"},
    "visit": {"en": "Somebody comes to you", "ar": "زيارة ميدانية لك", "zh": "上门处理"},
    "return-visit": {"en": "We ask how it was", "ar": "نسألك عن رضاك", "zh": "回访"},
}


def facts(complaint: Complaint) -> dict[str, Any]:
    """What a worklist shows."""
    owed = next((one for one in complaint.promises if one.state is PromiseState.OPEN), None)
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
        "no_calls": complaint.no_calls,
        "about_the_same": complaint.number,
    }


def whole(complaint: Complaint, events: list[Recorded], book: Book) -> dict[str, Any]:
    """Everything there is, for staff who may read it."""
    rules, units = book.rules, book.pack.departments
    return {
        **facts(complaint),
        "language": complaint.language,
        "pack": complaint.pack,
        "facts": list(complaint.facts),
        "people": complaint.people,
        "claim": complaint.claim.model_dump() if complaint.claim else None,
        "earlier": [ids.spoken(one) for one in complaint.earlier],
        "ask_about_earlier": bool(complaint.earlier) and rules.second.ask_about_earlier,
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


def for_customer(complaint: Complaint, events: list[Recorded], book: Book) -> dict[str, Any]:
    """What the customer follows: state, timeline, and every promise made to them with why its date is that."""
    kind = book.rules.kind(complaint.kind)
    language = complaint.language
    return {
        "number": ids.spoken(complaint.id),
        "state": str(complaint.state),
        "kind": complaint.kind or None,
        "kind_name": kind.name.into(language) if kind else None,
        "grade": complaint.grade if kind else None,
        "language": language,
        "accepted": complaint.accepted.isoformat(),
        "answer_due": complaint.answer_due.isoformat(),
        "finding": complaint.finding if "answered" in complaint.happened else None,
        "calls": not complaint.no_calls,
        "to_confirm": [one for one in range(1, complaint.records + 1) if one not in complaint.confirmed],
        "timeline": [_line(event, complaint.salt) for event in events if event.audience == Audience.CUSTOMER],
        "promises": [promise(one, book, language) for one in complaint.promises if is_for_customer(one.name, book)],
    }


def promise(one: Promise, book: Book, language: str) -> dict[str, Any]:
    """A promise with the reason of its date. Who moved it is for staff."""
    step = book.step(one.name)
    names = _NAMES.get(one.name, {})
    told = explanation(one, book.calendar)
    for move in told["moves"]:
        del move["by"]
    return {
        "what": one.name,
        "name": step.name.into(language) if step else names.get(language, names.get("en", one.name)),
        "due": one.due.isoformat(),
        "state": one.state.value,
        "settled": one.settled.isoformat() if one.settled else None,
        "reason": one.reason,
        "clock": one.clock,
        "why": told["segments"],
        "explained": {key: told[key] for key in ("made", "rules", "agreed", "paused", "pauses", "moves")},
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
    private = event.private(salt)
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
