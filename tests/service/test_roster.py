"""The rota: who is on duty hears what is theirs, says that they are ready, and leaves only to a substitute."""

import csv
import io
import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from services.notify import channels, rota
from services.notify.staff import handler
from shared.contracts.complaints import AttentionAsked, ComplaintConcerns, LessonShared, SurgeNoticed
from shared.contracts.intake import UnitDispatched
from tests.service.casework import COLLEAGUE, MAIL, mailed, report
from tests.service.casework import OFFICER as OF_WEST
from tests.service.complaining import complain
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.receipting import REFUSED, of_mail, of_text
from tests.service.world import Answer, World, staff

LEADER = staff("leader-1", "duty-leader")
SECOND = staff("leader-2", "duty-leader")
SUPERVISOR = staff("supervisor-1", "supervisor")
OPERATOR = staff("operator-1", "operator")
AUDITOR = staff("auditor-1", "auditor")
DEAF = "deaf@example.org"
DUTY_DESK = "duty@example.org"
_KEYS = count(1)
TABLE = "/staff/v1/roster/mine.csv"


def hours(many: float) -> datetime:
    return MONDAY_MORNING + timedelta(hours=many)


def roster(
    world: World, method: str, path: str, body: Any = None, who: Any = LEADER, key: str = "", query: str = ""
) -> Answer:
    where = f"/staff/v1/roster{path}"
    return world.http("notify.staff", method, where, body, staff=who, key=key or f"roster-{next(_KEYS)}", query=query)


def planned(world: World, who: str, begins: float, ends: float, role: str = "duty-leader", zone: str = "") -> str:
    """A shift, in hours from Monday 10:00."""
    body = {
        "role": role,
        "zone": zone,
        "staff": who,
        "begins": hours(begins).isoformat(),
        "ends": hours(ends).isoformat(),
    }
    answer = roster(world, "POST", "/shifts", body)
    assert answer.status == 201, answer.body
    return str(answer.body["number"])


def act(world: World, number: str, what: str, body: Any = None, who: Any = LEADER) -> Answer:
    answer = roster(world, "POST", f"/shifts/{number}/{what}", body, who)
    world.settle()
    return answer


def reached_at(world: World, who: str, **card: str) -> None:
    answer = roster(world, "PUT", f"/contacts/{who}", card)
    assert answer.status == 200, answer.body


def notices(world: World, who: Any = LEADER) -> list[Any]:
    return list(world.http("notify.staff", "GET", "/staff/v1/notices", staff=who).body["notices"])


def acknowledge(world: World, number: str, who: Any) -> Answer:
    path = f"/staff/v1/notices/{number}/acknowledgement"
    return world.http("notify.staff", "POST", path, staff=who, key=f"acknowledgement-{next(_KEYS)}")


def urgent(world: World) -> None:
    report(world, facts={"danger_to_life": True})


def alarms(world: World, to: str) -> list[str]:
    """Mails about something urgent, as they come first."""
    return [mail for mail in mailed(world, to) if mail.startswith("URGENT")]


# --- who hears


@pytest.mark.requirement("TELL-10")
def test_whoever_is_on_duty_is_told_by_every_way_they_gave_and_the_duty_desk_is_not(world):
    planned(world, "leader-1", -1, 8)
    planned(world, "leader-2", 8, 16)
    reached_at(world, "leader-1", email="one@example.org", phone="+447700900123")
    reached_at(world, "leader-2", email="two@example.org")
    urgent(world)
    assert len(alarms(world, "one@example.org")) == 1
    assert len([text for text in world.sms("+447700900123") if "URGENT" in text]) == 1
    assert (mailed(world, "two@example.org"), mailed(world, DUTY_DESK)) == ([], [])
    world.at(hours(9))
    urgent(world)
    assert len(alarms(world, "two@example.org")) == 1


@pytest.mark.requirement("TELL-10")
@pytest.mark.parametrize("who", ["nobody on duty", "nobody to be reached", "not any more", "another role"])
def test_without_anybody_to_reach_the_duty_desk_is_told(world, who):
    if who != "nobody on duty":
        planned(world, "leader-1", -1, 8, role="operator" if who == "another role" else "duty-leader")
    if who in {"not any more", "another role"}:
        reached_at(world, "leader-1", email="one@example.org")
    if who == "not any more":
        reached_at(world, "leader-1")
    urgent(world)
    assert len(alarms(world, DUTY_DESK)) == 1
    assert mailed(world, "one@example.org") == []


