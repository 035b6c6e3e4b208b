"""Being a Lambda function among others in one process: its settings, its clock, its clients, its caches.

The modules of the desk ask for these by functions of `shared`. While a world runs, every reference to one of those
functions, in whatever module, leads here and answers for the function whose turn it is. Nothing in the desk knows.
"""

import secrets
import sys
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from functools import cache
from hashlib import blake2b, shake_256
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, Protocol
from unittest.mock import patch

import structlog
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, BaseRouter
from greenlet import getcurrent, greenlet

from infra.services import SERVICES
from services.notify import ses
from services.notify.letter import Letter
from shared import aws, clock, logs, rules, seals, settings, tables, vault
from shared.settings import Settings
from shared.store import Store

NAMES = tuple(service.name for service in SERVICES)
URL = "https://desk.example"
DUTY_MAIL = "duty@example.org"
MAIL_FROM, NEUTRAL_FROM, SMS_SENDER = "desk@example.org", "post@example.net", "THE-DESK"


class Crash(BaseException):
    """The function is gone. Whatever it still tries to do, nothing comes of it."""


@dataclass
class Invocation:
    """One call of a function."""

    service: str
    function: str
    number: int
    ends: datetime
    skew: timedelta = timedelta()
    hurt: list[str] = field(default_factory=list)
    """What went wrong for it, in order: without any of it, it has to succeed."""
    dead: bool = False
    correlation: str = ""

    @property
    def name(self) -> str:
        return f"{self.service}.{self.function} #{self.number}"


def life_of(invocation: Invocation, run: Callable[[], None], parent: greenlet) -> greenlet:
    """The greenlet that a function runs in."""
    life = greenlet(run, parent=parent)
    life.invocation = invocation
    return life


def current() -> Invocation | None:
    """The function whose turn it is."""
    return getattr(getcurrent(), "invocation", None)


def here() -> Invocation:
    found = current()
    assert found is not None, "asked outside of any function"
    return found


class Host(Protocol):
    """What a running world answers for its functions."""

    entropy: Random
    packs: Path
    pack: str

    @property
    def now(self) -> datetime: ...
    def client(self, service: str, *, once: bool) -> Any: ...
    def desk_key(self, service: str) -> bytes: ...
    def logged(self, line: str) -> None: ...


class _Hosted:
    """The world that runs now. One at a time."""

    host: Host


_RULES: dict[tuple[Path, str], Any] = {}
"""Packs as they were read, kept from world to world: nothing changes them."""


def _settings() -> Settings:
    host, service = _Hosted.host, here().service
    return _settings_of(service, host.pack, str(host.packs))


@cache
def _settings_of(service: str, pack: str, packs: str) -> Settings:
    given = {
        "service": service,
        "table": service,
        "bus": "desk",
        "dead_letters": f"{service}-dead",
        "desk_key": f"{service}-desk-key",
        "url": URL,
        "pack": pack,
        "packs": packs,
        "mail_from": MAIL_FROM,
        "neutral_from": NEUTRAL_FROM,
        "sms_sender": SMS_SENDER,
        "duty_mail": DUTY_MAIL,
        "sms_countries": "GB",
        "receipts": "AhdNotify",
    }
    return Settings(**{name: given.get(name, "") for name in Settings.__dataclass_fields__})


def _store() -> Store:
    service = here().service
    return Store(_client("dynamodb"), service, f"ahd.{service}")


def _client(service: str) -> Any:
    return _Hosted.host.client(service, once=False)


def _client_once(service: str) -> Any:
    return _Hosted.host.client(service, once=True)


def _utc_now() -> datetime:
    return _Hosted.host.now + here().skew


def _desk_key() -> bytes:
    return _Hosted.host.desk_key(here().service)


def _chain_key() -> bytes:
    return vault.mac("chain")


def _compiled() -> Any:
    return rules_of(_Hosted.host)


def rules_of(host: Host) -> Any:
    """The pack that a world runs under."""
    known = _RULES.get((host.packs, host.pack))
    if known is None:
        known = _RULES[host.packs, host.pack] = rules._Rules(host.packs, host.pack)
    return known


def _seal_key(recipient: str) -> str:
    return f"key-of-{recipient}"


