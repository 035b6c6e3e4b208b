"""Several customers of one case: staff name a witness, a victim, whoever else it concerns, who gets a file."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import filing
from services.intake.filing import Person
from services.intake.handling import Act, Draft
from services.intake.notes import CustomerNamed
from services.intake.reported import CustomerClass
from shared import reach
from shared.http import Problem, Request, fault
from shared.reach import Contact, Name
from shared.store import Cause


class CustomerRequest(Request):
    """Who else has to do with the case, how they are reached, and what they are to it."""

    name: Name | None = None
    phone: Annotated[str, Field(min_length=3, max_length=32)] | None = None
    email: Annotated[str, Field(min_length=3, max_length=254)] | None = None
    classes: Annotated[tuple[CustomerClass, ...], Field(min_length=1, max_length=5)]
    language: Literal["en", "ar", "zh"] = "en"


def name_customer(draft: Draft, request: CustomerRequest) -> None:
    """They are in the file that their number or address leads to, or get one."""
    if draft.case.kind == "tip":
        raise Problem(409, "anonymous", "Of who is behind a tip nothing is kept.", "Key in a report of its own.")
    region = draft.pack.region
    card = Contact(
        phone=reach.phone(request.phone, region, "/phone") if request.phone else None,
        email=reach.email(request.email, "/email") if request.email else None,
    )
    contacts = filing.contacts_of(card.model_dump())
    if not contacts:
        raise fault("/phone", "no_contact", "Send a phone or an email; of whoever has neither, write a note.")
    classes = tuple(sorted(set(request.classes)))
    person = Person(request.name, contacts, request.language)
    # What the file says of it is told in its own chain, by whom and when; the case's says the rest.
    cause = Cause(draft.now, draft.by.id, f"case:{draft.case.id}")
    involved = filing.involve(draft.case, person, classes, cause, named=True)
    draft.extra += involved.items
    draft.tell(CustomerNamed(customer=involved.customer.id, classes=classes))


ACTS: dict[str, Act[Any]] = {
    "customers": Act("customer.name", CustomerRequest, name_customer, keyed=True, handles=False),
}