@pytest.mark.requirement("TELL-10")
def test_each_is_told_in_their_own_language(world):
    planned(world, "leader-1", -1, 8)
    reached_at(world, "leader-1", email="one@example.org", language="ar")
    urgent(world)
    (mail,) = (mail for mail in mailed(world, "one@example.org") if "عاجل" in mail)
    assert "يُرجى تأكيد الاطلاع" in mail


# --- what has to be acknowledged


@pytest.fixture
def deaf_customer(monkeypatch):
    """One address that the provider refuses for good."""
    mail = channels.PROVIDERS["email"]

    class Deaf:
        def send(self, to: str, letter: Any, which: Any) -> str:
            if to == DEAF:
                raise channels.NeverTaken("MessageRejected")
            return mail.send(to, letter, which)

    monkeypatch.setitem(channels.PROVIDERS, "email", Deaf())


@pytest.mark.requirement("TELL-10")
@pytest.mark.usefixtures("deaf_customer")
def test_what_nobody_acknowledges_in_time_goes_up_and_says_so(world):
    reached_at(world, "boss", email="boss@example.org")
    planned(world, "boss", -1, 20)
    planned(world, "operator-1", -1, 20, role="operator")
    reached_at(world, "operator-1", email="op@example.org")
    world.amend_pack(lambda pack: pack.update(roster={"acknowledge": {"duty_unreachable": {"minutes": 10}}}))
    with_whom = undelivered(world)
    assert with_whom == ("operator", hours(0) + timedelta(minutes=10))
    world.pass_time(timedelta(minutes=11))
    (notice,) = waiting(world, "duty_unreachable")
    assert (notice["owed_by"], notice["roles"]) == ("supervisor", ["operator", "supervisor"])
    world.pass_time(timedelta(minutes=11))
    (notice,) = waiting(world, "duty_unreachable")
    assert notice["owed_by"] == "duty-leader"
    told = [mail for mail in mailed(world, "boss@example.org") if "Nobody reached" in mail]
    assert [mail.startswith("NOT ACKNOWLEDGED by supervisor: Nobody reached") for mail in told] == [True]
    assert [mail[:30] for mail in mailed(world, DUTY_DESK) if "Nobody reached" in mail] == [
        "NOT ACKNOWLEDGED by operator: "
    ]


@pytest.mark.requirement("TELL-10")
def test_what_is_acknowledged_goes_no_further(world):
    urgent(world)
    (notice,) = waiting(world, "duty_urgent")
    assert notice["number"] in alarms(world, DUTY_DESK)[0]
    path = f"/staff/v1/notices/{notice['number']}"
    assert "URGENT" in world.http("notify.staff", "GET", path, staff=LEADER).body["says"]["subject"]
    assert world.http("notify.staff", "GET", path, staff=OPERATOR).body["says"] is None
    done = acknowledge(world, notice["number"], LEADER)
    assert (done.status, done.body["state"], done.body["by"]) == (200, "acknowledged", "leader-1")
    assert waiting(world, "duty_urgent") == []
    assert world.http("notify.staff", "GET", path, staff=LEADER).body["says"] is None
    before = len(mailed(world, DUTY_DESK))
    world.pass_time(timedelta(minutes=30))
    later = mailed(world, DUTY_DESK)[before:]
    assert [mail for mail in later if "NOT ACKNOWLEDGED" in mail and "URGENT" in mail] == []
    again = acknowledge(world, notice["number"], SECOND)
    assert (again.status, again.body["allowed"]) == (409, [])


@pytest.mark.requirement("TELL-10")
def test_at_the_top_it_comes_again_until_somebody_acknowledges(world):
    urgent(world)
    for _ in range(3):
        world.pass_time(timedelta(minutes=6))
    assert len([mail for mail in mailed(world, DUTY_DESK) if mail.startswith("NOT ACK") and "URGENT" in mail]) == 3
    (notice,) = waiting(world, "duty_urgent")
    assert acknowledge(world, notice["number"], LEADER).status == 200


def test_whoever_it_is_not_with_cannot_take_it_off_those_it_is_with(world):
    urgent(world)
    (notice,) = waiting(world, "duty_urgent")
    refused = acknowledge(world, notice["number"], OPERATOR)
    assert (refused.status, refused.body["roles"]) == (403, ["duty-leader"])
    assert acknowledge(world, notice["number"], AUDITOR).status == 403
    planned(world, "operator-1", -1, 8)
    assert acknowledge(world, notice["number"], OPERATOR).status == 200


