"""Who is written to, by which ways, when and in which words: for every template, profile and hour."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.kinds import KINDS, RULES, Kind
from services.notify.stopping import START, STOP, meant
from services.notify.wishes import House, Safe, Wishes, decide, leaves_time, within
from services.notify.wording import neutral, texts
from shared.packs import LANGUAGES, Daily

ROOT = Path(__file__).resolve().parents[3]
PHRASES = {"greeting", "promise", "calendar", "counted", "footer", "notice", "neutral"}
NIGHT = Daily(after="21:00", until="08:00")
HOUSE = House("Asia/Dubai", quiet=NIGHT)
START_OF_2026 = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ["Asia/Dubai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"]

clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
hours = st.builds(
    lambda pair: Daily(after=pair[0], until=pair[1]), st.tuples(clocks, clocks).filter(lambda p: p[0] != p[1])
)
zones = st.sampled_from(ZONES)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda since: START_OF_2026 + timedelta(minutes=since))
words = st.none() | st.sampled_from(["bluebird", "طائر", "蓝鸟"])
ways = st.permutations(["sms", "email"]).flatmap(lambda both: st.sampled_from([both, both[:1]]))
kinds = st.lists(st.sampled_from([kind for kind in Kind if RULES[kind].declinable]), unique=True).map(tuple)


def wishes(safe: st.SearchStrategy[Safe | None]) -> st.SearchStrategy[Wishes]:
    return st.builds(
        Wishes,
        stopped=kinds,
        without=st.sampled_from([(), ("sms",), ("email",)]),
        preferred=st.none() | st.sampled_from(["sms", "email"]),
        quiet=st.none() | hours,
        zone=st.none() | zones,
        safe=safe,
    )


protected = wishes(st.builds(Safe, hours=st.none() | hours, word=words))
houses = st.builds(House, zone=zones, quiet=st.none() | hours, safe=hours, neutral_mail=st.booleans())
templates = st.sampled_from(sorted(KINDS))


def telling() -> set[str]:
    """What tells who writes, or why: names of desks, of what people bring to them, of who works there."""
    found: set[str] = set()
    for folder in (one for one in (ROOT / "build" / "packages" / "notify" / "packs").glob("*.json")):
        pack = json.loads(folder.read_text(encoding="utf-8"))
        if "title" not in pack:
            continue
        named = [
            pack["title"],
            *(one["name"] for one in pack["categories"]),
            *pack["groups"].values(),
            *(one["name"] for one in pack["departments"].values()),
            *(one["name"] for one in pack["roles"].values()),
            *(one["name"] for one in pack["directory"].values()),
        ]
        found |= {text.casefold() for name in named for text in name.values()}
    return found


TELLING = telling()


@pytest.mark.requirement("TELL-04")
def test_every_message_to_customers_is_of_a_kind():
    told = {template for template in texts("en") if not template.startswith("duty_")} - PHRASES
    assert told == KINDS.keys()


@pytest.mark.requirement("TELL-04")
@settings(max_examples=600, deadline=None)
@given(templates, ways, protected, houses, moments)
def test_nothing_goes_out_in_the_desks_own_words_or_at_an_unsafe_hour_to_whom_contact_has_to_be_safe(
    template, given_ways, wished, house, now
):
    plan = decide(template, given_ways, wished, house, now)
    if plan is None:
        assert RULES[KINDS[template]].declinable
        return
    assert plan.neutral
    assert plan.at >= now
    if not house.neutral_mail:
        assert "email" not in plan.ways
    if plan.ways and KINDS[template] is not Kind.URGENT:
        assert within(wished.safe.hours or house.safe, plan.at, ZoneInfo(wished.zone or house.zone))


@pytest.mark.requirement("TELL-04")
@given(st.sampled_from(LANGUAGES), words)
def test_neutral_words_name_neither_desk_nor_matter_nor_number_nor_link(language, word):
    assert len(TELLING) > 100
    letter = neutral(language, word)
    assert letter.neutral
    assert (letter.entry, letter.unsubscribe) == (None, None)
    for said in (letter.subject, letter.text, letter.sms):
        plain = said.casefold()
        assert not any(name in plain for name in TELLING)
        assert not any(character.isdigit() for character in plain)
        assert "//" not in plain
        assert "@" not in plain
        if word:
            assert word in letter.sms


@pytest.mark.requirement("TELL-04")
@settings(max_examples=600, deadline=None)
@given(templates, ways, wishes(st.none()), houses, moments)
def test_wishes_hold_for_every_message_and_what_is_owed_is_never_lost(template, given_ways, wished, house, now):
    plan = decide(template, given_ways, wished, house, now)
    kind = KINDS[template]
    if kind in wished.stopped:
        assert plan is None
        return
    left = set(given_ways) - set(wished.without)
    if plan is None:
        assert RULES[kind].declinable
        assert not left
        return
    assert set(plan.ways) == left
    assert now <= plan.at <= now + timedelta(hours=26)
    if plan.ways and wished.preferred in left:
        assert plan.ways[0] == wished.preferred
    zone = ZoneInfo(wished.zone or house.zone)
    quiet = wished.quiet or (house.quiet if plan.ways[:1] == ("sms",) else None)
    if plan.ways and quiet and RULES[kind].rests:
        assert not within(quiet, plan.at, zone)
    else:
        assert plan.at == now


def at(clock: str, day: int = 23) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}:00+04:00")


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize(
    ("template", "way", "then"),
    [
        ("progressed", "sms", at("08:00", 24)),
        ("closed", "sms", at("08:00", 24)),
        ("progressed", "email", at("23:30")),
        ("acknowledgement", "sms", at("23:30")),
    ],
)
def test_at_night_texts_wait_until_morning_but_for_what_answers_at_once(template, way, then):
    plan = decide(template, [way], Wishes(), HOUSE, at("23:30"))
    assert plan is not None
    assert plan.at == then


def test_quiet_hours_are_those_of_the_customers_own_clock():
    plan = decide("progressed", ["sms"], Wishes(quiet=NIGHT, zone="Europe/London"), HOUSE, at("09:00"))
    assert plan is not None
    assert plan.at == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_what_is_urgent_to_life_goes_out_at_any_hour(monkeypatch):
    monkeypatch.setitem(KINDS, "danger", Kind.URGENT)
    plan = decide("danger", ["sms"], Wishes(safe=Safe(), quiet=NIGHT), HOUSE, at("03:00"))
    assert plan is not None
    assert (plan.at, plan.neutral) == (at("03:00"), True)


def test_a_way_that_is_stopped_leaves_what_is_owed_to_a_person_and_drops_the_rest():
    owed = decide("closed", [], Wishes(), HOUSE, at("10:00"), closed=True)
    assert owed is not None
    assert owed.ways == ()
    assert decide("progressed", [], Wishes(), HOUSE, at("10:00"), closed=True) is None
    assert decide("closed", [], Wishes(), HOUSE, at("10:00")) is None


def test_quiet_hours_that_leave_no_safe_one_are_seen():
    safe = Safe(hours=Daily(after="10:00", until="11:00"))
    assert not leaves_time(Wishes(quiet=Daily(after="09:00", until="12:00"), safe=safe), HOUSE)
    assert leaves_time(Wishes(quiet=Daily(after="10:30", until="12:00"), safe=safe), HOUSE)


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Stop!", "إيقاف", "停止", "ＳＴＯＰ", "退订"])
def test_stop_is_understood_in_three_languages(text):
    assert meant(text) is True


@pytest.mark.parametrize("text", ["START", "ابدأ", "恢复"])
def test_start_is_understood_in_three_languages(text):
    assert meant(text) is False


@pytest.mark.parametrize("text", ["", "Please stop the noise", "stopwatch", "!", "nonstop", "x" * 5000])
def test_whoever_writes_a_sentence_means_something_else(text):
    assert meant(text) is None


def test_no_word_says_both():
    assert not STOP & START
