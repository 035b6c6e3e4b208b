"""One file per customer: where each case goes, who finds it, and how staff put it right."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake import customer as customers
from services.intake import filing
from services.intake.customer import Customer
from services.intake.filenotes import CustomerCorrected
from shared import tables
from shared.store import Cause, Line
from tests.service.casework import CLERK, COLLEAGUE, MAIL, OFFICER, SUPERVISOR, Matter, mailed, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.own_pack import with_categories
from tests.service.test_tips import T1
from tests.service.world import Answer, World, staff


@pytest.fixture(scope="module")
def compiled_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The police's pack, with tips."""
    return with_categories(tmp_path_factory.mktemp("packs"), T1)


AUDITOR = staff("auditor-1", "auditor")
PHONE = "+971501234567"
OTHER = "+971507654321"


def ask(world: World, path: str, body: Any = None, who: Any = SUPERVISOR, key: str | None = None) -> Answer:
    method = "GET" if body is None else "POST"
    asked, _, query = path.partition("?")
    return world.http("intake.staff", method, f"/staff/v1/customers/{asked}", body, staff=who, key=key, query=query)


def find(world: World, who: Any = CLERK, **reached: str) -> list[Any]:
    answer = ask(world, "find", reached, who)
    assert answer.status == 200, answer.body
    found: list[Any] = answer.body["customers"]
    return found


def read(world: World, identity: str, who: Any = SUPERVISOR, after: str = "") -> Any:
    answer = ask(world, identity + (f"?after={after}" if after else ""), who=who)
    assert answer.status == 200, answer.body
    return answer.body


def do(world: World, identity: str, act: str, body: Any, who: Any = SUPERVISOR, key: str | None = None) -> Any:
    answer = ask(world, f"{identity}/{act}", body, who, key)
    assert answer.status == 200, answer.body
    return answer.body


def refused(world: World, identity: str, act: str, body: Any, who: Any = SUPERVISOR) -> tuple[int, str]:
    answer = ask(world, f"{identity}/{act}", body, who)
    return answer.status, answer.body["type"].rpartition(":")[2]


def numbers(file: Any) -> list[str]:
    return sorted(one["number"] for one in file["cases_filed"])


@pytest.mark.requirement("CASE-19")
def test_a_customers_cases_are_in_one_file_whichever_way_they_write_their_number(world):
    first = report(world, contact={"name": "Amal", "phone": PHONE})
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    second = report(world, contact={"name": "Amal Haddad", "phone": "0501234567", "email": MAIL}, category="Z4")
    [file] = find(world, phone="050 123 4567")
    assert file["names"] == ["Amal", "Amal Haddad"]
    assert file["contacts"] == [{"phone": PHONE}, {"email": MAIL}]
    assert [one["number"] for one in file["open"]] == [second.number, first.number]
    assert find(world, email=MAIL)[0]["id"] == file["id"]
    whole = read(world, file["id"])
    assert [one["number"] for one in whole["cases_filed"]] == [second.number, first.number]
    assert {one["category"] for one in whole["cases_filed"]} == {"P8", "Z4"}
    assert all(one["owed"] for one in whole["cases_filed"])
    assert first.file()["customers"] == [{"id": file["id"], "classes": ["reporter"]}]


@pytest.mark.requirement("CASE-19")
def test_who_gives_no_contact_or_a_tip_has_no_file(world):
    matter = report(world, contact={"name": "Amal"})
    report(world, category="T1", contact={"phone": PHONE})
    assert matter.file()["customers"] == []
    assert find(world, phone=PHONE) == []
    assert not [item for item in world.items("intake") if item["pk"]["S"].startswith(("CUSTOMER#", "CONTACT#"))]


