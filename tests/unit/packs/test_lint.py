"""Whoever writes a pack is told what is wrong with it: file, line, and what to do."""

import re
import shutil
from datetime import date

import pytest

from infra.packs import PACKS, BadPack, check, compiled


@pytest.fixture
def works(tmp_path):
    folder = tmp_path / "works"
    shutil.copytree(PACKS / "works", folder)
    return folder


def say(folder, file, old, new):
    """Write `new` in the place of `old`, and give what is said about it as (file, line, what)."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return [(problem.file.rsplit("/", 1)[-1], problem.line, problem.what) for problem in check(folder)[1]]


def line_of(folder, file, text):
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


CASES = {
    "an answer by whoever may give none": (
        "clocks.yaml",
        "answer_complaint: { role: head-librarian",
        "answer_complaint: { role: librarian",
        "librarian is of the group officer, which may not do this; name a role of duty-leader, supervisor",
    ),
    "a kind's answer by whoever may give none": (
        "complaints.yaml",
        "answer: { role: head-librarian",
        "answer: { role: librarian",
        "librarian is of the group officer",
    ),
    "complaints taken by whoever may take none": (
        "complaints.yaml",
        "taken_by: [head-librarian, director]",
        "taken_by: [head-librarian, desk]",
        "desk is of the group operator, which may not do this; name a role of duty-leader, officer, supervisor",
    ),
    "a speaker who may not record what was said": (
        "complaints.yaml",
        "press: { speaker: director }",
        "press: { speaker: desk }",
        "desk is of the group operator",
    ),
    "a call that ends otherwise than by reaching them": (
        "complaints.yaml",
        "ends: found",
        "ends: found\n    call: true",
        "look-into-it is a call, so it ends when they are reached",
    ),
    "an acknowledgement of what nobody is told": (
        "pack.yaml",
        "name: library",
        "name: library\nroster: { acknowledge: { duty_tea: { minutes: 5 } } } # [choice]",
        "staff on duty are sent no 'duty_tea'; use one of: duty_",
    ),
    "what is drawn from another file": (
        "pack.yaml",
        "name: library",
        "name: library\nsubscribable: false",
        "is drawn from the themes of care.yaml; leave it out",
    ),
    "a role that is no role on duty": (
        "pack.yaml",
        "name: library",
        "name: library\nroster: { cover: [{ role: gardener }] }",
        "'gardener' is not defined in roles.yaml",
    ),
    "a season of a year that nothing is known of": (
        "calendar.yaml",
        "closed:",
        "seasons:\n  - { name: Ramadan hours, from: 2031-01-06, to: 2031-02-04, hours: { mon: [] } }\nclosed:",
        "Ramadan hours from 2031-01-06 to 2031-02-04 is outside the years of the holidays, 2026 to 2028",
    ),
    "an Arabic text without Arabic": ("groups.yaml", "ar: أمر آخر", "ar: Something else", "no Arabic letter"),
    "a Chinese text without Chinese": ("roles.yaml", "zh: 图书馆员", "zh: Librarian", "no Chinese character"),
    "amounts in two currencies": (
        "ledger.yaml",
        "currency: AED",
        "currency: USD",
        "amounts are in AED and USD, and a claim is in one",
    ),
    "a tab": ("clocks.yaml", "acknowledge:", "\tacknowledge:", "indent with spaces, it takes no tabs"),
    "an unknown key": ("roles.yaml", "desk: { group", "desk: { gruop: x, group", "did you mean `group`?"),
    "an unknown key with nothing like it": ("ladder.yaml", "- { role", "- { colour: red, role", "known here: role"),
    "a key given twice": ("complaints.yaml", "conflict: unit", "first_asked: false\nconflict: unit", "given twice"),
    "a missing language": ("departments.yaml", ", zh: 阅览部", "", "has no Chinese; write it"),
    "an empty text": ("departments.yaml", "zh: 阅览部", 'zh: ""', "is empty"),
    "a ladder without an end": ("ladder.yaml", ", end: true", "", "the ladder has no end"),
    "a rung nobody reaches": ("ladder.yaml", "8 } }", "8 }, end: true }", "nothing ever reaches director"),
    "a ladder that goes round": (
        "ladder.yaml",
        "- { role: director",
        "- { role: head-librarian, within: { hours: 1 } } # [choice]\n- { role: director",
        "twice, so it would go round in circles",
    ),
    "a rung without time": ("ladder.yaml", "working_hours: 8", "working_hours: 0", "has no time at all"),
    "a clock nobody defines": (
        "complaints.yaml",
        "starts: contact",
        "starts: kontakt",
        "no clock that anybody defines",
    ),
    "a clock that waits for itself": (
        "complaints.yaml",
        "starts: accepted",
        "starts: look-into-it",
        "waits for itself",
    ),
    "a clock that starts at what never happens": (
        "complaints.yaml",
        "ends: reached",
        "ends: notice_issued",
        "which never happens without `rectification`",
    ),
    "a clock the desk needs": ("clocks.yaml", "callback:", "calback:", "did you mean `callback`?"),
    "a clock left out": ("clocks.yaml", "callback: {", "# callback: {", "callback: is missing"),
    "a clock with two units": ("clocks.yaml", "{ minutes: 15 }", "{ minutes: 15, hours: 1 }", "exactly one unit"),
    "a clock in no unit": ("clocks.yaml", "{ minutes: 15 }", "{ fortnights: 1 }", "is not a unit of time"),
    "a clock without time": ("complaints.yaml", "{ working_days: 1 }", "{ working_days: 0 }", "has no time at all"),
    "a warning before the start": (
        "complaints.yaml",
        "warn: { working_hours: 1 }",
        "warn: { working_hours: 4 }",
        "would warn before it starts",
    ),
    "a clock for a grade that nothing brings": (
        "complaints.yaml",
        "    late_to: director",
        "    late_to: director\n    grade: major\n    except_kinds: [service, fees]",
        "except_kinds leaves none of its kinds",
    ),
    "overlapping windows": (
        "calendar.yaml",
        "like: uae",
        'like: uae\nhours: { mon: [["08:00", "12:00"], ["11:00", "16:00"]] }',
        "overlaps",
    ),
    "a calendar that is not there": ("calendar.yaml", "like: uae", "like: mars", "there are china, plain, uae"),
    "no such country": (
        "calendar.yaml",
        "like: uae",
        "like: uae\nholidays: { country: XX, years: [2026] }",
        "are not known",
    ),
    "an unknown role": ("clocks.yaml", "role: desk", "role: porter", "'porter' is not defined in roles.yaml"),
    "an unknown rung": ("complaints.yaml", "late_to: director", "late_to: desk", "not defined in ladder.yaml"),
    "an unknown department": ("complaints.yaml", "department: lending", "department: cafe", "in departments.yaml"),
    "an unknown parent": ("complaints.yaml", "parent: service", "parent: servise", "not defined in kinds"),
    "a kind nobody is responsible for": (
        "complaints.yaml",
        "service, department: reading-rooms",
        "service",
        "no department is responsible for service",
    ),
    "a kind that is its own ancestor": (
        "complaints.yaml",
        "service, department",
        "service, parent: noise, department",
        "is its own ancestor",
    ),
    "an unknown group of staff": ("roles.yaml", "group: operator", "group: boss", "'boss' is not possible; use"),
    "a fact nobody asks": (
        "ledger.yaml",
        "charged_wrongly",
        "charged_twice",
        "'charged_twice' is not defined in facts",
    ),
    "a question for nothing": (
        "ledger.yaml",
        "when: [substantiated, charged_wrongly]",
        "when: [substantiated]",
        "no rule looks at it",
    ),
    "a penalty that contradicts itself": (
        "ledger.yaml",
        "charged_wrongly]",
        "charged_wrongly]\n    unless: [substantiated]",
        "wrong-fee can never apply: substantiated would have to be true and not true",
    ),
    "a penalty that is always exempt": (
        "ledger.yaml",
        "    nth: { max: 1 } # [rule]\n",
        "",
        "wrong-fee can never apply: the exemption first-time frees lending every time",
    ),
    "a penalty for no complaint": (
        "ledger.yaml",
        "    when: [sub",
        "    nth: { min: 3, max: 2 } # [rule]\n    when: [sub",
        "can never apply: no complaint is at least number 3",
    ),
    "an exemption of nobody": (
        "ledger.yaml",
        "frees: lending",
        "frees: reading-rooms",
        "first-time can never apply: none of its penalties is reading-rooms's",
    ),
    "an exemption of an unknown penalty": (
        "ledger.yaml",
        "penalties: [wrong-fee]",
        "penalties: [fee]",
        "'fee' is not defined in penalties",
    ),
    "two currencies": (
        "ledger.yaml",
        "exemptions:",
        (
            "  - id: slow\n    name: { en: Slow, ar: بطء, zh: 慢 }\n    department: lending\n"
            "    amount: { minor: 1, currency: CNY } # [rule]\nexemptions:"
        ),
        "a ledger is in one currency",
    ),
    "a figure from nowhere": (
        "clocks.yaml",
        "{ hours: 24 } } # [choice]",
        "{ hours: 24 } }",
        "say on this line where",
    ),
    "a threshold for everything": (
        "complaints.yaml",
        "- { id: injured, when: [injury] }",
        "- { id: injured }",
        "asks for nothing",
    ),
    "a span from nowhere": ("complaints.yaml", "since: closed", "since: moon", "nothing a span can run from"),
    "a category without a group": ("categories.yaml", "group: books", "group: maps", "has no name; add it to groups"),
    "a category twice": ("categories.yaml", "code: B2", "code: B1", "B1 is defined twice"),
    "no fallback": ("categories.yaml", "code: X9", "code: X8", "there is no X9"),
    "a rule nobody asks for": ("categories.yaml", "when: [rare]", "when: [old]", "no question asks"),
    "a rule without a condition": ("categories.yaml", "when: [rare], ", "", "has no condition"),
    "a rule against itself": (
        "categories.yaml",
        "when: [rare]",
        "when: [rare], unless: [rare]",
        "can never apply: rare would have to be true and not true",
    ),
    "somebody who is called back": (
        "categories.yaml",
        "when: [rare], then: [duty]",
        "unless: [rare], then: [dispatch]",
        "no answer may call them back",
    ),
    "a question asked everywhere": ("categories.yaml", "fact: rare", "fact: fire", "is asked everywhere already"),
    "a question asked twice": (
        "categories.yaml",
        "  rules:",
        '    - { fact: rare, ask: { en: "Rare?", ar: "نادر؟", zh: "珍贵吗？" } }\n  rules:',
        "rare is asked twice",
    ),
    "a referral to nobody": ("categories.yaml", "  contact: archive\n", "", "refers to nobody"),
    "a further body without a first": (
        "categories.yaml",
        "  plain: [record]",
        "  plain: [record]\n  also: [archive]",
        "name the first as `contact`",
    ),
    "a complaint it never becomes": (
        "categories.yaml",
        "  plain: [refer]",
        "  plain: [refer]\n  becomes: fees",
        "B2 never becomes a complaint",
    ),
    "a kind of complaint nobody knows": (
        "categories.yaml",
        "  plain: [refer]",
        "  plain: [refer, complaint]\n  becomes: fines",
        "'fines' is not defined in kinds",
    ),
    "a contact nobody knows": (
        "categories.yaml",
        "contact: archive",
        "contact: museum",
        "'museum' is not defined in directory.yaml",
    ),
    "an urgent question left out": ("urgent.yaml", "- fact: fire", "- fact: smoke", "urgent.yaml asks exactly about"),
    "no question for satisfaction": (
        "questionnaire.yaml",
        "scale: satisfaction",
        "scale: text",
        "no question asks for satisfaction",
    ),
    "an article about a category nobody knows": (
        "knowledge.yaml",
        "categories: [X9]",
        "categories: [X8]",
        "'X8' is not defined in categories.yaml; define it there or use one of: B1, B2, X9",
    ),
    "an article that names a body nobody knows": (
        "knowledge.yaml",
        "contacts: [archive]",
        "contacts: [museum]",
        "'museum' is not defined in directory.yaml",
    ),
    "an article without Chinese": ("knowledge.yaml", "    zh: 服务台", "    # 服务台", "answer.zh: has no Chinese"),
    "an article that nobody asks for in Arabic": (
        "knowledge.yaml",
        "      ضاعت بطاقتي ماذا أفعل\n      بدل فاقد، سُرقت البطاقة",
        "      my card is lost",
        "there is no Arabic letter in the Arabic text",
    ),
    "a day that is none": ("knowledge.yaml", "valid_until: 2031-12-31", "valid_until: 2031-13-31", "valid_until:"),
    "an article that knows too much": ("knowledge.yaml", "  law:", "  laws:", "did you mean `law`?"),
    "a greeting of a theme nobody knows": (
        "care.yaml",
        "theme: events",
        "theme: sports",
        "'sports' is not defined in themes; define it there or use one of: events",
    ),
    "a feast that nobody keeps": (
        "care.yaml",
        "name: New Year's Day",
        "name: Boxing Day",
        "there is no 'Boxing Day' in AE; there are: ",
    ),
    "a feast of a country nobody knows": (
        "care.yaml",
        "country: AE",
        "country: XX",
        "the feasts of XX are not known; list its `dates`",
    ),
    "a greeting without a day": (
        "care.yaml",
        "    feast: { country: AE, name: New Year's Day, years: [2027, 2028, 2029] }",
        "    dates: []",
        "new-year has no day",
    ),
    "hours that never come": ("care.yaml", 'after: "08:00"', 'after: "21:00"', "bulletins would never go out"),
    "an hour that is none": ("care.yaml", 'at: "10:00"', 'at: "25:00"', "at: '25:00' can't be a name here"),
    "more at once than may be": ("care.yaml", "a_minute: 60", "a_minute: 5000", "less than or equal to 1000"),
    "a theme without Chinese": (
        "care.yaml",
        "ar: القراءات والفعاليات, zh: 朗读与活动",
        "ar: القراءات والفعاليات",
        "themes.events.zh: has no Chinese",
    ),
    "a figure of care without a source": (
        "care.yaml",
        "after: { months: 24 } # [choice]",
        "after: { months: 24 }",
        "say on this line where the figure is from",
    ),
    "another name than the folder's": ("pack.yaml", "name: library", "name: bookshop", "the name is the folder's"),
    "what is not YAML": ("groups.yaml", "books: {", "books: {{", "is not YAML"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_it_is_named_with_its_file_and_what_to_do(case, library):
    file, old, new, said = case
    problems = say(library, file, old, new)
    assert any(said in what for _, _, what in problems), problems


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_it_can_not_be_compiled(case, library):
    say(library, *case[:3])
    with pytest.raises(BadPack, match=re.escape(case[3])):
        compiled(library)


def test_the_line_is_the_one_to_change(library):
    said = say(library, "ledger.yaml", "charged_wrongly", "charged_twice")
    line = line_of(library, "ledger.yaml", "charged_twice")
    assert ("ledger.yaml", line) in {(file, at) for file, at, _ in said}


def test_a_missing_language_is_found_on_the_line_of_its_text(library):
    ((file, line, _),) = say(library, "departments.yaml", ", zh: 阅览部", "")
    assert (file, line) == ("departments.yaml", line_of(library, "departments.yaml", "unit-reading-rooms"))


def test_a_problem_of_the_shared_calendar_is_found_in_its_own_file(library):
    shared = library.parent / "calendars"
    shared.mkdir()
    (shared / "own.yaml").write_text('tz: UTC\nhours:\n  mon: [["09:00", "17:00"]]\n  tues: [["09:00", "17:00"]]\n')
    ((file, line, what),) = say(library, "calendar.yaml", "like: uae", "like: own")
    assert (file, line) == ("own.yaml", 4), what


def test_a_file_that_is_missing_is_named(library):
    (library / "ladder.yaml").unlink()
    assert [problem.what for problem in check(library)[1]] == ["is missing; every pack has it, see docs/packs.md"]


def test_a_file_that_nothing_reads_is_named(library):
    (library / "leger.yaml").write_text("penalties: []\n")
    assert [problem.what for problem in check(library)[1]] == [
        "nothing reads this file; did you mean ledger.yaml?",
    ]


def test_a_role_with_nothing_to_do_may_stand(library):
    say(
        library, "roles.yaml", "desk:", "porter: { group: operator, name: { en: Porter, ar: بواب, zh: 门卫 } }\ndesk:"
    )
    whole, (problem,) = check(library)
    assert whole is not None
    assert problem.may_stand
    compiled(library)


def test_a_window_of_the_warranty_can_not_hold_before_acceptance(works):
    said = say(works, "complaints.yaml", "when: [warranty]\n", "when: [warranty]\n    unless: [finished]\n")
    assert any("finished would have to be true and not true" in what for _, _, what in said)


def test_an_exemption_that_meets_none_of_its_penalties_is_named(works):
    say(works, "ledger.yaml", "max: 1, since: finished", "max: 1")
    said = say(works, "ledger.yaml", "penalties: [quality-control-pledge]", "penalties: [repairs-not-solved]")
    assert any(
        "first-in-warranty can never apply: when it holds, none of its penalties does" in what for *_, what in said
    )


def test_complaints_since_a_date_that_nobody_records_are_named(works):
    said = say(works, "ledger.yaml", "since: finished", "since: opened")
    assert any("opened" in what for *_, what in said)


def test_a_role_that_nobody_has_keeps_no_step(works):
    said = say(works, "complaints.yaml", "by: [department-manager,", "by: [gardener,")
    assert any("gardener" in what for *_, what in said)


def test_a_signature_without_a_form_is_named(works):
    said = say(works, "complaints.yaml", "    ends: notice_issued\n", "    ends: form_signed\n")
    assert any("never happens without `form`" in what for *_, what in said)


def test_a_notice_without_a_clock_is_named(works):
    said = say(works, "complaints.yaml", "    ends: notice_issued\n", "")
    assert any("add a step with `ends: notice_issued`" in what for _, _, what in said)


def test_all_is_said_at_once(library):
    say(library, "ladder.yaml", ", end: true", "")
    say(library, "clocks.yaml", "role: desk", "role: porter")
    said = {problem.file.rsplit("/", 1)[-1] for problem in check(library)[1]}
    assert said == {"ladder.yaml", "clocks.yaml"}


def test_the_choices_of_a_pack_are_counted(library):
    whole = check(library)[0]
    assert whole is not None
    assert "clocks.callback.within.hours" in whole.choices
    assert "clocks.resolve.within.working_days" in whole.rules


def test_two_windows_from_one_milestone_overlap(works):
    said = say(
        works,
        "complaints.yaml",
        "  windows:\n",
        "  windows:\n    - { fact: early, after: finished, within: { days: 7 } } # [choice]\n",
    )
    at = line_of(works, "complaints.yaml", "fact: warranty, after")
    assert ("complaints.yaml", at) in {(file, line) for file, line, what in said if "overlap" in what}


def test_a_word_that_is_not_possible_is_named_and_nothing_else(library):
    ((file, _, what),) = say(library, "categories.yaml", "then: [duty]", "then: [dutty]")
    assert file == "categories.yaml"
    assert "'dutty' is not possible" in what


def test_two_articles_of_one_name_are_named(library):
    file = library / "knowledge.yaml"
    file.write_text(file.read_text(encoding="utf-8") * 2, encoding="utf-8")
    _, problems = check(library)
    assert [one.what for one in problems] == ["there is an article lost-card already; give this one another id"]


@pytest.mark.parametrize(("today", "looked_at"), [(date(2031, 12, 31), 0), (date(2032, 1, 1), 1)])
def test_an_article_that_has_expired_is_to_be_looked_at(library, today, looked_at):
    found = [one for one in check(library, today)[1] if "is no answer since" in one.what]
    assert [one.may_stand for one in found] == [True] * looked_at
    assert all(one.line == line_of(library, "knowledge.yaml", "valid_until") for one in found)


@pytest.mark.parametrize(("today", "looked_at"), [(date(2029, 1, 1), 0), (date(2029, 1, 2), 1)])
def test_a_greeting_without_a_day_to_come_is_to_be_looked_at(library, today, looked_at):
    found = [one for one in check(library, today)[1] if "has no day after" in one.what]
    assert [one.may_stand for one in found] == [True] * looked_at
    assert all(one.line == line_of(library, "care.yaml", "id: new-year") for one in found)


def test_the_days_of_a_feast_are_computed_and_of_one_that_lasts_the_first_counts():
    days = {one.id: [day.isoformat() for day in one.dates] for one in compiled(PACKS / "police").care.greetings}
    assert days["national-day"] == ["2026-12-02", "2027-12-02", "2028-12-02"]
    assert days["spring-festival"] == ["2026-02-17", "2027-02-06", "2028-01-26"]
    assert days["eid-al-fitr"][:2] == ["2026-03-20", "2027-03-09"]
