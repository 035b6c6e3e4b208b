"""What staff say about how they are reached on duty."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from services.notify import notes, staffcard
from services.notify.countries import countries_of
from services.notify.duty import card_of_staff
from services.notify.staffcard import StaffCard
from shared import vault, written
from shared.http import Request, Text, fault
from shared.packs import LANGUAGES
from shared.policy import Principal, require
from shared.store import Cause, Line, NotFound, retrying
from shared.tables import store

_ID = re.compile(r"[A-Za-z0-9._@+-]{1,64}")


class CardRequest(Request):
    """How somebody is reached on duty. Nothing of it: they are not reached any more."""

    email: Annotated[Text, Field(max_length=254)] | None = None
    phone: Annotated[Text, Field(max_length=16)] | None = None
    preferred: Literal["sms", "email"] | None = None
    language: Literal["en", "ar", "zh"] = "en"


def read(principal: Principal, staff: str) -> dict[str, Any]:
    """Their own card; everybody's for those who lead."""
    staff = _whose(principal, staff)
    _, said = card_of_staff(staff)
    return _shown(staff, said)


def keep(principal: Principal, staff: str, request: CardRequest, cause: Cause) -> dict[str, Any]:
    """From now on they are reached like this."""
    staff = _whose(principal, staff)
    said = _checked(request).model_dump(exclude_none=True)
    nothing = request.email is None and request.phone is None

    def write() -> StaffCard:
        try:
            card = store().load(StaffCard, staff)
        except NotFound:
            fresh = StaffCard(id=staff, salt=None if nothing else vault.new_salt())
            return store().create(fresh, [_line(said, nothing=nothing)], cause)
        # A new salt each time: nobody has to be able to read how they were reached before.
        after = staffcard.forgotten(card) if nothing else card.model_copy(update={"salt": vault.new_salt()})
        return store().change(after, [_line(said, nothing=nothing)], cause)

    retrying(write)
    return _shown(staff, {} if nothing else said)


def _line(said: dict[str, Any], *, nothing: bool) -> Line:
    return Line(notes.StaffCardForgotten()) if nothing else Line(notes.StaffCardKept(), private=said)


def _whose(principal: Principal, staff: str) -> str:
    require(principal, "roster.contact")
    if staff == "mine":
        return principal.id
    if not _ID.fullmatch(staff):
        raise NotFound(staff)
    if staff != principal.id:
        require(principal, "roster.contact-others")
    return staff


def _checked(request: CardRequest) -> CardRequest:
    if request.email is not None:
        written.email(request.email, "/email")
    if request.phone is not None and not countries_of(written.phone(request.phone, "/phone")):
        raise fault(
            "/phone", "not_a_number", "No country has this code: send the number with + and the country code."
        )
    if request.preferred == "sms" and request.phone is None:
        raise fault("/preferred", "no_number", "They prefer SMS: send a telephone number too.")
    if request.preferred == "email" and request.email is None:
        raise fault("/preferred", "no_address", "They prefer email: send an email address too.")
    return request


def _shown(staff: str, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "staff": staff,
        "email": said.get("email"),
        "phone": said.get("phone"),
        "preferred": said.get("preferred"),
        "language": said.get("language", LANGUAGES[0]),
    }