@pytest.mark.requirement("CASE-19")
def test_nothing_of_a_person_is_readable_in_the_table(world):
    report(world, contact={"name": "Amal Haddad", "phone": PHONE, "email": MAIL})
    [file] = find(world, phone=PHONE)
    do(world, file["id"], "correct", {"name": "Amal Saleh", "add_contact": {"phone": OTHER}}, key="correct-1")
    readable = str([{**item, "private": None, "boxes": None} for item in world.items("intake")])
    for personal in ("Haddad", "Saleh", PHONE, MAIL, OTHER):
        assert personal not in readable


@pytest.mark.requirement("CASE-19")
def test_a_report_that_is_heard_again_is_filed_once(world):
    answer = world.http("intake.api", "POST", "/v1/cases", {"description": "A leak.", "contact": {"phone": PHONE}})
    world.relay("intake")
    again = world.receive("intake")
    for _ in range(3):
        world.deliver("intake", again)
    world.settle()
    [file] = find(world, phone=PHONE)
    assert file["cases"] == 1
    assert numbers(read(world, file["id"])) == [answer.body["number"]]
    assert len(ask(world, f"{file['id']}/history", who=AUDITOR).body["events"]) == 1


@pytest.mark.requirement("CASE-19")
def test_two_reports_at_the_same_moment_make_one_file(world, monkeypatch):
    read_before = filing._led_to
    met: list[str] = []

    def somebody_is_quicker(contact):
        """What was read is old by the time it is used: the other report is filed in between."""
        led = read_before(contact)
        if not met:
            met.append(contact)
            world.deliver("intake", [second])
        return led

    for _ in range(2):
        world.http("intake.api", "POST", "/v1/cases", {"description": "A leak.", "contact": {"phone": PHONE}})
    world.relay("intake")
    first, second = world.receive("intake")
    monkeypatch.setattr(filing, "_led_to", somebody_is_quicker)
    assert world.deliver("intake", [first])["batchItemFailures"] == []
    [file] = find(world, phone=PHONE)
    assert file["cases"] == 2
    assert len({item["pk"]["S"] for item in world.items("intake") if item["pk"]["S"].startswith("CUSTOMER#")}) == 1


@pytest.mark.requirement("CASE-19")
def test_phone_and_address_of_two_files_are_noted_on_both_and_merged_by_nobody(world):
    report(world, contact={"name": "Amal", "phone": PHONE})
    report(world, contact={"name": "Omar", "email": MAIL})
    third = report(world, contact={"name": "Amal", "phone": PHONE, "email": MAIL})
    report(world, contact={"name": "Amal", "phone": PHONE, "email": MAIL})
    phones, mails = find(world, phone=PHONE)[0], find(world, email=MAIL)[0]
    assert phones["perhaps_same"] == [mails["id"]]
    assert mails["perhaps_same"] == [phones["id"]]
    assert (phones["cases"], mails["cases"]) == (3, 1)
    assert third.number in numbers(read(world, phones["id"]))
    for one in (phones, mails):
        history = ask(world, f"{one['id']}/history", who=AUDITOR).body
        assert [event["what"] for event in history["events"]].count("PerhapsSame.v1") == 1
        assert history["whole"]
    assert len(find(world, phone=PHONE, email=MAIL)) == 2


@pytest.mark.requirement("CASE-03")
def test_a_person_is_several_things_and_another_thing_in_another_case(world):
    own = report(world, contact={"phone": PHONE}, classes=["reporter", "resident"])
    other = report(world, contact={"phone": OTHER}, classes=["organisation"])
    named = {"name": "Wu", "phone": PHONE, "classes": ["witness", "victim"], "language": "zh"}
    other.do("customers", named, CLERK, key="customer-named-1")
    other.do("customers", named, CLERK, key="customer-named-1")
    [file] = find(world, OFFICER, phone=PHONE)
    assert file["classes"] == ["reporter", "resident", "victim", "witness"]
    assert file["languages"] == ["en", "zh"]
    assert {one["number"]: one["classes"] for one in read(world, file["id"])["cases_filed"]} == {
        own.number: ["reporter", "resident"],
        other.number: ["victim", "witness"],
    }
    assert sorted(one["classes"] for one in other.file()["customers"]) == [["organisation"], ["victim", "witness"]]
    [told] = other.events("CustomerNamed")
    assert told["private"] == {}
    assert "CustomerNamed" not in other.whats()
    # The reporter turns out a victim too: their link says both.
    own.do("customers", {"phone": PHONE, "classes": ["victim"]}, CLERK)
    again = read(world, file["id"])
    assert again["cases"] == 2
    assert next(one for one in again["cases_filed"] if one["number"] == own.number)["classes"] == [
        "at-risk",
        "reporter",
        "resident",
        "victim",
    ]


