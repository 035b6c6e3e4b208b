"""HTTP for other services' apps: Open311 GeoReport v2 at `/open311/v2`, in JSON and XML, its errors too."""

import base64
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import Any, get_args

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from services.intake import georeport, lodging, publishing
from services.intake.case import Case
from services.intake.georeport import FORMATS, LISTED_AT_ONCE, MOST, Format, NotUnderstood, ServiceRequest, Status
from services.intake.photo import NotAPhoto
from services.intake.posted import Form, NotAForm, form, query
from shared import ids
from shared.clock import utc_now
from shared.http import UNKNOWN_ROUTE, Desk, Problem
from shared.logs import describe, log
from shared.packs import LANGUAGES, Category
from shared.rules import calendar, pack
from shared.settings import settings
from shared.store import Conflict, NotFound
from shared.tables import store

ROOT = "/open311/v2"
_REQUESTS = "service_requests"
_PRIVATE = {"Cache-Control": "no-store"}
_BAD, _UNKNOWN, _FAILED = 400, 404, 500
_PASSED_ON = frozenset({403, _UNKNOWN})
_OURS = "Something went wrong on our side; please send it again."

_CALLED = {
    "/category": "service_code",
    "/contact/name": "first_name and last_name",
    "/contact/email": "email",
    "/contact/phone": "phone",
    "/place/address": "address_string",
    "/place/lat": "lat",
    "/place/long": "long",
    "/facts": "attribute",
}
"""What GeoReport calls the fields of a report."""


def _of_problem(refused: Problem) -> tuple[int, Iterable[str]]:
    faults = refused.body.get("faults")
    if faults:
        return _BAD, [f"{_CALLED.get(one['pointer'], one['pointer'].strip('/'))}: {one['message']}" for one in faults]
    status = refused.status if refused.status in _PASSED_ON or refused.status >= _FAILED else _BAD
    return status, [" ".join(filter(None, (refused.body["title"], refused.body.get("detail"))))]


def _unforeseen(error: Exception) -> tuple[int, Iterable[str]]:
    log().error("unforeseen", error=describe(error))
    return _FAILED, [_OURS]


class GeoReport(Desk):
    """A desk whose refusals are GeoReport's."""

    def __init__(self) -> None:
        super().__init__()
        refusals: dict[type[Exception], Callable[[Any], tuple[int, Iterable[str]]]] = {
            Problem: _of_problem,
            NotFound: lambda _error: (_UNKNOWN, ["There is no such service, request or token."]),
            NotFoundError: lambda _error: (_UNKNOWN, ["There is nothing at this address."]),
            NotUnderstood: lambda error: (_BAD, [str(error)]),
            NotAForm: lambda error: (_BAD, [str(error)]),
            NotAPhoto: lambda error: (_BAD, [str(error)]),
            Conflict: lambda _error: (_FAILED, [_OURS]),
            Exception: _unforeseen,
        }
        for refusal, says in refusals.items():
            self.exception_handler(refusal)(lambda error, says=says: self._refuse(*says(error)))
        self.not_found(lambda _error: self._astray())

    def asked(self) -> Form:
        """The query. Raises `NotAForm`."""
        return Form(query(self.current_event.get("rawQueryString") or ""))

    def posted(self) -> Form:
        """The query, and in its place or beside it what was posted. Raises `NotAForm`."""
        body = self.current_event.get("body") or ""
        try:
            raw = base64.b64decode(body) if self.current_event.get("isBase64Encoded") else body.encode()
        except ValueError:
            raise NotAForm("The body can't be read.") from None
        sent = form(raw, self.current_event.headers.get("content-type") or "")
        return Form({**self.asked().fields, **sent.fields}, sent.files)

    def language(self, asked: Form) -> str:
        language = asked.one("lang") or "en"
        if language not in LANGUAGES:
            raise NotUnderstood(f"lang is none of {', '.join(LANGUAGES)}.")
        return language

    def told(
        self, root: str, content: Any, form_: Format, status: int = 200, *, cached: bool = False
    ) -> Response[str]:
        kind, text = georeport.rendered(root, content, form_)
        headers = {"Cache-Control": "public, max-age=300"} if cached else _PRIVATE
        return Response(status_code=status, content_type=kind, body=text, headers=headers)

    def _astray(self) -> Response[str]:
        refused = self.no_route()
        said = self._refuse(refused.status, [str(refused.body.get("detail") or refused.body["title"])])
        said.headers.update(refused.headers)
        return said

    def _refuse(self, status: int, says: Iterable[str]) -> Response[str]:
        log().info("refused", status=status)
        form_: Format = "xml" if str(self.current_event.raw_path).endswith(".xml") else "json"
        return self.told("errors", georeport.error(status, says), form_, status)


handler = GeoReport()


