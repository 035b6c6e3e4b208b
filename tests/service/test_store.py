"""The store transaction: all or nothing, one winner, and private things that end when their salt ends."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from services.intake.case import Case
from shared import chain, ids, vault
from shared.contracts.intake import CaseOpened
from shared.place import Place, stamp
from shared.store import (
    AlreadyDone,
    AlreadyExists,
    Cause,
    Conflict,
    Guard,
    Line,
    NotFound,
    retrying,
)
from shared.tables import store
from tests.service.conftest import MONDAY_MORNING
from tests.service.test_main_path import report
from tests.service.world import World

CAUSE = Cause(MONDAY_MORNING, "officer-1", "request-2")


@pytest.fixture
def number(world: World):
    """A stored case, seen from inside intake."""
    receipt = report(world)
    with world.function_of("intake"):
        yield ids.heard(receipt["number"])


def opened(case: Case) -> Line:
    return Line(CaseOpened(case=case.id))


def test_of_two_who_read_the_same_state_one_wins_and_the_other_is_told(number):
    first, second = store().load(Case, number), store().load(Case, number)
    store().change(first, [opened(first)], CAUSE)
    with pytest.raises(Conflict):
        store().change(second, [opened(second)], CAUSE)
    _, events = store().history(Case, number)
    assert [event.type for event in events] == ["CaseReported.v1", "CaseOpened.v1"]


def test_a_loser_who_reads_again_gets_in_after_the_winner(number):
    def change() -> Case:
        case = store().load(Case, number)
        if case.seq == 1:  # somebody is quicker, once
            store().change(case, [opened(case)], CAUSE)
        return store().change(case, [opened(case)], CAUSE)

    assert retrying(change).seq == 3


def test_a_guard_counts_once_and_nothing_of_the_second_try_is_stored(number):
    case = store().load(Case, number)
    after = store().change(case, [opened(case)], CAUSE, Guard("SEEN#event-1"))
    with pytest.raises(AlreadyDone):
        store().change(after, [opened(after)], CAUSE, Guard("SEEN#event-1"))
    assert store().load(Case, number).seq == 2


def test_what_exists_is_not_made_again(number):
    case = store().load(Case, number)
    with pytest.raises(AlreadyExists):
        store().create(case, [opened(case)], CAUSE)


def test_what_is_not_there_is_not_found(number):
    with pytest.raises(NotFound):
        store().load(Case, "000000000000")
    with pytest.raises(NotFound):
        store().history(Case, "000000000000")


def test_a_change_of_hands_in_the_table_shows_in_the_chain(world, number):
    case, events = store().history(Case, number)
    assert chain.broken_at(vault.chain_key(), [event.facts for event in events], case.head) is None
    key = {"pk": {"S": f"CASE#{number}"}, "sk": {"S": "EV#00000001"}}
    item = store().client.get_item(TableName="intake", Key=key)["Item"]
    forged = json.loads(item["doc"]["S"])
    forged["data"]["category"] = "X1"
    store().client.put_item(TableName="intake", Item=item | {"doc": {"S": json.dumps(forged)}})
    case, events = store().history(Case, number)
    assert chain.broken_at(vault.chain_key(), [event.facts for event in events], case.head) == 1


def test_without_its_salt_what_was_said_is_gone_and_the_chain_still_whole(number):
    case, events = store().history(Case, number)
    assert "ceiling" in json.dumps(events[0].private(case.salt))
    erased = store().change(case.model_copy(update={"salt": None}), [opened(case)], CAUSE)
    case, events = store().history(Case, number)
    with pytest.raises(vault.Erased):
        events[0].private(case.salt)
    assert chain.broken_at(vault.chain_key(), [event.facts for event in events], erased.head) is None


def test_ciphertext_moved_to_another_place_does_not_open(number):
    case, events = store().history(Case, number)
    assert events[0].ciphertext
    with pytest.raises(ValueError, match="MAC"):
        vault.decrypt(case.salt, "CASE#elsewhere/EV#00000001", events[0].ciphertext)


def test_nothing_personal_stands_readable_in_any_table(world, number):
    world.settle()
    for service in world.queues:
        everything = repr(world.items(service))
        for canary in ("amal@example.org", "+971501234567", "Amal", "kitchen ceiling", "12 Harbour"):
            assert canary not in everything, f"{canary} in {service}"


def test_due_finds_what_is_due_and_nothing_else(number):
    # The case's first date is its acknowledgement, ten minutes after the report.
    due = MONDAY_MORNING + timedelta(minutes=10)
    assert store().due(Case.KIND, due - timedelta(microseconds=1), 10) == []
    assert store().due(Case.KIND, due, 10) == [Place(due, number)]


def test_times_are_stored_in_one_form_that_sorts():
    dubai = MONDAY_MORNING.astimezone(ZoneInfo("Asia/Dubai"))
    assert stamp(dubai) == "2026-11-23T06:00:00.000000+00:00"