@pytest.mark.requirement("CASE-03")
def test_who_a_victim_or_a_witness_is_reads_only_who_has_the_permit(world):
    matter = report(world, contact={"phone": OTHER})
    matter.do("customers", {"name": "Wu", "phone": PHONE, "classes": ["victim"]}, CLERK)
    [hidden] = find(world, CLERK, phone=PHONE)
    assert (hidden["names"], hidden["contacts"], hidden["hidden"]) == ([], [], True)
    assert "Wu" not in str(ask(world, hidden["id"], who=AUDITOR).body)
    for permitted in (OFFICER, SUPERVISOR):
        [file] = find(world, permitted, phone=PHONE)
        assert (file["names"], file["contacts"], file["hidden"]) == (["Wu"], [{"phone": PHONE}], False)
    assert find(world, CLERK, phone=OTHER)[0]["contacts"] == [{"phone": OTHER}]
    assert "Wu" not in str(matter.file(CLERK))
    assert PHONE not in str(matter.file(CLERK))


@pytest.mark.requirement("CASE-03")
def test_how_a_victim_who_reported_is_reached_reads_on_the_case_only_who_has_the_permit(world):
    matter = report(world, contact={"name": "Wu", "phone": PHONE}, classes=["victim"])
    matter.do("correct", {"contact": {"name": "Wu", "phone": OTHER}, "reason": "Misheard."}, SUPERVISOR)
    for kept_away in (CLERK, AUDITOR):
        shown = matter.file(kept_away)
        assert shown["contact_hidden"]
        assert not [one for one in ("Wu", PHONE, OTHER) if one in str(shown)]
        assert "kitchen ceiling" in str(shown)
    for permitted in (OFFICER, SUPERVISOR):
        shown = matter.file(permitted)
        assert not shown["contact_hidden"]
        assert [one["private"]["contact"]["phone"] for one in shown["events"] if "contact" in one["private"]] == [
            PHONE,
            OTHER,
        ]


@pytest.mark.requirement("CASE-03")
def test_who_reported_is_hidden_once_staff_find_that_they_are_the_victim_and_not_because_of_a_witness(world):
    matter = report(world, contact={"name": "Wu", "phone": PHONE})
    matter.do("customers", {"phone": OTHER, "classes": ["witness"]}, CLERK)
    assert PHONE in str(matter.file(CLERK))
    matter.do("customers", {"phone": PHONE, "classes": ["victim"]}, CLERK)
    assert PHONE not in str(matter.file(CLERK))
    assert PHONE in str(matter.file(OFFICER))


@pytest.mark.requirement("CASE-03")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Wu", "classes": ["witness"]}, 422),
        ({"phone": PHONE, "classes": []}, 422),
        ({"phone": PHONE, "classes": ["friend"]}, 422),
        ({"phone": "12", "classes": ["witness"]}, 422),
        ({"email": "nobody", "classes": ["witness"]}, 422),
    ],
)
def test_who_can_be_no_customer_is_refused_and_nothing_is_stored(world, body, status):
    matter = report(world, contact=None)
    assert matter.try_to("customers", body, CLERK, key="customer-named-1").status == status
    assert matter.file()["customers"] == []


