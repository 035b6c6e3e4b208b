"""Every figure of the organisations' rules, held against the packs: one test, one figure."""

from typing import Any

import pytest

from infra.packs import PACKS, check
from shared.packs.steps import Happening

WHOLE: dict[str, Any] = {folder: check(PACKS / folder)[0] for folder in
         ("police", "works", "retail", "manufacturing", "motor", "it-desk", "convenience")}  # fmt: skip


def step(pack, name):
    return next(one for one in WHOLE[pack].complaints.steps if one.id == name)


def penalty(name):
    return next(one for one in WHOLE["works"].complaints.ledger.penalties if one.id == name)


def exemption(name):
    return next(one for one in WHOLE["works"].complaints.ledger.exemptions if one.id == name)


STEPS = {
    "works: in touch within 10 minutes": ("works", "contact", "department-manager", {"minutes": 10}, "accepted"),
    "works: notice within 1 working day": ("works", "notice", "department-manager", {"working_days": 1}, "accepted"),
    "works: plumbing and electricity on site within 4 hours": (
        "works", "warranty-plumbing-electricity", "quality-inspector", {"hours": 4}, "accepted",
    ),
    "works: anything else on site within 24 hours": (
        "works", "warranty-other", "quality-inspector", {"hours": 24}, "accepted",
    ),
    "retail: unsolved after 3 days": ("retail", "solve", "manager-on-duty", {"days": 3}, "accepted"),
    "manufacturing: form to quality within 1 hour": (
        "manufacturing", "form-to-quality", "sales-representative", {"hours": 1}, "accepted",
    ),
    "manufacturing: containment within 8 working hours": (
        "manufacturing", "containment", "quality-engineer", {"working_hours": 8}, "accepted",
    ),
    "manufacturing: permanent measure within 2 working days": (
        "manufacturing", "permanent-measure", "quality-engineer", {"working_days": 2}, "accepted",
    ),
    "manufacturing: sales visits within 2 working days": (
        "manufacturing", "sales-visit", "sales-representative", {"working_days": 2}, "accepted",
    ),
    "motor: to the customer manager within 1 hour": ("motor", "to-manager", "advisor", {"hours": 1}, "accepted"),
    "motor: responsibility in 24 hours": ("motor", "responsibility", "customer-manager", {"hours": 24}, "accepted"),
    "motor: customer not reached, within 48 hours": (
        "motor", "customer-not-reached", "customer-manager", {"hours": 48}, "not_reached",
    ),
    "motor: administration reviews within 4 hours": (
        "motor", "administration-review", "administration", {"hours": 4}, "found",
    ),
    "motor: general manager's word within 4 hours": (
        "motor", "general-manager-word", "administration", {"hours": 4}, "administration-review",
    ),
    "motor: measures within 8 hours": ("motor", "measures", "administration", {"hours": 8}, "general-manager-word"),
    "it-desk: solved within 3 working days": ("it-desk", "solve", "service-manager", {"working_days": 3}, "accepted"),
}  # fmt: skip


@pytest.mark.parametrize("figure", STEPS.values(), ids=list(STEPS))
def test_clock(figure):
    pack, name, role, within, starts = figure
    found = step(pack, name)
    assert (found.role, found.within, found.starts) == (role, within, starts)


@pytest.mark.parametrize("figure", STEPS.values(), ids=list(STEPS))
def test_a_clock_that_the_rules_give_is_marked_as_theirs(figure):
    pack, name, *_ = figure
    number = [one.id for one in WHOLE[pack].complaints.steps].index(name)
    assert any(path.startswith(f"complaints.steps.{number}.within.") for path in WHOLE[pack].rules)


OPEN = {
    "convenience: a question is answered within [X] minutes": (
        "convenience",
        "clocks.consult.within.working_minutes",
    ),
    "convenience: findings within [X] working days": ("convenience", "complaints.steps.0.within.working_days"),
    "convenience: solution within [X] working days": ("convenience", "complaints.steps.1.within.working_days"),
    "convenience: satisfaction of at least [X] percent": ("convenience", "pack.targets.satisfaction_percent"),
    "convenience: equipment repaired within [X] hours": ("convenience", "clocks.repair.within.hours"),
    "retail: the amount above which senior management has it": ("retail", "complaints.tell.1.amount_above.minor"),
    "police: an answer in the promised time": ("police", "clocks.answer_complaint.within.working_days"),
}


@pytest.mark.parametrize("figure", OPEN.values(), ids=list(OPEN))
def test_a_figure_the_rules_leave_open_is_set_and_marked_as_a_choice(figure):
    pack, path = figure
    assert path in WHOLE[pack].choices


