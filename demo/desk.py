"""A running desk as the demonstration sees it: HTTP on this machine, and what only a desk brought up here shows."""

import ipaddress
import time
from typing import Any, Protocol
from urllib.parse import urlsplit

from transfer.desk import Answer, DeskError, HttpDesk


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


class RunningDesk(HttpDesk):
    """Refuses any address but this machine's: what follows are invented customers."""

    def __init__(self, url: str) -> None:
        if not is_loopback(url):
            raise DeskError(f"{url} is not on this machine. The demonstration only talks to a desk brought up here.")
        super().__init__(url)

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


__all__ = ["Answer", "Desk", "DeskError", "RunningDesk", "is_loopback"]