@pytest.mark.requirement("CASE-03")
def test_nobody_is_named_on_a_tip_and_no_auditor_names_anybody(world):
    tip = report(world, category="T1", contact=None)
    body = {"phone": PHONE, "classes": ["witness"]}
    assert tip.try_to("customers", body, CLERK, key="customer-named-1").body["type"].endswith("anonymous")
    matter = report(world)
    assert matter.try_to("customers", body, AUDITOR, key="customer-named-1").status == 403
    assert matter.try_to("customers", body, CLERK).status == 400
    assert find(world, phone=PHONE) == []


@pytest.mark.requirement("CASE-19")
def test_feedback_and_complaints_are_in_the_file_for_everybody_but_who_handled_the_case(world):
    matter = report(world)
    matter.do("open")
    matter.says("grievances", {"text": "Nobody came."})
    matter.do("close", {"outcome": "solved", "text": "It is dry."})
    link = next(word for mail in mailed(world) for word in mail.split() if "/survey/" in word)
    invitation, token = link.split("/survey/")[1].split("/")[:2]
    answered = world.http(
        "survey.api", "POST", f"/v1/surveys/{invitation}/answers", {"satisfaction": 2}, secret=token
    )
    assert answered.status in {200, 201}, answered.body
    world.settle()
    [file] = find(world, email=MAIL)
    [seen] = read(world, file["id"], SUPERVISOR)["cases_filed"]
    assert seen["feedback"] == [2]
    assert len(seen["complaints"]) == 1
    [kept_away] = read(world, file["id"], OFFICER)["cases_filed"]
    assert (kept_away["feedback"], kept_away["complaints"]) == ([], [])
    assert seen["complaints"][0] not in str(read(world, file["id"], OFFICER))
    assert read(world, file["id"], COLLEAGUE)["cases_filed"][0]["feedback"] == [2]


@pytest.mark.requirement("CASE-19")
def test_particulars_are_corrected_and_who_did_it_is_on_record(world):
    report(world, contact={"name": "Aml", "phone": PHONE})
    [file] = find(world, phone=PHONE)
    body = {"name": "Amal", "language": "ar", "add_contact": {"email": MAIL}, "remove_contact": {"phone": PHONE}}
    do(world, file["id"], "correct", body, CLERK, key="correct-1")
    do(world, file["id"], "correct", body, CLERK, key="correct-1")
    assert find(world, phone=PHONE) == []
    [after] = find(world, email=MAIL)
    assert after["names"] == ["Amal"]
    assert after["languages"] == ["ar", "en"]
    assert after["contacts"] == [{"email": MAIL}]
    history = ask(world, f"{file['id']}/history", who=AUDITOR).body
    assert [(one["what"], one["by"]) for one in history["events"]][1:] == [("CustomerCorrected.v1", "clerk-1")]
    assert history["whole"]
    # Who calls from that number next is somebody new, and may be this customer's again.
    report(world, contact={"name": "Omar", "phone": PHONE})
    [other] = find(world, phone=PHONE)
    assert other["id"] != file["id"]
    contact_elsewhere = {"add_contact": {"phone": PHONE}}
    assert refused(world, file["id"], "correct", contact_elsewhere) == (409, "contact-elsewhere")
    assert refused(world, file["id"], "correct", {"remove_contact": {"phone": PHONE}}) == (409, "not-in-this-file")
    assert refused(world, file["id"], "correct", {}) == (422, "invalid")
    assert refused(world, file["id"], "correct", {"name": "www.example.org"}) == (422, "invalid")
    assert refused(world, file["id"], "correct", {"add_contact": {}}) == (422, "invalid")
    assert refused(world, file["id"], "correct", {"name": "A"}, AUDITOR) == (403, "not-permitted")


