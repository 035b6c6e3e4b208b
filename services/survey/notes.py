"""Lines of an invitation's chain that only survey keeps."""

from typing import Literal

from shared.contracts import Note


class AnswerErased(Note):
    """What the customer said is erased; what it scored stays counted."""

    detail_type: Literal["AnswerErased.v1"] = "AnswerErased.v1"
