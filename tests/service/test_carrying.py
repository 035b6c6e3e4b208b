"""Carrying a case: whose it is, what is missing, how the customer hears of it, appointments, evidence, settlement."""

from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from tests.service.casework import CLERK, COLLEAGUE, MAIL, OFFICER, SUPERVISOR, THIRD, mailed, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import World

PASSPORT = {
    "code": "A1",
    "group": "disputes",
    "kind": "application",
    "name": {"en": "Residence permit", "ar": "تصريح إقامة", "zh": "居住证"},
    "plain": ["record"],
    "documents": {
        "passport": {"en": "Copy of your passport", "ar": "صورة جواز السفر", "zh": "护照复印件"},
        "photo": {"en": "A photo", "ar": "صورة شخصية", "zh": "照片"},
        "lease": {"en": "Your lease", "ar": "عقد الإيجار", "zh": "租约"},
    },
}


@pytest.fixture
def applied(world):
    """An application on a desk whose pack knows one that needs documents."""
    world.amend_pack(lambda pack: pack["categories"].append(PASSPORT))
    matter = report(world, category="A1", description="I want to stay.")
    matter.do("open")
    return matter


@pytest.mark.requirement("CASE-12")
class TestWhoseItIs:
    def test_whoever_is_asked_first_is_responsible(self, world):
        case = report(world)
        case.do("take")
        assert case.file()["owner"] == "officer-1"
        refused = case.try_to("take", who=COLLEAGUE)
        assert (refused.status, refused.body["holder"]) == (403, "officer-1")

    def test_a_handover_counts_only_when_it_is_accepted_and_no_clock_starts_again(self, world):
        case = report(world)
        case.do("take")
        due = case.due("review")
        world.pass_time(timedelta(hours=1))
        case.do("hand-over", {"to": "officer-2", "reason": "She speaks Arabic."})
        assert case.file()["owner"] == "officer-1"
        assert case.owed()["handover"] == "officer"
        assert any("officer-2" in mail for mail in mailed(world, "duty@example.org"))
        assert case.try_to("accept", who=THIRD).status == 403
        case.do("accept", who=COLLEAGUE)
        assert case.file()["owner"] == "officer-2"
        assert case.due("review") == due
        assert "handover" not in case.owed()
        assert case.promise("handover")["state"] == "kept"

    def test_after_a_second_refusal_an_arbiter_decides_and_that_binds(self, world):
        case = report(world)
        case.do("take")
        for to, who in (("officer-2", COLLEAGUE), ("officer-3", THIRD)):
            case.do("hand-over", {"to": to, "reason": "Not my district."})
            case.do("refuse", {"reason": "Nor mine."}, who)
        assert case.owed()["arbitrate"] == "supervisor"
        assert any("DECIDE" in mail for mail in mailed(world, "duty@example.org"))
        again = case.try_to("hand-over", {"to": "officer-4", "reason": "Please."})
        assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:not-now")
        assert case.try_to("assign", {"to": "officer-3", "reason": "It is."}, OFFICER).status == 403
        case.do("assign", {"to": "officer-3", "reason": "It happened there."}, SUPERVISOR)
        assert case.file()["owner"] == "officer-3"
        assert "arbitrate" not in case.owed()

    def test_an_offer_that_nobody_answers_goes_up_and_the_customer_is_not_bothered(self, world):
        case = report(world)
        case.do("hand-over", {"to": "officer-2", "reason": "Leave."})
        before = len(mailed(world))
        world.pass_time(timedelta(hours=5))
        assert case.owed()["handover"] == "supervisor"
        assert "handover" not in [one["what"] for one in case.seen()["promises"]]
        assert len(mailed(world)) == before