@pytest.mark.requirement("TELL-10")
def test_when_telling_one_breaks_off_the_others_are_told_and_nobody_twice(world, monkeypatch):
    for who in ("leader-1", "leader-2"):
        planned(world, who, -1, 8)
        reached_at(world, who, email=f"{who}@example.org")
    mail = channels.PROVIDERS["email"]
    broken = iter([True])

    class Breaks:
        def send(self, to: str, letter: Any, which: Any) -> str:
            if to == "leader-1@example.org" and next(broken, False):
                raise RuntimeError("the function was stopped here")
            return mail.send(to, letter, which)

    monkeypatch.setitem(channels.PROVIDERS, "email", Breaks())
    urgent(world)
    world.pass_time(timedelta(minutes=2))
    assert [len(alarms(world, f"{who}@example.org")) for who in ("leader-1", "leader-2")] == [1, 1]


@pytest.mark.requirement("TELL-10")
def test_of_many_on_duty_three_are_told_and_those_first_who_said_that_they_are_ready(world):
    shifts = [planned(world, f"leader-{place}", -1, 8) for place in range(5)]
    for place in range(5):
        reached_at(world, f"leader-{place}", email=f"leader-{place}@example.org")
    for place in (4, 3):
        assert act(world, shifts[place], "readiness", who=staff(f"leader-{place}", "duty-leader")).status == 200
    urgent(world)
    told = [len(alarms(world, f"leader-{place}@example.org")) for place in range(5)]
    assert (sum(told), told[3:]) == (3, [1, 1])


def test_an_event_that_comes_twice_tells_once(world):
    planned(world, "leader-1", -1, 8)
    reached_at(world, "leader-1", email="one@example.org")
    caught: list[Any] = []
    deliver = world.deliver

    def twice(service: str, messages: list[Any]) -> Any:
        caught.append(deliver(service, messages))
        return deliver(service, messages)

    world.deliver = twice
    urgent(world)
    assert caught
    assert len(alarms(world, "one@example.org")) == 1
    assert len(waiting(world, "duty_urgent")) == 1


def waiting(world: World, what: str, who: Any = LEADER) -> list[Any]:
    return [one for one in notices(world, who) if one["what"] == what]


def undelivered(world: World) -> tuple[str, datetime]:
    """A customer whose only way fails for good, without a number to call. Answers who has the notice, until when."""
    report(world, contact={"name": "Amal", "email": DEAF})
    (notice,) = waiting(world, "duty_unreachable")
    return notice["owed_by"], datetime.fromisoformat(notice["until"])


# --- the rota


@pytest.mark.requirement("TELL-12")
def test_who_does_not_say_that_they_are_ready_five_minutes_before_is_reported_to_whoever_leads(world):
    number = planned(world, "operator-1", 2, 10, role="operator")
    world.at(hours(2) - timedelta(minutes=6))
    world.tick("notify")
    world.settle()
    assert mailed(world, DUTY_DESK) == []
    world.pass_time(timedelta(minutes=1, seconds=1))
    (mail,) = mailed(world, DUTY_DESK)
    assert mail.startswith("NOT CONFIRMED: operator")
    assert "operator-1" in mail
    shift = roster(world, "GET", f"/shifts/{number}").body
    assert (shift["state"], shift["owed_by"]) == ("planned", "supervisor")
    assert act(world, number, "readiness", who=OPERATOR).body["state"] == "ready"


@pytest.mark.requirement("TELL-12")
def test_who_says_that_they_are_ready_is_left_in_peace(world):
    number = planned(world, "operator-1", 2, 10, role="operator")
    assert act(world, number, "readiness", who=OPERATOR).body["ready_by"] is None
    world.at(hours(2))
    world.tick("notify")
    world.settle()
    assert mailed(world, DUTY_DESK) == []


@pytest.mark.requirement("TELL-12")
def test_who_has_not_said_it_yet_is_reminded_once_and_the_duty_desk_is_not(world):
    reached_at(world, "operator-1", email="one@example.org")
    planned(world, "operator-1", 2, 10, role="operator")
    planned(world, "operator-2", 2, 10, role="operator")
    for minutes in (36, 34, 33):
        world.at(hours(2) - timedelta(minutes=minutes))
        world.tick("notify")
        world.settle()
    (mail,) = mailed(world, "one@example.org")
    assert mail.startswith("Your shift as operator begins")
    assert mailed(world, DUTY_DESK) == []