@pytest.mark.requirement("CASE-19")
def test_two_files_are_made_one_and_one_is_made_two_again(world):
    first = report(world, contact={"name": "Amal", "phone": PHONE})
    second = report(world, contact={"name": "A. Haddad", "email": MAIL}, language="ar")
    [kept], [gone] = find(world, phone=PHONE), find(world, email=MAIL)
    body = {"with": gone["id"], "reason": "She said so."}
    assert ask(world, f"{kept['id']}/merge", body, CLERK).status == 403
    done = do(world, kept["id"], "merge", body, key="merge-one-1")
    assert do(world, kept["id"], "merge", body, key="merge-one-1") == done
    [one] = find(world, phone=PHONE, email=MAIL)
    assert (one["id"], one["cases"], one["merged_here"]) == (kept["id"], 2, [gone["id"]])
    assert one["names"] == ["Amal", "A. Haddad"]
    alias = read(world, gone["id"])
    assert (alias["id"], numbers(alias)) == (kept["id"], sorted([first.number, second.number]))
    assert second.file()["customers"][0]["id"] == kept["id"]
    third = report(world, contact={"email": MAIL})
    assert third.number in numbers(read(world, kept["id"]))

    undo = {
        "cases": [second.number, third.number],
        "contacts": [{"email": MAIL}],
        "into": gone["id"],
        "name": "A. Haddad",
        "reason": "She is her sister.",
    }
    split = do(world, kept["id"], "split", undo, key="split-one-1")
    assert split["other"] == gone["id"]
    assert do(world, kept["id"], "split", undo, key="split-one-1") == split
    assert numbers(read(world, kept["id"])) == [first.number]
    again = read(world, gone["id"])
    assert (again["id"], numbers(again)) == (gone["id"], sorted([second.number, third.number]))
    assert (again["names"], again["contacts"]) == (["A. Haddad"], [{"email": MAIL}])
    assert [one["id"] for one in find(world, email=MAIL)] == [gone["id"]]
    assert third.file()["customers"][0]["id"] == gone["id"]
    for identity, acts in {
        kept["id"]: ["FilesMerged", "CaseFiled", "FileSplit"],
        gone["id"]: ["MergedAway", "SplitOff"],
    }.items():
        history = ask(world, f"{identity}/history", who=AUDITOR).body
        assert history["whole"]
        assert [event["what"].removesuffix(".v1") for event in history["events"]][1:] == acts
        reasons = {event["reason"] for event in history["events"]}
        assert {"She said so.", "She is her sister."} <= reasons


@pytest.mark.requirement("CASE-19")
def test_what_is_another_persons_goes_into_a_new_file(world):
    first = report(world, contact={"name": "Amal", "phone": PHONE, "email": MAIL})
    second = report(world, contact={"name": "Omar", "phone": PHONE, "email": MAIL}, category="Z4")
    [file] = find(world, phone=PHONE)
    body = {"cases": [second.number], "contacts": [{"email": MAIL}], "name": "Omar", "reason": "Her husband's."}
    made = do(world, file["id"], "split", body)["other"]
    assert refused(world, file["id"], "split", body) == (409, "not-in-this-file")
    other = read(world, made)
    assert (numbers(other), other["names"], other["contacts"]) == ([second.number], ["Omar"], [{"email": MAIL}])
    assert [one["number"] for one in other["open"]] == [second.number]
    assert [one["number"] for one in find(world, phone=PHONE)[0]["open"]] == [first.number]