@pytest.mark.requirement("CASE-09")
class TestDocuments:
    def test_everything_missing_is_told_in_one_answer_and_the_clock_stands(self, world, applied):
        due = applied.due("resolve")
        applied.do("documents", {"missing": ["passport", "lease"], "text": "Thank you for applying."})
        mail = mailed(world)[-1]
        assert "Copy of your passport" in mail
        assert "Your lease" in mail
        world.pass_time(timedelta(days=30))
        assert applied.promise("resolve")["state"] == applied.promise("progress")["state"] == "open"
        assert applied.says("documents", {"text": "Both are attached."}).status == 202
        assert applied.due("resolve") > due + timedelta(days=29)
        assert applied.whats()[-2:] == ["DocumentsWanted", "DocumentsSent"]

    def test_nothing_new_is_asked_for_the_second_time(self, applied):
        applied.do("documents", {"missing": ["passport", "lease"]})
        applied.says("documents", {"text": "Here."})
        more = applied.try_to("documents", {"missing": ["photo"]}, key="documents-2")
        assert (more.status, more.body["told"]) == (409, ["passport", "lease"])
        applied.do("documents", {"missing": ["lease"]})
        applied.says("documents", {"text": "Here it is."}, "customer-2")
        applied.do("documents", {"missing": []})
        assert applied.whats()[-1] == "DocumentsComplete"

    def test_what_the_category_does_not_ask_for_is_refused(self, world, applied):
        wrong = applied.try_to("documents", {"missing": ["shoes"]}, key="documents-1")
        assert (wrong.status, wrong.body["faults"][0]["pointer"]) == (422, "/missing/0")
        plain = report(world, contact={"email": "b@example.org"})
        assert plain.try_to("documents", {"missing": []}, key="documents-1").status == 409

    def test_documents_that_nobody_waits_for_are_not_taken(self, applied):
        assert applied.says("documents", {"text": "Here."}).status == 409


@pytest.mark.requirement("CASE-10")
class TestDates:
    def test_a_date_is_moved_with_a_reason_and_the_customer_is_told(self, world):
        case = report(world)
        case.do("open")
        later = case.due("resolve") + timedelta(days=3)
        case.do("extend", {"to": later.isoformat(), "reason": "The laboratory needs longer."})
        assert case.due("resolve") == later
        assert "The laboratory needs longer." in mailed(world)[-1]
        assert case.seen()["timeline"][-1]["what"] == "CaseExtended"

    @pytest.mark.parametrize(("reason", "status"), [("", 422), ("  ", 422)])
    def test_not_without_a_reason(self, world, reason, status):
        case = report(world)
        refused = case.try_to("extend", {"promise": "review", "within": {"hours": 48}, "reason": reason})
        assert refused.status == status

    def test_not_after_it_passed(self, world):
        case = report(world)
        world.pass_time(timedelta(hours=25))
        refused = case.try_to("extend", {"promise": "review", "within": {"hours": 48}, "reason": "Late."})
        assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:date-passed")

    @pytest.mark.parametrize(
        "body",
        [
            {"within": {"fortnights": 1}},
            {"within": {"days": -1}},
            {},
            {"to": "9999-12-31T23:59:59-11:00"},
            {"within": {"days": 10**9}},
            {"to": "2026-12-01T00:00:00Z", "within": {"days": 1}},
        ],
    )
    def test_a_date_that_can_not_be_is_a_fault(self, world, body):
        case = report(world)
        assert case.try_to("extend", {"promise": "review", "reason": "So.", **body}).status == 422


@pytest.mark.requirement("CASE-06")
class TestProgress:
    def test_the_customer_hears_every_seven_days_or_it_is_late(self, world):
        case = report(world)
        case.do("open")
        assert case.due("progress") == MONDAY_MORNING + timedelta(days=7)
        world.pass_time(timedelta(days=3))
        case.do("notes", {"text": "We have found the pipe.", "public": True})
        assert "We have found the pipe." in mailed(world)[-1]
        assert case.due("progress") == MONDAY_MORNING + timedelta(days=10)
        case.do("extend", {"within": {"working_days": 30}, "reason": "The pipe is under the street."})
        world.pass_time(timedelta(days=8))
        assert case.owed()["progress"] == "supervisor"

    def test_a_note_for_staff_is_no_word_to_the_customer(self, world):
        case = report(world)
        case.do("open")
        before = case.due("progress")
        world.pass_time(timedelta(days=1))
        case.do("notes", {"text": "She seems upset."})
        assert case.due("progress") == before


