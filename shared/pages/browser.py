"""What a service needs to talk with a browser that may have no JavaScript: forms, languages, cookies, headers."""

import base64
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie, SameSite
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from shared import ids
from shared.http import Desk, Problem, problem
from shared.logs import describe, log
from shared.pages import DEFAULT_LANGUAGE, LANGUAGES, asset_content, render
from shared.rules import pack
from shared.settings import settings
from shared.store import Conflict, NotFound
from shared.vault import Erased
from shared.wording import Speaker, speaker

_LANGUAGE_COOKIE: Final = "language"
_A_YEAR: Final = 365 * 24 * 3600
_MOST_BYTES: Final = 65_536
_MOST_FIELDS: Final = 100
# Control characters and direction overrides come along when text is pasted; nobody types them, nobody misses them.
_INVISIBLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

PAGE_HEADERS: Final[Mapping[str, str]] = {
    # Pages run no script at all; styles and pictures come from the desk itself; no other site may frame them.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Other sites learn nothing. Not `no-referrer`: under it browsers send `Origin: null` with a form, and
    # whether a form came from the desk's own pages could no longer be told.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    # Whoever sits at this machine next shall not find it with the back button.
    "Cache-Control": "no-store",
}
_CONTENT_TYPES: Final[Mapping[str, str]] = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


class BadForm(ValueError):
    """What was sent is not a form of ours, or too long for one."""


class Foreign(ValueError):
    """The form was sent by a page of another site."""


class Visit:
    """One request of a browser."""

    def __init__(self, event: APIGatewayProxyEventV2, service: str) -> None:
        self._event = event
        self._service = service
        kept, self._keeps = self.cookie(_LANGUAGE_COOKIE), False
        self.chose_language = kept in LANGUAGES
        self.language = str(kept) if self.chose_language else _preferred(event.headers.get("accept-language", ""))
        asked = (event.query_string_parameters or {}).get("lang", "")
        if asked in LANGUAGES:
            self.chose_language = True
            self.choose(asked)

    @property
    def t(self) -> Speaker:
        """The service's texts in the language of this visit."""
        return speaker(self._service, self.language)

    @property
    def path(self) -> str:
        return self._event.path

    def cookie(self, name: str) -> str | None:
        # AWS takes cookies out of the headers; other servers of the same events leave them there.
        pairs = self._event.cookies or str(self._event.headers.get("cookie", "")).split(";")
        for pair in pairs:
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return None

    def form(self) -> dict[str, str]:
        """The fields of the form that was sent, without control characters and with plain line ends.

        Raises `Foreign` when another site's page sent it (a browser says so), `BadForm` when it is not
        a form or has more than a form of ours could.
        """
        self._must_be_ours()
        kind = str(self._event.headers.get("content-type", ""))
        if kind.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise BadForm
        try:
            fields = parse_qsl(
                _body(self._event), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
            )
        except ValueError as error:
            raise BadForm from error
        return {name: cleaned(value) for name, value in fields}

    def posted(self) -> tuple[bytes, str]:
        """What was sent as it came, and its content type: for a form with files, in parts. Raises like `form`."""
        self._must_be_ours()
        return posted(self._event)

    def speaks(self, language: str) -> None:
        """Go on in `language`, if it is one of the desk's."""
        if language in LANGUAGES:
            self.language = language

    def choose(self, language: str) -> None:
        """The person wants `language`: it is theirs on later pages too."""
        self.speaks(language)
        self._keeps = self.language == language

    def page(
        self,
        template: str,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        cookies: list[Cookie] | None = None,
        **context: Any,
    ) -> Response[str]:
        """The page `template`, not to be kept by the browser, framed, or given scripts.

        `here` is where it is asked for in another language, when that is not this request's path.
        """
        shown = {"here": self.path, "desk": pack().title.into(self.language), **context}
        return Response(
            status_code=status,
            content_type="text/html; charset=utf-8",
            body=render(template, self.language, **shown),
            headers=PAGE_HEADERS,
            cookies=[*(cookies or []), *self._kept_language()],
        )

    def goes_on(self, location: str, cookies: list[Cookie] | None = None) -> Response[str]:
        """Like `see_other`; a language that was asked for in this request's address is not lost on the way."""
        return see_other(location, [*(cookies or []), *self._kept_language()])

    def say(
        self, status: HTTPStatus, subject: str, *texts: str, ways: tuple[tuple[str, str], ...] = (), here: str = ""
    ) -> Response[str]:
        """A page that only says the texts `<subject>.<text>`; `ways` are links and the texts on them."""
        return self.page(
            "kit/plain.html",
            status,
            title=self.t(f"{subject}.title"),
            paragraphs=[self.t(f"{subject}.{text}") for text in texts],
            ways=[(href, self.t(text)) for href, text in ways],
            here=here or self.path,
        )

    def _kept_language(self) -> list[Cookie]:
        if not self._keeps:
            return []
        return [cookie(_LANGUAGE_COOKIE, self.language, "/", max_age=_A_YEAR)]

    def _must_be_ours(self) -> None:
        site = self._event.headers.get("sec-fetch-site")
        if site is not None:
            if site not in {"same-origin", "none"}:
                raise Foreign
            return
        origin = self._event.headers.get("origin")
        if origin is not None and origin != _origin(settings().need("url")):
            raise Foreign