class _Cipher:
    """Stands for AES-GCM, which takes a sixth of a world's time: as unreadable, and sealed against change as well."""

    MODE_GCM = 11

    @classmethod
    def new(cls, key: bytes, mode: int, nonce: bytes) -> "_Cipher":
        assert mode == cls.MODE_GCM
        return cls(key, nonce)

    def __init__(self, key: bytes, nonce: bytes) -> None:
        self._key, self._nonce, self._bound = key, nonce, b""

    def update(self, bound: bytes) -> None:
        self._bound += bound

    def encrypt_and_digest(self, plain: bytes) -> tuple[bytes, bytes]:
        body = self._mixed(plain)
        return body, self._tag(body)

    def decrypt_and_verify(self, body: bytes, tag: bytes) -> bytes:
        if tag != self._tag(body):
            raise ValueError("MAC check failed")
        return self._mixed(body)

    def _mixed(self, text: bytes) -> bytes:
        stream = shake_256(self._key + self._nonce).digest(len(text))
        return (int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(text), "big")

    def _tag(self, body: bytes) -> bytes:
        return blake2b(self._nonce + self._bound + b"\x00" + body, key=self._key, digest_size=16).digest()


def _composed(letter: Letter, _sender: str, _to: Address) -> bytes:
    """Stands for a mail in its parts, which takes a fifth of a world's time: its words."""
    return f"{letter.subject}\n{letter.text}".encode()


_REPLACED: tuple[tuple[Any, Callable[..., Any]], ...] = (
    (settings.settings, _settings),
    (settings.seal_key, _seal_key),
    (tables.store, _store),
    (aws.client, _client),
    (aws.client_once, _client_once),
    (clock.utc_now, _utc_now),
    (vault._desk_key, _desk_key),
    (vault.chain_key, _chain_key),
    (rules._compiled, _compiled),
    (vault.aes, lambda: _Cipher),
    (ses.composed, _composed),
)


@cache
def handler_of(service: str, function: str) -> Any:
    """The real handler, as Lambda finds it."""
    module = "shared.relay" if function == "relay" else f"services.{service}.{function}"
    return import_module(module).handler


@cache
def _modules() -> tuple[Any, ...]:
    """Every module of the desk, loaded."""
    for service in SERVICES:
        for function in service.functions:
            import_module(function.module)
    return tuple(module for name, module in sys.modules.items() if name.split(".")[0] in {"shared", "services"})


class _Log:
    """Where log lines go."""

    def msg(self, line: str) -> None:
        _Hosted.host.logged(line)

    debug = info = warning = error = critical = exception = log = msg


@contextmanager
def in_memory() -> Iterator[None]:
    """The desk's modules speak with the world that `host` names, as long as this lasts."""
    instead = {id(original): stand_in for original, stand_in in _REPLACED}
    undo: list[tuple[Any, str, Any]] = []
    logs._configure()
    logging = structlog.get_config()
    for module in _modules():
        for name, value in list(vars(module).items()):
            if id(value) in instead:
                undo.append((module, name, value))
                setattr(module, name, instead[id(value)])
    structlog.configure(logger_factory=lambda *_: _Log(), cache_logger_on_first_use=False)
    entropy = {
        "secrets.token_bytes": lambda count=32: _Hosted.host.entropy.randbytes(count),
        "secrets.token_urlsafe": lambda count=32: _urlsafe(_Hosted.host.entropy.randbytes(count)),
        "uuid.uuid4": lambda: uuid.UUID(bytes=_Hosted.host.entropy.randbytes(16), version=4),
    }
    try:
        with patch.multiple(secrets, **_of("secrets", entropy)), patch.multiple(uuid, **_of("uuid", entropy)):
            yield
    finally:
        for module, name, value in undo:
            setattr(module, name, value)
        structlog.configure(**logging)


def _of(module: str, patches: dict[str, Any]) -> dict[str, Any]:
    return {name.partition(".")[2]: value for name, value in patches.items() if name.startswith(f"{module}.")}


def _urlsafe(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def hosted(host: Host) -> Iterator[None]:
    """`host` is the world that runs now; nothing is kept of another."""
    _Hosted.host = host
    forget()
    try:
        yield
    finally:
        forget()


def forget() -> None:
    """What a process keeps beside what is answered here."""
    seals._unwrap.cache_clear()
    seals._senders_keys.clear()


@contextmanager
def turn_over(invocation: Invocation) -> Iterator[None]:
    """Around letting others have their turn: powertools keeps what it resolves in places that all functions share."""
    resolver = handler_of(invocation.service, invocation.function)
    if not isinstance(resolver, ApiGatewayResolver):
        yield
        return
    kept, frames = dict(resolver.context), list(resolver.processed_stack_frames)
    event, context = BaseRouter.current_event, BaseRouter.lambda_context
    resolver.context.clear()
    try:
        yield
    finally:
        resolver.context.clear()
        resolver.context.update(kept)
        resolver.processed_stack_frames[:] = frames
        BaseRouter.current_event, BaseRouter.lambda_context = event, context