@pytest.mark.requirement("CASE-19")
def test_what_can_not_be_merged_or_split_is_refused_with_what_to_do(world):
    matter = report(world, contact={"phone": PHONE})
    report(world, contact={"phone": OTHER})
    [one], [other] = find(world, phone=PHONE), find(world, phone=OTHER)
    why = {"reason": "So it is."}
    assert refused(world, one["id"], "merge", {"with": one["id"], **why}) == (409, "same-file")
    assert refused(world, one["id"], "merge", {"with": "0000-0000-0000", **why}) == (404, "not-found")
    assert refused(world, one["id"], "merge", {"with": "!", **why}) == (422, "invalid")
    assert refused(world, one["id"], "merge", {"with": other["id"]}) == (422, "invalid")
    assert refused(world, "0000-0000-0000", "merge", {"with": one["id"], **why}) == (404, "not-found")
    whole = {"cases": [matter.number], "contacts": [{"phone": PHONE}], **why}
    assert refused(world, one["id"], "split", whole) == (409, "nothing-left")
    assert refused(world, one["id"], "split", why) == (409, "not-in-this-file")
    assert refused(world, one["id"], "split", {"contacts": [{"phone": OTHER}], **why}) == (409, "not-in-this-file")
    assert refused(world, one["id"], "split", {"cases": ["0000-0000-0000"], **why}) == (409, "not-in-this-file")
    assert refused(world, one["id"], "split", {"contacts": [{"phone": PHONE}], "into": one["id"], **why}) == (
        409,
        "same-file",
    )
    assert refused(world, one["id"], "burn", why) == (404, "unknown-route")
    # Round in a ring: the second merger finds that both numbers lead to one file already.
    do(world, one["id"], "merge", {"with": other["id"], **why})
    assert refused(world, other["id"], "merge", {"with": one["id"], **why}) == (409, "same-file")
    assert refused(world, one["id"], "merge", {"with": other["id"], **why}) == (409, "same-file")
    for bad in ({}, {"phone": "12"}, {"email": "nobody"}, {"number": PHONE}):
        assert ask(world, "find", bad).status == 422
    assert ask(world, "0000-0000-0000").status == 404
    assert ask(world, f"{one['id']}?after=nonsense").status == 400
    assert ask(world, "find", {"phone": PHONE}, staff("guest", "unit-west")).status == 403
    assert ask(world, f"{one['id']}/history", who=OFFICER).status == 403


@pytest.mark.requirement("CASE-19")
def test_a_file_of_many_cases_is_read_by_pages_in_as_many_calls_as_a_small_one(world, monkeypatch):
    first = report(world, contact={"phone": PHONE})
    [file] = find(world, phone=PHONE)
    swell(world, first, file["id"], 1000)
    asked: list[str] = []
    with world.function_of("intake", "staff"):
        client = tables.store().client
    client.meta.events.register("before-call.dynamodb", lambda model, **_: asked.append(model.name))
    page = read(world, file["id"])
    seen = [one["number"] for one in page["cases_filed"]]
    assert len(seen) == 50
    assert sorted(asked) == ["BatchGetItem", "BatchGetItem", "GetItem", "Query"]
    while page["next"]:
        page = read(world, file["id"], after=page["next"])
        seen += [one["number"] for one in page["cases_filed"]]
    assert len(seen) == len(set(seen)) == 1001
    report(world, contact={"phone": OTHER})
    [other] = find(world, phone=OTHER)
    body = {"with": file["id"], "reason": "The same."}
    assert refused(world, other["id"], "merge", body) == (409, "too-much-at-once")
    # The other way round there is little to move.
    do(world, file["id"], "merge", {"with": other["id"], "reason": "The same."})
    assert find(world, phone=OTHER)[0]["cases"] == 1002


def swell(world: World, matter: Matter, identity: str, cases: int) -> None:
    """As if the customer had so many more cases, which are erased since."""
    with world.function_of("intake"):
        store = tables.store()
        customer = store.load(Customer, identity.replace("-", ""))
        for n in range(cases):
            link = customers.Link(f"{n:012}", MONDAY_MORNING - timedelta(minutes=1 + n), ("reporter",))
            for item in filing._linked(customer.id, link):
                store.client.put_item(**item["Put"])
        grown = customer.model_copy(update={"cases": cases + 1})
        cause = Cause(MONDAY_MORNING, "test", "test")
        store.change(grown, [Line(CustomerCorrected(what=()))], cause)


