"""Whether messages speak as the desk wants to be heard: every template of `services/notify/texts` in every language.

The rules are data (`rules.yaml`, beside this file): who greets, thanks, apologises and closes with which words, what
leads on, and which phrases of contempt, denial, contradiction and impatience are never said.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Literal

import yaml
from babel import Locale
from pydantic import BaseModel, ConfigDict

from shared.packs import LANGUAGES

RULES = Path(__file__).with_name("rules.yaml")
TEXTS = Path(__file__).resolve().parents[2] / "services" / "notify" / "texts"

Tone = Literal["contempt", "denial", "contradiction", "impatience"]
Templates = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By language and template: the parts, each a text."""

_PARTS = ("subject", "text", "sms")
_PHRASES = frozenset({"greeting", "promise", "calendar", "counted", "footer", "notice"})
"""Of the files what is no message by itself: how it begins, what a promise is called, what a calendar shows,
what staff acknowledge.
"""

_PROCLITICS = "وفبلك"
_SEATS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ؤ": "و", "ئ": "ي"})
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u0640": None})
_HELLO = "{hello}"
_DESK = "{desk}"


class Speech(BaseModel):
    """One language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    greeting: tuple[str, ...]
    thanks: tuple[str, ...]
    apology: tuple[str, ...]
    closing: tuple[str, ...]
    tone: dict[Tone, tuple[str, ...]]


class Exempt(BaseModel):
    """Prefixes of templates that a rule does not hold for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    courtesy: tuple[str, ...] = ()


class Rules(BaseModel):
    """`rules.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exempt: Exempt
    next_step: tuple[str, ...]
    languages: dict[str, Speech]
    examples: dict[str, datetime | str]

    def is_for_customers(self, template: str) -> bool:
        return template not in _PHRASES and not template.startswith(self.exempt.courtesy)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one template in one language, and what to write."""

    language: str
    template: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{TEXTS.name}/{self.language}.json: {self.template}: {self.what} {self.do}"


def rules() -> Rules:
    return Rules.model_validate(yaml.safe_load(RULES.read_text(encoding="utf-8")))


def templates(folder: Path = TEXTS) -> Templates:
    return {one: json.loads((folder / f"{one}.json").read_text(encoding="utf-8")) for one in LANGUAGES}


def faults(said: Templates, by: Rules) -> Iterator[Fault]:
    """All of them, by language and template."""
    for language, texts in said.items():
        speech = by.languages[language]
        yield from _uneven(language, said)
        yield from _uncounted(language, said)
        for template, parts in texts.items():
            yield from _tone(language, template, parts, speech)
            if template == "greeting":
                yield from _greeting(language, parts, speech)
            elif by.is_for_customers(template):
                yield from _courtesy(language, template, parts, by)


def _courtesy(language: str, template: str, parts: Mapping[str, str], by: Rules) -> Iterator[Fault]:
    """A mail greets, thanks or apologises, leads on and closes; a text message does what it has room for."""
    speech = by.languages[language]
    courtesy = (*speech.thanks, *speech.apology)
    lead = " or ".join(by.next_step)
    text, sms = parts.get("text", ""), parts.get("sms", "")

    def fault(what: str, do: str) -> Fault:
        return Fault(language, template, what, do)

    if not text.startswith(f"{_HELLO}\n"):
        yield fault("the mail does not greet.", f"Begin its text with {_HELLO} on a line of its own.")
    if not _has(language, text, courtesy):
        yield fault("the mail neither thanks nor apologises.", f"Write one of: {_list(courtesy)}.")
    if not _leads_on(text, by.next_step):
        yield fault("the mail does not say the next step.", f"End a line of words with {lead} below it.")
    if not _closes(language, text, speech.closing):
        yield fault("the mail does not close.", f"End it with one of: {_list(speech.closing)}; and {_DESK} below.")
    if not sms.startswith(_DESK):
        yield fault("the text message does not say who writes.", f"Begin it with {_DESK}.")
    if not _has(language, sms, courtesy):
        yield fault("the text message neither thanks nor apologises.", f"Write one of: {_list(courtesy)}.")
    if not any(step in sms for step in by.next_step):
        yield fault("the text message does not say the next step.", f"Write where it goes on: {lead}.")