@pytest.mark.requirement("TELL-12")
def test_a_shift_that_nobody_confirms_goes_on_up_and_once_it_is_over_nobody_is_troubled(world):
    number = planned(world, "operator-1", 2, 20, role="operator")
    for later in (1.95, 2.1, 3, 21, 22):
        world.at(hours(later))
        world.tick("notify")
        world.settle()
    told = [mail for mail in mailed(world, DUTY_DESK) if mail.startswith("NOT CONFIRMED")]
    assert ["supervisor" in told[0], "duty-leader" in told[1], len(told)] == [True, True, 2]
    late = act(world, number, "readiness", who=OPERATOR)
    assert (late.status, late.body["allowed"]) == (409, ["handover"])


@pytest.mark.requirement("TELL-12")
def test_what_was_handed_over_is_erased_after_a_year_and_who_was_on_duty_is_still_known(world):
    number = planned(world, "operator-1", -4, 1, role="operator")
    act(world, number, "readiness", who=OPERATOR)
    act(world, number, "handover", {"text": "The lift is out."}, OPERATOR)
    world.at(hours(1) + timedelta(days=399))
    world.tick("notify")
    assert len(roster(world, "GET", f"/shifts/{number}").body["handover"]) == 1
    world.at(hours(1) + timedelta(days=401))
    world.tick("notify")
    kept = roster(world, "GET", f"/shifts/{number}").body
    assert (kept["handover"], kept["staff"]) == ([], "operator-1")


@pytest.mark.requirement("TELL-12")
def test_who_did_not_confirm_is_not_the_one_to_be_told_of_it(world):
    planned(world, "leader-1", -1, 8)
    reached_at(world, "leader-1", email="one@example.org")
    world.pass_time(timedelta(minutes=6))
    assert mailed(world, "one@example.org") == []
    assert [mail[:13] for mail in mailed(world, DUTY_DESK)] == ["NOT CONFIRMED"]


@pytest.mark.requirement("TELL-12")
def test_nobody_leaves_a_shift_without_a_substitute_who_is_told_and_confirms(world):
    number = planned(world, "operator-1", 2, 10, role="operator")
    reached_at(world, "operator-2", email="two@example.org")
    act(world, number, "readiness", who=OPERATOR)
    assert act(world, number, "leave", {}, OPERATOR).status == 422
    same = act(world, number, "leave", {"substitute": "operator-1"}, OPERATOR)
    assert same.body["faults"][0]["pointer"] == "/substitute"
    left = act(world, number, "leave", {"substitute": "operator-2"}, OPERATOR).body
    assert (left["staff"], left["state"], left["instead_of"]) == ("operator-2", "planned", ["operator-1"])
    (mail,) = mailed(world, "two@example.org")
    assert number in mail
    assert act(world, number, "readiness", who=OPERATOR).status == 403
    world.at(hours(2))
    world.tick("notify")
    world.settle()
    assert any("operator-2 did not confirm" in mail for mail in mailed(world, DUTY_DESK))
    mine = [
        roster(world, "GET", "/mine", who=who, query=own_window()).body["shifts"]
        for who in (OPERATOR, staff("operator-2", "operator"))
    ]
    assert [[one["number"] for one in shifts] for shifts in mine] == [[], [number]]


def own_window() -> str:
    return f"from={hours(-24):%Y-%m-%dT%H:%M:%SZ}&to={hours(48):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.requirement("TELL-12")
def test_a_substitute_who_has_the_same_duty_at_that_time_does_not_count_as_one(world):
    number = planned(world, "operator-1", 2, 10, role="operator")
    planned(world, "operator-2", 6, 12, role="operator")
    refused = act(world, number, "leave", {"substitute": "operator-2"}, OPERATOR)
    assert (refused.status, refused.body["faults"][0]["code"]) == (422, "on_duty")


def another_is_quicker(monkeypatch: pytest.MonkeyPatch, does: Any) -> None:
    """What was read of somebody's shifts is old by the time it is used: once, something is done in between."""
    taken_by, done = rota.taken_by, list[str]()

    def read(*asked: Any) -> list[Any]:
        found = taken_by(*asked)
        if not done:
            done.append("once")
            does()
        return found

    monkeypatch.setattr(rota, "taken_by", read)


