"""The ledger of the building company, written out: every penalty with its figure, every exemption.

A site was finished on 1 June 2026: until 1 August an owner's complaint is within the two months.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from services.complaints import ledger
from services.complaints.ledger import Matter
from shared.worktime import Calendar

SIGNED = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
BEFORE, WITHIN, AFTER = (datetime(2026, month, 15, 9, 0, tzinfo=UTC) for month in (5, 7, 10))
FREE = None
"""Nobody answers for it."""


@dataclass(frozen=True)
class Row:
    """A complaint of an owner, and what the ledger says of it: cause, yuan, who answers, which exemptions."""

    says: str
    at: datetime
    number: int
    facts: str
    lines: tuple[tuple[str, int, str | None, tuple[str, ...]], ...]
    substantiated: bool = True
    kind: str = "finish"


ROWS = (
    # ── under construction: the acceptance of the works is not signed yet ────────────────────────────────────────
    Row("a first complaint costs nobody anything", BEFORE, 1, "", ()),
    Row("one that was settled in time and comes again costs nothing", BEFORE, 2, "", ()),
    Row(
        "not solved, so that it comes again: 100",
        BEFORE,
        2,
        "not_solved_in_time",
        (("not-solved", 100, "quality-control", ()),),
    ),
    Row(
        "each time it comes again: 100 again",
        BEFORE,
        4,
        "not_solved_in_time",
        (("not-solved", 100, "quality-control", ()),),
    ),
    Row("what is not substantiated costs nothing", BEFORE, 2, "not_solved_in_time", (), substantiated=False),
    Row(
        "quality control came and issued the notice, the project manager did not act: not quality control's",
        BEFORE,
        2,
        "not_solved_in_time notice_came project_manager_idle",
        (("not-solved", 100, "projects", ("project-manager-did-not-act",)),),
    ),
    Row(
        "the notice alone frees nobody: the project manager has to have been idle",
        BEFORE,
        2,
        "not_solved_in_time notice_came",
        (("not-solved", 100, "quality-control", ()),),
    ),
    Row(
        "an idle project manager frees nobody who never came with a notice",
        BEFORE,
        2,
        "not_solved_in_time project_manager_idle",
        (("not-solved", 100, "quality-control", ()),),
    ),
    Row(
        "while quality control is busy on the site, a further complaint is the works department's",
        BEFORE,
        1,
        "quality_control_busy",
        (),
    ),
    Row(
        "the works department does not solve a second one before completion: 100",
        BEFORE,
        2,
        "quality_control_busy not_solved_in_time",
        (("works-not-solved", 100, "works", ()),),
    ),
    # ── finished, within the two months ──────────────────────────────────────────────────────────────────────────
    Row(
        "an owner's first complaint in the two months does not count against quality control",
        WITHIN,
        1,
        "",
        (("quality-control-pledge", 0, FREE, ("first-in-warranty",)),),
    ),
    Row("a second one does", WITHIN, 2, "", (("quality-control-pledge", 0, "quality-control", ()),)),
    Row("and so does a third", WITHIN, 3, "", (("quality-control-pledge", 0, "quality-control", ()),)),
    Row(
        "repairs on a finished site not solved in time, so that a second complaint comes: 100, and it counts",
        WITHIN,
        2,
        "repairs not_solved_in_time",
        (("repairs-not-solved", 100, "quality-control", ()), ("quality-control-pledge", 0, "quality-control", ())),
    ),
    Row(
        "with the notice issued and an idle project manager both are project management's",
        WITHIN,
        2,
        "repairs not_solved_in_time notice_came project_manager_idle",
        (
            ("repairs-not-solved", 100, "projects", ("project-manager-did-not-act",)),
            ("quality-control-pledge", 0, "projects", ("project-manager-did-not-act",)),
        ),
    ),
    Row(
        "while quality control is busy on the site, both are the works department's",
        WITHIN,
        2,
        "repairs not_solved_in_time quality_control_busy",
        (
            ("repairs-not-solved", 100, "works", ("quality-control-was-busy",)),
            ("quality-control-pledge", 0, "works", ("quality-control-was-busy",)),
        ),
    ),
    # ── finished, and the two months are over ────────────────────────────────────────────────────────────────────
    Row(
        "repairs not solved in time still cost 100, and nothing is counted any more",
        AFTER,
        2,
        "repairs not_solved_in_time",
        (("repairs-not-solved", 100, "quality-control", ()),),
    ),
    Row(
        "anything else not solved, so that it comes again: 100",
        AFTER,
        2,
        "not_solved_in_time",
        (("not-solved-finished", 100, "quality-control", ()),),
    ),
    # ── whose fault it is, whatever the state of the site ────────────────────────────────────────────────────────
    Row("the designer's service: 200", BEFORE, 1, "designer_at_fault", (("designer", 200, "design", ()),)),
    Row("the designer's service: 200 each time", AFTER, 3, "designer_at_fault", (("designer", 200, "design", ()),)),
    Row("material late: 100", BEFORE, 1, "material_came_late", (("material-late", 100, "materials", ()),)),
    Row("material late: 100 each time", BEFORE, 2, "material_came_late", (("material-late", 100, "materials", ()),)),
    Row("a first complaint about the quality of material: nothing", BEFORE, 1, "material_was_bad", ()),
    Row(
        "the quality of material unsolved, second complaint: 300",
        BEFORE,
        2,
        "material_was_bad not_solved_in_time",
        (("material-quality", 300, "materials", ()),),
    ),
    Row(
        "the quality of material unsolved, third complaint: 300",
        WITHIN,
        3,
        "material_was_bad not_solved_in_time",
        (("material-quality", 300, "materials", ()),),
    ),
    Row(
        "two causes are two lines, each with its own figure: 200 and 100",
        BEFORE,
        1,
        "designer_at_fault material_came_late",
        (("designer", 200, "design", ()), ("material-late", 100, "materials", ())),
    ),
)


@pytest.fixture(scope="module")
def works(organisation):
    return organisation("works")


def entries_of(works, row):
    """The ledger's lines for one row; the state of the site comes from its dates."""
    calendar = Calendar.from_data(works.pack.calendar)
    site = ledger.facts_at(works.complaints.reference, {"finished": SIGNED}, calendar, row.at)
    facts = {*row.facts.split(), *site, *(("substantiated",) if row.substantiated else ())}
    return ledger.draw_up(works.complaints, Matter(row.kind, "general", row.number, frozenset(facts)))


