"""The HTTP API of complaints as OpenAPI 3.1: customers, staff, and what is printed.

`python -m infra.openapi_complaints`. A test holds the committed file, the code and the routes of the templates
together.
"""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from infra.openapi import (
    AFTER,
    FOLDER,
    KEY,
    NOT_SIGNED_IN,
    TEXT,
    WHEN,
    answering,
    described,
    in_full,
    many,
    not_found,
    of,
    operation,
    or_null,
    says,
)
from services.complaints import accepting, following, staff
from services.complaints.complaint import Finding, State
from services.complaints.handling import Nothing
from services.complaints.working import CloseRequest
from shared.newdate import NewDate
from shared.packs import LANGUAGES
from shared.packs.parts import Grade
from shared.policy import PERMITS
from shared.promises import PromiseState
from shared.recalculating import PERMIT, RecalculateRequest
from shared.recalculation import Outcome

COMPLAINTS = FOLDER / "complaints.openapi.json"

_NUMBER = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The complaint's number, with or without hyphens.",
    "schema": {"type": "string"},
}


Models = dict[str, type[BaseModel]]
Operations = Iterator[tuple[str, str, dict[str, Any]]]

_STAFF: dict[str, Any] = {"security": [{"staff": []}]}
_SECRET: dict[str, Any] = {"security": [{"secret": []}]}
_LANG = {"name": "lang", "in": "query", "schema": {"enum": list(LANGUAGES), "default": "en"}}


def document() -> dict[str, Any]:
    """The whole description."""
    models: Models = {}
    paths: dict[str, dict[str, Any]] = {}
    for method, path, made in (*_citizens(models), *_staff(models), *_documents()):
        if path.startswith("/staff"):
            made["responses"]["401"] = NOT_SIGNED_IN
        if "{" in path:
            made["responses"]["404"] = not_found(made["responses"]["4XX"])
        paths.setdefault(path, {})[method] = made
    told = "What customers and staff do with a complaint. Refusals are problem+json (RFC 9457)."
    whole = described("Ahd: complaints", told, paths, models)
    whole["components"]["schemas"] |= _ANSWERS
    return whole


def _citizens(models: Models) -> Operations:
    here = "/v1/complaints"
    complain = operation("complain", accepting.ComplaintRequest, models, "A complaint is taken.", created=True)
    complain = answering(complain, "Receipt", "201")
    yield "post", here, {**complain, "security": [], "parameters": [KEY]}
    kinds = answering(operation("kinds", None, models, "What complaints can be about, and what is asked."), "Kinds")
    yield "get", f"{here}/kinds", {**kinds, "security": [], "parameters": [_LANG]}
    itself = operation("description", None, models, "This description.")
    known = {"name": "If-None-Match", "in": "header", "description": "The `ETag` of what is known.", "schema": TEXT}
    itself["responses"]["304"] = {"description": "What is known is still right."}
    yield "get", f"{here}/openapi.json", {**itself, "security": [], "parameters": [known]}
    follow = operation("follow", None, models, "State, timeline, and every promise with why its date is that.")
    yield "get", f"{here}/{{number}}", {**answering(follow, "Followed"), **_SECRET, "parameters": [_NUMBER]}
    for name, (model, act) in following.ACTS.items():
        made = answering(operation(name, model, models, says(act.__doc__ or model.__doc__)), "Followed")
        yield "post", f"{here}/{{number}}/{name}", {**made, **_SECRET, "parameters": [_NUMBER, KEY]}


