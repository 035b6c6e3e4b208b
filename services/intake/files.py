"""Files on a case: taken from its customer, looked through by a scanner, handed out to staff once they are clean."""

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from botocore.exceptions import ClientError
from pydantic import Field

from services.intake import attachment, quarantine
from services.intake import case as cases
from services.intake.attachment import Attachment, Checked, NoSuchFile, NotTaken
from services.intake.case import Case
from services.intake.following import CUSTOMER, opened
from services.intake.handling import Draft, decided, identity_of
from services.intake.notes import FileChecked, FileOpened, FileRefused
from services.intake.photo import Content
from services.intake.posted import File
from shared import acting, ids
from shared.acting import Change
from shared.commands import Command
from shared.heard import NotYet
from shared.http import Problem, Request, Text, fault
from shared.logs import log
from shared.policy import Principal, require
from shared.store import Audience, Cause, Line, NotFound, retrying
from shared.tables import store
from shared.vault import Erased

_UNDER_WAY: Final = timedelta(minutes=5)
"""A file lies in quarantine a moment before its case names it; what no case names after this, none will."""

_FOUND: Final[dict[str, tuple[Checked, attachment.Refusal | None]]] = {
    "NO_THREATS_FOUND": (Checked.CLEAN, None),
    "THREATS_FOUND": (Checked.REFUSED, "threat"),
    # Locked by a password, packed too deep: nobody can say what is in it.
    "UNSUPPORTED": (Checked.REFUSED, "unreadable"),
}
"""What a scanner's word means for a file. Any other says that it could not look: the file stays unchecked."""

_STATUS: Final = {"large": 413, "kind": 415, "lies": 415}


class FileRequest(Request):
    """What a customer adds with a file."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)] | None = None


class _Sent(FileRequest):
    """The whole of what was sent, by which it is known again."""

    name: str
    sha256: str


def take(
    number: str, secret: str, request: FileRequest, sent: File | None, key: str, now: datetime, correlation: str
) -> int:
    """Take a file for a case; its number on the case. Under the same `key` once.

    It is laid into quarantine before the case names it: what fails between leaves a file that nothing leads to, which
    the bucket forgets by itself. Raises `NotFound` for a wrong number and a wrong secret alike, `Problem` 413, 415
    or 422 for a file that is not taken, 409 or 429 when there are too many, `Erased`; then nothing is stored.
    """
    case, _ = opened(number, secret)
    content = _taken(sent)
    name = attachment.clean_name(sent.name) if sent else None
    command = Command("customer", key, _Sent(text=request.text, name=name or "", sha256=digest(sent)))
    private = {"text": request.text, "name": name, "sha256": digest(sent)}
    lying: list[str] = []

    def decide(current: Case) -> Change[Case]:
        # Before anything is laid anywhere: the same file again is no second one.
        command.raise_if_done(Case, current.id)
        if current.salt is None:
            raise Erased(current.id)

        def add(draft: Draft) -> None:
            file = Attachment(kind=content.suffix, size=len(content.content), at=now)
            draft.case = _with_room(draft, file)
            if not lying:
                lying.append(quarantine.put(current.id, content))
            draft.lines.append(quarantine.named(draft.case, {**private, "key": lying[0]}))

        return decided(Draft(current, now, CUSTOMER), add)

    cause = Cause(now, "customer", correlation)
    answer = acting.carry_out(Case, case.id, command, cause, decide, lambda after: {"file": len(after.files)})
    return int(answer["file"])


def digest(sent: File | None) -> str:
    """What tells one file from another."""
    return hashlib.sha256(sent.content if sent else b"").hexdigest()


def _taken(sent: File | None) -> Content:
    if sent is None:
        raise fault("/file", "missing", f"There is no file, or it is empty. Send {attachment.TAKEN}.")
    try:
        return attachment.document(sent.content, sent.said)
    except NotTaken as refused:
        if refused.code not in _STATUS:
            raise fault("/file", refused.code, str(refused)) from None
        title = "This file can't be taken."
        raise Problem(_STATUS[refused.code], f"file-{refused.code}", title, str(refused)) from None


def _with_room(draft: Draft, file: Attachment) -> Case:
    try:
        return cases.filed(draft.case, file, draft.pack, draft.calendar, draft.now)
    except cases.TooManyFiles as refused:
        if refused.for_today:
            raise Problem(
                429,
                "too-many-files",
                f"You have sent {cases.FILES_A_DAY} files today; all of them are on your case.",
                "Send the next one tomorrow, or call us.",
            ) from None
        raise Problem(
            409,
            "no-room-for-files",
            f"There are {cases.FILES} files on your case; it holds no more.",
            "Write to us on your case what else there is, or call us.",
        ) from None


def note_scan(key: str, found: str, scanned_at: datetime, cause: Cause) -> None:
    """A scanner has looked at what lies under `key`: a clean file moves to where staff may fetch it.

    What was said before changes nothing; that there is a threat counts whenever it is said. A key that no case names
    is left where it is. Raises `NotYet` while its case may still come to name it.
    """
    number = quarantine.case_of(key)
    if number is None:
        log().info("not a file of a case", found=found)
        return
    if found not in _FOUND:
        # The file stays unchecked, and what was promised about that goes up the ladder.
        log().error("file not scanned", found=found, case=number)
        return
    try:
        file = _file_at(number, key)
        after = retrying(lambda: _scanned(number, file, key, found, cause))
    except (NotFound, NoSuchFile, Erased):
        if cause.at - scanned_at < _UNDER_WAY:
            raise NotYet(number) from None
        log().info("a file that no case names", case=number)
        return
    if after.files[file - 1].state is Checked.CLEAN:
        quarantine.discard(key)


def _file_at(number: str, key: str) -> int:
    """Which of the case's files lies there. Raises `NotFound`, `NoSuchFile`, `Erased`."""
    found = next(
        (file for file, said in quarantine.named_on(*store().history(Case, number)) if said["key"] == key), None
    )
    if found is None:
        raise NoSuchFile(key)
    return found