@pytest.mark.parametrize("row", ROWS, ids=[row.says for row in ROWS])
def test_the_building_companys_ledger(works, row):
    lines = tuple(
        (
            entry.penalty,
            entry.amount.minor // 100,
            entry.department,
            tuple(freed.exemption for freed in entry.freed),
        )
        for entry in entries_of(works, row)
    )

    assert lines == row.lines


def test_a_year_of_complaints_comes_to_what_each_department_owes(works):
    written = [entry for row in ROWS for entry in entries_of(works, row)]

    owed = {code: ledger.total(written, code).get("CNY", 0) // 100 for code in works.pack.departments}

    assert owed == {
        "quality-control": 700,
        "projects": 200,
        "works": 200,
        "design": 600,
        "materials": 900,
        "service": 0,
    }


def test_every_figure_of_the_pack_and_every_exemption_stands_in_the_table(works):
    rules = works.complaints.ledger
    written = [entry for row in ROWS for entry in entries_of(works, row)]

    assert {entry.penalty for entry in written} == {penalty.id for penalty in rules.penalties}
    assert {freed.exemption for entry in written for freed in entry.freed} == {one.id for one in rules.exemptions}


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (datetime(2026, 6, 1, 8, 59, tzinfo=UTC), set()),
        (datetime(2026, 6, 1, 9, 0, tzinfo=UTC), {"finished", "warranty"}),
        (datetime(2026, 8, 1, 9, 0, tzinfo=UTC), {"finished", "warranty"}),
        (datetime(2026, 8, 1, 9, 1, tzinfo=UTC), {"finished"}),
    ],
    ids=["a minute before the signature", "at the signature", "two months later", "a minute after that"],
)
def test_the_two_months_begin_with_the_signature_and_end_with_their_last_moment(works, at, holds):
    calendar = Calendar.from_data(works.pack.calendar)

    assert ledger.facts_at(works.complaints.reference, {"finished": SIGNED}, calendar, at) == holds


def test_a_site_without_a_signature_is_under_construction(works):
    assert ledger.facts_at(works.complaints.reference, {}, Calendar.from_data(works.pack.calendar), AFTER) == set()


def test_drawn_up_twice_nothing_is_charged_twice(works):
    drawn = ledger.draw_up(
        works.complaints, Matter("finish", "general", 1, frozenset({"substantiated", "designer_at_fault"}))
    )

    first = ledger.reconcile((), drawn)
    again = ledger.reconcile(first.entries, drawn)

    assert [entry.penalty for entry in first.recorded] == ["designer"]
    assert (again.recorded, again.withdrawn) == ((), ())
    assert again.entries == first.entries


def test_facts_that_turn_out_otherwise_take_back_what_they_had_led_to(works):
    def drawn(*facts):
        return ledger.draw_up(works.complaints, Matter("finish", "general", 2, frozenset(facts)))

    before = drawn("substantiated", "not_solved_in_time")
    after = drawn("substantiated", "not_solved_in_time", "notice_came", "project_manager_idle")
    changes = ledger.reconcile(before, after)

    assert [(one.penalty, one.department) for one in changes.withdrawn] == [("not-solved", "quality-control")]
    assert [(one.penalty, one.department) for one in changes.recorded] == [("not-solved", "projects")]


@pytest.mark.parametrize(
    ("language", "responsible", "freed"),
    [
        ("en", "Project management", "Quality control"),
        ("ar", "إدارة المشاريع", "ضبط الجودة"),
        ("zh", "项目部", "质检部"),
    ],
)
def test_an_entry_is_explained_in_the_readers_language(works, language, responsible, freed):
    facts = frozenset({"substantiated", "not_solved_in_time", "notice_came", "project_manager_idle"})
    (entry,) = ledger.draw_up(works.complaints, Matter("finish", "general", 2, facts))

    said = ledger.in_words(works.complaints, works.pack.departments, entry, language)

    assert said["amount"] == {"minor": 10000, "currency": "CNY"}
    assert said["responsible"] == responsible
    (exemption,) = said["exemptions"]
    assert (exemption["freed"], exemption["instead"]) == (freed, responsible)
    assert said["cause"]
    assert exemption["why"]


def test_what_nobody_answers_for_costs_nothing():
    entry = ledger.Entry(penalty="designer", amount={"minor": 20000, "currency": "CNY"}, department=None)

    assert not entry.charged
    assert ledger.total([entry], "design") == {}


def test_an_organisation_without_a_ledger_charges_nobody(organisation):
    drill = organisation("drill")

    assert ledger.draw_up(drill.complaints, Matter("service", "general", 3, frozenset({"substantiated"}))) == ()
    assert not ledger.facts_at(None, {"finished": SIGNED}, Calendar.from_data(drill.pack.calendar), AFTER)
