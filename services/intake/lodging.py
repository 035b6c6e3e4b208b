"""Reports that other services' apps bring by Open311: who may, what they say, and the case that comes of it."""

import hashlib
import hmac
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.intake import reporting
from services.intake.case import Case, State
from services.intake.georeport import NO, YES, NotUnderstood, language_of
from services.intake.photo import photo
from services.intake.posted import Form
from services.intake.receipt import Receipt
from services.intake.reported import ReportRequest
from shared import ids, vault
from shared.http import Problem, fault, invalid
from shared.packs import LANGUAGES, URGENT_FACTS, Category, Pack
from shared.rules import pack
from shared.settings import settings
from shared.store import NotFound
from shared.tables import store

_ACTOR = "open311"
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,80})\](\[\])?")
_LONGEST_URL = 2000
_LONGEST_ID = 200


@dataclass(frozen=True)
class Lodged:
    """What came of it. `token` asks for the id later, where the category is worked off in batches."""

    receipt: Receipt
    category: Category
    token: str


def caller(key: str | None) -> str:
    """Whose key this is, as a name for it that opens nothing. Raises `Problem` 403."""
    offered = hashlib.sha256((key or "").encode()).hexdigest()
    known = [one.strip().lower() for one in settings().open311_keys.split(",") if one.strip()]
    # Every one of them is compared, so that time tells nothing.
    if sum([hmac.compare_digest(offered, one) for one in known]) == 0 or not key:
        raise Problem(403, "api-key", "The api_key is missing or wrong.", "Ask the desk for one; see key_service.")
    return offered[:12]


def lodge(form: Form, whose: str, idempotency_key: str | None, now: datetime, correlation: str) -> Lodged:
    """Take a report. Raises `Problem`, `NotUnderstood`, `NotAForm`, `NotAPhoto`; then nothing was stored."""
    rules = pack()
    category = _offered(form.one("service_code"), rules)
    request = _request(form, category)
    picture = form.file("media")
    taken = photo(picture.content, picture.said) if picture else None
    attached = {"through": whose, **_kept_as_text(form)}
    token = _token(whose, idempotency_key)
    counts_once = category.open311 == "batch" or idempotency_key is not None
    receipt = reporting.report(
        request, token if counts_once else None, now, correlation, _ACTOR, attached, photo=taken
    )
    return Lodged(receipt, category, token)


def called_for(token: str) -> Case:
    """The case that a token stands for. Raises `NotFound`."""
    if not 1 <= len(token) <= _LONGEST_ID or not token.isascii():
        raise NotFound(token)
    case = store().load(Case, ids.number_from(vault.mac("number", _ACTOR, token)))
    category = pack().category(case.category)
    if case.channel != _ACTOR or category is None or category.open311 != "batch":
        raise NotFound(token)
    return case


def is_worked_off(case: Case) -> bool:
    """Whether somebody looked at it, so that its id is given out."""
    return case.state is not State.RECEIVED


def _token(whose: str, idempotency_key: str | None) -> str:
    if idempotency_key is None:
        return ids.secret()
    return vault.mac("token", whose, idempotency_key).hex()[:40]


def _offered(code: str | None, rules: Pack) -> Category:
    if code is None:
        raise NotUnderstood("service_code is missing.")
    category = rules.category(code)
    if category is None or not category.open311:
        raise Problem(404, "unknown-service", "service_code is not one of this desk's; GET services lists them.")
    return category


def _request(form: Form, category: Category) -> ReportRequest:
    place = _place(form)
    words = form.one("description")
    language = form.one("lang") or language_of(words or "")
    if language not in LANGUAGES:
        raise NotUnderstood(f"lang is none of {', '.join(LANGUAGES)}.")
    name = " ".join(part for part in (form.one("first_name"), form.one("last_name")) if part)
    contact = {"name": name or None, "email": form.one("email"), "phone": form.one("phone")}
    return _parsed(
        {
            "category": category.code,
            "description": words or category.name.into(language),
            "facts": _facts(form, category),
            "place": place,
            "contact": contact if any(contact.values()) else None,
            "language": language,
            "channel": _ACTOR,
        }
    )


def _parsed(content: Mapping[str, Any]) -> ReportRequest:
    try:
        return ReportRequest.model_validate(content)
    except ValidationError as error:
        raise invalid(error) from None


def _place(form: Form) -> dict[str, Any]:
    lat, long = (_number(name, form.one(name)) for name in ("lat", "long"))
    if (lat is None) != (long is None):
        raise NotUnderstood("Send both lat and long, or neither.")
    address, known_as = form.one("address_string"), form.one("address_id")
    if known_as and not address:
        address = f"address_id {known_as}"
    if lat is None and address is None:
        raise NotUnderstood("Where is it? Send lat and long, address_string or address_id.")
    return {"lat": lat, "long": long, "address": address}


def _number(name: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise NotUnderstood(f"{name} is no number of degrees such as 25.204.")
    return value


def _facts(form: Form, category: Category) -> dict[str, bool]:
    """What the attributes say: each is a question of the category, or one of those that ask for danger."""
    asked = {question.fact for question in category.questions} | URGENT_FACTS
    facts: dict[str, bool] = {}
    for name, values in form.fields.items():
        found = _ATTRIBUTE.fullmatch(name)
        if found is None:
            if name.startswith("attribute["):
                raise NotUnderstood("An attribute is named attribute[code].")
            continue
        given = {value.strip().lower() for value in values if value.strip()}
        if not given:
            continue
        if found[1] not in asked or found[1] in facts:
            raise fault("/facts", "unknown_fact", "An attribute is none this service asks for, or is given twice.")
        if given <= YES:
            facts[found[1]] = True
        elif given <= NO:
            facts[found[1]] = False
        else:
            raise NotUnderstood(f"attribute[{found[1]}] is neither yes nor no.")
    return facts


def _kept_as_text(form: Form) -> dict[str, str]:
    """What is kept as it was said and never followed: an address on the web, an id of another register."""
    kept = {}
    for name, longest in (("media_url", _LONGEST_URL), ("address_id", _LONGEST_ID)):
        if (text := form.one(name)) is None:
            continue
        if len(text) > longest or not text.isprintable():
            raise NotUnderstood(f"{name} is too long, or no plain text.")
        kept[name] = text
    if "media_url" in kept and not kept["media_url"].startswith(("https://", "http://")):
        raise NotUnderstood("media_url is no address on the web.")
    return kept