@pytest.mark.requirement("CASE-07", "TELL-07")
class TestAppointments:
    WHEN = MONDAY_MORNING + timedelta(days=3)

    def book(self, case, **changed):
        body = {"kind": "hearing", "at": self.WHEN.isoformat(), "place": "Room 4", "text": "Bring your papers."}
        return case.do("appointments", {**body, **changed})

    def test_a_hearing_after_the_closing_is_booked_and_the_customer_reminded(self, world):
        case = report(world)
        case.do("open")
        case.do("close", {"outcome": "solved", "text": "It is mended."})
        self.book(case)
        assert "Room 4" in mailed(world)[-1]
        before = len(mailed(world))
        world.pass_time(timedelta(days=2, minutes=31))
        (reminder,) = mailed(world)[before:]
        assert "Room 4" in reminder
        world.pass_time(timedelta(minutes=5))
        assert len(mailed(world)) == before + 1

    def test_a_moved_appointment_reminds_of_its_new_time_only(self, world):
        case = report(world)
        self.book(case)
        later = self.WHEN + timedelta(days=4)
        case.do("move-appointment", {"appointment": 1, "at": later.isoformat(), "reason": "The judge is ill."})
        assert "The judge is ill." in mailed(world)[-1]
        world.pass_time(timedelta(days=4))
        assert "AppointmentNear" not in case.whats()
        world.pass_time(timedelta(days=2, hours=1))
        assert case.whats()[-1] == "AppointmentNear"

    def test_a_cancelled_one_reminds_nobody(self, world):
        case = report(world)
        self.book(case)
        case.do("cancel-appointment", {"appointment": 1, "reason": "Not needed any more."})
        world.pass_time(timedelta(days=3))
        assert "AppointmentNear" not in case.whats()
        again = case.try_to("cancel-appointment", {"appointment": 1, "reason": "Again."})
        assert (again.status, again.body["faults"][0]["code"]) == (422, "unknown_appointment")

    @pytest.mark.parametrize("at", ["2026-11-22T00:00:00Z", "2100-01-01T00:00:00Z", "9999-12-31T23:59:59-11:00"])
    def test_a_time_that_is_past_or_too_far_is_refused(self, world, at):
        case = report(world)
        body = {"kind": "hearing", "at": at, "place": "Room 4"}
        assert case.try_to("appointments", body, key="appointment-1").status == 422

    def test_nobody_there_to_receive_them_goes_up(self, world):
        case = report(world)
        self.book(case)
        world.pass_time(timedelta(days=3, minutes=31))
        assert case.owed()["appointment-1"] == "supervisor"


@pytest.mark.requirement("CASE-20")
def test_a_visitor_at_the_counter_is_received_and_the_card_comes_back(world):
    case = report(world)
    at = MONDAY_MORNING + timedelta(hours=2)
    case.do("appointments", {"kind": "counter", "at": at.isoformat(), "place": "Counter 3"}, CLERK)
    world.pass_time(timedelta(hours=2))
    unsaid = case.try_to("received", {"appointment": 1, "came": True}, CLERK)
    assert unsaid.body["faults"][0]["pointer"] == "/received_by"
    case.do("received", {"appointment": 1, "came": True, "received_by": "officer-1", "card": "V-17"}, CLERK)
    assert case.promise("appointment-1")["state"] == "kept"
    assert case.events("CustomerReceived")[0]["facts"] == {
        "appointment": 1,
        "received_by": "officer-1",
        "card": "V-17",
    }
    assert case.file()["cards_out"] == ["V-17"]
    case.do("cards", {"card": "V-17"}, CLERK)
    assert case.file()["cards_out"] == []
    assert case.try_to("cards", {"card": "V-17"}, CLERK).status == 409


