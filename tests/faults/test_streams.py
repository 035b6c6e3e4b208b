"""What Lambda does with a batch of a stream that fails, as its documentation says: moto and the emulator cut none.

Held to the sentences of two pages, looked at in 2026, and to what botocore's model of Lambda says of the settings:

- https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
- https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import re
from random import Random
from typing import Any

import botocore.session
import pytest

from tests.faults.carriers import Piece, left_of

BATCH = Piece((1, 2, 3, 4, 5), retries=3)


def failed(*which: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": one} for one in which]}


# ── "Success and failure conditions", of batchfailurereporting ───────────────────────────────────────────────────


@pytest.mark.parametrize("answer", [failed(), {"batchItemFailures": None}, {}], ids=str)
def test_an_answer_without_failures_is_a_complete_success(answer):
    assert left_of(BATCH, answer) == []


@pytest.mark.parametrize(
    "answer", [failed(""), failed(None), {"batchItemFailures": [{"itemIdentity": "3"}]}], ids=str
)
def test_an_answer_that_names_no_record_is_a_complete_failure(answer):
    """The batch comes again as it is. A number that isn't in the batch, of which nothing is said, counts as one."""
    assert left_of(BATCH, answer) == left_of(BATCH, failed("77")) == [Piece(BATCH.numbers, 4)]


# ── "Report syntax" and "Bisecting a batch", of batchfailurereporting ────────────────────────────────────────────


def test_the_lowest_number_is_the_checkpoint_from_which_all_come_again():
    """Cut there, those before it are done; and to split takes no try (dynamodb-errors)."""
    assert left_of(BATCH, failed("4", "3")) == [Piece((3, 4, 5), 3)]


def test_where_the_first_failed_nothing_is_split_and_a_try_is_over():
    assert left_of(BATCH, failed("1")) == [Piece(BATCH.numbers, 4)]


def test_a_function_that_fails_has_its_batch_split_in_two_which_takes_no_try():
    """Whatever is set for partial answers; "isolating bad records", until one is alone (dynamodb-errors)."""
    assert left_of(BATCH, None) == [Piece((1, 2), 3), Piece((3, 4, 5), 3)]
    assert left_of(Piece((7,), 3), None) == [Piece((7,), 4)]


@pytest.mark.parametrize("seed", range(20))
def test_however_it_fails_none_is_left_out_and_none_overtakes(seed):
    chance, to_do, done = Random(seed), [Piece(tuple(range(1, 41)))], list[int]()
    while to_do:
        piece = to_do.pop(0)
        answer = chance.choice([None, failed(), failed(*map(str, chance.choices(piece.numbers, k=2)))])
        left = left_of(piece, answer)
        done += [number for number in piece.numbers if not any(number in one.numbers for one in left)]
        to_do[:0] = left
    assert done == list(range(1, 41))


# ── what botocore knows of the settings ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("BisectBatchOnFunctionError", "If the function returns an error, split the batch in two and retry."),
        ("MaximumRetryAttempts", "Discard records after the specified number of retries."),
        ("FunctionResponseTypes", "A list of current response type enums applied to the event source mapping."),
    ],
)
def test_the_settings_mean_what_the_model_takes_them_for(setting, says):
    """When botocore says something else one day, look at the pages again."""
    model: Any = botocore.session.get_session().get_service_model("lambda")
    member = model.operation_model("CreateEventSourceMapping").input_shape.members[setting]
    assert says in re.sub(r"<[^>]+>", "", member.documentation)