@pytest.mark.requirement("TELL-12")
@pytest.mark.parametrize("known", [0, 1])
@pytest.mark.parametrize("quicker", ["planned", "left"])
@pytest.mark.parametrize("slower", ["planned", "left"])
def test_two_who_give_one_person_the_same_duty_at_once_are_told_which_came_first(
    world, monkeypatch, quicker, slower, known
):
    for day in range(known):
        planned(world, "operator-2", 48 + 24 * day, 56 + 24 * day, role="operator")
    one, two = (planned(world, f"operator-{place}", 2, 10, role="operator") for place in (3, 4))
    body = {
        "role": "operator",
        "staff": "operator-2",
        "begins": hours(6).isoformat(),
        "ends": hours(12).isoformat(),
    }

    def give(way: str, number: str) -> Answer:
        if way == "planned":
            return roster(world, "POST", "/shifts", body)
        return roster(world, "POST", f"/shifts/{number}/leave", {"substitute": "operator-2"})

    first: list[Answer] = []
    another_is_quicker(monkeypatch, lambda: first.append(give(quicker, one)))
    second = give(slower, two)
    assert [answer.status for answer in (*first, second)] == [200 if quicker == "left" else 201, 422]
    assert second.body["faults"][0]["code"] == "on_duty"
    window = f"from={hours(0):%Y-%m-%dT%H:%M:%SZ}&to={hours(24):%Y-%m-%dT%H:%M:%SZ}"
    mine = roster(world, "GET", "/mine", who=staff("operator-2", "operator"), query=window).body["shifts"]
    assert len(mine) == 1


def test_two_duties_at_once_that_do_not_overlap_are_both_given(world, monkeypatch):
    another_is_quicker(monkeypatch, lambda: planned(world, "operator-2", 20, 28, role="operator"))
    planned(world, "operator-2", 2, 10, role="operator")
    planned(world, "operator-2", 4, 12, role="officer")
    world.at(hours(5))
    mine = roster(world, "GET", "/mine", who=staff("operator-2", "operator"), query=own_window()).body["shifts"]
    assert [one["role"] for one in mine] == ["operator", "officer", "operator"]


@pytest.mark.requirement("TELL-12")
def test_what_was_handed_over_is_read_by_whoever_comes_next_and_stands_nowhere_in_plain(world):
    first = planned(world, "operator-1", -4, 1, role="operator")
    then = planned(world, "operator-2", 1, 9, role="operator")
    said = "The lift on the second floor is out; a caller will ask again."
    assert act(world, first, "handover", {"text": said}, OPERATOR).body["handed_over"] == 1
    next_one = staff("operator-2", "operator")
    confirmed = act(world, then, "readiness", who=next_one).body
    assert [(note["text"], note["by"]) for note in confirmed["before"]] == [(said, "operator-1")]
    assert roster(world, "GET", f"/shifts/{first}").body["handover"][0]["text"] == said
    assert "second floor" not in str(world.items("notify"))
    early = act(world, then, "handover", {"text": "Nothing yet"}, next_one)
    assert (early.status, early.body["type"]) == (409, "urn:ahd:problem:illegal-move")
    assert early.body["allowed"] == ["leave", "cancel"], "and not what was refused"


@pytest.mark.requirement("TELL-12")
def test_a_hole_in_the_rota_is_seen(world):
    planned(world, "leader-1", 0, 8)
    planned(world, "leader-2", 10, 24)
    cancelled = planned(world, "leader-2", 8, 10)
    assert act(world, cancelled, "cancel", who=SUPERVISOR).body["state"] == "cancelled"
    again = act(world, cancelled, "cancel", who=SUPERVISOR)
    assert (again.status, again.body["allowed"]) == (409, [])
    assert "handover" not in again.body["detail"]
    query = f"from={hours(0):%Y-%m-%dT%H:%M:%SZ}&to={hours(26):%Y-%m-%dT%H:%M:%SZ}"
    seen = roster(world, "GET", "", who=OPERATOR, query=query).body
    assert [(gap["role"], gap["begins"], gap["ends"]) for gap in seen["gaps"]] == [
        ("duty-leader", hours(8).isoformat(), hours(10).isoformat()),
        ("duty-leader", hours(24).isoformat(), hours(26).isoformat()),
    ]
    assert len(seen["shifts"]) == 3


def heard(world: World, event: Any, case: str = "") -> None:
    """Something that another service told."""
    told = {
        "id": f"event-{next(_KEYS)}",
        "subject": case or "subject",
        "time": hours(0).isoformat(),
        "correlationid": "correlation",
        "data": event.model_dump(mode="json"),
    }
    body = json.dumps({"detail-type": event.detail_type(), "detail": told})
    answer = world.deliver("notify", [{"MessageId": "1", "Body": body}])
    assert answer == {"batchItemFailures": []}


