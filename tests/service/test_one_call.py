"""One call says all that could not be delivered; no call is promised twice, nor told of again when nothing moves."""

from typing import Any

import pytest

from tests.service.casework import CLERK, Matter, report
from tests.service.test_call_windows import book
from tests.service.test_safe_person import UNSAFE
from tests.service.test_call_hours import wishes
from tests.service.world import World


def promised(case: Matter) -> list[dict[str, str]]:
    """What the customer was told of calls, in order."""
    return [line for line in case.seen()["timeline"] if line["what"] == "CallPromised"]


def owed(world: World) -> Any:
    return world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=CLERK).body["callbacks"]


@pytest.mark.requirement("TELL-05")
def test_hours_that_move_no_call_tell_of_none_but_offer_what_they_leave(world):
    case = report(world, contact=UNSAFE)
    for reason in ("asked-for", "news"):
        assert book(world, case.number, f"booking-{reason}", reason=reason).status == 201
    before, calls = len(promised(case)), case.seen()["calls"]
    assert before == 2
    wishes(case, safe={"hours": {"after": "09:00", "until": "19:00"}})
    wishes(case, safe={"hours": {"after": "09:00", "until": "20:00"}})
    wishes(case, safe={"hours": {"after": "09:00", "until": "19:30"}})
    after = case.seen()["calls"]
    assert len(promised(case)) == before
    assert [(one["since"], one["until"], one["word"]) for one in after] == [
        (one["since"], one["until"], one["word"]) for one in calls
    ]
    assert all(one["word"] for one in after)
    staff_sees = world.http("notify.staff", "GET", f"/staff/v1/callbacks/{after[0]['callback']}", staff=CLERK).body
    assert len(staff_sees["script"]["promised"] if staff_sees["script"] else [1]) == 1
    # Hours that leave less are offered as such, and a call that lies outside of them moves, and is told of once.
    wishes(case, safe={"hours": {"after": "18:00", "until": "19:00"}})
    assert len(promised(case)) == before + 2
