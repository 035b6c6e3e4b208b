"""What a service asks of a pack: who has it, by when, which clocks start, how grave it is."""

from infra.packs import PACKS, compiled
from shared.packs import Condition, Money
from shared.packs.complaints import exceeds
from shared.packs.ledger import Nth

WORKS, RETAIL, POLICE = (compiled(PACKS / name) for name in ("works", "retail", "police"))


def yuan(amount):
    return Money(minor=amount * 100, currency="CNY")


def test_a_kind_has_from_its_parents_what_it_leaves_out():
    rules = RETAIL.complaints
    assert [kind.code for kind in rules.line("goods-price")] == ["goods-price", "goods"]
    assert (rules.department("goods-price"), rules.department("service-checkout")) == ("sales-floor", "checkout")
    assert rules.documents_for("goods-price") == ("purchase-papers",)


def test_a_kind_without_an_answer_of_its_own_has_the_desks():
    assert POLICE.complaints.answer("attitude", "general") is None
    major = POLICE.complaints.answer("violence", "major")
    assert major is not None
    assert major.role == "duty-leader"


def test_a_claim_is_major_only_above_the_amount():
    assert RETAIL.complaints.grade("goods-price", (), claim=yuan(2000)) == "general"
    assert RETAIL.complaints.grade("goods-price", (), claim=yuan(2001)) == "major"


def test_a_claim_in_another_currency_is_for_a_person_to_grade():
    assert not exceeds(Money(minor=10**9, currency="AED"), yuan(2000))


def test_injury_press_and_many_people_make_it_major():
    assert WORKS.complaints.grade("design", {"injury"}) == "major"
    assert WORKS.complaints.grade("design", {"press"}) == "major"
    assert (WORKS.complaints.grade("design", (), 4), WORKS.complaints.grade("design", (), 5)) == ("general", "major")


def started(kind, facts):
    return {step.id for step in WORKS.complaints.starting("accepted", kind, "general", facts)}


def test_a_leak_after_acceptance_brings_somebody_within_four_hours_and_paint_within_a_day():
    assert started("plumbing", {"warranty"}) == {"contact", "warranty-plumbing-electricity", "notice"}
    assert started("finish", {"warranty"}) == {"contact", "warranty-other", "notice"}
    assert started("plumbing", set()) == {"contact", "notice"}


def test_everything_given_in_a_condition_must_hold():
    condition = Condition(when=("injury",), kinds=("workmanship",), grade="major")
    applies = WORKS.complaints.applies
    assert applies(condition, "plumbing", "major", {"injury"})
    assert not applies(condition, "plumbing", "general", {"injury"})
    assert not applies(condition, "design", "major", {"injury"})
    assert not applies(condition, "plumbing", "major", {"press"})


def test_late_goes_to_the_rung_above_and_at_the_top_it_stays():
    roles = [rung.role for rung in WORKS.pack.rungs_above("department-manager")]
    assert roles == ["branch-head", "general-manager"]
    assert [rung.role for rung in WORKS.pack.rungs_above("general-manager")] == ["general-manager"]


def test_a_role_that_is_no_rung_has_the_whole_ladder_above_it():
    assert WORKS.pack.rungs_above("service-clerk") == WORKS.pack.rungs()


def test_what_goes_straight_to_a_rung_climbs_on_from_there():
    assert [rung.role for rung in WORKS.pack.rungs_from("branch-head")] == ["branch-head", "general-manager"]


def test_the_second_and_every_later_complaint():
    assert [Nth(min=2).covers(number) for number in (1, 2, 3, 9)] == [False, True, True, True]