@pytest.mark.requirement("TELL-10")
def test_what_is_for_a_unit_reaches_whoever_is_on_duty_there(world):
    planned(world, "officer-w", -1, 8, role="officer", zone="unit-west")
    planned(world, "officer-e", -1, 8, role="supervisor", zone="unit-east")
    reached_at(world, "officer-w", email="west@example.org")
    reached_at(world, "officer-e", email="east@example.org")
    heard(world, LessonShared(complaint="C", kind="conduct", units=("unit-east", "unit-north")))
    assert [len(mailed(world, f"{zone}@example.org")) for zone in ("west", "east")] == [0, 1]
    heard(world, LessonShared(complaint="C", kind="conduct", units=("unit-north",)))
    assert len(mailed(world, DUTY_DESK)) == 1


def in_two_units(world: World, role: str, begins: float = -1, one: str = "unit-west", two: str = "unit-east") -> None:
    """Two on duty in a role, each in a unit, and reached."""
    for place, zone in enumerate((one, two)):
        planned(world, f"{role}-{place}", begins, begins + 20, role=role, zone=zone)
        reached_at(world, f"{role}-{place}", email=f"{zone}@example.org")


@pytest.mark.requirement("TELL-10")
@pytest.mark.parametrize("again", [False, True])
def test_those_on_duty_in_the_unit_that_has_the_case_are_told_and_others_only_when_nobody_is_there(world, again):
    case = report(world)
    case.do("take", who=OF_WEST)
    if again:  # a handover that is accepted takes the case to another unit
        case.do("hand-over", {"to": "officer-2", "reason": "She speaks Arabic."}, OF_WEST)
        case.do("accept", who=COLLEAGUE)
    late = min(case.due(name) for name in case.owed())
    begins = (late - hours(0)).total_seconds() / 3600 - 1
    in_two_units(world, "supervisor", begins)
    world.at(late + timedelta(minutes=1))
    world.tick()
    world.settle()
    told = [
        sum(case.number in mail for mail in mailed(world, f"unit-{zone}@example.org")) for zone in ("west", "east")
    ]
    assert [bool(number) for number in told] == [not again, again]


@pytest.mark.requirement("TELL-10")
def test_of_a_unit_that_may_not_know_others_are_told_instead(world):
    in_two_units(world, "duty-leader")
    case = report(world).number.replace("-", "")
    heard(world, ComplaintConcerns(complaint="C", case=case, subjects=("unit-west",)))
    heard(world, AttentionAsked(complaint="C", case=case, rule="second", roles=("duty-leader",), unit="unit-west"))
    assert [len(mailed(world, f"unit-{zone}@example.org")) for zone in ("west", "east")] == [0, 1]


@pytest.mark.requirement("TELL-10")
def test_of_a_unit_that_is_sent_its_own_leader_hears_and_without_one_any(world):
    in_two_units(world, "duty-leader")
    case = report(world).number.replace("-", "")
    heard(world, UnitDispatched(case=case, category="P1", unit="unit-east"))
    assert [len(mailed(world, f"unit-{zone}@example.org")) for zone in ("west", "east")] == [0, 1]
    heard(world, UnitDispatched(case=case, category="P1", unit="unit-north"))
    assert [len(mailed(world, f"unit-{zone}@example.org")) for zone in ("west", "east")] == [1, 2]


@pytest.mark.requirement("TELL-10")
def test_a_complaint_that_is_late_is_told_where_it_is_put_right(world):
    matter = complain(world, kind="attitude")
    late = min(matter.due(name) for name in matter.owed())
    begins = (late - hours(0)).total_seconds() / 3600 - 1
    for role in ("supervisor", "duty-leader"):
        in_two_units(world, role, begins, two="unit-inspection")
    world.at(late + timedelta(minutes=1))
    world.tick()
    world.settle()
    told = [
        [mail for mail in mailed(world, f"unit-{zone}@example.org") if matter.number in mail]
        for zone in ("west", "inspection")
    ]
    assert [bool(mails) for mails in told] == [False, True]


