"""Files that customers add to their case: kept apart until a scanner looked at them, then staff can fetch them."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import requests

from services.intake import quarantine, scans
from services.intake.case import FILES_A_DAY
from tests.service.casework import CLERK, COLLEAGUE, OFFICER, SUPERVISOR, Matter, report
from tests.service.georeporting import REPORT as BY_OPEN311
from tests.service.georeporting import in_parts, post
from tests.service.world import Answer, staff
from tests.template import template

AUDITOR = staff("auditor-1", "auditor")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 20 + b"\r\n--not the boundary\r\n\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(16)
HEIC = b"\x00\x00\x00\x18ftypheic" + bytes(32)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
TEXT = "\ufeffالمفتاح عند الجيران\n".encode()
CLEAN, THREAT = "NO_THREATS_FOUND", "THREATS_FOUND"

_KEYS = count(1)


@pytest.fixture(autouse=True)
def bucket(world):
    world.take_files()


@pytest.fixture
def matter(world) -> Matter:
    return report(world)


def send(
    matter: Matter,
    content: bytes = JPEG,
    said: str = "image/jpeg",
    name: str = "photo.jpg",
    *,
    text: str | None = None,
    key: str | None = None,
    secret: str | None = None,
) -> tuple[int, Any]:
    """The customer adds a file over the API."""
    body, kind = in_parts({"text": text} if text else {}, ("file", name, said, content))
    return send_raw(matter, body, kind, key=key, secret=secret)


def send_raw(
    matter: Matter, body: bytes, kind: str, *, key: str | None = None, secret: str | None = None
) -> tuple[int, Any]:
    headers = {
        "Content-Type": kind,
        "Authorization": f"Bearer {secret or matter.secret}",
        "Idempotency-Key": key or f"file-of-{next(_KEYS)}",
    }
    path = f"/v1/cases/{matter.number}/files"
    status, _, answer = matter.world.answer("intake.uploads", "POST", path, headers, body)
    said: dict[str, Any] = json.loads(answer)
    return status, said


def taken(matter: Matter, *what: Any, **how: Any) -> str:
    """Send a file that is taken; where it lies."""
    before = set(matter.world.files())
    status, answer = send(matter, *what, **how)
    assert status == 202, answer
    (key,) = set(matter.world.files()) - before
    return key


def result(key: str, found: str, **changed: Any) -> dict[str, Any]:
    """What GuardDuty puts on the default bus, as its user guide shows it."""
    return {
        "version": "0",
        "id": "72c7d362-737a-6dce-fc78-9e27a0171419",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "source": "aws.guardduty",
        "account": "111122223333",
        "time": datetime.now(UTC).isoformat(),
        "region": "eu-west-2",
        "resources": ["arn:aws:guardduty:eu-west-2:111122223333:malware-protection-plan/b4c7f464ab3a4EXAMPLE"],
        "detail": {
            "schemaVersion": "1.0",
            "scanStatus": "COMPLETED",
            "resourceType": "S3_OBJECT",
            "s3ObjectDetails": {
                "bucketName": "files",
                "objectKey": key,
                "eTag": "ASIAI44QH8DHBEXAMPLE",
                "versionId": "d41d8cd98f00b204e9800998eEXAMPLE",
                "s3Throttled": False,
            },
            "scanResultDetails": {
                "scanResultStatus": found,
                "threats": [{"name": "EICAR-Test-File (not a virus)"}] if found == THREAT else None,
            },
        },
        **changed,
    }


def hear(world, *events: Any) -> list[str]:
    """Hand events to the function as its queue does; which of them have to come again."""
    records = [
        {"messageId": str(number), "body": one if isinstance(one, str) else json.dumps(one), "eventSource": "aws:sqs"}
        for number, one in enumerate(events)
    ]
    with world.function_of("intake", "scans"):
        answer = scans.handler({"Records": records}, None)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


def scanned(world, key: str, found: str = CLEAN) -> None:
    assert hear(world, result(key, found)) == []


def ask(matter: Matter, file: int | str = "", who: Any = OFFICER) -> Answer:
    path = f"/staff/v1/cases/{matter.number}/files{f'/{file}' if file != '' else ''}"
    return matter.world.http("intake.downloads", "GET", path, staff=who)


def states(matter: Matter) -> list[str]:
    return [one["state"] for one in ask(matter).body["files"]]


def stored(world) -> int:
    return len(world.items("intake"))


@pytest.mark.requirement("CASE-21")
def test_a_photo_is_kept_apart_until_it_was_checked_and_then_staff_fetch_the_very_same_bytes(world, matter):
    key = taken(matter, JPEG, text="The kitchen, this morning.")
    assert key.startswith(f"quarantine/{matter.number.replace('-', '')}/")
    line = matter.seen()["timeline"][-1]
    assert (line["what"], line["facts"], line["text"]) == (
        "CustomerAddedFile",
        {"file": 1},
        "The kitchen, this morning.",
    )
    (waiting,) = ask(matter).body["files"]
    assert (waiting["kind"], waiting["size"], waiting["state"]) == ("image/jpeg", len(JPEG), "unchecked")
    refused = ask(matter, 1)
    assert (refused.status, refused.body["since"]) == (409, waiting["at"])

    scanned(world, key)
    assert list(world.files()) == [key.replace("quarantine/", "clean/")]
    assert matter.whats()[-1] == "FileChecked"
    answer = ask(matter, 1)
    assert (answer.status, answer.body["seconds"], answer.body["called"]) == (200, 60, "photo.jpg")
    fetched = requests.get(answer.body["url"], timeout=5)
    assert fetched.content == JPEG
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="{matter.number}-1.jpg"'
    assert "X-Amz-Expires=60" in answer.body["url"]


@pytest.mark.requirement("CASE-21")
@pytest.mark.parametrize(
    ("content", "said", "kind"),
    [
        (PNG, "image/png", "image/png"),
        (WEBP, "image/webp", "image/webp"),
        (HEIC, "image/heif", "image/heic"),
        (PDF, "application/pdf", "application/pdf"),
        (PDF, "application/octet-stream", "application/pdf"),
        (TEXT, "text/plain; charset=utf-8", "text/plain; charset=utf-8"),
    ],
)
def test_a_document_is_taken_as_what_it_is(matter, content, said, kind):
    taken(matter, content, said)
    assert ask(matter).body["files"][0]["kind"] == kind


@pytest.mark.parametrize(
    ("content", "said", "status", "kind"),
    [
        (PNG, "image/jpeg", 415, "file-lies"),
        (JPEG, "application/pdf", 415, "file-lies"),
        (b"MZ\x90\x00 a program", "image/jpeg", 415, "file-kind"),
        (b"PK\x03\x04 an archive", "application/zip", 415, "file-kind"),
        (b"<!doctype html><script>alert(1)</script>", "text/html", 415, "file-kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml", 415, "file-kind"),
        (b"  <script>alert(1)</script>", "text/plain", 415, "file-kind"),
        (b"#!/bin/sh\nrm -rf ~\n", "text/plain", 415, "file-kind"),
        (b"\xff\xfe\x00\x01", "text/plain", 415, "file-kind"),
        (b" \n", "text/plain", 422, "invalid"),
        (b"", "image/jpeg", 422, "invalid"),
        (JPEG + bytes(4_000_000), "image/jpeg", 413, "file-large"),
        (JPEG + bytes(5_999_000), "image/jpeg", 413, "file-large"),
        (JPEG + bytes(20_000_000), "image/jpeg", 413, "file-large"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_what_to_send_and_nothing_is_stored(
    world, matter, content, said, status, kind
):
    before = stored(world)
    answered, problem = send(matter, content, said)
    assert (answered, problem["type"]) == (status, f"urn:ahd:problem:{kind}")
    told = problem["faults"][0]["message"] if status == 422 else problem["detail"]
    assert "end" in told or "hoose" in told, told
    assert (world.files(), stored(world)) == ({}, before)


def test_a_wrong_secret_and_a_number_that_is_none_get_the_same_answer_and_nothing_is_kept(world, matter):
    wrong = send(matter, secret="x" * 27)
    unknown = send(Matter(world, "K7M2-9QXD-4T8V", matter.secret))
    nonsense = send(Matter(world, "nobody", matter.secret))
    assert wrong == unknown == nonsense
    assert wrong[0] == 404
    assert world.files() == {}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"file": "x"}', "application/json"),
        (b"file=x", "application/x-www-form-urlencoded"),
        (b"no parts at all", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (
            in_parts({"name": "other"}, ("file", "a.jpg", "image/jpeg", JPEG))[0],
            'multipart/form-data; boundary="- - boundary - -"',
        ),
        (
            in_parts({}, ("file", "a.jpg", "image/jpeg", JPEG), ("file", "b.jpg", "image/jpeg", PNG))[0],
            'multipart/form-data; boundary="- - boundary - -"',
        ),
    ],
    ids=["json", "urlencoded", "no parts", "nothing", "a strange field", "two files"],
)
def test_what_is_no_form_with_a_file_is_refused(world, matter, body, kind):
    status, problem = send_raw(matter, body, kind)
    assert (status, problem["type"]) == (400, "urn:ahd:problem:not-a-form")
    assert world.files() == {}


def test_the_name_of_a_file_is_cleaned_and_kept_encrypted_only(world, matter):
    taken(matter, name='..\\..\\Ämal\u202egpj.exe";x=\x07 <b>.jpg')
    assert matter.events("CustomerAddedFile")[0]["private"]["name"] == "Ämal gpj.exe"
    raw = json.dumps(world.items("intake"), default=repr)
    assert "gpj" not in raw
    assert "gpj" not in "".join(world.files())


def test_the_same_file_under_the_same_key_is_one_and_another_under_it_is_a_mistake(world, matter):
    first = send(matter, key="the-same-key")
    again = send(matter, key="the-same-key")
    assert first == again
    assert first[0] == 202
    assert len(world.files()) == 1
    status, problem = send(matter, PNG, "image/png", key="the-same-key")
    assert (status, problem["type"]) == (422, "urn:ahd:problem:key-used-before")
    assert len(world.files()) == len(ask(matter).body["files"]) == 1


def test_a_day_holds_so_many_files_and_the_next_day_holds_more(world, matter):
    for _ in range(FILES_A_DAY):
        taken(matter, PNG, "image/png")
    status, problem = send(matter)
    assert (status, problem["type"]) == (429, "urn:ahd:problem:too-many-files")
    assert len(world.files()) == FILES_A_DAY
    world.at(datetime.now(UTC) + timedelta(days=1))
    taken(matter)


@pytest.mark.parametrize("end", ["closed", "declined"])
def test_a_case_that_is_done_still_takes_what_its_customer_adds(world, end):
    matter = report(world)
    if end == "closed":
        matter.do("open")
        matter.do("close", {"outcome": "solved", "text": "Done."})
    else:
        matter = report(world, category="P10")
        assert matter.file()["state"] == "received"
        matter.do("decline", {"reason": "Not ours."})
    scanned(world, taken(matter))
    assert ask(matter, 1).status == 200


def test_a_case_that_was_erased_takes_nothing_and_what_is_said_of_its_files_breaks_nothing(world):
    matter = report(world)
    key = taken(matter)
    matter.do("decline", {"reason": "Not ours."})
    matter.do("erase", {"reason": "asked"}, SUPERVISOR)
    assert send(matter, PNG, "image/png")[0] in {404, 410}
    world.at(datetime.now(UTC) + timedelta(minutes=6))
    assert hear(world, result(key, CLEAN, time="2026-11-23T06:00:00Z")) == []
    assert world.files() == {}
    assert ask(matter, 1).status in {404, 409, 410}


# The page


def browse(
    matter: Matter, method: str = "GET", parts: tuple[bytes, str] | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    sent = {"Accept": "text/html", "Cookie": f"case={matter.secret}", **headers}
    if parts:
        sent |= {"Content-Type": parts[1], "Sec-Fetch-Site": headers.get("Sec-Fetch-Site", "same-origin")}
    path = f"/follow/{matter.number.replace('-', '')}/files"
    body = parts[0] if parts else b""
    status, answered, content = matter.world.answer("intake.uploads", method, path, sent, body)
    return status, answered, content.decode()


def filled(content: bytes, said: str = "image/jpeg", name: str = "photo.jpg", **fields: str) -> tuple[bytes, str]:
    """The form as a browser sends it."""
    return in_parts({"form": "a-form-of-its-own-1", "text": "", **fields}, ("file", name, said, content))


@pytest.mark.requirement("CASE-21")
def test_a_browser_without_javascript_adds_a_file_and_comes_back_to_its_case(world, matter):
    status, _, page = browse(matter)
    assert status == 200
    assert 'enctype="multipart/form-data"' in page
    for attempt in ("first", "sent again"):
        status, headers, _ = browse(matter, "POST", filled(JPEG, text="The\r\nkitchen"))
        assert (status, headers["Location"]) == (303, f"/follow/{matter.number.replace('-', '')}?added=1"), attempt
    assert len(world.files()) == 1, "going back and sending the same form again adds nothing"
    assert matter.seen()["timeline"][-1]["text"] == "The\nkitchen"
    case = matter.number.replace("-", "")
    cookie = {"Accept": "text/html", "Cookie": f"case={matter.secret}"}
    seen = world.answer("intake.web", "GET", f"/follow/{case}", cookie, b"")[2].decode()
    assert f'href="/follow/{case}/files"' in seen
    assert "You added file 1" in seen
    assert browse(matter, "POST", filled(PNG, "image/png"))[0] == 303
    assert len(world.files()) == 2


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "application/octet-stream"),
        (b"PK\x03\x04", "application/zip"),
        (PNG, "image/jpeg"),
        (JPEG + bytes(4_000_000), "image/jpeg"),
        (JPEG + bytes(7_000_000), "image/jpeg"),
    ],
    ids=["nothing chosen", "archive", "lie", "large", "very large"],
)
def test_the_page_says_what_to_mend_in_every_language_and_keeps_what_was_written(
    world, matter, language, content, said
):
    name = "photo.jpg" if content else ""
    parts = filled(content, said, name, text="My own words")
    status, _, page = browse(matter, "POST", parts, Cookie=f"case={matter.secret}; language={language}")
    assert status == 422
    assert f'lang="{language}"' in page
    assert 'id="file-error"' in page
    assert 'href="#file"' in page
    assert "My own words" in page or len(content) > 6_000_000, "too large to be read at all"
    assert world.files() == {}


def test_the_page_says_when_enough_was_sent(world, matter):
    for _ in range(FILES_A_DAY):
        taken(matter, PNG, "image/png")
    status, _, page = browse(matter, "POST", filled(JPEG))
    assert status == 422
    assert "tomorrow" in page


def test_another_sites_page_sends_no_file_and_neither_does_who_has_no_secret(world, matter):
    assert browse(matter, "POST", filled(JPEG), **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    for method, parts in (("GET", None), ("POST", filled(JPEG))):
        assert browse(matter, method, parts, Cookie="case=wrong-secret-of-nobody")[0] == 404
        assert browse(matter, method, parts, Cookie="")[0] == 404
    assert browse(matter, "POST", (b"file=x", "application/x-www-form-urlencoded"))[0] == 400
    assert world.files() == {}


# What a scanner says


def test_what_holds_a_threat_stays_where_it_is_and_both_sides_are_told(world, matter):
    key = taken(matter)
    scanned(world, key, THREAT)
    assert list(world.files()) == [key]
    assert matter.seen()["timeline"][-1] == {
        **matter.seen()["timeline"][-1],
        "what": "FileRefused",
        "facts": {"file": 1},  # the customer need not be told that they sent a virus
        "text": None,
    }
    (one,) = ask(matter).body["files"]
    assert (one["state"], one["why"]) == ("refused", "threat")
    answer = ask(matter, 1)
    assert (answer.status, answer.body["type"]) == (409, "urn:ahd:problem:file-refused")
    assert "threat" in answer.body["title"]


def test_what_a_scanner_cannot_look_into_is_refused_too(world, matter):
    scanned(world, taken(matter, PDF, "application/pdf"), "UNSUPPORTED")
    assert ask(matter).body["files"][0]["why"] == "unreadable"
    assert ask(matter, 1).status == 409


@pytest.mark.parametrize("found", ["ACCESS_DENIED", "FAILED", "SOMETHING_NEW"])
def test_a_scanner_that_could_not_look_leaves_the_file_unchecked(world, matter, found):
    key = taken(matter)
    scanned(world, key, found)
    assert states(matter) == ["unchecked"]
    scanned(world, key)
    assert states(matter) == ["clean"]


def test_what_is_said_twice_late_or_the_other_way_round_changes_nothing(world, matter):
    key, bad = taken(matter), taken(matter, PNG, "image/png")
    scanned(world, key)
    scanned(world, bad, THREAT)
    before = (stored(world), world.files())
    assert hear(world, result(key, CLEAN), result(bad, THREAT), result(bad, CLEAN), result(key, "UNSUPPORTED")) == []
    assert (stored(world), world.files()) == before
    assert states(matter) == ["clean", "refused"]


def test_a_threat_counts_whenever_it_is_found(world, matter):
    key = taken(matter)
    scanned(world, key)
    scanned(world, key, THREAT)
    assert states(matter) == ["refused"]
    assert ask(matter, 1).status == 409


def test_a_copy_that_was_made_before_the_function_failed_is_no_second_one(world, matter):
    key = taken(matter)
    with world.function_of("intake"):
        quarantine.release(key)
    scanned(world, key)
    assert list(world.files()) == [key.replace("quarantine/", "clean/")]


def test_a_result_that_overtakes_its_case_comes_again_and_one_that_no_case_names_is_left(world, matter):
    number = matter.number.replace("-", "")
    for stray in (f"quarantine/{number}/nobody-knows-this.jpg", "quarantine/K7M29QXD4T8V/nobody.jpg"):
        early = result(stray, CLEAN)
        assert hear(world, early) == ["0"]
        world.at(datetime.now(UTC) + timedelta(minutes=6))
        assert hear(world, early) == []
    assert stored(world) == stored(world)
    assert matter.whats()[-1] != "FileChecked"


@pytest.mark.parametrize(
    "forged",
    [
        {
            "detail": {
                "scanStatus": "COMPLETED",
                "s3ObjectDetails": {"bucketName": "other", "objectKey": "KEY"},
                "scanResultDetails": {"scanResultStatus": CLEAN},
            }
        },
        {
            "detail": {
                "scanStatus": "COMPLETED",
                "s3ObjectDetails": {"bucketName": "files", "objectKey": "clean/../KEY"},
                "scanResultDetails": {"scanResultStatus": CLEAN},
            }
        },
        {
            "detail": {
                "scanStatus": "COMPLETED",
                "s3ObjectDetails": {"bucketName": "files", "objectKey": ""},
                "scanResultDetails": {"scanResultStatus": CLEAN},
            }
        },
    ],
)
def test_what_is_about_no_file_of_ours_is_passed_over(world, matter, forged):
    key = taken(matter)
    forged["detail"]["s3ObjectDetails"]["objectKey"] = forged["detail"]["s3ObjectDetails"]["objectKey"].replace(
        "KEY", key
    )
    assert hear(world, result(key, CLEAN, **forged)) == []
    assert states(matter) == ["unchecked"]


@pytest.mark.parametrize("wrong", ["not json", "[]", json.dumps(result("x", CLEAN, source="ahd.intake")), "{}"])
def test_what_is_no_result_at_all_is_a_dead_letter_at_once(world, matter, wrong):
    key = taken(matter)
    assert hear(world, wrong, result(key, CLEAN)) == []
    assert [letter["Body"] for letter in world.dead("intake")] == [wrong]
    assert states(matter) == ["clean"]


def test_a_file_that_nobody_scans_is_owed_and_goes_up_the_ladder(world, matter):
    taken(matter)
    assert matter.owed()["scan"] == "officer"
    due = matter.due("scan")
    taken(matter, PNG, "image/png")
    assert matter.due("scan") == due, "another file does not put it off"
    world.pass_time(timedelta(hours=2, minutes=1))
    assert matter.owed()["scan"] == "supervisor"
    assert "scan" not in [one["what"] for one in matter.seen()["promises"]], "that is among staff"
    for key in list(world.files()):
        scanned(world, key)
    assert "scan" not in matter.owed()


# Who may fetch


def test_who_fetched_a_file_is_on_record(world, matter):
    scanned(world, taken(matter))
    assert ask(matter, 1, COLLEAGUE).status == 200
    opened = matter.events("FileOpened")
    assert [(one["by"], one["facts"], one["audience"]) for one in opened] == [("officer-2", {"file": 1}, "staff")]
    assert "FileOpened" not in matter.whats()


@pytest.mark.parametrize("who", [CLERK, AUDITOR], ids=["operator", "auditor"])
def test_who_may_see_that_there_are_files_may_not_open_them_all_the_same(world, matter, who):
    scanned(world, taken(matter))
    assert ask(matter, who=who).status == 200
    assert ask(matter, 1, who).status == 403
    assert matter.events("FileOpened") == []


@pytest.mark.parametrize("file", ["0", "2", "-1", "x", "1000", "١"])
def test_a_file_that_is_not_there_is_not_found(world, matter, file):
    scanned(world, taken(matter))
    assert ask(matter, file).status == 404
    assert ask(Matter(world, "K7M2-9QXD-4T8V", ""), 1).status == 404


def test_nobody_fetches_without_a_token(world, matter):
    assert ask(matter, 1, who=None).status == 401


# Open311 brings photos the same way


@pytest.mark.requirement("CASE-21")
def test_a_photo_that_comes_by_open311_goes_the_same_way(world):
    body, kind = in_parts(BY_OPEN311, ("media", "photo.jpg", "image/jpeg", JPEG))
    status, (answer,) = post(world, body, kind)
    assert status == 201, answer
    matter = Matter(world, answer["service_request_id"], "")
    ((key, _),) = world.files().items()
    assert states(matter) == ["unchecked"]
    scanned(world, key)
    assert requests.get(ask(matter, 1).body["url"], timeout=5).content == JPEG


def test_a_report_with_a_photo_that_is_sent_again_lays_down_no_second_photo(world):
    body, kind = in_parts(BY_OPEN311, ("media", "photo.jpg", "image/jpeg", JPEG))
    assert post(world, body, kind, key="once-and-only")[0] == 201
    assert post(world, body, kind, key="once-and-only")[0] == 201
    assert len(world.files()) == 1


# Around it


@pytest.mark.requirement("CASE-19")
def test_the_files_of_an_erased_case_are_deleted_wherever_they_lie(world, matter):
    scanned(world, taken(matter))
    taken(matter, PNG, "image/png")
    assert {key.partition("/")[0] for key in world.files()} == {"clean", "quarantine"}
    matter.do("decline", {"reason": "It is not ours."})
    scanned(world, next(key for key in world.files() if key.startswith("quarantine")))
    matter.do("erase", {"reason": "asked"}, SUPERVISOR)
    assert world.files() == {}


def test_the_rule_takes_scan_results_of_the_desks_own_bucket_from_the_default_bus():
    rules = template().of_type("intake", "AWS::Events::Rule").values()
    (rule,) = (one["Properties"] for one in rules if "aws.guardduty" in json.dumps(one))
    pattern, event = rule["EventPattern"], result("quarantine/x", CLEAN)
    assert "EventBusName" not in rule
    assert event["source"] in pattern["source"]
    assert event["detail-type"] in pattern["detail-type"]
    (name,) = pattern["detail"]["s3ObjectDetails"]["bucketName"]
    assert template().stacks["intake"]["Resources"][name["Ref"]]["Type"] == "AWS::S3::Bucket"


def test_the_scanner_is_there_when_the_owner_wants_one_and_looks_at_quarantine_alone():
    resources = template().stacks["intake"]["Resources"].values()
    (plan,) = (one for one in resources if one["Type"] == "AWS::GuardDuty::MalwareProtectionPlan")
    assert plan["Condition"] == "ScansFiles"
    assert plan["Properties"]["ProtectedResource"]["S3Bucket"]["ObjectPrefixes"] == ["quarantine/"]


def test_a_file_that_nobody_checks_is_owed_no_longer_than_it_lies_there(world, matter):
    taken(matter)
    matter.do("open")
    matter.do("close", {"outcome": "solved", "text": "It is mended."})
    assert "scan" in matter.owed()
    world.pass_time(timedelta(days=91))
    assert "scan" not in matter.owed()
    assert matter.whats()[-1] == "FileRefused"
    (one,) = world.http("intake.downloads", "GET", f"/staff/v1/cases/{matter.number}/files", staff=OFFICER).body[
        "files"
    ]
    assert (one["state"], one["why"]) == ("refused", "expired")
    world.pass_time(timedelta(days=5 * 366))
    assert matter.file()["erased"] is True