def _staff(models: Models) -> Operations:
    here = "/staff/v1/complaints"
    role = {"name": "role", "in": "query", "description": "Those that this role has.", "schema": TEXT}
    clock = {
        "name": "clock",
        "in": "query",
        "description": "`still`: those of which every clock stands still, the longest first.",
        "schema": {"enum": ["running", "still"], "default": "running"},
    }
    owed = operation("owed", None, models, "What is owed, the soonest first; at most a page, and `next` behind it.")
    yield "get", here, {**answering(owed, "Worklist"), **_STAFF, "parameters": [role, clock, AFTER]}
    keyed = operation("keyIn", accepting.KeyedComplaintRequest, models, "A complaint is keyed in.", created=True)
    yield "post", here, {**answering(keyed, "KeyedReceipt", "201"), **_STAFF, "parameters": [KEY]}
    count = answering(operation("count", None, models, "How many are open and late."), "Count")
    yield "get", f"{here}/count", {**count, **_STAFF}
    leads: dict[str, Any] = {**_STAFF, "parameters": [AFTER], "x-roles": sorted(PERMITS[PERMIT])}
    preview = operation("previewRecalculation", None, models, "Which promises the rules of today would move; a page.")
    yield "get", f"{here}/recalculation", {**answering(preview, "Recalculation"), **leads}
    carried = operation("recalculate", RecalculateRequest, models, "Move those of a page, for a reason.")
    yield "post", f"{here}/recalculation", {**answering(carried, "Recalculation"), **leads}
    read = answering(operation("read", None, models, "The whole complaint."), "Complaint")
    yield "get", f"{here}/{{number}}", {**read, **_STAFF, "parameters": [_NUMBER]}
    move = answering(operation("movePromise", NewDate, models, says(NewDate.__doc__)), "Facts")
    promise = {"name": "name", "in": "path", "required": True, "schema": TEXT}
    yield (
        "post",
        f"{here}/{{number}}/promises/{{name}}/move",
        {**move, **_STAFF, "parameters": [_NUMBER, promise, KEY], "x-roles": sorted(PERMITS["complaint.decide"])},
    )
    for name, act in staff.ACTS.items():
        model = None if act.request is Nothing else act.request
        made = answering(
            operation(f"staff-{name}", model, models, says(act.do.__doc__ or act.request.__doc__)), "Facts"
        )
        if model is CloseRequest:
            made["requestBody"]["required"] = False
        allowed = {"parameters": [_NUMBER, KEY], "x-roles": sorted(PERMITS[act.permit]), "x-move": act.move.value}
        yield "post", f"{here}/{{number}}/{name}", {**made, **_STAFF, **allowed}


def _documents() -> Operations:
    here = "/staff/v1/documents/complaints/{number}"
    for name, path, kind, schema in (
        ("noticePage", f"{here}/notice", "text/html", TEXT),
        ("noticePdf", f"{here}/notice.pdf", "application/pdf", {**TEXT, "format": "binary"}),
    ):
        told = f"The rectification notice to print, as {kind}; 404 where none is issued."
        made = operation(name, None, {}, told)
        made["responses"]["200"]["content"] = {kind: {"schema": schema}}
        roles = sorted(PERMITS["complaint.read"])
        yield "get", path, {**made, **_STAFF, "parameters": [_NUMBER, _LANG], "x-roles": roles}


