"""HTTP as the whole desk speaks it: JSON in, JSON out, and every refusal a problem+json (RFC 9457) that says
what is wrong, where, and what to do. Nothing that was sent in is repeated in a refusal or a log.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError

from shared import store, vault
from shared.clock import utc_now
from shared.logs import bind, describe, log
from shared.place import Place
from shared.policy import NotPermitted, Principal
from shared.settings import settings

BODY_LIMIT = 64 * 1024
"""Bytes. A long report is 4,000 characters; photos take another way."""

_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class Problem(Exception):
    """A refusal with its status and stable type. `faults` are `{pointer, code, message}`; `retry_after` seconds."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str | None = None,
        *,
        retry_after: int | None = None,
        **more: Any,
    ) -> None:
        super().__init__(kind)
        self.status, self.kind = status, kind
        self.headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
        self.body: dict[str, Any] = {
            "type": f"urn:ahd:problem:{kind}",
            "title": title,
            "status": status,
            **({"detail": detail} if detail else {}),
            **more,
        }


class Request(BaseModel):
    """A request's body: unknown fields are refused, text is trimmed, numbers in quotes are not numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True, defer_build=True)


def _readable(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("contains control characters; send plain text")
    if text and all(unicodedata.category(letter)[0] in "CZ" for letter in text):
        raise ValueError("says nothing that anybody can see; write it in words")
    return text


Text = Annotated[str, AfterValidator(_readable)]
"""Text a person wrote: any language, line breaks and tabs, but no control characters or direction overrides."""


_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
HORIZON = timedelta(days=3653)
"""Nothing at a desk is due, agreed or planned further ahead: ten years."""


def _within_bounds(at: datetime) -> datetime:
    if not _EARLIEST <= at <= utc_now() + HORIZON:
        raise ValueError("lies before 1900 or more than ten years ahead; send the date that is meant")
    return at.astimezone(UTC)


When = Annotated[AwareDatetime, AfterValidator(_within_bounds)]
"""A time a person sent, with its zone, in UTC from then on: not before 1900, not more than ten years ahead."""


class Desk(APIGatewayHttpResolver):
    """A resolver whose every answer, also to what nobody foresaw, is one the caller can work with."""

    MISSING: ClassVar = Problem(
        404,
        "not-found",
        "There is no such thing, or it is not yours to see.",
        "Check the number and the secret: you got both when you brought it, and with our message if it held a link.",
    )
    """What citizens are told of what is not there, or not theirs."""

    def __init__(self) -> None:
        super().__init__()
        for refusal, answer in _REFUSALS.items():
            self.exception_handler(refusal)(answer)
        self.exception_handler(store.NotFound)(self._missing)
        self.not_found(lambda _error: problem(self.no_route()))

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        request = event["requestContext"]
        bind(service=settings().service, correlation=request["requestId"])
        answer: dict[str, Any] = self.resolve(event, context)
        log().info(
            "answered",
            method=request["http"]["method"],
            route=event.get("routeKey"),
            status=answer["statusCode"],
        )
        return answer

    def _missing(self, _error: store.NotFound) -> Response[str]:
        return problem(_NOT_FOUND_BY_STAFF if self.current_event.path.startswith("/staff/") else self.MISSING)

    def no_route(self) -> Problem:
        """What is wrong with this address, or with the method that it was asked with."""
        path, routes = self.current_event.path, [*self._static_routes, *self._dynamic_routes]
        allowed = sorted({route.method for route in routes if route.rule.match(path)})
        if not allowed:
            return UNKNOWN_ROUTE
        named = ", ".join(allowed)
        refused = Problem(
            405, "wrong-method", "This address does not take this method.", f"It takes {named}.", allowed=allowed
        )
        refused.headers["Allow"] = named
        return refused

    def correlation(self) -> str:
        """What ties this request to everything it causes."""
        return str(self.current_event.request_context.request_id)

    def principal(self) -> Principal:
        """The member of staff who asks; the gateway has checked their token."""
        authorizer = self.current_event["requestContext"].get("authorizer", {})
        if "jwt" not in authorizer:
            raise Problem(401, "not-signed-in", "Sign in first.")
        return Principal.of(authorizer["jwt"]["claims"])

    def bearer(self) -> str:
        """The secret in `Authorization: Bearer …`; empty when there is none."""
        scheme, _, token = (self.current_event.headers.get("authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def idempotency_key(self) -> str | None:
        """The caller's `Idempotency-Key`, if they sent one. 8 to 128 visible ASCII characters."""
        key = self.current_event.headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise Problem(
                400,
                "bad-idempotency-key",
                "The Idempotency-Key can't be used.",
                "Send 8 to 128 visible ASCII characters, for example a random UUID.",
            )
        return key

    def needed_idempotency_key(self) -> str:
        """The key, where nothing else would notice that the same thing is sent twice."""
        key = self.idempotency_key()
        if key is None:
            raise no_key()
        return key

    def after(self) -> Place | None:
        """Where the page before ended, from `?after=`."""
        return self.going_on(Place.at_mark)

    def going_on(self, read: Callable[[str], T]) -> T | None:
        """Where to go on, from `?after=`, as `read` reads it; None when the first page is asked for."""
        mark = self.current_event.get_query_string_value("after", "")
        try:
            return read(mark) if mark else None
        except ValueError:
            raise bad_mark() from None

    def read(self, model: type[M]) -> M:
        """The body as `model`. Raises `Problem` with a pointer to each fault."""
        return parse(model, self._body())

    def _body(self) -> bytes:
        try:
            return body_of(self.current_event.decoded_body)
        except ValueError:  # base64 that is none, bytes that are no UTF-8
            raise Problem(400, "not-json", "The body is not UTF-8.", "Send JSON in UTF-8.") from None


