"""What the desk answers when it is asked."""

from shared.packs.knowledge import Knowledge
from shared.rules import part


def knowledge() -> Knowledge:
    """As the pack has them."""
    return part(Knowledge, "knowledge")