def _greeting(language: str, parts: Mapping[str, str], speech: Speech) -> Iterator[Fault]:
    for name, words in parts.items():
        if not _has(language, words, speech.greeting):
            yield Fault(language, f"greeting.{name}", "it does not greet.", f"Write: {_list(speech.greeting)}.")


def _tone(language: str, template: str, parts: Mapping[str, str], speech: Speech) -> Iterator[Fault]:
    for part, words in parts.items():
        for tone, phrases in speech.tone.items():
            for phrase in phrases:
                if _has(language, words, (phrase,)):
                    what = f'its {part} speaks with {tone}: "{phrase}".'
                    yield Fault(language, template, what, _INSTEAD[tone])


_INSTEAD: Mapping[Tone, str] = {
    "contempt": "Say plainly what it is, without a judgement of who reads it.",
    "denial": "Say what the customer can do instead, or who can help.",
    "contradiction": "Say what is on record and how they can have it corrected.",
    "impatience": "Say when they will hear, and thank them for waiting.",
}


def _uneven(language: str, said: Templates) -> Iterator[Fault]:
    """Templates, parts and values are the same in every language: those of the first one count."""
    model = said[LANGUAGES[0]]
    own = said[language]
    for template in model.keys() - own.keys():
        yield Fault(language, template, "it is missing.", "Translate it.")
    for template in own.keys() - model.keys():
        yield Fault(language, template, f"{LANGUAGES[0]} does not have it.", "Write it there, too, or remove it.")
    for template in sorted((model.keys() & own.keys()) - {"counted"}):
        parts = model[template].keys() if template in _PHRASES else _PARTS
        for part in sorted({*parts, *own[template]}):
            wanted, has = _values(model[template].get(part, "")), _values(own[template].get(part, ""))
            if not own[template].get(part):
                yield Fault(language, template, f"it has no {part}.", "Write it.")
            if missing := wanted - has:
                yield Fault(language, template, f"its {part} does not say {_list(missing)}.", "Say it, too.")
            if unknown := has - wanted:
                what = f"its {part} says {_list(unknown)}, which {LANGUAGES[0]} does not."
                yield Fault(language, template, what, "Leave it out, or say it in every language.")


def _uncounted(language: str, said: Templates) -> Iterator[Fault]:
    """What is counted has a form for each plural of the language: which there are, CLDR says."""
    named = {form.rpartition(".")[0] for forms in said.values() for form in forms.get("counted", {})}
    own = said[language].get("counted", {})
    plurals = {*Locale.parse(language).plural_form.tags, "other"}
    wanted = {f"{name}.{plural}" for name in named for plural in plurals}
    for form in sorted(wanted - own.keys()):
        yield Fault(language, "counted", f"{form} is missing.", "Write what is said of so many.")
    for form in sorted(own.keys() - wanted):
        yield Fault(language, "counted", f"{form} is no plural of this language.", "Leave it out.")


def _values(text: str) -> frozenset[str]:
    return frozenset(f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None)


def _leads_on(text: str, steps: tuple[str, ...]) -> bool:
    """Whether a link stands below a line that says what it is for."""
    lines = [line.strip() for line in text.splitlines()]
    return any(line in steps and before and before != _HELLO for before, line in pairwise(lines))


def _closes(language: str, text: str, closings: tuple[str, ...]) -> bool:
    """Whether the last line is the desk's name and the one above takes leave."""
    lines = text.rstrip("\n").split("\n")
    taken = [_plain(language, closing) for closing in closings]
    return len(lines) > 1 and lines[-1] == _DESK and _plain(language, lines[-2]).startswith(tuple(taken))


def _has(language: str, text: str, phrases: Iterable[str]) -> bool:
    return any(_pattern(language, phrase).search(_plain(language, text)) for phrase in phrases)


@cache
def _pattern(language: str, phrase: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, _plain(language, phrase).split()))
    if language == "zh":
        return re.compile(words)
    before = f"[{_PROCLITICS}]?" if language == "ar" else ""
    return re.compile(rf"(?<!\w){before}{words}(?!\w)")


@cache
def _plain(language: str, text: str) -> str:
    """As phrases are compared: what a reader does not hear as another word makes no difference."""
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    if language != "ar":
        return plain
    # Vowel signs are combining; the seats are mapped first, because hamza above is one of those, too.
    return "".join(one for one in plain.translate(_SEATS) if not unicodedata.combining(one))


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
