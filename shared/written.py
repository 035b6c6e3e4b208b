"""Addresses and numbers as providers take them, for who writes them so: without the libraries of `shared.reach`."""

import re

from shared.http import fault

_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def email(address: str, where: str) -> str:
    """The address, when it can be one. Raises `Problem` 422 that points to `where`."""
    if not _EMAIL.fullmatch(address):
        raise fault(where, "not_an_address", "This is no email address; send one like name@example.org.")
    return address


def phone(number: str, where: str) -> str:
    """The number, when it is written as E.164. Raises `Problem` 422 that points to `where`."""
    if not _E164.fullmatch(number):
        raise fault(where, "not_a_number", "Send the number with + and the country code, digits only.")
    return number
