from datetime import UTC, datetime

import pytest

from services.complaints import injury
from services.complaints.injury import Decided, Decision, Injury, Item, NotAsked, Opinion, Record, TooEarly, Witness
from shared.packs import Money
from shared.packs.steps import Step

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
BY = {"by": "manager-1", "at": NOW}
HURT = Injury(reported=Record(**BY))
ADVANCE = Decision(**BY, company=True, advance=Money(minor=50000, currency="CNY"))


@pytest.fixture(scope="module")
def works(organisation):
    return organisation("works").complaints


@pytest.fixture(scope="module")
def uninsured(organisation):
    return organisation("drill").complaints


def open_items(rules, now):
    return [task.item for task in injury.checklist(rules, now) if task.done is None]


def test_the_witness_comes_first_then_the_decision_the_scene_and_the_insurer(works):
    assert open_items(works, HURT) == [Item.WITNESS, Item.DECISION, Item.SCENE, Item.INSURER, Item.OPINION]


def test_everything_done_leaves_nothing_open(works):
    whole = (
        HURT.stated(Witness(**BY))
        .decided(works, ADVANCE)
        .secured(Record(**BY))
        .insurer_told(works, Record(**BY))
        .judged(works, Opinion(**BY, cover="covered"))
    )

    assert open_items(works, whole) == []
    assert injury.is_complete(works, whole)
    assert Injury.model_validate_json(whole.model_dump_json(exclude_defaults=True)) == whole


def test_where_the_pack_does_not_say_otherwise_help_does_not_wait_for_the_witness(works):
    assert open_items(works, HURT.decided(works, ADVANCE)) == [Item.WITNESS, Item.SCENE, Item.INSURER, Item.OPINION]


def test_that_nobody_saw_it_is_an_answer_too(works):
    assert Item.WITNESS not in open_items(works, HURT.stated(Witness(**BY, found=False)))


def test_only_the_role_that_the_pack_names_decides_about_company_and_money(works):
    assert injury.who_may(works, Item.DECISION) == ("department-manager",)
    assert injury.who_may(works, Item.WITNESS) is None


def test_company_and_money_are_decided_once(works):
    with pytest.raises(Decided) as refused:
        HURT.decided(works, ADVANCE).decided(works, Decision(**BY, company=False))

    assert refused.value.allowed == (Item.WITNESS, Item.SCENE, Item.INSURER)


def test_where_the_witness_comes_first_nothing_is_decided_before(organisation):
    retail = organisation("retail").complaints
    with pytest.raises(TooEarly) as refused:
        HURT.decided(retail, ADVANCE)

    assert refused.value.allowed == (Item.WITNESS, Item.SCENE, Item.INSURER)
    nobody = HURT.stated(Witness(**BY, found=False))
    assert nobody.decided(retail, ADVANCE).decisions == (ADVANCE,)


def test_an_insurer_that_was_not_told_has_no_opinion(works):
    with pytest.raises(TooEarly) as refused:
        HURT.judged(works, Opinion(**BY, cover="not-covered"))

    assert refused.value.first is Item.INSURER


def test_the_insurer_is_told_and_answers_once(works):
    told = HURT.insurer_told(works, Record(**BY))
    judged = told.judged(works, Opinion(**BY, cover="partly"))

    with pytest.raises(Decided):
        told.insurer_told(works, Record(**BY))
    with pytest.raises(Decided):
        judged.judged(works, Opinion(**BY, cover="covered"))


def test_without_an_insurer_nothing_is_asked_of_one(uninsured):
    assert open_items(uninsured, HURT) == [Item.WITNESS, Item.DECISION, Item.SCENE]
    with pytest.raises(NotAsked):
        HURT.insurer_told(uninsured, Record(**BY))
    with pytest.raises(NotAsked):
        HURT.judged(uninsured, Opinion(**BY, cover="covered"))


def test_a_step_of_the_pack_says_who_owes_an_item_and_which_promise_it_keeps(works):
    statement = Step.model_validate(
        {
            "id": "statement",
            "name": {"en": "A statement", "ar": "إفادة", "zh": "证词"},
            "role": "service-clerk",
            "within": {"minutes": 30},
            "starts": "injury_reported",
            "ends": "statement_taken",
        }
    )
    rules = works.model_copy(update={"steps": (*works.steps, statement)})

    first, second, *_ = injury.checklist(rules, HURT)

    assert (first.role, first.promises) == ("service-clerk", ("statement",))
    assert (second.role, second.promises) == ("department-manager", ())
