"""The HTTP API of notify for everybody but staff, as OpenAPI 3.1: how customers are written to, subscriptions, what
one click of a mail program ends, and receipts of providers.

`python -m infra.openapi_notify`. A test holds the committed file, the code and the routes of the templates together.
"""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from infra.openapi import (
    FOLDER,
    SCHEMAS,
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
)
from services.notify.awaiting import CallRequest
from services.notify.choosing import WishesRequest
from services.notify.kinds import DECLINABLE, Kind
from services.notify.message import Channel
from services.notify.receipt import Plain
from services.notify.signup import SubscriptionRequest
from services.notify.subscriber import State
from shared.packs import LANGUAGES

NOTIFY = FOLDER / "notify.openapi.json"

Models = dict[str, type[BaseModel]]
Operations = Iterator[tuple[str, str, dict[str, Any]]]

_ID = {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$"}
_SECRET: dict[str, Any] = {"security": [{"secret": []}]}
_OPEN: dict[str, Any] = {"security": []}
_LANG = {"name": "lang", "in": "query", "schema": {"enum": list(LANGUAGES)}}


def document() -> dict[str, Any]:
    """The whole description."""
    models: Models = {}
    paths: dict[str, dict[str, Any]] = {}
    for operations in (_contact(models), _subscriptions(models), _one_click(), _receipts(models)):
        for method, path, made in operations:
            if "{" in path:
                made["responses"]["404"] = not_found(made["responses"]["4XX"])
            paths.setdefault(path, {})[method] = made
    told = "How customers and subscribers choose what they hear, and how providers tell what became of it."
    whole = described("Ahd: notify", f"{told} Refusals are problem+json (RFC 9457), on pages HTML.", paths, models)
    whole["components"]["schemas"] |= {"Wishes": _WISHES, "Offered": _OFFERED, "Subscription": _SUBSCRIPTION}
    return whole


def _contact(models: Models) -> Operations:
    """How the customer of a case is written to; the secret of the case opens it."""
    path, parameters = "/v1/contact/{number}", [_in_path("number", "The case's number, with or without hyphens.")]
    seen = answering(operation("contact", None, models, "How its customer is written to."), "Wishes")
    yield "get", path, {**seen, **_SECRET, "parameters": parameters}
    chosen = operation("choose", WishesRequest, models, "All wishes at once; what is left out is as for everybody.")
    yield "put", path, {**answering(chosen, "Wishes"), **_SECRET, "parameters": parameters}
    called = operation("chooseCall", CallRequest, models, "When they are called, or that they are not.")
    yield "post", f"{path}/calls", {**answering(called, "Wishes"), **_SECRET, "parameters": parameters}


def _subscriptions(models: Models) -> Operations:
    here = "/v1/subscriptions"
    offered = operation("offered", None, models, "What there is to subscribe to.")
    yield "get", here, {**answering(offered, "Offered"), **_OPEN, "parameters": [_LANG]}
    asked = operation(
        "subscribe", SubscriptionRequest, models, "A link is sent, and nothing else until it is opened."
    )
    yield "post", here, {**_taken(asked), **_OPEN}
    parameters = [_in_path("subscriber", "As it stands in the link that was sent.")]
    for method, way, name, told in (
        ("get", "", "subscription", "What a link is about; its token is the bearer. Nothing changes."),
        ("post", "/confirmation", "confirm", "Whoever got the link wants it. Twice is once."),
        ("post", "/end", "end", "They want no more, and are forgotten. Twice is once."),
    ):
        made = answering(operation(name, None, models, told), "Subscription")
        yield method, f"{here}/{{subscriber}}{way}", {**made, **_SECRET, "parameters": parameters}


def _one_click() -> Operations:
    """What `List-Unsubscribe` of a mail leads to (RFC 8058): opened it asks, sent it acts."""
    token = _in_path("token", "Opens this and nothing else.")
    stop = [_in_path("number", "The case's number."), _in_path("kind", "What it stops.", list(DECLINABLE)), token]
    end = [_in_path("subscriber", "As it stands in the link."), token]
    for name, path, parameters, asks, acts in (
        (
            "stop",
            "/contact/stop/{number}/{kind}/{token}",
            stop,
            "Whether to stop this kind.",
            "This kind is stopped.",
        ),
        (
            "endSubscription",
            "/subscribe/end/{subscriber}/{token}",
            end,
            "Whether to end it.",
            "The subscription ends.",
        ),
    ):
        yield "get", path, _page(f"{name}Page", asks, parameters)
        acted = _page(name, acts, parameters)
        form = {"type": "object", "properties": {"List-Unsubscribe": {"enum": ["One-Click"]}}}
        acted["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
        yield "post", path, acted


def _receipts(models: Models) -> Operations:
    signature = {
        "name": "Desk-Signature",
        "in": "header",
        "required": True,
        "description": "The time in seconds since 1970, at most five minutes ago, and the HMAC-SHA256 of `<t>.<body>`"
        " in hexadecimals, under the key that `python -m infra.receipt_key <provider>` tells.",
        "schema": {"type": "string", "pattern": "^t=[0-9]{1,12},v1=[0-9a-f]{64}$"},
    }
    told = operation("receipt", Plain, models, "What became of a message, in the desk's own words.")
    provider = _in_path("provider", "As the key was made for.")
    yield "post", "/v1/receipts/{provider}", {**_taken(told), **_OPEN, "parameters": [provider, signature]}


def _in_path(name: str, told: str, one_of: list[str] | None = None) -> dict[str, Any]:
    schema = {"enum": one_of} if one_of else _ID
    return {"name": name, "in": "path", "required": True, "description": told, "schema": schema}


def _taken(made: dict[str, Any]) -> dict[str, Any]:
    """It answers 202: what comes of it is seen elsewhere."""
    made["responses"]["202"] = made["responses"].pop("200")
    return made


def _page(name: str, told: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    page = {"content": {"text/html": {"schema": TEXT}}}
    problem = {"application/problem+json": {"schema": {"$ref": f"{SCHEMAS}Problem"}}}
    told_why = "A page that says what is wrong, and what to do; a program at a wrong address gets a problem."
    refused = {"description": told_why, "content": {**page["content"], **problem}}
    return {
        "operationId": name,
        "summary": told,
        "security": [],
        "parameters": [*parameters, _LANG],
        "responses": {"200": {"description": told, **page}, "4XX": refused},
    }


_LANGUAGE = {"enum": list(LANGUAGES)}
_WAY = {"enum": list(get_args(Channel))}
_HOURS = of({"after": TEXT, "until": TEXT})
_WINDOW = {"since": WHEN, "until": WHEN}
_CALL = of(
    {
        "callback": TEXT,
        **_WINDOW,
        "chosen": {"type": "boolean"},
        "daily": {"type": "boolean"},
        "utc_offset": or_null({"type": "integer"}),
        "word": or_null(TEXT),
        "choices": many(of(_WINDOW)),
    }
)
_WISHES = of(
    {
        "number": TEXT,
        "language": _LANGUAGE,
        "ways": many(_WAY),
        "without": many(_WAY),
        "preferred": or_null(_WAY),
        "quiet": or_null(_HOURS),
        "zone": or_null(TEXT),
        "desk": of({"zone": TEXT, "quiet": or_null(_HOURS)}),
        "safe": or_null(of({"hours": _HOURS, "word": or_null(TEXT)})),
        "calls": many(_CALL),
        "kinds": many(
            of({"kind": {"enum": list(Kind)}, "declinable": {"type": "boolean"}, "stopped": {"type": "boolean"}})
        ),
    }
)
_CODES = many(TEXT)
_NAMED = many(of({"code": TEXT, "name": TEXT}))
_OFFERED = of({"themes": _NAMED, "communities": _NAMED})
_SUBSCRIPTION = of(
    {
        "state": {"enum": list(State)},
        "themes": _CODES,
        "communities": _CODES,
        "language": or_null(_LANGUAGE),
        "since": or_null(WHEN),
    }
)


if __name__ == "__main__":
    NOTIFY.parent.mkdir(parents=True, exist_ok=True)
    NOTIFY.write_text(in_full(document()), encoding="utf-8")