def number_of(said: str) -> str:
    """The number that a path names: nothing else may become part of a cookie or an address. Raises `NotFound`."""
    number = ids.heard(said)
    if not number:
        raise NotFound
    return number


def see_other(location: str, cookies: list[Cookie] | None = None) -> Response[str]:
    """Send the browser on with GET, leaving nothing of this request in its history."""
    return Response(
        status_code=HTTPStatus.SEE_OTHER,
        content_type="text/plain; charset=utf-8",
        body="",
        headers={**PAGE_HEADERS, "Referrer-Policy": "no-referrer", "Location": location},
        cookies=cookies,
    )


def cookie(name: str, value: str, path: str, *, max_age: int | None = None) -> Cookie:
    """A cookie no script can read. `value` must be of URL-safe letters: it is written as it is."""
    return Cookie(
        name,
        value,
        path=path,
        secure=settings().need("url").startswith("https:"),
        http_only=True,
        same_site=SameSite.LAX_MODE,
        max_age=max_age,
    )


def built_file(name: str) -> Response[bytes] | None:
    """A stylesheet or picture under its hashed name, to be kept for ever; None when there is none."""
    content = asset_content(name)
    if content is None:
        return None
    return Response(
        status_code=HTTPStatus.OK,
        content_type=_CONTENT_TYPES[name.rpartition(".")[2]],
        body=content,
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


class Pages(Desk):
    """A resolver that answers with pages, also when something goes wrong."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service
        self.not_found(self._missing)
        for refusal, answer in (
            (Foreign, lambda _error: self._say(HTTPStatus.FORBIDDEN, "kit.foreign", "why", "again")),
            (BadForm, lambda _error: self._say(HTTPStatus.BAD_REQUEST, "kit.unreadable", "why", "again")),
            (Conflict, lambda _error: self._refused(_CHANGED)),
            (Problem, self._refused),
            (NotFound, lambda _error: self._say(HTTPStatus.NOT_FOUND, "kit.missing", "check", "safe")),
            (Erased, lambda _error: self._say(HTTPStatus.GONE, "kit.erased", "why", "next")),
            (Exception, self._trouble),
        ):
            self.exception_handler(refusal)(answer)

    @property
    def visit(self) -> Visit:
        return Visit(self.current_event, self._service)

    def _say(self, status: HTTPStatus, subject: str, *texts: str) -> Response[str]:
        return self.visit.say(status, subject, *texts, ways=HOME)

    def _missing(self, _error: Exception) -> Response[str]:
        """A page for people; for programs that asked at a wrong address, what the API says."""
        refused = self.no_route()
        if "text/html" not in (self.current_event.headers.get("accept") or ""):
            return problem(refused)
        page = self._say(HTTPStatus(refused.status), "kit.missing", "check", "safe")
        page.headers.update(refused.headers)
        return page

    def _refused(self, refused: Problem) -> Response[str]:
        """A refusal in words for people; what it says to programs is in the log."""
        log().info("refused", status=refused.status, problem=refused.kind)
        subject = _REFUSALS.get(refused.status, "kit.refused")
        return self._say(HTTPStatus(refused.status), subject, "why", "again")

    def _trouble(self, error: Exception) -> Response[str]:
        log().error("unforeseen", error=describe(error))
        return self._say(HTTPStatus.INTERNAL_SERVER_ERROR, "kit.trouble", "not_you", "again")


_CHANGED: Final = Problem(HTTPStatus.CONFLICT, "changed-meanwhile", "Somebody changed this at the same moment.")
_REFUSALS: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: "kit.unreadable",
    HTTPStatus.CONFLICT: "kit.changed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "kit.unreadable",
    HTTPStatus.TOO_MANY_REQUESTS: "kit.enough",
}
"""What a page says to a refusal of this status; to any other, that it can't be used."""

HOME: Final = (
    ("/", "kit.footer.home"),
    ("/report", "kit.footer.report"),
    ("/follow", "kit.footer.follow"),
)


def _preferred(header: str) -> str:
    """The first of the desk's languages in an `Accept-Language`, weightiest first (RFC 9110, 12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for wish in header[:500].split(","):
        tag, _, parameter = wish.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if primary in LANGUAGES and weight > 0:
            wishes.append((-weight, primary))
    wishes.sort(key=lambda wish: wish[0])
    return wishes[0][1] if wishes else DEFAULT_LANGUAGE


def _body(event: APIGatewayProxyEventV2) -> str:
    body = event.body or ""
    if event.is_base64_encoded:
        try:
            body = base64.b64decode(body, validate=True).decode()
        except ValueError as error:  # neither base64, nor ASCII as base64 is, nor UTF-8
            raise BadForm from error
    if len(body) > _MOST_BYTES:
        raise BadForm
    return body


def posted(event: APIGatewayProxyEventV2) -> tuple[bytes, str]:
    """The body's bytes and its content type. Raises `BadForm` for base64 that is none."""
    body = event.body or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.is_base64_encoded else body.encode()
    except ValueError as error:
        raise BadForm from error
    return raw, str(event.headers.get("content-type") or "")


def cleaned(value: str) -> str:
    """Text without the control characters that come along when it is pasted, and with plain line ends."""
    return _INVISIBLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
