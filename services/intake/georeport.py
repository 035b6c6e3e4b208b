"""Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): its shapes in JSON and XML, its dates, its lists. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal, get_args
from xml.etree.ElementTree import Element, SubElement, tostring

from shared.packs import LANGUAGES, Category, Pack

Format = Literal["json", "xml"]
Status = Literal["open", "closed"]
Shape = dict[str, Any]

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
FORMATS: tuple[Format, ...] = get_args(Format)
MOST = 1_000
"""A list holds so many at most."""
DAYS = 90
"""A list spans so many days at most."""
LISTED_AT_ONCE = 100
"""Ids or codes in one question."""

YES, NO = frozenset({"yes", "true", "1", "on"}), frozenset({"no", "false", "0", "off"})

_CONTENT_TYPES: Mapping[Format, str] = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHILD = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What each thing in a list is called, where the list itself has a name."""
_PLUS_WAS_HERE = re.compile(r" (\d\d:?\d\d)$")


class NotUnderstood(ValueError):
    """Something that was asked can't be; says what and why."""


@dataclass(frozen=True)
class ServiceRequest:
    """A case as GeoReport calls it, with what the public may see of it."""

    id: str
    status: Status
    service_code: str
    requested: datetime
    updated: datetime
    expected: datetime | None
    language: str
    agency: str
    address: str | None
    lat: float | None
    long: float | None
    words: str | None

    def as_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "ServiceRequest":
        given = json.loads(text)
        times = {name: given[name] and datetime.fromisoformat(given[name]) for name in _TIMES}
        return cls(**{**given, **times})

    def shape(self, pack: Pack, zone: tzinfo) -> Shape:
        category = pack.category(self.service_code)
        name = category.name.into(self.language) if category else self.service_code
        return {
            "service_request_id": self.id,
            "status": self.status,
            "status_notes": None,
            "service_name": name,
            "service_code": self.service_code,
            "description": self.words or name,
            "agency_responsible": self.agency,
            "service_notice": None,
            "requested_datetime": w3c(self.requested, zone),
            "updated_datetime": w3c(self.updated, zone),
            "expected_datetime": w3c(self.expected, zone) if self.expected else None,
            "address": self.address,
            "address_id": None,
            "zipcode": None,
            "lat": self.lat,
            "long": self.long,
            "media_url": None,
        }


_TIMES = ("requested", "updated", "expected")


def discovery(pack: Pack, url: str) -> Shape:
    return {
        "changeset": pack.version,
        "contact": f"{pack.title.en}, {url}",
        "key_service": f"Ask {pack.title.en} for a key; only sending reports needs one. {url}",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{url}/open311/v2",
                "changeset": pack.version,
                "type": "production",
                "formats": [_CONTENT_TYPES[form].partition(";")[0] for form in FORMATS],
            }
        ],
    }


def offered(pack: Pack) -> list[Category]:
    """Categories that other services' apps may bring."""
    return [category for category in pack.categories if category.open311 and category.kind != "tip"]


def service(category: Category, pack: Pack, language: str) -> Shape:
    others = [category.name.into(other) for other in LANGUAGES if other != language]
    return {
        "service_code": category.code,
        "service_name": category.name.into(language),
        "description": category.advice.into(language) if category.advice else category.name.into(language),
        "metadata": bool(category.questions),
        "type": category.open311,
        "keywords": ", ".join(re.sub("\\s*[,\u060c\uff0c\u3001:]\\s*", " ", name) for name in others),
        "group": pack.groups[category.group].into(language) if category.group in pack.groups else category.group,
    }


_YES_OR_NO = {
    "en": ("Choose yes or no.", "Yes", "No"),
    "ar": ("اختر نعم أو لا.", "نعم", "لا"),
    "zh": ("请选择是或否。", "是", "否"),
}


def definition(category: Category, language: str) -> Shape:
    """The questions of a category as attributes: each is answered with yes or no."""
    says, yes, no = _YES_OR_NO[language]
    return {
        "service_code": category.code,
        "attributes": [
            {
                "variable": True,
                "code": question.fact,
                "datatype": "singlevaluelist",
                "required": False,
                "datatype_description": says,
                "order": number,
                "description": question.ask.into(language),
                "values": [{"key": "yes", "name": yes}, {"key": "no", "name": no}],
            }
            for number, question in enumerate(category.questions, 1)
        ],
    }


def error(status: int, descriptions: Iterable[str]) -> list[Shape]:
    return [{"code": status, "description": description} for description in descriptions]


def rendered(root: str, content: Shape | Sequence[Shape], form: Format) -> tuple[str, str]:
    """An answer's content type and text. `root` is what XML calls the whole."""
    if form == "json":
        return _CONTENT_TYPES[form], json.dumps(content, ensure_ascii=False)
    top = Element(root)
    _fill(top, content)
    return _CONTENT_TYPES[form], tostring(top, encoding="UTF-8", xml_declaration=True).decode()


def _fill(element: Element, content: Any) -> None:
    if isinstance(content, Mapping):
        for name, value in content.items():
            _fill(SubElement(element, name), value)
    elif isinstance(content, list | tuple):
        for value in content:
            _fill(SubElement(element, _CHILD[element.tag]), value)
    elif content is not None:
        element.text = _plain(content)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_IN_XML.sub("\ufffd", str(value))


def w3c(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")


def moment(name: str, text: str, zone: tzinfo) -> datetime:
    """A W3C date: `Z`, a numeric offset or microseconds are all right; without an offset it is the desk's own time.

    Raises `NotUnderstood`.
    """
    # A plus that was not escaped in a query arrives as a space.
    mended = _PLUS_WAS_HERE.sub(r"+\1", text.strip()) if "T" in text else text.strip()
    try:
        at = datetime.fromisoformat(mended)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotUnderstood(f"{name} is no date such as 2026-11-23T09:30:00Z.") from None


def span(first: datetime | None, last: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """From when to when a list goes: 90 days at most, without an end those since the beginning or up to now.

    Raises `NotUnderstood`.
    """
    most = timedelta(days=DAYS)
    try:
        if first is not None and last is None:
            last = min(max(now, first), first + most)
        last = last or now
        first = first or last - most
    except OverflowError:
        raise NotUnderstood("These dates are out of reach.") from None
    if first > last:
        raise NotUnderstood("start_date is behind end_date.")
    if last - first > most:
        raise NotUnderstood(f"start_date and end_date are more than {DAYS} days apart.")
    return first, last


def several(name: str, texts: Sequence[str]) -> list[str]:
    """The values of a parameter that may be given more than once or with commas. Raises `NotUnderstood`."""
    values = [value.strip() for text in texts for value in text.split(",") if value.strip()]
    if len(values) > LISTED_AT_ONCE:
        raise NotUnderstood(f"{name} holds more than {LISTED_AT_ONCE} values.")
    return list(dict.fromkeys(values))


def language_of(text: str) -> str:
    """The desk's language that a text is most likely in, by its letters; English when there is no telling."""
    arabic = sum("\u0600" <= letter <= "\u06ff" for letter in text)
    chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in text)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    # A Chinese character says as much as a short word.
    return max((latin, "en"), (arabic, "ar"), (3 * chinese, "zh"), key=lambda one: one[0])[1]
