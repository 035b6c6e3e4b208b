"""One address for the whole desk on this machine, and the pages that show what it does.

Everything goes to the emulator's HTTP API as it came, save `/_desk/`: what is where, what was sent to whom, and
staff tokens. Requests under another name than this machine's own are refused: a page elsewhere on the web must not
reach the desk by pointing its own name here.
"""

import argparse
import asyncio
import json
import logging
import os
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import parse_qs

import httpx
from hypercorn.asyncio import serve
from hypercorn.config import Config

from infra.local import outbox
from infra.local.deploy import STAFF_ROLES, Member, Staff, clients
from infra.local.note import Note
from infra.local.parent import told_to_stop
from infra.local.places import LOOPBACK, OWN_NAMES, Places, endpoint

logger = logging.getLogger("desk.front")

Scope = dict[str, Any]
Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Asked = Mapping[str, list[str]]

HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
BODY_LIMIT = 10 * 1024 * 1024
"""What an HTTP API takes."""
AT_ONCE = 2 * (os.cpu_count() or 1)
"""More would only start more workers, one process each, than this machine has processors."""
SHOWN = 200
_UNIT = re.compile(r"unit-[a-z0-9-]{1,40}")
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
UPSTREAM_SECONDS = 60


class NobodyLikeThat(ValueError):
    """No such member of staff can be; says what can."""


