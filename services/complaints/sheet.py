"""What stands on a printed sheet, before anybody decides how it looks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.complaints.rectification import Notice
from shared.packs import Pack
from shared.packs.complaints import Complaints
from shared.wording import Speaker, left_to_right


@dataclass(frozen=True)
class Sheet:
    """A sheet in one language. `text` is what somebody wrote, in whatever language they did."""

    language: str
    organisation: str
    title: str
    number: str
    facts: Sequence[tuple[str, str]]
    heading: str
    text: str
    signatures: Sequence[str]
    issued: datetime


def rectification(
    notice: Notice,
    *,
    text: str,
    complaint: str,
    kind: str,
    pack: Pack,
    rules: Complaints,
    zone: ZoneInfo,
    say: Speaker,
    language: str,
) -> Sheet:
    """The rectification notice. `complaint` is its number as people say it; no person is named."""

    def department(code: str) -> str:
        known = pack.departments.get(code)
        return known.name.into(language) if known else code

    known = rules.kind(kind)
    due = say.when(notice.due, zone) if notice.due else say("notice.at_once")
    return Sheet(
        language=language,
        organisation=pack.title.into(language),
        title=say("notice.title"),
        number=notice.number,
        facts=(
            (say("notice.number"), left_to_right(notice.number)),
            (say("notice.complaint"), left_to_right(complaint)),
            *(((say("notice.kind"), known.name.into(language)),) if known else ()),
            (say("notice.to"), department(notice.to)),
            (say("notice.responsible"), department(notice.responsible)),
            (say("notice.issued"), say.when(notice.at, zone)),
            (say("notice.due"), due),
        ),
        heading=say("notice.what"),
        text=text,
        signatures=(say("notice.sign.issued"), say("notice.sign.received"), say("notice.sign.done")),
        issued=notice.at,
    )
