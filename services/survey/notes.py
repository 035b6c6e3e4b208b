"""Lines of an invitation's chain that only survey keeps."""

from shared.contracts import Note


class AnswerErased(Note):
    """What the customer said is erased; what it scored stays counted."""