@pytest.mark.requirement("CASE-22")
class TestTheWorkingSide:
    def test_team_scene_evidence_interviews_and_report_are_on_the_case_and_not_the_customers(self, world):
        case = report(world)
        case.do("team", {"members": ["officer-1", "officer-2"]})
        case.do("scene-visits", {"text": "The pipe is cut."})
        case.do("evidence", {"text": "A pipe cutter.", "kept": "Locker 9"})
        case.do("interviews", {"side": "witness", "who": "Wu", "text": "I saw a man.", "confirmed": True})
        case.do("report", {"text": "Cut on purpose by an unknown man."})
        file = case.file()
        assert file["team"] == ["officer-1", "officer-2"]
        assert case.events("ExhibitRegistered")[0]["private"] == {"text": "A pipe cutter.", "kept": "Locker 9"}
        assert case.whats() == ["CaseReported", "AcknowledgementSent"]

    def test_evidence_changes_hands_only_from_whoever_has_it_and_every_link_is_kept(self, world):
        case = report(world)
        case.do("evidence", {"text": "A pipe cutter.", "kept": "Locker 9"})
        give = {"evidence": 1, "to": "officer-2", "kept": "Laboratory", "reason": "Fingerprints"}
        taken = case.try_to("custody", give, THIRD)
        assert (taken.status, taken.body["holder"]) == (403, "officer-1")
        case.do("custody", give)
        assert case.try_to("custody", {**give, "to": "officer-3"}).status == 403
        case.do("custody", {**give, "to": "officer-3", "kept": "Court"}, COLLEAGUE)
        links = [event["facts"]["holder"] for event in case.events("ExhibitHandedOver")]
        assert links == ["officer-2", "officer-3"]
        assert case.file()["evidence"] == [{"number": 1, "holder": "officer-3", "since": MONDAY_MORNING.isoformat()}]
        unknown = case.try_to("custody", {**give, "evidence": 7})
        assert unknown.body["faults"][0]["pointer"] == "/evidence"


@pytest.mark.requirement("CASE-24")
class TestSettlement:
    AGREED: ClassVar = {
        "text": "He pays for the ceiling; she forgives him.",
        "restitution": {"minor": 50000, "currency": "AED"},
        "forgiven": True,
        "agreed_by_all": True,
    }

    def test_it_is_recorded_followed_up_and_its_return_noticed(self, world):
        case = report(world)
        case.do("open")
        case.do("settlement", self.AGREED)
        case.do("close", {"outcome": "solved", "text": "You have settled it."})
        assert case.owed() == {"check-settlement": "officer"}
        world.pass_time(timedelta(days=13))
        case.do("settlement-check", {"kept": True, "text": "He has paid."})
        assert case.promise("check-settlement")["state"] == "kept"
        later = report(world, contact={"email": "b@example.org"})
        case.do("recurrence", {"case": later.number})
        assert case.events("CameBack")[0]["facts"]["later"] == later.number.replace("-", "")
        assert case.file()["settlement"] == {
            "state": "kept",
            "restitution": self.AGREED["restitution"],
            "forgiven": True,
        }

    def test_not_unless_all_agreed(self, world):
        case = report(world)
        refused = case.try_to("settlement", {**self.AGREED, "agreed_by_all": False})
        assert refused.body["faults"][0]["code"] == "not_agreed"

    def test_one_that_nobody_asks_after_goes_up(self, world):
        case = report(world)
        case.do("settlement", self.AGREED)
        world.pass_time(timedelta(days=14, minutes=1))
        assert case.owed()["check-settlement"] == "supervisor"
        assert case.try_to("settlement-check", {"kept": False}).status == 200
        assert case.try_to("settlement-check", {"kept": True}).status == 409


