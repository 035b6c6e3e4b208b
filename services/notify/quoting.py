"""What was written to a customer, as staff may read it: without its links, each of which opens something. Pure."""

import re

_LINK = re.compile(r"https?://[^\s\u2066-\u2069]+")
LEFT_OUT = "[…]"


def quoted(text: str | None) -> str | None:
    """The words, with a mark where a link stood: whoever has it acts as the customer."""
    return _LINK.sub(LEFT_OUT, text) if text else text
