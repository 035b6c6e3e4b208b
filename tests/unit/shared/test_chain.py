"""The chain: whatever is changed, dropped, swapped or slipped in shows; what was erased does not."""

from typing import Any

from shared import chain

KEY = b"the key of a service"


def events(count: int) -> tuple[list[dict[str, Any]], str]:
    made, head = [], chain.GENESIS
    for seq in range(1, count + 1):
        facts = {"seq": seq, "type": "Noted.v1", "data": {"n": seq}, "private": chain.commitment(f"cipher {seq}")}
        head = chain.link(KEY, head, facts)
        made.append({**facts, "hash": head})
    return made, head


def test_a_whole_chain_verifies_without_the_ciphertexts():
    made, head = events(5)
    assert chain.broken_at(KEY, made, head) is None


def test_a_changed_fact_shows_where():
    made, head = events(5)
    made[2]["data"] = {"n": 99}
    assert chain.broken_at(KEY, made, head) == 3


def test_a_dropped_event_shows():
    made, head = events(5)
    assert chain.broken_at(KEY, made[:2] + made[3:], head) == 3


def test_two_swapped_events_show():
    made, head = events(3)
    assert chain.broken_at(KEY, [made[1], made[0], made[2]], head) == 1


def test_a_chain_cut_short_shows():
    made, head = events(5)
    assert chain.broken_at(KEY, made[:4], head) == 5


def test_an_event_added_by_hand_shows():
    made, head = events(2)
    forged = {"seq": 3, "type": "Noted.v1", "data": {}, "hash": "0" * 64}
    assert chain.broken_at(KEY, [*made, forged], head) == 3


def test_keys_in_another_order_say_the_same():
    assert chain.link(KEY, "", {"a": 1, "b": 2}) == chain.link(KEY, "", {"b": 2, "a": 1})


def test_whoever_has_not_the_key_cannot_write_a_chain_that_fits():
    facts: dict[str, Any] = {"seq": 1, "type": "Forged.v1", "data": {}}
    forged = [{**facts, "hash": chain.link(b"another key", chain.GENESIS, facts)}]
    assert chain.broken_at(KEY, forged, forged[0]["hash"]) == 1
