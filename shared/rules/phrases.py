"""What people say about the pack's categories."""

from shared.packs.phrases import Phrases
from shared.rules import part


def phrases() -> Phrases:
    """As the pack has them."""
    return part(Phrases, "phrases")
