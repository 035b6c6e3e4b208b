"""What a message may call somebody, or begin with: words that strangers gave. Pure."""

import re
import unicodedata

_NAME_LENGTH = 60
_JOINERS = "\u200c\u200d"
"""Format characters that names in Arabic script need."""

_ADVERTISING = re.compile(r"://|@|\bwww\b|\w[.\u3002]\w{2,}|\d{5}", re.IGNORECASE)
"""What a reader could follow or call: an address on the web or of mail, a telephone number."""


def greetable(name: str) -> str:
    """A customer's name as a message may greet it: short, one line, nothing to follow or to call; or empty.

    Anybody can make the desk write to anybody's address. What it writes must not be the words of whoever asked.
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    if any(unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"} and one not in _JOINERS for one in plain):
        return ""
    return "" if _ADVERTISING.search(plain) else " ".join(plain.split())[:_NAME_LENGTH].rstrip()
