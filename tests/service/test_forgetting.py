"""The end of a customer's file, and the copy of it that they can have."""

from datetime import timedelta
from html import unescape
from re import sub
from typing import Any

import pytest

from services.intake import copies, forgetting
from shared import erasure
from tests.service.casework import CLERK, OFFICER, SUPERVISOR, Matter, report
from tests.service.readable import readable
from tests.service.test_erasing import MAIL, NAME, PHONE, SAID, WORDS, closed, told
from tests.service.world import Answer, World, staff

LEADER = staff("leader-1", "duty-leader")


def file_of(world: World, **reached: str) -> Any:
    path = "/staff/v1/customers/find"
    found = world.http("intake.staff", "POST", path, reached or {"phone": PHONE}, staff=SUPERVISOR).body["customers"]
    return found[0] if found else None


def erase(world: World, identity: str, key: str = "erase-file-1", who: Any = SUPERVISOR) -> Answer:
    path = f"/staff/v1/customers/{identity}/erase"
    answer = world.http("intake.staff", "POST", path, {"reason": "asked"}, staff=who, key=key)
    world.settle()
    return answer


def copy(world: World, identity: str, who: Any = LEADER, query: str = "") -> Answer:
    path = f"/staff/v1/customers/{identity}/copy"
    return world.http("intake.copies", "GET", path, staff=who, query=query)


def page(world: World, identity: str, language: str) -> str:
    """As a reader sees it."""
    with world.function_of("intake", "copies"):
        event = {
            "version": "2.0",
            "routeKey": "GET /staff/v1/customers/{customer}/copy.html",
            "rawPath": f"/staff/v1/customers/{identity}/copy.html",
            "rawQueryString": f"lang={language}",
            "queryStringParameters": {"lang": language},
            "headers": {},
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": "GET", "path": f"/staff/v1/customers/{identity}/copy.html"},
                "stage": "$default",
                "authorizer": {"jwt": {"claims": LEADER}},
            },
        }
        answer = copies.handler(event, None)
    assert answer["statusCode"] == 200, answer["body"]
    return str(answer["body"])


@pytest.mark.requirement("CASE-19")
def test_a_customer_who_asks_for_it_is_erased_with_everything_they_brought(world):
    first, second = closed(world), report(world, **{**SAID, "category": "Z4"})
    second.do("decline", {"reason": "It is not ours."})
    file = file_of(world)
    assert file["cases"] == 2
    answer = erase(world, file["id"])
    assert answer.body == {"id": file["id"], "erased": 2, "left": 0}
    assert file_of(world) is None
    assert file_of(world, email=MAIL) is None
    assert [one.file()["erased"] for one in (first, second)] == [True, True]
    world.pass_time(timedelta(days=15))
    assert told(world) == set()
    history = world.http("intake.staff", "GET", f"/staff/v1/customers/{file['id']}/history", staff=SUPERVISOR).body
    assert (history["erased"], history["whole"]) == (True, True)
    assert history["events"][-1]["what"] == "CustomerErased.v1"


@pytest.mark.requirement("CASE-19")
def test_nothing_of_a_customer_is_erased_while_something_is_owed_to_them(world):
    done, still_open = closed(world), report(world, **{**SAID, "category": "Z4"})
    answer = erase(world, file_of(world)["id"])
    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (409, "still-owed")
    assert answer.body["cases"] == [still_open.number]
    assert done.file()["erased"] is False
    assert told(world) == set(WORDS)


def test_whoever_handled_one_of_their_cases_erases_none_of_them(world):
    first, second = closed(world), report(world, **{**SAID, "category": "Z4"})
    second.do("decline", {"reason": "It is not ours."}, SUPERVISOR)
    refused = erase(world, file_of(world)["id"])
    assert (refused.status, refused.body["type"].rpartition(":")[2]) == (403, "handled-by-you")
    assert (first.file()["erased"], second.file()["erased"]) == (False, False)
    assert erase(world, file_of(world)["id"], who=LEADER).body["erased"] == 2


