"""What kind of picture some bytes are, by what they begin with. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

LIMIT = 4_000_000
"""Bytes. A Lambda function is handed at most 6 MB, in which a photo takes a third more than its size."""

_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1"})

_KINDS: Mapping[str, tuple[str, Callable[[bytes], bool]]] = {
    "image/jpeg": ("jpg", lambda head: head.startswith(b"\xff\xd8\xff")),
    "image/png": ("png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    "image/webp": ("webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    "image/heic": ("heic", lambda head: head[4:8] == b"ftyp" and head[8:12] in _HEIC),
}
_SAID_ALSO = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/heif": "image/heic"}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "text/plain"})
"""What programs say that don't know."""


class NotAPhoto(ValueError):
    """These bytes can't be taken; says why."""


@dataclass(frozen=True)
class Content:
    """Some bytes, and what they are: their name and what was said about them count for nothing."""

    content: bytes
    type: str
    suffix: str


def photo(content: bytes, said: str) -> Content:
    """The picture that these bytes are. Raises `NotAPhoto`, also when they are not what was `said` of them."""
    if len(content) > LIMIT:
        raise NotAPhoto(f"The photo is larger than {LIMIT // 1_000_000} MB.")
    found = kind_of(content)
    if found is None:
        raise NotAPhoto("The file is no photo; send JPEG, PNG, WebP or HEIC.")
    if said_as(said) != found.type and not says_nothing(said_as(said)):
        raise NotAPhoto("The file is not what its type says it is.")
    return found


def kind_of(content: bytes) -> Content | None:
    """The picture that these bytes begin like; None when it is none that is known here."""
    kind = next((kind for kind, (_, begins) in _KINDS.items() if begins(content[:16])), None)
    return Content(content, kind, _KINDS[kind][0]) if kind else None


def said_as(said: str) -> str:
    """A content type by the one name that it has here, without its parameters."""
    plain = said.partition(";")[0].strip().lower()
    return _SAID_ALSO.get(plain, plain)


def says_nothing(said: str) -> bool:
    return said in _SAYS_NOTHING
