"""The pack's rules for complaints."""

from shared.packs.complaints import Complaints
from shared.rules import part


def complaint_rules() -> Complaints:
    """As the pack has them."""
    return part(Complaints, "complaints")
