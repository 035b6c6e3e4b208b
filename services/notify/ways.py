"""Ways as the table keeps them: for whom each has to be safe, so that it is so for whatever else leads there.

Encrypted, because that somebody needs safe contact is nobody's business: what is kept are numbers of cases, each to
be asked what its customer wishes for now.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from services.notify import notes
from services.notify.way import Way
from shared import vault
from shared.store import AlreadyExists, Cause, Conflict, Line, NotFound, retrying
from shared.tables import store


def identity(address: str) -> str:
    """What a number (E.164) or a mail address is known by."""
    return vault.mac_text("way", address.casefold())


def of(card: Mapping[str, Any]) -> tuple[str, ...]:
    """The number and the address on a customer's card."""
    return tuple(str(card[way]) for way in ("phone", "email") if card.get(way))


def sheltering(address: str) -> tuple[Way, tuple[str, ...]]:
    """This way as it was read, and for whom it has to be safe, whoever asked last at the end."""
    try:
        known = store().load(Way, identity(address))
    except NotFound:
        known = Way(id=identity(address))
    return known, _names(known)


def shelter(address: str, name: str, cause: Cause) -> None:
    """From now on it has to be safe for them, too."""

    def write() -> Way:
        try:
            known = store().load(Way, identity(address))
        except NotFound:
            return store().create(_with(Way(id=identity(address)), names=(name,)), [Line(notes.WayKnown())], cause)
        names = _names(known)
        if name in names:
            return known
        return store().change(_with(known, names=(*names, name)), [Line(notes.WayKnown())], cause)

    try:
        retrying(write)
    except AlreadyExists:
        retrying(write)


def rang_last(address: str) -> str:
    """Which message had its turn last, of those in neutral words; empty when none ever had."""
    try:
        return str(_content(store().load(Way, identity(address))).get("rang", ""))
    except NotFound:
        return ""


def give_turn(address: str, before: str, message: str, cause: Cause) -> None:
    """The turn is this message's, after that of `before`. Raises `Conflict` when another one had it since."""
    try:
        known = store().load(Way, identity(address))
    except NotFound:
        _first_turn(address, message, cause)
        return
    if _content(known).get("rang", "") != before:
        raise Conflict
    store().change(_with(known, rang=message), [Line(notes.WayKnown())], cause)


def _first_turn(address: str, message: str, cause: Cause) -> None:
    """Raises `Conflict` when another message of the first ones was quicker."""
    try:
        store().create(_with(Way(id=identity(address)), rang=message), [Line(notes.WayKnown())], cause)
    except AlreadyExists:
        raise Conflict from None


def _names(known: Way) -> tuple[str, ...]:
    return tuple(_content(known).get("names", ()))


def _content(known: Way) -> dict[str, Any]:
    return vault.decrypt(known.salt, Way.key(known.id), b64decode(known.sealed)) if known.sealed else {}


def _with(known: Way, **changed: Any) -> Way:
    salt = known.salt or vault.new_salt()
    sealed = vault.encrypt(salt, Way.key(known.id), {**_content(known), **changed})
    return known.model_copy(update={"salt": salt, "sealed": b64encode(sealed).decode()})
