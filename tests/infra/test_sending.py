"""What sends is given time to end: nothing is stopped while a provider has it."""

from typing import Any

from infra.desk import Use
from infra.notify_stack import NOTIFY
from shared import aws
from tests.infra.rules import of_type, target_of
from tests.template import template

CALLS_AN_EVENT = 3
"""An urgent report, its customer's first way never taking anything: that way, the other one, and the duty desk."""


def seconds_of_a_call() -> float:
    config: Any = aws._ONCE
    return float(config.connect_timeout + config.read_timeout)


def test_every_provider_may_take_its_whole_time_and_a_batch_still_ends():
    stack = template().stacks["notify"]
    (batch,) = (
        mapping["BatchSize"]
        for mapping in of_type(stack, "AWS::Lambda::EventSourceMapping").values()
        if target_of(mapping["EventSourceArn"]).startswith("events")
    )
    function = NOTIFY.function(Use.HEAR)
    assert batch == function.batch
    # Of the carriers of texts, one may not be there at all before the other is asked.
    config: Any = aws._ONCE
    an_event = CALLS_AN_EVENT * seconds_of_a_call() + config.connect_timeout
    assert batch * an_event <= 0.75 * function.timeout_seconds