def _scanned(number: str, file: int, key: str, found: str, cause: Cause) -> Case:
    """The case from now on."""
    case = store().load(Case, number)
    before, (state, why) = case.files[file - 1], _FOUND[found]
    if before.state is not Checked.UNCHECKED and (why != "threat" or before.why == "threat"):
        return case
    if state is Checked.CLEAN and not _released(key):
        return case
    after = cases.scanned(case, file, state, why, cause.at)
    told = FileRefused(file=file, why=why) if why else FileChecked(file=file)
    return store().change(after, [Line(told, Audience.CUSTOMER)], cause)


def _released(key: str) -> bool:
    try:
        quarantine.release(key)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in {"NoSuchKey", "404"}:
            raise
        log().error("file not scanned", found="nothing lies there any more")
        return False
    return True


def listed(principal: Principal, number: str) -> dict[str, Any]:
    """The files of a case: what each is, and whether it was checked; since when it waits is when it came."""
    require(principal, "case.read")
    case = store().load(Case, identity_of(number))
    return {"number": ids.spoken(case.id), "files": [_shown(one, file) for file, one in enumerate(case.files, 1)]}


def _shown(one: Attachment, number: int) -> dict[str, Any]:
    return {
        "file": number,
        "kind": attachment.TYPES[one.kind],
        "size": one.size,
        "at": one.at.isoformat(),
        "state": one.state,
        "why": one.why,
    }


def hand_out(principal: Principal, number: str, file: int, cause: Cause) -> dict[str, Any]:
    """Where a clean file can be fetched for a minute; that it was is on record first.

    Raises `NotPermitted`, `NotFound`, `Problem` 409 while it is unchecked and when it was refused.
    """
    require(principal, "case.read-files")
    identity = identity_of(number)
    said = next(
        (said for known, said in quarantine.named_on(*store().history(Case, identity)) if known == file), None
    )
    if said is None:
        raise NotFound(number)

    def opening() -> Case:
        case = store().load(Case, identity)
        _must_be_clean(case.files[file - 1])
        return store().change(case, [Line(FileOpened(file=file), Audience.STAFF)], cause)

    opened_one = retrying(opening).files[file - 1]
    shown = _shown(opened_one, file)
    return {
        **shown,
        "called": said.get("name"),
        "sha256": said["sha256"],
        "url": quarantine.link(said["key"], shown["kind"], f"{ids.spoken(identity)}-{file}.{opened_one.kind}"),
        "seconds": quarantine.LINK_SECONDS,
    }


def _must_be_clean(one: Attachment) -> None:
    if one.state is Checked.UNCHECKED:
        raise Problem(
            409,
            "file-unchecked",
            "This file was not checked yet; nobody can open it.",
            "Try again in a moment. When it takes longer than was promised, tell those who run the desk.",
            since=one.at.isoformat(),
        )
    if one.state is Checked.REFUSED:
        raise Problem(
            409,
            "file-refused",
            "The scanner found a threat in this file; nobody can open it."
            if one.why == "threat"
            else "The scanner can't look into this file, so nobody can open it.",
            "The customer sees on their case that it could not be taken. Ask them to send it another way.",
        )