def test_police_emergency_on_the_scene_in_5_minutes():
    assert WHOLE["police"].pack.clocks.arrive.within == {"minutes": 5}


def test_police_progress_every_7_days_while_open():
    assert WHOLE["police"].pack.clocks.progress.within == {"days": 7}


def test_police_the_subject_is_excluded_and_other_units_are_told():
    rules = WHOLE["police"].complaints
    assert (rules.conflict, rules.tell_units) == ("unit", True)


def test_police_four_kinds():
    roots = {kind.code for kind in WHOLE["police"].complaints.kinds if kind.parent is None}
    assert roots == {"attitude", "efficiency", "case-handling", "conduct"}


def test_works_taken_by_a_department_manager_or_higher():
    assert WHOLE["works"].complaints.taken_by == ("department-manager", "branch-head", "general-manager")


def test_works_ladder_department_manager_branch_head_general_manager():
    ladder = WHOLE["works"].pack.ladder
    assert [rung.role for rung in ladder] == ["department-manager", "branch-head", "general-manager"]
    assert [rung.end for rung in ladder] == [False, False, True]


def test_works_followed_up_every_day_and_a_missed_one_goes_to_the_top():
    follow_up = WHOLE["works"].complaints.follow_up
    assert (follow_up.every, follow_up.late_to) == ({"days": 1}, "general-manager")


def test_works_two_days_without_anyone_go_to_the_general_manager():
    visits = WHOLE["works"].complaints.visits
    assert (visits.days_without, visits.late_to) == (2, "general-manager")


def test_works_notice_goes_to_the_service_department():
    assert WHOLE["works"].complaints.rectification.to == "service"


def test_works_two_months_after_acceptance():
    (window,) = WHOLE["works"].complaints.reference.windows
    assert (window.fact, window.after, window.within) == ("warranty", "finished", {"months": 2})


@pytest.mark.parametrize(
    ("name", "department", "yuan", "first"),
    [
        ("repairs-not-solved", "quality-control", 100, 2),
        ("designer", "design", 200, 1),
        ("not-solved", "quality-control", 100, 2),
        ("not-solved-finished", "quality-control", 100, 2),
        ("works-not-solved", "works", 100, 2),
        ("material-late", "materials", 100, 1),
        ("material-quality", "materials", 300, 2),
        ("quality-control-pledge", "quality-control", 0, 1),
    ],
)
def test_works_ledger(name, department, yuan, first):
    found = penalty(name)
    assert (found.department, found.amount.minor, found.amount.currency) == (department, yuan * 100, "CNY")
    assert (found.nth.min if found.nth else 1) == first


def test_works_material_quality_is_for_the_second_and_the_third_complaint():
    assert [penalty("material-quality").nth.covers(number) for number in (1, 2, 3)] == [False, True, True]


def test_works_an_owners_first_complaint_in_the_two_months_does_not_count_against_quality_control():
    found = exemption("first-in-warranty")
    assert (found.frees, found.when, found.nth.covers(1), found.nth.covers(2)) == (
        "quality-control", ("warranty",), True, False,
    )  # fmt: skip


def test_works_a_notice_the_project_manager_did_not_act_on_is_not_quality_controls():
    found = exemption("project-manager-did-not-act")
    assert (found.frees, found.instead, set(found.when)) == (
        "quality-control", "projects", {"notice_came", "project_manager_idle"},
    )  # fmt: skip


def test_works_a_further_complaint_while_quality_control_is_busy_is_the_works_departments():
    found = exemption("quality-control-was-busy")
    assert (found.frees, found.instead) == ("quality-control", "works")
    assert "quality_control_busy" in penalty("works-not-solved").when
    assert "quality_control_busy" in penalty("not-solved").unless


def test_retail_three_trees_with_their_kinds():
    tree: dict[str | None, set[str]] = {}
    for kind in WHOLE["retail"].complaints.kinds:
        tree.setdefault(kind.parent, set()).add(kind.code)
    assert tree == {
        None: {"goods", "service", "safety"},
        "goods": {"goods-price", "goods-out-of-stock", "goods-quality", "goods-labelling"},
        "service": {"service-attitude", "service-checkout", "service-missing", "service-wrong"},
        "safety": {"safety-surroundings", "safety-accident"},
    }


def test_retail_goods_need_the_purchasing_departments_documents():
    rules = WHOLE["retail"].complaints
    assert [rules.documents[name].department for name in rules.documents_for("goods-quality")] == ["purchasing"]


