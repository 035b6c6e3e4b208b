"""Where files lie: what came from outside in quarantine until it was checked, what is clean beside it.

A key names the case and is otherwise random: it holds nothing of what the file is called or shows.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.intake.case import Case
from services.intake.notes import CustomerAddedFile
from services.intake.photo import Content
from shared import ids
from shared.aws import client
from shared.settings import settings
from shared.store import Audience, Line, Recorded

QUARANTINE, CLEAN = "quarantine", "clean"
LINK_SECONDS = 60
_ATTACHED = "attachment"
_ADDED = CustomerAddedFile.detail_type()


def put(case: str, content: Content) -> str:
    """Lay it into quarantine; its key. What no case comes to name goes by itself, with the bucket's lifecycle."""
    key = f"{QUARANTINE}/{case}/{ids.secret()}.{content.suffix}"
    client("s3").put_object(
        Bucket=_bucket(),
        Key=key,
        Body=content.content,
        ContentType=content.type,
        ContentDisposition=_ATTACHED,
    )
    return key


def named(case: Case, private: Mapping[str, str | None]) -> Line:
    """The line by which a case names its last file: from then on it is the case's."""
    file = case.files[-1]
    told = CustomerAddedFile(file=len(case.files), kind=file.kind, size=file.size)
    return Line(told, Audience.CUSTOMER, {name: value for name, value in private.items() if value})


def case_of(key: str) -> str | None:
    """The id of the case whose file this key names; None when it is no key of ours."""
    match key.split("/"):
        case [folder, number, _] if folder == QUARANTINE:
            return ids.heard(number)
    return None


def clean_key(key: str) -> str:
    """Where the file lies once it was found clean."""
    return CLEAN + key.removeprefix(QUARANTINE)


def release(key: str) -> None:
    """Copy it to where staff may fetch it. Done twice, it is the same copy."""
    client("s3").copy_object(
        Bucket=_bucket(),
        Key=clean_key(key),
        CopySource={"Bucket": _bucket(), "Key": key},
        # Whatever the scanner wrote onto it stays behind.
        TaggingDirective="REPLACE",
    )


def discard(key: str) -> None:
    """Take it out of quarantine. What is gone already is gone."""
    client("s3").delete_object(Bucket=_bucket(), Key=key)


def remove(keys: Iterable[str]) -> None:
    """Delete what was put under these keys for good, in quarantine and where it is clean, in case it is in both."""
    for key in keys:
        for place in (key, clean_key(key)):
            client("s3").delete_object(Bucket=_bucket(), Key=place)


def named_on(case: Case, events: Iterable[Recorded]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each file's number with what is private of it. Raises `Erased`."""
    return ((int(event.data["file"]), event.private(case.salt)) for event in events if event.type == _ADDED)


def link(key: str, kind: str, name: str) -> str:
    """An address from which the clean file can be fetched for a minute, to be saved and not shown."""
    asked = {
        "Bucket": _bucket(),
        "Key": clean_key(key),
        "ResponseContentType": kind,
        "ResponseContentDisposition": f'{_ATTACHED}; filename="{name}"',
        "ResponseCacheControl": "no-store",
    }
    return str(client("s3").generate_presigned_url("get_object", Params=asked, ExpiresIn=LINK_SECONDS))


def is_ours(bucket: str) -> bool:
    return bucket == _bucket()


def _bucket() -> str:
    return settings().need("quarantine")