@pytest.mark.requirement("CASE-01", "CASE-02")
class TestKeyedIn:
    SAID: ClassVar = {
        "category": "P8",
        "description": "Water comes through.",
        "channel": "phone",
        "losses": "A carpet.",
        "people": "The neighbour above.",
        "told": "Turn off the water.",
        "read_back": True,
    }

    def key_in(self, world: World, **changed):
        body = {**self.SAID, **changed}
        return world.http("intake.staff", "POST", "/staff/v1/cases", body, staff=CLERK, key="keyed-in-1")

    @pytest.mark.parametrize("channel", ["phone", "counter", "community"])
    def test_an_operator_keys_in_what_they_were_told_and_the_channel_is_kept(self, world, channel):
        receipt = self.key_in(world, channel=channel)
        assert receipt.status == 201
        file = world.http("intake.staff", "GET", f"/staff/v1/cases/{receipt.body['number']}", staff=SUPERVISOR).body
        said = file["events"][0]["private"]["said"]
        assert file["channel"] == channel
        assert (said["losses"], said["people"], said["told"], said["read_back"]) == (
            "A carpet.",
            "The neighbour above.",
            "Turn off the water.",
            True,
        )
        assert file["events"][0]["by"] == "clerk-1"

    def test_it_is_read_back_to_them_first(self, world):
        assert self.key_in(world, read_back=False).body["faults"][0]["pointer"] == "/read_back"

    def test_the_secret_goes_to_the_customer_and_through_the_operator_only_when_nobody_else_can_bring_it(self, world):
        assert self.key_in(world).body["secret"]
        with_contact = world.http(
            "intake.staff",
            "POST",
            "/staff/v1/cases",
            {**self.SAID, "contact": {"email": MAIL}},
            staff=CLERK,
            key="keyed-in-2",
        )
        assert with_contact.body["secret"] is None


def test_a_case_given_away_and_a_date_agree_with_the_clock_of_the_customer(world):
    """The clock belongs to the customer: nothing that staff do among themselves restarts it."""
    case = report(world)
    dates = {one["what"]: one["due"] for one in case.file()["promises"]}
    for act, body in (("take", None), ("team", {"members": ["officer-9"]}), ("report", {"text": "So far."})):
        world.pass_time(timedelta(minutes=7))
        case.do(act, body)
    after = {one["what"]: one["due"] for one in case.file()["promises"]}
    assert dates.items() <= after.items()
    assert datetime.fromisoformat(after["review"]) == MONDAY_MORNING + timedelta(hours=24)


@pytest.mark.requirement("CASE-03")
def test_one_person_may_be_several_things_to_a_case(world):
    case = report(world, classes=["witness", "victim", "witness"])
    assert case.file()["classes"] == ["victim", "witness"]
    assert report(world, contact={"email": "b@example.org"}).file()["classes"] == ["reporter"]
    wrong = world.http("intake.api", "POST", "/v1/cases", {"description": "So.", "classes": ["king"]})
    assert wrong.body["faults"][0]["pointer"] == "/classes/0"


@pytest.mark.requirement("CASE-15")
def test_what_is_out_of_scope_gets_the_right_body_and_its_telephone_number(world):
    receipt = world.http("intake.api", "POST", "/v1/cases", {"category": "T6", "description": "A false watch."}).body
    assert receipt["refer_to"]["name"]
    assert receipt["refer_to"]["phone"]
    seen = world.http("intake.api", "GET", f"/v1/cases/{receipt['number']}", secret=receipt["secret"]).body
    assert seen["contacts"][0] == receipt["refer_to"]


class TestWritingToOnesCase:
    def test_what_a_customer_adds_is_on_their_case_for_staff_too(self, world):
        case = report(world)
        assert case.says("additions", {"text": "It is the second floor."}).status == 202
        assert case.seen()["timeline"][-1]["text"] == "It is the second floor."
        assert case.events("CustomerAdded")[0]["private"] == {"text": "It is the second floor."}

    def test_a_question_is_promised_an_answer_which_is_given_or_goes_up(self, world):
        case = report(world)
        case.do("open")
        case.says("questions", {"text": "When do you come?"})
        due = case.due("reply")
        case.says("questions", {"text": "Please?"}, "customer-2")
        assert case.due("reply") == due
        case.do("reply", {"text": "Tomorrow at nine."})
        assert case.promise("reply")["state"] == "kept"
        assert "Tomorrow at nine." in mailed(world)[-1]
        assert case.try_to("reply", {"text": "Again."}).status == 409
        case.says("questions", {"text": "Nobody came."}, "customer-3")
        case.do("close", {"outcome": "solved", "text": "It is dry."})
        world.at(case.due("reply") + timedelta(minutes=1))
        world.tick()
        assert case.owed()["reply"] == "supervisor"

    def test_who_writes_without_end_is_asked_to_wait(self, world):
        case = report(world)
        for number in range(20):
            assert case.says("additions", {"text": "And."}, f"addition-{number}").status == 202
        assert case.says("additions", {"text": "And."}, "addition-20").status == 429
