"""Pages that a link in a message opens: its secret moves into a cookie, out of the address (ADR 5).

The link is asked twice for that: a browser that does not bring the cookie the second time keeps none, and gets the
secret in its form instead.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from shared.pages.browser import Pages, Visit, cookie, number_of, see_other
from shared.store import NotFound

_SECRET = re.compile(r"[\w-]{8,128}", re.ASCII)
_TRIED: Final = "tried"
"""In the query of a link: this browser was given the cookie already."""


@dataclass(frozen=True)
class Key:
    """What opens one thing, and whether the page has to carry it because the browser does not."""

    number: str
    secret: str
    carried: bool

    @property
    def fields(self) -> dict[str, str]:
        """What the page's form carries."""
        return {"secret": self.secret} if self.carried else {}


def opened(
    pages: Pages, name: str, number: str, secret: str, show: Callable[[Visit, Key], Response[str]]
) -> Response[str]:
    """The link `/<name>/<number>/<secret>`: where the browser goes on, or what is shown where it keeps no cookie.

    Raises `NotFound`.
    """
    identity = number_of(number)
    if not _SECRET.fullmatch(secret):
        raise NotFound(identity)
    visit, query = pages.visit, pages.current_event.query_string_parameters or {}
    page, kept = f"/{name}/{identity}", {"lang": visit.language} if query.get("lang") == visit.language else {}
    if visit.cookie(name) == secret:
        return see_other(_address(page, kept))
    if _TRIED not in query:
        return see_other(_address(f"{page}/{secret}", {_TRIED: "1", **kept}), [cookie(name, secret, page)])
    return show(visit, Key(identity, secret, carried=True))


def key(visit: Visit, name: str, number: str, sent: Mapping[str, str]) -> Key:
    """From the form that was sent, or else from the cookie. Raises `NotFound`."""
    identity, secret = number_of(number), sent.get("secret") or visit.cookie(name)
    if not secret:
        raise NotFound(identity)
    return Key(identity, secret, carried="secret" in sent)


def _address(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