@handler.get(f"{ROOT}/<name>")
def whole(name: str) -> Response[str]:
    what, form_ = _split(name)
    if what == "discovery":
        return handler.told("discovery", georeport.discovery(pack(), settings().need("url")), form_, cached=True)
    if what == "services":
        language = handler.language(handler.asked())
        offered = [georeport.service(one, pack(), language) for one in georeport.offered(pack())]
        return handler.told("services", offered, form_, cached=True)
    if what == "requests":
        return handler.told(_REQUESTS, _shapes(_found(handler.asked(), utc_now())), form_)
    raise UNKNOWN_ROUTE


@handler.get(f"{ROOT}/<collection>/<name>")
def one(collection: str, name: str) -> Response[str]:
    what, form_ = _split(name)
    if collection == "services":
        language = handler.language(handler.asked())
        return handler.told("service_definition", georeport.definition(_service(what), language), form_, cached=True)
    if collection == "tokens":
        case = lodging.called_for(what)
        identity = case.id if lodging.is_worked_off(case) else None
        return handler.told(_REQUESTS, [{"service_request_id": identity, "token": what}], form_)
    if collection == "requests":
        return handler.told(_REQUESTS, _shapes([_request(what)]), form_)
    raise UNKNOWN_ROUTE


@handler.post(f"{ROOT}/<name>")
def lodge(name: str) -> Response[str]:
    what, form_ = _split(name)
    if what != "requests":
        raise UNKNOWN_ROUTE
    posted = handler.posted()
    whose = lodging.caller(posted.one("api_key"))
    lodged = lodging.lodge(posted, whose, handler.idempotency_key(), utc_now(), handler.correlation())
    receipt, kind = lodged.receipt, lodged.category.open311
    refer = receipt.refer_to
    notice = " ".join(filter(None, (receipt.advice, f"{refer['name']}: {refer['phone']}" if refer else None)))
    given = {"service_notice": notice or None, "account_id": None}
    if kind == "realtime":
        given = {"service_request_id": receipt.number, **given}
    elif kind == "batch":
        given = {"token": lodged.token, **given}
    return handler.told(_REQUESTS, [given], form_, 201)


def _split(name: str) -> tuple[str, Format]:
    what, _, suffix = name.rpartition(".")
    form_ = next((form_ for form_ in FORMATS if form_ == suffix), None)
    if form_ is None or not what:
        raise Problem(_UNKNOWN, "unknown-format", "Addresses end in .json or .xml.")
    return what, form_


def _service(code: str) -> Category:
    found = next((one for one in georeport.offered(pack()) if one.code == code), None)
    if found is None:
        raise NotFound(code)
    return found


def _request(number: str) -> ServiceRequest:
    identity = ids.heard(number)
    shown = publishing.seen(store().load(Case, identity), pack()) if identity else None
    if shown is None:
        raise NotFound(number)
    return shown


def _found(asked: Form, now: datetime) -> list[ServiceRequest]:
    """The requests that were asked for, the newest first."""
    if wanted := georeport.several("service_request_id", asked.fields.get("service_request_id", [])):
        heard = [identity for number in wanted if (identity := ids.heard(number))]
        cases = store().load_many(Case, list(dict.fromkeys(heard))[:LISTED_AT_ONCE])
        return sorted(publishing.by_id(cases, pack()), key=lambda one: one.requested, reverse=True)
    first, last = georeport.span(_moment(asked, "start_date"), _moment(asked, "end_date"), now)
    codes = georeport.several("service_code", asked.fields.get("service_code", []))
    after, before = _moment(asked, "updated_after"), _moment(asked, "updated_before")
    size, page = _count(asked, "page_size", MOST), _count(asked, "page", 1)
    found = (
        one
        for one in publishing.newest(first, last, codes, _statuses(asked))
        if (after is None or one.updated >= after) and (before is None or one.updated <= before)
    )
    size = min(size, MOST)
    start = min((page - 1) * size, MOST)
    return list(islice(found, start, min(start + size, MOST)))


def _statuses(asked: Form) -> list[Status]:
    given = georeport.several("status", asked.fields.get("status", []))
    statuses = [status for status in get_args(Status) if status in {one.lower() for one in given}]
    if len(statuses) < len(set(given)):
        raise NotUnderstood("status is open or closed.")
    return statuses


def _moment(asked: Form, name: str) -> datetime | None:
    text = asked.one(name)
    return georeport.moment(name, text, calendar().zone) if text else None


def _count(asked: Form, name: str, otherwise: int) -> int:
    text = asked.one(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and int(text)):
        raise NotUnderstood(f"{name} is a number from 1 to {MOST}.")
    return int(text)


def _shapes(found: Iterable[ServiceRequest]) -> list[dict[str, Any]]:
    return [one.shape(pack(), calendar().zone) for one in found]