@pytest.mark.requirement("CASE-19")
def test_a_file_ends_by_itself_with_its_last_case(world):
    case = closed(world)
    assert file_of(world)["names"] == [NAME]
    world.pass_time(timedelta(days=5 * 366))
    assert case.file()["erased"] is True
    assert file_of(world) is None
    world.pass_time(timedelta(days=15))
    assert told(world) == set()


def test_a_file_stays_as_long_as_one_of_its_cases(world):
    closed(world).do("erase", {"reason": "asked"}, SUPERVISOR)
    other = report(world, **{**SAID, "category": "Z4"})
    file = file_of(world)
    assert [one["number"] for one in file["open"]] == [other.number]


def test_what_a_witness_is_erased_of_is_their_file_and_not_the_case_of_somebody_else(world):
    case = report(world)
    named = {"name": NAME, "phone": PHONE, "classes": ["witness"]}
    case.do("customers", named, SUPERVISOR)
    file = file_of(world)
    assert erase(world, file["id"]).body["erased"] == 0
    assert file_of(world) is None
    assert case.file()["erased"] is False
    assert [one["classes"] for one in case.file()["customers"]] == [["reporter"]]
    assert NAME not in "".join(readable(world))


@pytest.mark.requirement("CASE-19")
def test_what_somebody_reported_ends_with_them_also_where_it_was_joined_to_the_case_of_somebody_else(world):
    older = report(world)
    world.clock.shift(timedelta(minutes=5))
    newer = report(world, **SAID)
    newer.do("join", {"into": older.number, "reason": "The marzipan leak."}, SUPERVISOR)
    assert erase(world, file_of(world)["id"], who=LEADER).status == 200
    assert older.file()["erased"] is False
    world.pass_time(timedelta(days=15))
    assert told(world) == set()


def test_whoever_is_named_on_many_cases_is_taken_off_them_in_steps(world, monkeypatch):
    monkeypatch.setattr(forgetting, "_NAMED_AT_ONCE", 2)
    own = closed(world)
    others = [report(world, category=category) for category in ("P8", "Z4", "P8", "Z4", "P8")]
    for case in others:
        case.do("customers", {"name": NAME, "phone": PHONE, "classes": ["witness"]}, SUPERVISOR)
    file = file_of(world)
    assert erase(world, file["id"]).body == {"id": file["id"], "erased": 1, "left": 0}
    assert [len(case.file()["customers"]) for case in others] == [1] * 5
    gone = world.http("intake.staff", "GET", f"/staff/v1/customers/{file['id']}", staff=SUPERVISOR).body
    assert [one["number"] for one in gone["cases_filed"]] == [own.number]
    assert (gone["cases"], gone["classes"], gone["erased"]) == (1, ["reporter"], True)
    world.pass_time(timedelta(days=15))
    assert told(world) == set()


def test_a_file_that_was_merged_into_one_that_was_merged_is_erased_with_it(world):
    numbers = ("+447700900781", "+447700900782", "+447700900783")
    for place, phone in enumerate(numbers):
        case = report(world, contact={"name": "X.", "phone": phone}, category=["P8", "Z4"][place % 2])
        case.do("decline", {"reason": "It is not ours."})
    first, second, third = (file_of(world, phone=phone)["id"] for phone in numbers)
    for into, gone, reason in ((second, first, "A gramophone each."), (third, second, "Both like marzipan.")):
        body = {"with": gone, "reason": reason}
        path = f"/staff/v1/customers/{into}/merge"
        assert world.http("intake.staff", "POST", path, body, staff=SUPERVISOR, key=f"merge-{gone}").status == 200
    assert told(world) == {"gramophone", "marzipan"}
    assert erase(world, third).status == 200
    world.pass_time(timedelta(days=15))
    assert told(world) == set()


def test_a_file_stays_when_a_report_comes_while_it_ends_with_its_last_case(world, monkeypatch):
    case = closed(world)
    before = file_of(world)["id"]
    coming = Coming(world)
    case.try_to("erase", {"reason": "asked"}, SUPERVISOR, "erase-case-1")
    monkeypatch.setattr(erasure, "without_key", coming.during(erasure.without_key))
    world.settle()
    file = file_of(world)
    assert (file["id"], file["erased"], file["cases"]) == (before, False, 2)
    assert [one["number"] for one in file["open"]] == [coming.number]
    assert world.dead("intake") == []


