"""Whether a telephone number, a mail address, a name can be one, and their one written form.

The libraries are in the packages of the services that take contacts, and are loaded when first needed: most requests
need only one of the two.
"""

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from shared.http import Request, Text, fault

_SHORTEST = 7
"""Digits after the country code. The few countries whose people have shorter numbers the library knows."""


def _a_name(name: str) -> str:
    # We write it into what we send: nobody shall send words of their own to others in our name.
    if "\n" in name or "\t" in name or "://" in name or "www." in name.lower():
        raise ValueError("must be a name in one line, without links")
    return name


Name = Annotated[Text, Field(min_length=1, max_length=120), AfterValidator(_a_name)]


class Contact(Request):
    """How to reach the customer. All of it may be left out: nobody has to give a name."""

    name: Name | None = None
    email: Annotated[Text, Field(min_length=3, max_length=254)] | None = None
    phone: Annotated[Text, Field(min_length=3, max_length=32)] | None = None
    preferred: Literal["sms", "email"] | None = None
    safe_to_write: bool | None = None
    """False: somebody else may read it. Then no message says who writes or why, from the first one on."""

    @property
    def at_risk(self) -> bool:
        """Whether a message that somebody else reads can harm them, as they say."""
        return self.safe_to_write is False

    def ways(self) -> dict[str, Any]:
        """Who they are and how they are reached, without what they said of it."""
        return self.model_dump(exclude={"safe_to_write"}, exclude_none=True)


def reachable(contact: Contact | None, region: str) -> Contact | None:
    """The contact in the form that providers take. Raises `Problem` 422 when it can't exist."""
    if contact is None:
        return None
    mail = email(contact.email, "/contact/email") if contact.email else None
    number = phone(contact.phone, region, "/contact/phone") if contact.phone else None
    if contact.preferred == "email" and not mail:
        raise fault("/contact/preferred", "no_address", "You prefer email: send an email address too.")
    if contact.preferred == "sms" and not number:
        raise fault("/contact/preferred", "no_number", "You prefer SMS: send a telephone number too.")
    return contact.model_copy(update={"email": mail, "phone": number})


def email(address: str, where: str) -> str:
    """The address in its one written form. Raises `Problem` 422 that points to `where`."""
    validate, not_valid = _validate_email()
    try:
        return str(validate(address, check_deliverability=False, test_environment=True).normalized)
    except not_valid:
        raise fault(where, "not_an_address", "This is no email address; send one like name@example.org.") from None


def phone(number: str, region: str, where: str) -> str:
    """The number as E.164; without a country code one of `region`. Raises `Problem` 422 that points to `where`."""
    phonenumbers = _phonenumbers()
    try:
        parsed = phonenumbers.parse(number, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not (_is_long_enough(parsed) or phonenumbers.is_valid_number(parsed)):
        raise fault(
            where,
            "not_a_number",
            "This can't be the telephone number of a person; send it with + and the country code.",
        )
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _is_long_enough(parsed: Any) -> bool:
    """Whether it came with its country code and has the length of a number there.

    Then it is taken although the library may not know it: countries open ranges faster than libraries learn of them.
    Digits without one are anything (a short number of a service, an order): those have to be valid.
    """
    phonenumbers = _phonenumbers()
    at_home = parsed.country_code_source == phonenumbers.CountryCodeSource.FROM_DEFAULT_COUNTRY
    length = len(phonenumbers.national_significant_number(parsed))
    possible = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
    return not at_home and possible and length >= _SHORTEST


@cache
def _phonenumbers() -> Any:
    import phonenumbers  # noqa: PLC0415  see above

    return phonenumbers


@cache
def _validate_email() -> Any:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  see above

    return validate_email, EmailNotValidError