class Front:
    """The ASGI application."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.turn = asyncio.Semaphore(AT_ONCE)
        self.upstream: httpx.AsyncClient
        self._note: tuple[int, Note] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        note = self.note()
        if not OWN_NAMES.fullmatch(host):
            await _answer(
                send, HTTPStatus.MISDIRECTED_REQUEST, "text/plain", "This desk answers on this machine only."
            )
        elif scope["path"].startswith("/_desk"):
            await self._own(scope, note, send)
        elif note is None or not note.api:
            await _answer(send, HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", "The desk is being set up.", retry=2)
        else:
            await self._pass_on(scope, receive, send, note)

    def note(self) -> Note | None:
        """What is deployed; read again whenever it has been written."""
        try:
            written = self.places.desk.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if self._note is None or self._note[0] != written:
            note = Note.read(self.places)
            if note is None:
                return None
            self._note = (written, note)
        return self._note[1]

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=60)
        async with httpx.AsyncClient(timeout=UPSTREAM_SECONDS, limits=limits, trust_env=False) as self.upstream:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, note: Note) -> None:
        body = await _body(receive)
        if body is None:
            text = '{"message":"Request Entity Too Large"}'
            await _answer(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "application/json", text)
            return
        path = scope["raw_path"].partition(b"?")[0]
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        # As it came: httpx would resolve `..`, out of the API and into the emulator's own commands.
        target = f"/_aws/execute-api/{note.api}/$default".encode() + path + query
        headers = [(name, value) for name, value in scope["headers"] if name not in HOP_BY_HOP]
        headers.append((b"x-forwarded-for", scope["client"][0].encode()))
        headers.append((b"x-forwarded-proto", b"http"))
        request = httpx.Request(
            scope["method"],
            endpoint(note.emulator_port),
            headers=headers,
            content=body,
            extensions={"target": target, "timeout": httpx.Timeout(UPSTREAM_SECONDS).as_dict()},
        )
        async with self.turn:
            try:
                answer = await self.upstream.send(request, stream=True)
            except httpx.TransportError as unreachable:
                logger.warning("the emulator does not answer: %r", unreachable)
                text = f"The desk does not answer just now. Its logs are in {self.places.logs}."
                await _answer(send, HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", text, retry=1)
                return
            try:
                content = b"".join([part async for part in answer.aiter_raw()])
            finally:
                await answer.aclose()
        kept = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in HOP_BY_HOP]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        await send({"type": "http.response.body", "body": content})

    async def _own(self, scope: Scope, note: Note | None, send: Send) -> None:
        page = {
            "/_desk": self._where,
            "/_desk/": self._where,
            "/_desk/outbox": self._outbox,
            "/_desk/outbox.json": self._outbox_json,
            "/_desk/tokens": self._tokens,
            "/_desk/tokens.json": self._tokens_json,
        }.get(scope["path"])
        if page is None or note is None:
            await _answer(send, HTTPStatus.NOT_FOUND, "text/plain", "There is no such page.")
        elif scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", "These pages are only to be read.")
        else:
            asked = parse_qs(scope["query_string"].decode("ascii", "replace"))
            try:
                kind, text = await asyncio.to_thread(page, note, asked)
            except NobodyLikeThat as refusal:
                await _answer(send, HTTPStatus.BAD_REQUEST, "text/plain", str(refusal))
                return
            await _answer(send, HTTPStatus.OK, kind, text)

    def _where(self, note: Note, _asked: Asked) -> tuple[str, str]:
        rows = "".join(
            f"<tr><th scope=row>{escape(what)}<td><a href='{escape(path)}'>{escape(note.url + path)}</a></tr>"
            for what, path in PLACES_TO_GO.items()
        )
        logs = f"<tr><th scope=row>Logs of the functions</th><td>{escape(str(self.places.function_logs))}</td></tr>"
        state = f"<tr><th scope=row>State</th><td>{escape(str(self.places.state))}</td></tr>"
        return _page("What is where", f"<table>{rows}{logs}{state}</table>")

    def _outbox(self, note: Note, asked: Asked) -> tuple[str, str]:
        to = asked.get("to", [None])[0]
        messages = list(outbox.read(self.places.outbox, to))
        shown = [_shown(message, note.url) for message in reversed(messages[-SHOWN:])]
        form = (
            "<form><label>To this address or number "
            f"<input name=to value='{escape(to or '')}'></label> <button>Show</button></form>"
        )
        count = f"<p>{len(messages)} sent{', the newest ' + str(SHOWN) if len(messages) > SHOWN else ''}.</p>"
        return _page("Outbox", form + count + "".join(shown))

    def _outbox_json(self, _note: Note, asked: Asked) -> tuple[str, str]:
        to = asked.get("to", [None])[0]
        return "application/json", json.dumps(list(outbox.read(self.places.outbox, to)), ensure_ascii=False)

    def _tokens(self, note: Note, asked: Asked) -> tuple[str, str]:
        rows = "".join(
            f"<tr><th scope=row>{escape(role)}</th><td><textarea readonly rows=4 cols=90>{escape(token)}"
            "</textarea></td></tr>"
            for role, token in self._fresh_tokens(note, asked).items()
        )
        how = (
            "<p>An access token for each role, good for an hour. Send it as <code>Authorization: Bearer …</code></p>"
        )
        options = "".join(f"<option>{role}" for role in STAFF_ROLES)
        form = (
            f"<form><label>Role <select name=role>{options}</select></label> "
            "<label>of the unit <input name=unit placeholder=unit-west></label> "
            "<label>who acts as <input name=as placeholder=branch-head></label> <button>Give a token</button></form>"
        )
        return _page("Staff tokens", f"{how}{form}<table>{rows}</table>")

    def _tokens_json(self, note: Note, asked: Asked) -> tuple[str, str]:
        return "application/json", json.dumps(self._fresh_tokens(note, asked))

    def _fresh_tokens(self, note: Note, asked: Asked) -> dict[str, str]:
        """A token for each role, or for the one member of staff who was asked for."""
        staff = Staff(note.pool, note.app_client, note.password)
        wanted = _member(asked)
        if wanted is None:
            return {role: staff.token(self._cognito, Member(role)) for role in STAFF_ROLES}
        staff.appoint_one(self._cognito, wanted)
        return {wanted.role: staff.token(self._cognito, wanted)}

    @cached_property
    def _cognito(self) -> Any:
        note = self.note()
        if note is None:
            raise RuntimeError("nothing is deployed")
        return clients(note.emulator_port)("cognito-idp")


def _member(asked: Asked) -> Member | None:
    """The member of staff that `role`, `unit` and `as` describe; None: nobody in particular."""
    (role, *more), units, acts_as = asked.get("role", [""]), asked.get("unit", []), asked.get("as", [])
    if not (role or units or acts_as):
        return None
    if role not in STAFF_ROLES or more:
        raise NobodyLikeThat(f"role is one of {', '.join(STAFF_ROLES)}, as in ?role=officer&unit=unit-west")
    if not all(_UNIT.fullmatch(one) for one in units):
        raise NobodyLikeThat("unit is a group such as unit-west, as departments.yaml of the pack names it")
    if not all(_CODE.fullmatch(one) for one in acts_as):
        raise NobodyLikeThat("as is a role of the pack such as branch-head, as its roles.yaml names it")
    return Member(role, tuple(sorted(set(units))), tuple(sorted(set(acts_as))))


PLACES_TO_GO = {
    "Report something": "/report",
    "Complain": "/complain",
    "Follow my case": "/follow",
    "Safety news": "/subscribe",
    "Categories, as JSON": "/v1/categories",
    "Outbox of mail and text messages": "/_desk/outbox",
    "The same, as JSON": "/_desk/outbox.json",
    "A token per staff role": "/_desk/tokens",
    "The same, as JSON ": "/_desk/tokens.json",
}

PAGE = Template("""<!doctype html>
<html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>$title - Ahd</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; color: #0b0c0c }
nav a { margin-right: 1rem } th { text-align: left; padding-right: 1rem; vertical-align: top }
article { border: 1px solid #b1b4b6; padding: 0 1rem; margin: 1rem 0 } pre { white-space: pre-wrap }
iframe { width: 100%; height: 24rem; border: 1px solid #b1b4b6 }
</style>
<nav>
<a href="/_desk/">What is where</a><a href="/_desk/outbox">Outbox</a><a href="/_desk/tokens">Staff tokens</a>
</nav>
<h1>$title</h1>
$body
</html>
""")
SAFE = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-src 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
]


def _page(title: str, body: str) -> tuple[str, str]:
    return "text/html", PAGE.substitute(title=escape(title), body=body)


def _shown(message: dict[str, Any], url: str) -> str:
    headers = "".join(f"<br>{escape(name)}: {escape(value)}" for name, value in message["headers"].items())
    what = "Mail" if message["channel"] == "mail" else "Text message"
    html = f"<iframe sandbox srcdoc='{escape(message['html'])}' title='As HTML'></iframe>" if message["html"] else ""
    files = "".join(
        f"<details><summary>{escape(file['name'])}, {escape(file['kind'])}</summary><pre>{escape(file['text'])}</pre>"
        "</details>"
        for file in message.get("files", ())
    )
    return (
        f"<article><h2 dir=auto>{escape(message['subject'] or what)}</h2>"
        f"<p>{what} to {escape(', '.join(message['to']))} from {escape(message['sender'])},"
        f" <time>{escape(message['at'])}</time>{headers}</p>"
        f"<pre dir=auto>{_linked(message['text'], url)}</pre>{html}{files}</article>"
    )


def _linked(text: str, url: str) -> str:
    """Only links into this desk can be followed."""
    parts = re.split(rf"({re.escape(url)}/[^\s<>\"']*)", text)
    return "".join(
        f"<a href='{escape(part)}'>{escape(part)}</a>" if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


async def _body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > BODY_LIMIT:
            return None
        if not event.get("more_body"):
            return bytes(body)


async def _answer(send: Send, status: HTTPStatus, kind: str, text: str, retry: int | None = None) -> None:
    content = text.encode()
    headers: Headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(content)).encode()),
        *SAFE,
    ]
    if retry is not None:
        headers.append((b"retry-after", str(retry).encode()))
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _serve(places: Places) -> None:
    front = Front(places)
    note = front.note()
    if note is None:
        raise SystemExit(f"{places.state} holds no desk")
    config = Config()
    config.bind = [f"{LOOPBACK}:{note.port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 5
    config.include_server_header = False
    config.include_date_header = False
    config.loglevel = "WARNING"
    await serve(front, config, shutdown_trigger=told_to_stop)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    asyncio.run(_serve(Places(parser.parse_args().state.resolve())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