@pytest.mark.requirement("TELL-10")
def test_what_is_for_one_member_of_staff_reaches_them_on_duty_or_not(world):
    reached_at(world, "officer-2", email="two@example.org")
    case = report(world)
    case.do("take")
    case.do("hand-over", {"to": "officer-2", "reason": "She speaks Arabic."})
    assert [len(mailed(world, to)) for to in ("two@example.org", DUTY_DESK)] == [1, 0]


@pytest.mark.requirement("TELL-10")
def test_whoever_is_complained_about_is_not_told_of_it_on_duty_and_cannot_see_the_notice(world):
    world.amend_pack(lambda pack: pack.update(roster={"acknowledge": {"duty_complaint_attention": {"hours": 1}}}))
    for who in ("leader-1", "leader-2"):
        planned(world, who, -1, 8)
        reached_at(world, who, email=f"{who}@example.org")
    case = report(world).number.replace("-", "")
    heard(world, ComplaintConcerns(complaint="C", case=case, subjects=("leader-1",)))
    heard(world, AttentionAsked(complaint="C", case=case, rule="second", roles=("duty-leader",)))
    assert [len(mailed(world, f"{who}@example.org")) for who in ("leader-1", "leader-2")] == [0, 1]
    (notice,) = waiting(world, "duty_complaint_attention", SECOND)
    assert waiting(world, "duty_complaint_attention", LEADER) == []
    path = f"/staff/v1/notices/{notice['number']}"
    assert [world.http("notify.staff", "GET", path, staff=who).status for who in (LEADER, SECOND)] == [404, 200]
    assert acknowledge(world, notice["number"], LEADER).status == 404


def test_what_is_said_again_says_its_times_and_counts_as_before_in_the_reader_s_language(world):
    world.amend_pack(lambda pack: pack.update(roster={"acknowledge": {"duty_surge": {"minutes": 5}}}))
    planned(world, "leader-1", -1, 8)
    reached_at(world, "leader-1", email="one@example.org", language="ar")
    surge = SurgeNoticed(
        what="all", complaints=12, since=hours(-24), playbook="storm", roles=("supervisor", "duty-leader")
    )
    heard(world, surge)
    world.pass_time(timedelta(minutes=6))
    first, again = (mail for mail in mailed(world, "one@example.org") if "storm" in mail)
    assert "12 شكوى" in first
    assert "12 شكوى" in again
    assert "لم يؤكَّد الاطلاع" in again