def no_key() -> Problem:
    """Without an Idempotency-Key nothing here would notice that the same thing is sent twice."""
    return Problem(
        400,
        "no-idempotency-key",
        "An Idempotency-Key is needed here.",
        "Send a random UUID as the header Idempotency-Key; then nothing is taken twice.",
    )


def key_used(of: str = "command") -> Problem:
    """The Idempotency-Key came with another request before."""
    return Problem(
        422,
        "key-used-before",
        "This Idempotency-Key was used for another request.",
        f"Use a new key for a new {of}.",
    )


def bad_mark() -> Problem:
    """`?after=` is not what a page before answered as `next`."""
    return Problem(400, "bad-mark", "This is no place to go on from.", "Use `next` of the page before.")


def body_of(text: str | None) -> bytes:
    """A request body within the limit. Raises `Problem` 413, or 400 when there is none."""
    if not text:
        raise Problem(400, "no-body", "There is no body.", "Send a JSON object.")
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raise Problem(400, "not-json", "The body is not UTF-8.", "Send JSON in UTF-8.") from None
    if len(raw) > BODY_LIMIT:
        raise Problem(413, "too-large", "The body is too large.", f"Send at most {BODY_LIMIT // 1024} KiB.")
    return raw


def parse(model: type[M], raw: bytes) -> M:
    """JSON as `model`. Raises `Problem` 400 (not JSON) or 422 (each fault with its JSON pointer)."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Problem:
    """The faults of a body, each with where it is, without quoting what was sent."""
    details = error.errors(include_url=False, include_input=False)
    if any(detail["type"] == "json_invalid" for detail in details):
        return Problem(400, "not-json", "The body is not JSON.", "Send one JSON object in UTF-8.")
    faults = [
        {"pointer": pointer(detail["loc"]), "code": detail["type"], "message": _message(detail)} for detail in details
    ]
    return Problem(
        422,
        "invalid",
        "Some of this can't be used.",
        "Mend what each fault points to; nothing was stored.",
        faults=faults,
    )


def _message(detail: Mapping[str, Any]) -> str:
    """Of a text, what is too long is counted in letters, not in items."""
    bounds = detail.get("ctx", {})
    if detail["type"] == "too_long" and bounds.get("field_type") == "Value":
        return f"Write at most {bounds['max_length']} characters"
    return str(detail["msg"])


def fault(where: str, code: str, message: str) -> Problem:
    """One fault that only the desk itself can find, such as a category that does not exist."""
    return Problem(
        422,
        "invalid",
        "Some of this can't be used.",
        "Mend what each fault points to; nothing was stored.",
        faults=[{"pointer": where, "code": code, "message": message}],
    )


def pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def fingerprint(model: BaseModel) -> str:
    """What a request says, as a keyed hash: the same key with another request is a mistake to point out."""
    return vault.mac_text("fingerprint", model.model_dump_json())


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response[str]:
    return Response(
        status_code=status,
        content_type="application/json",
        body=json.dumps(body, ensure_ascii=False),
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def problem(refused: Problem) -> Response[str]:
    log().info("refused", status=refused.status, problem=refused.kind)
    return Response(
        status_code=refused.status,
        content_type="application/problem+json",
        body=json.dumps(refused.body, ensure_ascii=False),
        headers={"Cache-Control": "no-store", **refused.headers},
    )


UNKNOWN_ROUTE = Problem(404, "unknown-route", "There is nothing at this address.")
_NOT_FOUND_BY_STAFF = Problem(
    404,
    "not-found",
    "There is no such thing, or it is not yours to see.",
    "Check the number. Whoever something is about is not shown it.",
)
_BUSY = Problem(409, "changed-meanwhile", "Somebody changed this at the same moment.", "Read it again and try again.")
_ERASED = Problem(
    410,
    "erased",
    "What was said about this was erased.",
    "It was asked for, or the time for which it is kept is over. Nobody can bring it back.",
)
_BROKEN = Problem(
    500,
    "our-fault",
    "Something went wrong on our side.",
    "Please send it again with the same Idempotency-Key: nothing happens twice.",
)


def _not_permitted(error: NotPermitted) -> Response[str]:
    return problem(
        Problem(
            403,
            "not-permitted",
            "Your role may not do this.",
            str(error),
            action=error.action,
            roles=error.roles,
        )
    )


def _unforeseen(error: Exception) -> Response[str]:
    if isinstance(error, ServiceError):
        return problem(Problem(error.status_code, "refused", "This request can't be served."))
    log().error("unforeseen", error=describe(error))
    return problem(_BROKEN)


_REFUSALS: dict[type[Exception], Callable[[Any], Response[str]]] = {
    Problem: problem,
    store.Conflict: lambda _error: problem(_BUSY),
    NotPermitted: _not_permitted,
    vault.Erased: lambda _error: problem(_ERASED),
    NotFoundError: lambda _error: problem(UNKNOWN_ROUTE),
    Exception: _unforeseen,
}
