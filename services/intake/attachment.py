"""A file on a case: what is taken, what it is by its own bytes, and whether it was checked. Pure."""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.intake.photo import Content, kind_of, said_as, says_nothing

LIMIT = 4_000_000
"""Bytes. A Lambda function is handed at most 6 MB, in which a file takes a third more than its size."""
TAKEN = "JPEG, PNG, WebP or HEIC photos, PDF, and plain text (.txt)"

_PDF, _TEXT = "application/pdf", "text/plain"
_SAID = {"application/x-pdf": _PDF}
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "pdf": _PDF,
    "txt": f"{_TEXT}; charset=utf-8",
}
"""The content type of each kind."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_NAME_LETTERS = 100

QUARANTINE_DAYS = 90
"""What was not checked by then is not there any more."""

Refusal = Literal["threat", "unreadable", "expired"]


class Checked(StrEnum):
    """Whether somebody can open it."""

    UNCHECKED = "unchecked"
    CLEAN = "clean"
    REFUSED = "refused"


class Attachment(BaseModel):
    """What everybody who sees the case may know of a file; where it lies and what it was called is private."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    """As file names end: jpg, png, webp, heic, pdf, txt."""
    size: int
    at: datetime
    state: Checked = Checked.UNCHECKED
    why: Refusal | None = None


Attachments = tuple[Attachment, ...]
"""File 1 is the first."""


class NotTaken(ValueError):
    """These bytes can't be taken. `code` is one of empty, large, kind, lies."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_WHY[code])


_WHY = {
    "empty": "The file is empty; choose it again.",
    "large": f"The file is larger than {LIMIT // 1_000_000} MB; send a smaller one.",
    "kind": f"Files of this kind are not taken; send {TAKEN}.",
    "lies": f"The file is not what its type says it is; send {TAKEN}, each as what it is.",
}


class NoSuchFile(Exception):
    """The case has no file with this number."""


def document(content: bytes, said: str) -> Content:
    """What these bytes are. Its name counts for nothing, and it must be what was `said`. Raises `NotTaken`."""
    if not content:
        raise NotTaken("empty")
    if len(content) > LIMIT:
        raise NotTaken("large")
    found = kind_of(content) or _other(content)
    said = _SAID.get(said_as(said), said_as(said))
    if found is None:
        raise NotTaken("kind")
    if said != found.type and not says_nothing(said):
        raise NotTaken("lies")
    if found.type == _TEXT and not content.strip():
        raise NotTaken("empty")
    return found


def _other(content: bytes) -> Content | None:
    if content.startswith(b"%PDF-"):
        return Content(content, _PDF, "pdf")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    # What begins like markup is a page, a picture or a program to whoever opens it.
    if _CONTROL.search(text) or text.lstrip().startswith(("<", "#!")):
        return None
    return Content(content, _TEXT, "txt")


def clean_name(name: str) -> str | None:
    """A file's name as it can be shown: without folders, control characters, signs; None when nothing is left."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(letter if letter.isalnum() or letter in "._-()" else " " for letter in last)
    return " ".join(kept.split()).strip(". ")[:_NAME_LETTERS].strip() or None


def checked(files: Attachments, number: int, state: Checked, why: Refusal | None) -> Attachments:
    """The files with what was found of one of them. Raises `NoSuchFile`."""
    if not 1 <= number <= len(files):
        raise NoSuchFile(number)
    after = files[number - 1].model_copy(update={"state": state, "why": why})
    return (*files[: number - 1], after, *files[number:])


def expired(files: Attachments, now: datetime) -> tuple[int, ...]:
    """The numbers of those that nobody checked in time."""
    gone = now - timedelta(days=QUARANTINE_DAYS)
    return tuple(n for n, one in enumerate(files, 1) if one.state is Checked.UNCHECKED and one.at <= gone)


def any_unchecked(files: Attachments) -> bool:
    return any(one.state is Checked.UNCHECKED for one in files)
