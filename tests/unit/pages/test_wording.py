"""Everything the pages say is said in every language."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from services.intake import case as cases
from services.intake import notes
from services.intake.case import State
from services.intake.reported import Channel
from services.intake.working import CloseRequest
from shared.contracts import Note
from shared.contracts.complaints import ComplaintAnswered
from shared.contracts.intake import IntakeEvent
from shared.contracts.notify import MessageSent
from shared.pages import LANGUAGES
from shared.promises import PromiseState
from shared.wording import speaker, texts_of_pages
from shared.worktime import Unit
from shared.worktime.explain import Reason
from tests.unit.pages.test_case_page import STAFF_ONLY

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = [
    ROOT / "shared" / "texts",
    *sorted(texts_of_pages(path.parent.name) for path in ROOT.glob("services/*/pages")),
]
DUBAI = ZoneInfo("Asia/Dubai")


def texts(folder: Path, language: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
    return loaded


def named(folder: Path) -> str:
    return str(folder.relative_to(ROOT))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_every_language_says_the_same_things_with_the_same_values(folder: Path, language: str):
    english, other = texts(folder, "en"), texts(folder, language)
    assert list(other) == list(english)
    for key, text in other.items():
        assert set(re.findall(r"\{(\w*)\}", text)) == set(re.findall(r"\{(\w*)\}", english[key])), key
        assert text.strip() == text, key
        assert text, key


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_arabic_and_chinese_texts_are_in_their_own_letters(folder: Path):
    same_everywhere = {"kit.exit_to", "kit.name", "kit.moment", "kit.day"}
    for language, letters in (("ar", r"[\u0600-\u06ff]"), ("zh", r"[\u4e00-\u9fff]")):
        for key, text in texts(folder, language).items():
            assert key in same_everywhere or re.search(letters, text), f"{language} {key}: {text}"


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_every_text_a_template_names_exists(folder: Path):
    holder = folder.parent.parent if folder.name == "pages" else folder.parent
    service = holder.name
    templates = holder / ("templates" if service == "pages" else "pages")
    known = speaker("kit" if service == "pages" else service, "en")
    for template in templates.rglob("*.html"):
        for key in re.findall(r"""\bt\(["']([\w.]+)["'](?=[,)])""", template.read_text(encoding="utf-8")):
            assert known.says(key), f"{template.name} says {key}, which has no wording"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_a_customer_can_find_on_their_case_has_wording(language: str):
    t = speaker("intake", language)
    noted = [one for one in Note.__subclasses__() if one.__module__ == notes.__name__]
    for kind in (*IntakeEvent.__subclasses__(), *noted):
        name = kind.detail_type().partition(".")[0]
        assert name in STAFF_ONLY or t.says(f"timeline.{name}"), name
    for state in State:
        assert t.says(f"state.{state}.name")
        assert t.says(f"state.{state}.means")
    for promised in PromiseState:
        assert t.says(f"promises.state.{promised}")
    for unit in Unit:
        assert t.says(f"clock.{unit}")
    for why in {*Reason, "special", "paused", "from", "hours"} - {Reason.NIGHT, Reason.BREAK}:
        assert t.says(f"why.{why}")


def choices(kind: type[BaseModel], name: str) -> tuple[str, ...]:
    """The values that a field may have."""
    return get_args(kind.model_fields[name].annotation)


SAID = {
    "promise": tuple(one for name, one in vars(cases).items() if name.isupper() and isinstance(one, str)),
    "channel": (*get_args(Channel), *choices(MessageSent, "channel")),
    "answer": choices(notes.PressAnswered, "answer"),
    "outcome": (*choices(CloseRequest, "outcome"), "joined"),
    "finding": choices(ComplaintAnswered, "finding"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fact", SAID)
def test_every_value_that_a_line_of_a_case_can_have_has_wording(language: str, fact: str):
    t = speaker("intake", language)
    assert SAID[fact]
    for value in SAID[fact]:
        assert t.says(f"{fact}.{value}"), value


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Sunday 22 November 2026, 00:05"),
        ("ar", "الأحد 22 نوفمبر 2026، الساعة 00:05"),
        ("zh", "2026年11月22日 星期日 00:05"),
    ],
)
def test_a_moment_is_told_as_on_the_clocks_of_the_desk(language: str, said: str):
    assert speaker("kit", language).when(datetime(2026, 11, 21, 20, 5, tzinfo=UTC), DUBAI) == said


def test_a_weekend_is_told_from_its_first_to_its_last_day():
    friday_midnight, monday = datetime(2026, 11, 27, 20, tzinfo=UTC), datetime(2026, 11, 29, 20, tzinfo=UTC)
    said = speaker("kit", "en").days(friday_midnight, monday, DUBAI)
    assert said == "Saturday 28 November 2026 to Sunday 29 November 2026"
    assert speaker("kit", "en").days(friday_midnight, datetime(2026, 11, 28, 20, tzinfo=UTC), DUBAI) == (
        "Saturday 28 November 2026"
    )


def test_a_text_without_wording_is_an_error_and_not_an_empty_page():
    with pytest.raises(KeyError):
        speaker("kit", "en")("kit.nothing")
