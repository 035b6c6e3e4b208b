"""Lines of the chain of a customer's file: what was done with it. Why is private."""

from shared.contracts import Note


class CaseFiled(Note):
    """A case is in their file, and what they are to it."""

    case: str
    classes: tuple[str, ...]


class CustomerCopied(Note):
    """Staff made a copy of the file for them."""


class CustomerErased(Note):
    """Who they are and how they are reached is erased."""


class PerhapsSame(Note):
    """Another file may be the same person's, because a case names contacts of both."""

    other: str


class CustomerCorrected(Note):
    """What of their particulars was corrected."""

    what: tuple[str, ...]


class FilesMerged(Note):
    """Another file is one with this one; its cases. Why is private."""

    other: str
    cases: tuple[str, ...]
    contacts: int


class MergedAway(Note):
    """This file was merged into another one. Why is private."""

    into: str


class FileSplit(Note):
    """These cases, and so many contacts, are in another file now. Why is private."""

    into: str
    cases: tuple[str, ...]
    contacts: int


class SplitOff(Note):
    """These cases, and so many contacts, came from another file. Why is private."""

    source_file: str
    cases: tuple[str, ...]
    contacts: int
