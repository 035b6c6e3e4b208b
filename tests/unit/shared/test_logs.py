"""The log: what is not on the list does not reach it, whatever somebody puts into a call."""

import json

from shared.logs import bind, describe, log

CANARY = "canary-55aa"


def test_a_key_that_is_not_on_the_list_is_named_without_its_value(capsys):
    bind(service="intake", correlation="c-1")
    log().info("answered", status=201, description=CANARY, email=f"{CANARY}@example.org")
    line = json.loads(capsys.readouterr().out)
    assert CANARY not in json.dumps(line)
    assert line["dropped"] == ["description", "email"]
    assert (line["service"], line["correlation"], line["status"]) == ("intake", "c-1", 201)


def test_an_exception_is_told_by_its_type_and_place_never_by_its_message():
    try:
        int(CANARY)
    except ValueError as error:
        told = describe(error)
    assert CANARY not in told
    assert told.startswith("ValueError at ")
    assert "test_logs.py" in told


def test_nothing_of_one_request_stays_for_the_next(capsys):
    bind(correlation="first")
    bind(service="intake")
    log().info("answered")
    assert "first" not in capsys.readouterr().out