def test_a_file_that_is_to_be_erased_stays_when_a_report_comes_meanwhile(world, monkeypatch):
    closed(world)
    file = file_of(world)["id"]
    coming = Coming(world)
    monkeypatch.setattr(forgetting, "_name_no_more", coming.during(forgetting._name_no_more))
    refused = erase(world, file)
    assert (refused.status, refused.body["type"].rpartition(":")[2]) == (409, "still-owed")
    assert refused.body["cases"] == [coming.number]
    assert [one["number"] for one in file_of(world)["open"]] == [coming.number]
    Matter(world, coming.number, "").do("decline", {"reason": "It is not ours."})
    assert erase(world, file).body == {"id": file, "erased": 1, "left": 0}
    assert file_of(world) is None


class Coming:
    """Another report of theirs, which is filed while something else is done."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.number = world.http("intake.api", "POST", "/v1/cases", {**SAID, "category": "Z4"}).body["number"]
        world.relay("intake")
        self.messages = world.receive("intake")

    def during(self, done: Any) -> Any:
        def do(*args: Any, **named: Any) -> Any:
            messages, self.messages = self.messages, []
            if messages:
                assert self.world.deliver("intake", messages)["batchItemFailures"] == []
            return done(*args, **named)

        return do


def test_a_file_that_was_merged_is_erased_with_the_one_it_is_in(world):
    closed(world)
    other = report(world, contact={"name": "Xanthippe Gramophone", "phone": "+447700900789"}, category="Z4")
    other.do("decline", {"reason": "It is not ours."})
    kept, gone = file_of(world), file_of(world, phone="+447700900789")
    merge = {"with": gone["id"], "reason": "The gramophone is the same."}
    path = f"/staff/v1/customers/{kept['id']}/merge"
    assert world.http("intake.staff", "POST", path, merge, staff=SUPERVISOR, key="merge-them-1").status == 200
    assert erase(world, kept["id"]).status == 200
    world.pass_time(timedelta(days=15))
    assert told(world) == set()


def test_whoever_was_erased_begins_anew_when_they_come_again(world):
    closed(world)
    before = file_of(world)["id"]
    erase(world, before)
    report(world, **SAID)
    after = file_of(world)
    assert after["id"] != before
    assert after["cases"] == 1


def test_erasing_a_file_is_for_those_who_lead_and_happens_once(world):
    closed(world)
    file = file_of(world)["id"]
    assert [erase(world, file, who=who).status for who in (OFFICER, CLERK)] == [403, 403]
    assert erase(world, file).status == 200
    again = erase(world, file, key="erase-file-2")
    assert (again.status, again.body["type"].rpartition(":")[2]) == (409, "erased-before")
    assert copy(world, file).status == 410


def test_a_file_is_erased_once_and_whoever_sends_it_again_gets_the_same_answer(world):
    closed(world)
    file = file_of(world)["id"]
    first = erase(world, file)
    again = erase(world, file)
    assert (again.status, again.body) == (first.status, first.body) == (200, {"id": file, "erased": 1, "left": 0})
    path = f"/staff/v1/customers/{file}/erase"
    other = world.http("intake.staff", "POST", path, {"reason": "unlawful"}, staff=SUPERVISOR, key="erase-file-1")
    assert (other.status, other.body["type"].rpartition(":")[2]) == (422, "key-used-before")


def test_a_file_that_ends_with_its_last_case_while_it_is_erased_is_answered_all_the_same(world, monkeypatch):
    closed(world)
    file = file_of(world)["id"]
    ended: list[None] = []

    def meanwhile(*args):
        if not ended:
            ended.append(None)
            world.settle()
        return name_no_more(*args)

    name_no_more = forgetting._name_no_more
    monkeypatch.setattr(forgetting, "_name_no_more", meanwhile)
    answers = [erase(world, file).body for _ in range(2)]
    assert answers == [{"id": file, "erased": 1, "left": 0}] * 2


@pytest.mark.requirement("CASE-19")
def test_a_customer_can_have_a_copy_of_everything_that_is_kept_of_them(world):
    case = closed(world)
    body = copy(world, file_of(world)["id"]).body
    assert (body["names"], body["contacts"]) == ([NAME], [{"phone": PHONE}, {"email": MAIL}])
    [copied] = body["cases"]
    assert (copied["number"], copied["state"], copied["you_were"]) == (case.number, "closed", ["reporter"])
    assert copied["said"]["losses"] == "A gramophone."
    assert [line["text"] for line in copied["timeline"] if line["text"]] == [
        SAID["description"],
        "The plumber Mr Sassafras is away.",
        "It smells of marzipan.",
        "The tangerine pipe is mended.",
    ]
    assert {one["what"] for one in copied["promises"]} >= {"acknowledge", "review", "resolve"}


@pytest.mark.requirement("CASE-19")
@pytest.mark.parametrize(
    ("language", "direction", "title"),
    [("en", "ltr", "What we keep of you"), ("ar", "rtl", "ما نحتفظ به عنك"), ("zh", "ltr", "我们保存的您的资料")],
)
def test_the_copy_can_be_read_in_the_customers_language(world, language, direction, title):
    case = closed(world)
    html = page(world, file_of(world)["id"], language)
    assert f'<html lang="{language}" dir="{direction}"' in html
    words = " ".join(unescape(sub(r"<[^>]+>", " ", html)).split())
    for said in (
        title,
        NAME,
        PHONE,
        case.number,
        "The zebrafish tank leaks.",
        "A gramophone.",
        "7 Kumquat Lane",
        "tangerine",
    ):
        assert said in words


def test_of_a_case_that_others_brought_a_witness_gets_no_copy(world):
    case = report(world)
    case.do("customers", {"name": NAME, "phone": PHONE, "classes": ["witness"]}, SUPERVISOR)
    body = copy(world, file_of(world)["id"]).body
    assert body["cases"] == []
    assert [one["as"] for one in body["named_on"]] == [["witness"]]
    assert "kitchen" not in str(body)
    assert case.number not in str(body)


def test_whoever_handled_a_case_of_theirs_does_not_make_the_copy(world):
    case = report(world, **SAID)
    case.do("open", who=LEADER)
    case.says("grievances", {"text": "They were rude."}, "customer-grievance")
    answer = copy(world, file_of(world)["id"])
    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (403, "handled-by-you")
    assert "rude" not in str(answer.body)
    behind = copy(world, file_of(world)["id"], query="after=2026-01-01T00:00:00.000000Z~AAAABBBBCCCC")
    assert behind.status == 403
    assert copy(world, file_of(world)["id"], SUPERVISOR).status == 200
    assert copy(world, file_of(world)["id"], OFFICER).status == 403


def test_a_long_copy_comes_in_pages_and_every_page_is_on_record(world):
    for n in range(27):
        report(world, contact=SAID["contact"], category=["P8", "Z4"][n % 2], description=f"Number {n}.")
    file = file_of(world)["id"]
    first = copy(world, file).body
    rest = copy(world, file, query=f"after={first['next']}").body
    assert (len(first["cases"]), len(rest["cases"]), rest["next"]) == (25, 2, None)
    assert len({one["number"] for one in (*first["cases"], *rest["cases"])}) == 27
    history = world.http("intake.staff", "GET", f"/staff/v1/customers/{file}/history", staff=SUPERVISOR).body
    assert [one["by"] for one in history["events"] if one["what"] == "CustomerCopied.v1"] == ["leader-1"] * 2


def test_a_wrong_number_leads_to_the_file_no_more_once_it_is_put_right(world):
    case: Matter = report(world, contact={"name": "Amal", "phone": "+447700900111"})
    file = file_of(world, phone="+447700900111")
    case.do("correct", {"contact": {"name": "Amal", "phone": "+447700900222"}, "reason": "Misheard."}, CLERK)
    assert file_of(world, phone="+447700900111") is None
    assert file_of(world, phone="+447700900222")["id"] == file["id"]
    report(world, contact={"name": "Somebody else", "phone": "+447700900111"})
    assert file_of(world, phone="+447700900111")["id"] != file["id"]
