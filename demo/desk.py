"""A running desk as its callers see it: HTTP on this machine, asked again when it is busy."""

import ipaddress
import json
import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

AT_ONCE = 4
"""Requests under way at the same time."""

_TRIES = 8
_LONGEST_PAUSE = 5.0
_BUSY = frozenset({429, 502, 503, 504})


class DeskError(RuntimeError):
    """The desk can't be used; the message says what to do."""


@dataclass(frozen=True)
class Answer:
    """What the desk answered: status, and the body as JSON (None when it is none)."""

    status: int
    body: Any

    def need(self, *statuses: int) -> Any:
        """The body. Raises `DeskError` when the status is none of these."""
        if self.status not in statuses:
            raise DeskError(f"The desk answered {self.status}: {json.dumps(self.body, ensure_ascii=False)}")
        return self.body


class Desk(Protocol):
    """What the demonstration needs of a desk."""

    def ask(
        self, method: str, path: str, body: Any = None, *, bearer: str | None = None, key: str | None = None
    ) -> Answer:
        """Send a request. With a `key` it may safely be sent again."""

    def outbox(self) -> list[dict[str, Any]]:
        """Every SMS and mail the desk has sent: `to`, `subject`, `text`."""

    def token(self, role: str) -> str:
        """An access token of a member of staff."""

    def pause(self) -> None:
        """Let the desk work a moment."""


class RunningDesk:
    """A desk over HTTP. Refuses any address but this machine's: what follows are invented customers."""

    def __init__(self, url: str) -> None:
        if not is_loopback(url):
            raise DeskError(f"{url} is not on this machine. The demonstration only talks to a desk brought up here.")
        self.url = url.rstrip("/")
        limits = httpx.Limits(max_connections=AT_ONCE + 1)
        self._has_answered = False
        self._http = httpx.Client(base_url=self.url, timeout=60, limits=limits, trust_env=False)

    def ask(
        self, method: str, path: str, body: Any = None, *, bearer: str | None = None, key: str | None = None
    ) -> Answer:
        headers = {"content-type": "application/json"} if body is not None else {}
        if bearer is not None:
            headers["authorization"] = f"Bearer {bearer}"
        if key is not None:
            headers["idempotency-key"] = key
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(min(0.2 * 2**attempt, _LONGEST_PAUSE))
            try:
                answer = self._http.request(method, path, content=content, headers=headers)
            except httpx.TransportError as error:
                problem = f"{self.url} does not answer ({error!r}). Is the desk up? `make up` brings it up."
                if not self._has_answered:
                    break
                continue
            self._has_answered = True
            if answer.status_code not in _BUSY:
                return Answer(answer.status_code, _json(answer.text))
            problem = f"{self.url} stays busy: {answer.status_code} after {_TRIES} tries. `make status` tells more."
        raise DeskError(problem)

    def outbox(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.ask("GET", "/_desk/outbox.json").need(200)
        return messages

    def token(self, role: str) -> str:
        return str(self.ask("GET", "/_desk/tokens.json").need(200)[role])

    def pause(self) -> None:
        time.sleep(0.5)


def is_loopback(url: str) -> bool:
    """Whether this address can only be this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None