def test_retail_whoever_is_asked_first_is_responsible_until_the_manager_on_duty_takes_it():
    rules = WHOLE["retail"].complaints
    assert (rules.first_asked, rules.taken_by[0]) == (True, "manager-on-duty")


def test_retail_a_grave_complaint_goes_to_the_store_manager():
    (grave,) = (tell for tell in WHOLE["retail"].complaints.tell if tell.id == "grave")
    assert (grave.grade, grave.roles, grave.takes_over) == ("major", ("store-manager",), True)


def test_retail_unsolved_goes_to_senior_management():
    assert step("retail", "solve").late_to == "senior-management"


def test_retail_injury():
    rules = WHOLE["retail"].complaints
    assert (rules.injury.decides, set(rules.injury.tells)) == (
        "manager-on-duty",
        {"department-head", "manager-on-duty"},
    )
    ends = {one.ends for one in rules.steps if one.starts in ("injury_reported", "tell-insurer")}
    assert {Happening.STATEMENT_TAKEN, Happening.INSURER_TOLD, Happening.OPINION_RECEIVED} <= ends
    assert rules.press.speaker == "press-officer"


def test_manufacturing_general_complaints_are_answered_within_3_working_days():
    assert WHOLE["manufacturing"].pack.clocks.answer_complaint.within == {"working_days": 3}
    assert WHOLE["manufacturing"].complaints.answer("malfunction", "general").within == {"working_days": 3}


def test_manufacturing_containment_and_permanent_measure_are_for_major_complaints():
    assert {step("manufacturing", name).grade for name in ("containment", "permanent-measure")} == {"major"}


def test_manufacturing_the_form_is_approved_by_the_section_head_a_major_one_by_the_deputy_and_quality_signs():
    form = WHOLE["manufacturing"].complaints.form
    assert (form.approvers[0], form.major_approvers[0], form.signed_by, form.to) == (
        "section-head", "deputy-head", "quality-manager", "quality",
    )  # fmt: skip
    assert "section-head" not in form.major_approvers


def test_manufacturing_who_plans_reviews_approves():
    action = WHOLE["manufacturing"].complaints.corrective
    assert action.planners == ("department-lead",)
    assert "quality-engineer" in action.reviewers
    assert action.approvers == ("management-representative", "general-manager")


def test_manufacturing_every_quality_complaint_is_known_at_the_top():
    (tell,) = WHOLE["manufacturing"].complaints.tell
    assert (tell.kinds, tell.roles, tell.at) == (
        ("product-quality",), ("management-representative", "general-manager"), "accepted",
    )  # fmt: skip


def test_manufacturing_three_kinds_each_with_a_department_and_a_limit():
    roots = [kind for kind in WHOLE["manufacturing"].complaints.kinds if kind.parent is None]
    assert len({kind.department for kind in roots}) == len(roots) == 3
    assert all(kind.answer for kind in roots)


def test_motor_not_reached_counts_from_the_first_word_and_takes_the_place_of_the_24_hours():
    found = step("motor", "customer-not-reached")
    assert (found.counted_from, found.replaces) == ("accepted", "responsibility")


def test_motor_ours_is_repaired_at_our_cost_and_not_ours_is_checked_free():
    guidance = WHOLE["motor"].complaints.guidance
    assert "our cost" in guidance.substantiated.en
    assert "free check" in guidance.not_substantiated.en


def test_it_desk_answered_within_3_rings_second_line_after_10_minutes():
    calls = WHOLE["it-desk"].pack.calls
    assert (calls.rings, calls.second_line_after) == (3, {"minutes": 10})


def test_it_desk_every_incident_is_logged_and_the_earlier_attempt_asked_about():
    assert WHOLE["it-desk"].pack.targets.logged_percent == 100
    assert WHOLE["it-desk"].complaints.second.ask_about_earlier


def test_convenience_the_solution_is_counted_from_the_findings():
    assert step("convenience", "solution").starts == "findings"


def test_convenience_not_satisfied_goes_up_one_rung_each_round():
    rework = WHOLE["convenience"].complaints.rework
    assert (rework.rounds, rework.rungs_up) == (3, 1)


def test_convenience_drills_and_evaluation_come_round():
    maintenance = WHOLE["convenience"].pack.maintenance
    assert maintenance.drill_every
    assert maintenance.evaluate_every


@pytest.mark.parametrize("pack", list(WHOLE))
def test_a_callback_is_within_24_hours(pack):
    assert WHOLE[pack].pack.clocks.callback.within == {"hours": 24}
