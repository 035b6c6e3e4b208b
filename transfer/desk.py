"""A desk as its callers see it: HTTP, asked again when it is busy, a few things at once."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

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


Given = TypeVar("Given")
Got = TypeVar("Got")


class HttpDesk:
    """A desk over HTTP."""

    def __init__(self, url: str) -> None:
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


def several(ask: Callable[[Given], Got], given: Iterable[Given]) -> Iterator[tuple[Given, Got]]:
    """Ask for each, a few at a time, in order; no more is taken from what is given than is about to be asked."""
    waiting: deque[tuple[Given, Future[Got]]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for one in given:
            waiting.append((one, pool.submit(ask, one)))
            if len(waiting) >= 2 * AT_ONCE:
                first, asked = waiting.popleft()
                yield first, asked.result()
        for one, asked in waiting:
            yield one, asked.result()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None