_YES_OR_NO = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0}
_ANY = {"type": "object"}
_TEXTS, _THINGS = many(TEXT), many(_ANY)
_GRADE = {"enum": list(get_args(Grade))}
_FINDING = or_null({"enum": list(get_args(Finding))})
_STATE = {"enum": [str(one) for one in State]}
_PROMISE = {
    "what": TEXT,
    "name": TEXT,
    "due": WHEN,
    "state": {"enum": [one.value for one in PromiseState]},
    "settled": or_null(WHEN),
    "reason": or_null(TEXT),
    "clock": or_null(_ANY),
    "why": _THINGS,
    "explained": of(
        {
            "made": WHEN,
            "rules": or_null(TEXT),
            "agreed": _YES_OR_NO,
            "paused": _YES_OR_NO,
            "pauses": many(of({"from": WHEN, "to": or_null(WHEN), "reason": TEXT})),
            "moves": many(of({"at": WHEN, "by_rules": _YES_OR_NO, "reason": TEXT, "from": WHEN, "to": WHEN})),
            "appointment": _YES_OR_NO,
        }
    ),
}
_FACTS = {
    **dict.fromkeys(("number", "case", "category", "channel", "held_by"), TEXT),
    **dict.fromkeys(("kind", "taken_by", "owed_by"), or_null(TEXT)),
    "state": _STATE,
    "grade": _GRADE,
    "accepted": WHEN,
    "answer_due": WHEN,
    "finding": _FINDING,
    "rung": _COUNT,
    "owed_until": or_null(WHEN),
    "standing_still": _TEXTS,
    "no_calls": _YES_OR_NO,
    "erased": _YES_OR_NO,
}
_TAKEN = {"number": TEXT, "state": _STATE, "kind": or_null(TEXT), "grade": or_null(_GRADE), "answer_due": WHEN}
_ANSWERS = {
    "Receipt": of({**_TAKEN, "secret": TEXT, "follow": of({"page": TEXT, "api": TEXT, "how": TEXT})}),
    "KeyedReceipt": of({**_TAKEN, "follow": of({"how": TEXT}), "hand_over": or_null(TEXT)}),
    "Kinds": of(
        {
            "kinds": many(of({"code": TEXT, "parent": or_null(TEXT), "name": TEXT})),
            "questions": many(of({"fact": TEXT, "ask": TEXT})),
            "reference": or_null(of({"name": TEXT, "required": _YES_OR_NO})),
            "desk": TEXT,
        }
    ),
    "Followed": of(
        {
            **{name: _FACTS[name] for name in ("number", "state", "kind", "accepted", "answer_due", "finding")},
            "kind_name": or_null(TEXT),
            "grade": or_null(_GRADE),
            "language": {"enum": list(LANGUAGES)},
            **dict.fromkeys(("calls", "contactable", "reached_here"), _YES_OR_NO),
            "to_confirm": many(_COUNT),
            "allowed": many({"enum": list(following.ACTS)}),
            **dict.fromkeys(("rounds", "rounds_left"), _COUNT),
            "timeline": many(
                of(
                    {
                        "at": WHEN,
                        "what": TEXT,
                        "facts": _ANY,
                        "text": or_null(TEXT),
                        "told": or_null(TEXT),
                    }
                )
            ),
            "promises": many(of(_PROMISE)),
        }
    ),
    "Facts": of(_FACTS),
    "Worklist": of({"complaints": many(of({**_FACTS, "late": _YES_OR_NO})), "next": or_null(TEXT)}),
    "Count": of(
        {
            **dict.fromkeys(("open", "late", "due_within_a_day", "standing_still"), _COUNT),
            "and_more": _YES_OR_NO,
        }
    ),
    "Complaint": of(
        {
            **_FACTS,
            "language": {"enum": list(LANGUAGES)},
            "pack": TEXT,
            **dict.fromkeys(("facts", "earlier", "investigators", "allowed"), _TEXTS),
            **dict.fromkeys(("people", "about_the_same", "round"), _COUNT),
            "claim": or_null(of({"minor": _COUNT, "currency": TEXT})),
            "ask_about_earlier": _YES_OR_NO,
            "documents": many(of({"name": TEXT, "department": or_null(TEXT)})),
            "guidance": or_null(TEXT),
            "promises": many(of({**_PROMISE, "role": TEXT, "rung": _COUNT})),
            "notice": or_null(_ANY),
            "corrective": or_null(
                of({"stage": TEXT, "contained": _YES_OR_NO, "sent_back": _COUNT, "allowed": _TEXTS})
            ),
            "injury": or_null(many(of({"item": TEXT, "role": or_null(TEXT), "done": _YES_OR_NO}))),
            "ledger": _THINGS,
            "events": many(of({"at": WHEN, "what": TEXT, "by": TEXT, "facts": _ANY, "private": _ANY})),
            "chain_whole": _YES_OR_NO,
        }
    ),
    "Recalculation": of(
        {
            "rules": TEXT,
            "rows": many(
                of(
                    {
                        "number": TEXT,
                        "outcome": {"enum": [str(one) for one in Outcome]},
                        "promise": or_null(TEXT),
                        "rung": _COUNT,
                        "from": or_null(WHEN),
                        "to": or_null(WHEN),
                    }
                )
            ),
            "met": _COUNT,
            "done": {"type": "number", "minimum": 0, "maximum": 1},
            "next": or_null(TEXT),
        }
    ),
}


if __name__ == "__main__":
    COMPLAINTS.parent.mkdir(parents=True, exist_ok=True)
    COMPLAINTS.write_text(in_full(document()), encoding="utf-8")
