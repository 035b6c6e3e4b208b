"""Lines of the chain of a customer's file: what was done with it. Why is private."""

from typing import Literal

from shared.contracts import Note


class CaseFiled(Note):
    """A case is in their file, and what they are to it."""

    detail_type: Literal["CaseFiled.v1"] = "CaseFiled.v1"
    case: str
    classes: tuple[str, ...]


class CustomerCopied(Note):
    """Staff made a copy of the file for them."""

    detail_type: Literal["CustomerCopied.v1"] = "CustomerCopied.v1"


class CustomerErased(Note):
    """Who they are and how they are reached is erased."""

    detail_type: Literal["CustomerErased.v1"] = "CustomerErased.v1"


class PerhapsSame(Note):
    """Another file may be the same person's, because a case names contacts of both."""

    detail_type: Literal["PerhapsSame.v1"] = "PerhapsSame.v1"
    other: str


class CustomerCorrected(Note):
    """What of their particulars was corrected."""

    detail_type: Literal["CustomerCorrected.v1"] = "CustomerCorrected.v1"
    what: tuple[str, ...]


class FilesMerged(Note):
    """Another file is one with this one; its cases. Why is private."""

    detail_type: Literal["FilesMerged.v1"] = "FilesMerged.v1"
    other: str
    cases: tuple[str, ...]
    contacts: int


class MergedAway(Note):
    """This file was merged into another one. Why is private."""

    detail_type: Literal["MergedAway.v1"] = "MergedAway.v1"
    into: str


class FileSplit(Note):
    """These cases, and so many contacts, are in another file now. Why is private."""

    detail_type: Literal["FileSplit.v1"] = "FileSplit.v1"
    into: str
    cases: tuple[str, ...]
    contacts: int


class SplitOff(Note):
    """These cases, and so many contacts, came from another file. Why is private."""

    detail_type: Literal["SplitOff.v1"] = "SplitOff.v1"
    source_file: str
    cases: tuple[str, ...]
    contacts: int