@pytest.mark.requirement("CASE-19")
def test_a_case_of_which_the_key_is_gone_is_still_in_its_file_without_anything_of_it(world):
    first = report(world, contact={"phone": PHONE})
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    second = report(world, contact={"phone": PHONE}, category="Z4")
    [file] = find(world, phone=PHONE)
    erase(world, "CASE", first.number)
    shown = {one["number"]: one for one in read(world, file["id"])["cases_filed"]}
    assert shown[first.number] == {
        "number": first.number,
        "reported": MONDAY_MORNING.isoformat(),
        "classes": ["reporter"],
        "erased": True,
    }
    assert shown[second.number]["category"] == "Z4"
    # A file that was erased itself says so, and nobody is put into it any more.
    erase(world, "CUSTOMER", file["id"])
    gone = read(world, file["id"])
    assert (gone["erased"], gone["names"], gone["contacts"]) == (True, [], [])
    assert refused(world, file["id"], "correct", {"name": "Amal"}) == (409, "erased")
    report(world, contact={"phone": PHONE})
    [new] = find(world, phone=PHONE)
    assert (new["id"] != file["id"], new["cases"]) == (True, 1)


def erase(world: World, kind: str, number: str) -> None:
    """Destroy the key of a case or a file, as erasing it does."""
    client = world.client("dynamodb")
    key = {"pk": {"S": f"{kind}#{number.replace('-', '')}"}, "sk": {"S": "STATE"}}
    item = client.get_item(TableName="intake", Key=key)["Item"]
    item["doc"]["S"] = json.dumps({**json.loads(item["doc"]["S"]), "salt": None})
    client.put_item(TableName="intake", Item=item)


def test_a_report_whose_key_was_destroyed_before_it_was_filed_has_no_file(world):
    answer = world.http("intake.api", "POST", "/v1/cases", {"description": "A leak.", "contact": {"phone": PHONE}})
    erase(world, "CASE", answer.body["number"])
    world.settle()
    assert find(world, phone=PHONE) == []
    assert world.dead("intake") == []


@pytest.mark.requirement("CASE-19")
def test_a_merger_that_is_undone_gives_each_their_own_name_back(world):
    report(world, contact={"name": "Amal", "phone": PHONE})
    theirs = report(world, contact={"name": "Badr", "phone": OTHER})
    [one], [other] = find(world, phone=PHONE), find(world, phone=OTHER)
    do(world, one["id"], "merge", {"with": other["id"], "reason": "One person."})
    assert find(world, phone=OTHER)[0]["names"] == ["Amal", "Badr"]
    undone = {
        "cases": [theirs.number],
        "contacts": [{"phone": OTHER}],
        "into": other["id"],
        "reason": "They are two.",
    }
    do(world, one["id"], "split", undone)
    assert [find(world, phone=number)[0]["names"] for number in (PHONE, OTHER)] == [["Amal"], ["Badr"]]


@pytest.mark.requirement("CASE-03")
def test_to_operators_a_witness_is_a_customer_like_others(world):
    case = report(world, category="Z4")
    own = report(world, contact={"name": "Wael", "phone": PHONE})
    case.do("customers", {"phone": PHONE, "classes": ["witness"]}, SUPERVISOR)
    [seen], [known] = find(world, CLERK, phone=PHONE), find(world, SUPERVISOR, phone=PHONE)
    assert known["classes"] == ["reporter", "witness"]
    assert seen["classes"] == ["reporter"]
    assert [one["number"] for one in seen["open"]] == [own.number]
    assert numbers(read(world, seen["id"], CLERK)) == [own.number]
    assert case.file(CLERK)["customers"] != case.file(SUPERVISOR)["customers"]
    assert "witness" not in str(case.file(CLERK))
    heard = {"side": "witness", "who": "Wael", "text": "It was loud.", "confirmed": True}
    case.do("interviews", heard, OFFICER)
    assert [("Wael" in str(case.file(who)["events"])) for who in (CLERK, SUPERVISOR)] == [False, True]
    refusal = ask(world, f"{seen['id']}/correct", {"name": "X"}, CLERK)
    assert refusal.status == 403
