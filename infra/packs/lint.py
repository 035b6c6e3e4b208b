"""What is wrong with a pack: file, line, and what to do about it, in the words of whoever writes packs."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from infra.feasts import with_dates
from infra.holidays_of import HolidaysError, with_public_holidays
from infra.packs.fit import misfits
from infra.packs.fit_beside import care_misfits, knowledge_misfits
from infra.packs.phrases import phrases_of
from infra.packs.source import NotYaml, Path_, Source
from infra.packs.walk import known_keys
from shared.packs import LANGUAGES, Pack
from shared.packs.care import Care
from shared.packs.complaints import Complaints
from shared.packs.knowledge import Knowledge
from shared.packs.phrases import Phrases
from shared.packs.questionnaire import Questionnaires
from shared.worktime import Calendar, CalendarError

CORE = ("calendar", "clocks", "roles", "departments", "ladder", "directory", "urgent", "groups", "categories")
CONCERNS = (*CORE, "complaints", "questionnaire")
OPTIONAL = ("ledger", "knowledge", "care")
SOON = timedelta(days=120)
SHARED = Path(__file__).resolve().parent.parent.parent / "packs" / "calendars"
"""Calendars that packs may be `like`; a folder of packs may have its own `calendars` beside them."""
Model = TypeVar("Model", bound=BaseModel)
_LANGUAGE = {"en": "English", "ar": "Arabic", "zh": "Chinese"}


@dataclass(frozen=True, order=True)
class Problem:
    """Something to put right, or with `may_stand` something to look at."""

    file: str
    line: int
    what: str
    may_stand: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'look at: ' if self.may_stand else ''}{self.what}"


@dataclass(frozen=True)
class Compiled:
    """A pack with all its parts. `choices` are where figures stand that its rules leave open."""

    pack: Pack
    complaints: Complaints
    questionnaires: Questionnaires
    phrases: Phrases
    knowledge: Knowledge
    care: Care
    choices: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def check(folder: Path, today: date | None = None) -> tuple[Compiled | None, list[Problem]]:
    """The pack, when its shape allows one, and everything that is wrong with it.

    `today` is for what time does to a pack: holidays run out. Without it that is not looked at.
    """
    linter = _Linter(folder)
    whole = linter.run(today)
    return whole, sorted(set(linter.problems))


class _Linter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[str, Source] = {}
        self._shared: Source | None = None
        self.problems: list[Problem] = []

    def run(self, today: date | None) -> Compiled | None:
        self._read()
        if any(concern not in self._sources for concern in ("pack", *CONCERNS)):
            return None
        for source in self._sources.values():
            for path in source.doubles:
                self._at(source, path, f"`{path[-1]}` is given twice, and the later one would win; keep one")
        choices, rules = self._figures()
        data = {concern: source.data for concern, source in self._sources.items()}
        if not isinstance(data["pack"], dict) or not isinstance(data["complaints"], dict):
            self._say("pack", (), "pack.yaml and complaints.yaml hold keys and values; see docs/packs.md")
            return None
        calendar = self._calendar(data["calendar"], today)
        named = {key: data["pack"].get(key) for key in ("name", "version")}
        ledger = {"ledger": data["ledger"]} if "ledger" in data else {}
        pack = self._model(Pack, {**data["pack"], **{one: data[one] for one in CORE}, "calendar": calendar})
        if "subscribable" in data["pack"]:
            self._say("pack", ("subscribable",), "is drawn from the themes of care.yaml; leave it out")
        complaints = self._model(Complaints, {**named, **data["complaints"], **ledger})
        questionnaires = self._model(Questionnaires, {**named, "questionnaires": data["questionnaire"]})
        articles = {"articles": data["knowledge"]} if "knowledge" in data else {}
        knowledge = self._model(Knowledge, {**named, **articles})
        care = self._model(Care, {**named, **self._care(data.get("care", {}))})
        if "name" in data["pack"] and data["pack"]["name"] != self._folder.name:
            self._say("pack", ("name",), f"the name is the folder's: `{self._folder.name}`")
        if pack is None or complaints is None or questionnaires is None or knowledge is None or care is None:
            return None
        fit = (
            *misfits(pack, complaints, questionnaires),
            *knowledge_misfits(pack, knowledge, today),
            *care_misfits(care, today),
        )
        for misfit in fit:
            self._say(*_file_of(misfit.path), misfit.what, may_stand=misfit.may_stand)
        phrases, unfit = phrases_of(self._folder, pack)
        for file, line, what in unfit:
            self._problem(file, line, what)
        pack = pack.model_copy(update={"subscribable": bool(care.themes)})
        return Compiled(pack, complaints, questionnaires, phrases, knowledge, care, choices, rules)

    def _read(self) -> None:
        for concern in ("pack", *CONCERNS, *OPTIONAL):
            file = self._folder / f"{concern}.yaml"
            try:
                source = Source.of(file)
            except FileNotFoundError:
                if concern not in OPTIONAL:
                    self._problem(file, 1, "is missing; every pack has it, see docs/packs.md")
            except NotYaml as error:
                self._problem(file, error.line, f"is not YAML: {error}; {error.advice}")
            else:
                if source.data is None:
                    self._problem(file, 1, "is empty; see docs/packs.md for what belongs here")
                else:
                    self._sources[concern] = source
        for file in sorted(self._folder.glob("*.y*ml")):
            if file.name not in {f"{concern}.yaml" for concern in ("pack", *CONCERNS, *OPTIONAL)}:
                close = get_close_matches(file.stem, ("pack", *CONCERNS, *OPTIONAL), 1)
                self._problem(
                    file, 1, f"nothing reads this file{f'; did you mean {close[0]}.yaml?' if close else ''}"
                )

    def _figures(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """No figure is silent: each says whether the rules give it or it was chosen."""
        marked: dict[str, list[str]] = {"choice": [], "rule": []}
        for concern, source in self._sources.items():
            for path, mark in source.figures():
                if "years" in path and concern in {"calendar", "care"}:
                    continue
                if mark is None:
                    self._at(
                        source,
                        path,
                        f"{_spoken(path)}: say on this line where the figure is from: `# [rule]` when your rules give"
                        " it, `# [choice]` when they leave it open and you chose it",
                    )
                else:
                    marked[mark].append(".".join(map(str, (concern, *path))))
        return tuple(marked["choice"]), tuple(marked["rule"])

    def _care(self, own: Any) -> dict[str, Any]:
        """What is in care.yaml, with the dates of feasts."""
        if not isinstance(own, dict):
            self._say("care", (), "care.yaml holds themes, communities, greetings and recognition; see docs/packs.md")
            return {}
        try:
            return with_dates(own)
        except HolidaysError as error:
            self._say("care", _path(str(error).partition(":")[0]), str(error))
            return {}

    def _calendar(self, own: Any, today: date | None) -> dict[str, Any]:
        if not isinstance(own, dict):
            self._say("calendar", (), "calendar.yaml holds `tz`, `hours` and what differs from them, or `like`")
            return {}
        data = self._like(own)
        if data is None:
            return {}
        try:
            compiled = with_public_holidays(data)
        except HolidaysError as error:
            self._say("calendar", _path(str(error).partition(":")[0].partition(" ")[0]), str(error))
            return {}
        try:
            calendar = Calendar.from_data(compiled)
        except CalendarError as error:
            for problem in error.problems:
                self._say("calendar", _path(problem.key), f"{problem.key} {problem.what}")
            return compiled
        self._outside(calendar, data.get("holidays"))
        self._runs_out(calendar, data.get("holidays"), today)
        return compiled

    def _like(self, own: dict[str, Any]) -> dict[str, Any] | None:
        """The calendar with what it takes from a shared one: its own keys win."""
        if "like" not in own:
            return own
        homes = (self._folder.parent / "calendars", SHARED)
        file = next(
            (home / f"{own['like']}.yaml" for home in homes if (home / f"{own['like']}.yaml").is_file()), None
        )
        if file is None:
            known = sorted({path.stem for home in homes for path in home.glob("*.yaml")})
            self._say("calendar", ("like",), f"there is no calendar {own['like']!r}; there are {', '.join(known)}")
            return None
        try:
            self._shared = Source.of(file)
        except NotYaml as error:
            self._problem(file, error.line, f"is not YAML: {error}")
            return None
        return {**self._shared.data, **{key: value for key, value in own.items() if key != "like"}}

    def _outside(self, calendar: Calendar, said: Any) -> None:
        """A season of a year that nothing else is known of is a slip, or its holidays are missing."""
        years = said.get("years") if isinstance(said, dict) else None
        for number, season in enumerate(calendar.seasons):
            if years and not {season.first.year, season.last.year} <= set(years):
                self._say(
                    "calendar",
                    ("seasons", number),
                    f"{season.name} from {season.first} to {season.last} is outside the years of the holidays,"
                    f" {min(years)} to {max(years)}; correct it, or add the year to holidays.years",
                )

    def _runs_out(self, calendar: Calendar, said: Any, today: date | None) -> None:
        years = said.get("years") if isinstance(said, dict) else None
        known = [*calendar.holidays, *(season.last for season in calendar.seasons)]
        last = date(max(years), 12, 31) if years else max(known, default=None)
        if today and last and last < today:
            self._say("calendar", ("holidays",), f"holidays and seasons ended {last}; add what comes after")
        elif today and last and last < today + SOON:
            self._say(
                "calendar", ("holidays",), f"holidays and seasons end {last}; add the next year soon", may_stand=True
            )

    def _model(self, model: type[Model], data: dict[str, Any]) -> Model | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            faults = error.errors(include_url=False)
            for fault in faults:
                if fault["type"] == "too_short" and any(_is_within(one["loc"], fault["loc"]) for one in faults):
                    continue  # it is not empty: what stands in it can't be used
                concern, path = _file_of((model.__name__.lower(), *fault["loc"]))
                self._say(concern, path, _in_words(fault, model))
            return None

    def _at(self, source: Source, path: Path_, what: str, *, may_stand: bool = False) -> None:
        self._problem(source.file, source.line(path), what, may_stand=may_stand)

    def _say(self, concern: str, path: Path_, what: str, *, may_stand: bool = False) -> None:
        source = self._sources[concern]
        if concern == "calendar" and self._shared and path and path[0] not in source.data:
            source = self._shared
        self._at(source, path, what, may_stand=may_stand)

    def _problem(self, file: Path, line: int, what: str, *, may_stand: bool = False) -> None:
        self.problems.append(Problem(os.path.relpath(file), line, what, may_stand))


def _is_within(inner: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _file_of(path: Path_) -> tuple[str, Path_]:
    """The concern whose file holds a place in the models, and the place in it."""
    model, *rest = path
    if model in ("knowledge", "care") and rest and rest[0] in ("name", "version"):
        return "pack", tuple(rest)
    if model in ("questionnaires", "knowledge"):
        return ("questionnaire" if model == "questionnaires" else "knowledge"), tuple(rest[1:])
    if rest and rest[0] == "ledger" and model == "complaints":
        return "ledger", tuple(rest[1:])
    if rest and rest[0] in CORE and model == "pack":
        return str(rest[0]), tuple(rest[1:])
    if rest and rest[0] in ("name", "version"):
        return "pack", tuple(rest)
    return str(model), tuple(rest)


def _path(key: str) -> Path_:
    """`hours.mon[1]` as a path."""
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", key))


def _spoken(path: Path_) -> str:
    return ".".join(map(str, path))


def _in_words(fault: Mapping[str, Any], model: type[BaseModel]) -> str:
    """A fault of the shape, said to somebody who writes packs."""
    where = tuple(step for step in fault["loc"] if step != "[key]")
    last, kind, got = where[-1] if where else "", fault["type"], fault["input"]
    place = f"{_spoken(where)}: " if where else ""
    said = str(fault["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        known = known_keys(model, where[:-1])
        close = get_close_matches(str(last), known, 1)
        said = "unknown key; " + (f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(known)}")
    elif kind == "missing" and last in LANGUAGES:
        said = f"has no {_LANGUAGE[str(last)]}; write it"
    elif kind == "missing":
        said = "is missing; nothing stands in for it, so write what holds here"
    elif kind == "string_pattern_mismatch":
        said = f"{got!r} can't be a name here; it has to look like {fault['ctx']['pattern']}"
    elif kind in ("literal_error", "enum"):
        said = f"{got!r} is not possible; use {fault['ctx']['expected']}"
    elif kind in ("too_short", "string_too_short"):
        said = "is empty; write what belongs here, or leave the part out where that may be done"
    elif repr(got) not in said:
        said = f"{said}; got {got!r}"
    return f"{place}{said}"