def test_own_shifts_come_as_a_table_too(world):
    number = planned(world, "operator-1", 2, 10, role="operator")
    planned(world, "operator-2", 2, 10, role="officer")
    request = {
        "http": {"method": "GET", "path": TABLE, "sourceIp": "127.0.0.1"},
        "requestId": "1",
        "stage": "$default",
    }
    event = {
        "version": "2.0",
        "routeKey": f"GET {TABLE}",
        "rawPath": TABLE,
        "rawQueryString": "",
        "headers": {},
        "requestContext": {**request, "authorizer": {"jwt": {"claims": OPERATOR}}},
        "isBase64Encoded": False,
    }
    with world.function_of("notify", "staff"):
        told = handler(event, None)
    assert told["headers"]["Content-Type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(told["body"]))
    assert (row["number"], row["role"], row["begins"]) == (number, "operator", hours(2).isoformat())


@pytest.mark.parametrize(
    ("who", "body", "status", "pointer"),
    [
        (OPERATOR, {}, 403, None),
        (LEADER, {"role": "astronaut"}, 422, "/role"),
        (LEADER, {"ends": hours(30).isoformat()}, 422, "/ends"),
        (LEADER, {"ends": hours(1).isoformat()}, 422, "/ends"),
        (LEADER, {"begins": hours(-9).isoformat(), "ends": hours(-1).isoformat()}, 422, "/ends"),
        (LEADER, {"staff": "a b"}, 422, "/staff"),
        (LEADER, {"zone": "west"}, 422, "/zone"),
    ],
)
def test_what_can_be_no_shift_is_refused_with_what_to_mend(world, who, body, status, pointer):
    whole = {"role": "operator", "staff": "x", "begins": hours(2).isoformat(), "ends": hours(10).isoformat(), **body}
    answer = roster(world, "POST", "/shifts", whole, who)
    assert answer.status == status, answer.body
    assert [fault["pointer"] for fault in answer.body.get("faults", [])] == ([pointer] if pointer else [])


def test_the_same_key_is_the_same_shift_and_for_another_one_refused(world):
    body = {"role": "operator", "staff": "x", "begins": hours(2).isoformat(), "ends": hours(10).isoformat()}
    first = roster(world, "POST", "/shifts", body, key="the-same-key")
    second = roster(world, "POST", "/shifts", body, key="the-same-key")
    assert (first.status, second.status, first.body["number"]) == (201, 201, second.body["number"])
    other = roster(world, "POST", "/shifts", {**body, "staff": "y"}, key="the-same-key")
    assert (other.status, other.body["type"]) == (422, "urn:ahd:problem:key-used-before")


@pytest.mark.parametrize(
    ("card", "pointer"),
    [
        ({"email": "nobody"}, "/email"),
        ({"phone": "0501234567"}, "/phone"),
        ({"email": "a@example.org", "preferred": "sms"}, "/preferred"),
        ({"language": "tlh"}, "/language"),
    ],
)
def test_a_card_that_nobody_can_be_reached_by_is_refused(world, card, pointer):
    answer = roster(world, "PUT", "/contacts/mine", card, OPERATOR)
    assert (answer.status, answer.body["faults"][0]["pointer"]) == (422, pointer)


def test_a_card_is_for_its_owner_and_those_who_lead_and_stands_nowhere_in_plain(world):
    assert roster(world, "PUT", "/contacts/mine", {"email": "op@example.org"}, OPERATOR).status == 200
    assert roster(world, "GET", "/contacts/operator-1", who=SUPERVISOR).body["email"] == "op@example.org"
    assert roster(world, "GET", "/contacts/operator-1", who=staff("officer-1", "officer")).status == 403
    assert "op@example.org" not in str(world.items("notify"))


@pytest.mark.parametrize("query", ["from=yesterday", "from=2026-11-02T00:00:00Z&to=2027-02-01T00:00:00Z"])
def test_a_part_of_the_rota_that_cannot_be_read_is_refused(world, query):
    answer = roster(world, "GET", "", query=query)
    assert (answer.status, "detail" in answer.body) == (400, True)


@pytest.mark.requirement("TELL-03", "TELL-10")
def test_what_comes_back_to_staff_is_known_whatever_their_id_and_no_id_of_theirs_goes_along(world, providers):
    who = "leader.one+duty@example.org"
    planned(world, who, -1, 8)
    reached_at(world, who, email="one@example.org")
    email = Provider()
    providers(email=email)
    urgent(world)
    (which,) = (which for which in email.tries if ".duty_urgent." in which.message)
    assert who not in which.message
    world.tell_receipt(of_mail("Bounce", which, to="one@example.org", bounce=REFUSED))
    world.pass_time(timedelta(hours=1, minutes=1))
    told = [letter.subject for to, letter in email.taken if to == "one@example.org"]
    assert len([subject for subject in told if subject.startswith("URGENT")]) == 2


@pytest.mark.requirement("TELL-10")
def test_what_staff_were_told_and_where_is_erased_some_days_after_it_reached_them(world, providers):
    planned(world, "leader-1", -1, 8)
    reached_at(world, "leader-1", phone="+447700900123")
    sms = Provider()
    providers(sms=sms)
    urgent(world)
    kept = [item for item in world.items("notify") if ".duty_urgent." in item["pk"]["S"]]
    assert [item for item in kept if "private" in item]
    world.pass_time(timedelta(days=2))
    assert [item for item in world.items("notify") if ".duty_urgent." in item["pk"]["S"] and "private" in item]
    world.pass_time(timedelta(days=1, minutes=1))
    world.pass_time(timedelta(minutes=1))
    after = [item for item in world.items("notify") if ".duty_urgent." in item["pk"]["S"]]
    assert [item for item in after if "private" in item] == []
    (state,) = (json.loads(item["doc"]["S"]) for item in after if item["sk"]["S"] == "STATE")
    assert (state["state"], state.get("salt")) == ("sent", None)
    # A receipt that comes after all that still counts, and nothing can be sent again.
    before = len(sms.tries)
    world.tell_receipt(of_text("TEXT_UNREACHABLE", sms.tries[0]))
    world.pass_time(timedelta(hours=2))
    world.pass_time(timedelta(hours=2))
    assert [which for which in sms.tries[before:] if ".duty_urgent." in which.message] == []


@pytest.mark.requirement("TELL-10")
def test_staff_are_told_of_an_emergency_before_its_customer_is_thanked(world, providers):
    email = Provider()
    providers(email=email)
    urgent(world)
    assert [to for to, _ in email.taken][:2] == [DUTY_DESK, MAIL]
