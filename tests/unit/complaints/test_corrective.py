from datetime import UTC, datetime, timedelta

import pytest

from services.complaints import corrective
from services.complaints.corrective import MOVES, Action, IllegalMove, Move, OwnWork, Stage
from shared.packs.procedures import Corrective

MORNING = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WHO = {Move.FORWARD: "engineer", Move.APPROVE: "director", Move.VERIFY: "engineer", Move.REJECT: "engineer"}
RULES = Corrective(
    kinds=("quality",),
    planners=("section-head",),
    reviewers=("quality-engineer",),
    approvers=("management-representative", "general-manager"),
    verifiers=("quality-engineer",),
)


def after(*moves, action=None):
    now = action or Action()
    for number, move in enumerate(moves):
        now = corrective.moved(now, move, WHO.get(move, "planner"), MORNING + timedelta(hours=number))
    return now


WHOLE = (Move.CONTAIN, Move.PLAN, Move.FORWARD, Move.APPROVE, Move.CARRY_OUT, Move.VERIFY)


def test_from_containment_to_a_verified_effect_is_six_moves():
    action = after(*WHOLE)

    assert action.stage is Stage.VERIFIED
    assert [one.move for one in action.done] == list(WHOLE)
    assert corrective.allowed(action) == ()


def test_every_move_forward_is_a_happening_that_clocks_can_end_with():
    assert [corrective.HAPPENINGS[move].value for move in WHOLE] == [
        "contained", "cause_found", "reviewed", "approved", "measured", "verified",
    ]  # fmt: skip


def test_the_review_can_send_the_plan_back_and_then_pass_a_better_one_on():
    returned = corrective.moved(after(Move.PLAN), Move.SEND_BACK, "engineer", MORNING)

    assert returned.stage is Stage.OPEN
    assert returned.sent_back == 1
    assert after(Move.PLAN, Move.FORWARD, action=returned).stage is Stage.REVIEWED


def test_whoever_has_to_approve_can_send_it_back_too():
    reviewed = after(Move.PLAN, Move.FORWARD)

    assert corrective.moved(reviewed, Move.SEND_BACK, "director", MORNING).stage is Stage.OPEN
    assert corrective.who_may(RULES, reviewed, Move.SEND_BACK) == ("management-representative", "general-manager")
    assert corrective.who_may(RULES, after(Move.PLAN), Move.SEND_BACK) == ("quality-engineer",)


def test_a_measure_without_effect_begins_again_at_the_cause():
    rejected = corrective.moved(after(*WHOLE[:-1]), Move.REJECT, "engineer", MORNING)

    assert rejected.stage is Stage.OPEN
    assert Move.PLAN in corrective.allowed(rejected)


def test_containment_is_possible_once_and_beside_everything_until_the_effect_is_verified():
    for moves in (WHOLE[1:1], WHOLE[1:2], WHOLE[1:3], WHOLE[1:4], WHOLE[1:5]):
        assert Move.CONTAIN in corrective.allowed(after(*moves))
    assert Move.CONTAIN not in corrective.allowed(after(*WHOLE[1:]))
    assert Move.CONTAIN not in corrective.allowed(after(Move.CONTAIN))


@pytest.mark.parametrize("stage", Stage)
def test_every_other_move_is_refused_and_the_refusal_says_what_is_possible(stage):
    action = Action(stage=stage)

    for move in set(Move) - set(MOVES[stage]) - {Move.CONTAIN}:
        with pytest.raises(IllegalMove) as refused:
            corrective.moved(action, move, "somebody", MORNING)
        assert refused.value.allowed == corrective.allowed(action)


@pytest.mark.parametrize(
    ("moves", "check"),
    [
        ((Move.PLAN,), Move.FORWARD),
        ((Move.PLAN,), Move.SEND_BACK),
        ((Move.PLAN, Move.FORWARD), Move.APPROVE),
        ((Move.PLAN, Move.FORWARD, Move.APPROVE, Move.CARRY_OUT), Move.VERIFY),
    ],
)
def test_nobody_judges_their_own_work(moves, check):
    with pytest.raises(OwnWork):
        corrective.moved(after(*moves), check, "planner", MORNING)


def test_each_move_is_for_the_roles_that_the_pack_names():
    assert {move: corrective.who_may(RULES, after(Move.PLAN), move) for move in Move} == {
        Move.CONTAIN: ("section-head", "quality-engineer"),
        Move.PLAN: RULES.planners,
        Move.FORWARD: RULES.reviewers,
        Move.SEND_BACK: RULES.reviewers,
        Move.APPROVE: RULES.approvers,
        Move.CARRY_OUT: RULES.planners,
        Move.VERIFY: RULES.verifiers,
        Move.REJECT: RULES.verifiers,
    }


def test_only_kinds_that_the_pack_names_and_those_beneath_them_are_owed_an_action(organisation):
    rules = organisation("works").complaints.model_copy(
        update={"corrective": RULES.model_copy(update={"kinds": ("workmanship",)})}
    )

    assert corrective.begins(rules, "workmanship") == Action()
    assert corrective.begins(rules, "plumbing") == Action()
    assert corrective.begins(rules, "design") is None
    assert corrective.begins(organisation("works").complaints, "plumbing") is None


def test_an_action_survives_being_stored():
    action = after(*WHOLE[:3])

    assert Action.model_validate_json(action.model_dump_json(exclude_defaults=True)) == action
