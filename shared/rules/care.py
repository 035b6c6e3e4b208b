"""What the desk writes to whoever asked for it."""

from shared.packs.care import Care
from shared.rules import part


def care() -> Care:
    """As the pack has them."""
    return part(Care, "care")
