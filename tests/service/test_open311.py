"""Other cities' apps report and read by Open311 GeoReport v2; what the public sees is what the pack lets it see."""

import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from benchmarks.counting import Meter
from tests.service.conftest import MONDAY_MORNING
from tests.service.georeporting import FORM, REPORT, ROOT, get, get_xml, in_parts, post, read, reported, send
from tests.service.test_main_path import report as report_on_the_web
from tests.service.world import staff

OFFICER = staff("officer-1", "officer")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 20 + b"\r\n--not the boundary\r\n\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
ONE_WRITE = {"dynamodb.TransactWriteItems": 1}


def move(world, number, what, body=None):
    answer = world.http("intake.staff", "POST", f"/staff/v1/cases/{number}/{what}", body, staff=OFFICER)
    assert answer.status == 200, answer.body


def as_staff(world, number):
    return world.http("intake.staff", "GET", f"/staff/v1/cases/{number}", staff=OFFICER).body


def nothing_stored(world) -> bool:
    return not world.items("intake")


@pytest.fixture
def bucket(world):
    world.take_files()


# What is offered


def test_discovery_says_where_and_in_which_formats(world):
    (endpoint,) = get(world, "discovery")["endpoints"]
    assert endpoint["url"] == "https://desk.example/open311/v2"
    assert endpoint["formats"] == ["application/json", "text/xml"]
    assert get_xml(world, "discovery").findtext("endpoints/endpoint/formats/format") == "application/json"


def test_the_services_are_the_categories_that_the_pack_offers(world):
    services = {one["service_code"]: one for one in get(world, "services")}
    assert set(services) == {"C1", "P10", "S1", "Z1"}
    assert services["P10"]["type"] == "batch"
    assert services["Z1"]["metadata"] is True
    assert services["C1"]["metadata"] is False
    assert "道路" in services["C1"]["keywords"]
    names = [one.findtext("metadata") for one in get_xml(world, "services").findall("service")]
    assert set(names) == {"true", "false"}


def test_a_definition_has_the_questions_of_its_category(world):
    definition = get(world, "services/Z1", lang="zh")
    first = definition["attributes"][0]
    assert first["datatype"] == "singlevaluelist"
    assert [value["key"] for value in first["values"]] == ["yes", "no"]
    assert get_xml(world, "services/Z1").findtext("attributes/attribute/values/value/key") == "yes"
    assert get(world, "services/C1") == {"service_code": "C1", "attributes": []}


@pytest.mark.parametrize("path", ["services/T5", "services/QQ", "tokens/none", "requests/K7M2-9QXD-4T8V", "nowhere"])
def test_what_does_not_exist_or_is_not_published_is_404_in_both_formats(world, path):
    status, headers, body = read(world, f"{path}.json")
    assert (status, headers["Content-Type"], json.loads(body)[0]["code"]) == (404, "application/json", 404)
    status, headers, body = read(world, f"{path}.xml")
    assert (status, headers["Content-Type"]) == (404, "text/xml; charset=utf-8")
    assert re.search(rb"<errors><error><code>404</code><description>[^<]+</description></error></errors>$", body)


# Reporting


@pytest.mark.requirement("CASE-01")
def test_a_report_becomes_an_ordinary_case_whose_channel_is_kept(world):
    number = reported(
        world, email="amal@example.org", first_name="Amal", last_name="Haddad", media_url="https://example.org/a.jpg"
    )
    case = as_staff(world, number)
    assert (case["channel"], case["category"]) == ("open311", "S1")
    private = case["events"][0]["private"]
    assert private["said"]["place"]["address"] == REPORT["address_string"]
    assert private["contact"] == {"name": "Amal Haddad", "email": "amal@example.org"}
    assert private["attached"]["media_url"] == "https://example.org/a.jpg"
    world.settle()
    assert len(world.mails("amal@example.org")) == 1


def test_it_is_answered_in_xml_too(world):
    status, answer = send(world, REPORT, "xml")
    assert status == 201
    assert answer.tag == "service_requests"
    assert get(world, f"requests/{answer.findtext('request/service_request_id')}")[0]["status"] == "open"


def test_reporting_is_one_write(world):
    with Meter(world).attached() as meter, meter.warm("intake"):
        reported(world)
        assert meter.measure(lambda: reported(world)).calls == ONE_WRITE


@pytest.mark.parametrize("key", [None, "", "wrong", "0" * 64])
def test_without_a_key_that_is_known_nobody_writes(world, key):
    fields = {name: value for name, value in REPORT.items() if name != "api_key"}
    status, (error,) = send(world, fields if key is None else {**fields, "api_key": key})
    assert (status, error["code"]) == (403, 403)
    assert nothing_stored(world)


def test_the_key_may_stand_in_the_query(world):
    fields = {name: value for name, value in REPORT.items() if name != "api_key"}
    assert send(world, fields, query=f"?api_key={REPORT['api_key']}&jurisdiction_id=")[0] == 201


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"service_code": ""}, "service_code"),
        ({"lat": "", "long": "", "address_string": ""}, "Where"),
        ({"long": ""}, "both"),
        ({"lat": "91"}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"lat": "1e999"}, "lat"),
        ({"lat": "north"}, "lat"),
        ({"description": "x" * 4001}, "description"),
        ({"description": "bell \x07"}, "description"),
        ({"email": "nobody at all"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"first_name": "www.example.org"}, "first_name"),
        ({"attribute[moon]": "yes"}, "attribute"),
        ({"service_code": "Z1", "attribute[no_result]": "perhaps"}, "attribute"),
        ({"attribute[": "yes"}, "attribute"),
        ({"media_url": "javascript:alert(1)"}, "media_url"),
        ({"lang": "fr"}, "lang"),
        ({"lat": ["1", "2"]}, "lat"),
    ],
)
def test_each_fault_is_a_400_that_says_which_and_nothing_is_stored(world, changed, says):
    code = changed.get("service_code", REPORT["service_code"])
    asked = get(world, f"services/{code}")["attributes"] if code else []
    if changed.get("attribute[no_result]"):
        changed = {"service_code": code, f"attribute[{asked[0]['code']}]": "perhaps"}
    status, (error,) = send(world, {**REPORT, **changed})
    assert (status, error["code"]) == (400, 400)
    assert says in error["description"]
    assert nothing_stored(world)


def test_a_service_that_is_not_offered_is_404(world):
    assert send(world, {**REPORT, "service_code": "T5"})[0] == 404
    assert nothing_stored(world)


@pytest.mark.parametrize("answer", ["yes", "TRUE", "1"])
@pytest.mark.parametrize("many", ["", "[]"])
def test_attributes_are_the_facts_of_the_case(world, answer, many):
    asked = get(world, "services/Z1")["attributes"][0]["code"]
    number = reported(world, **{"service_code": "Z1", f"attribute[{asked}]{many}": answer})
    assert as_staff(world, number)["events"][0]["private"]["said"]["facts"] == {asked: True}


@pytest.mark.parametrize(
    ("words", "language"), [("تسرب غاز قرب السوق", "ar"), ("市场后面有臭鸡蛋味", "zh"), ("Smell of gas", "en")]
)
def test_arabic_and_chinese_survive_and_are_answered_in_their_language(world, words, language):
    number = reported(world, description=words, first_name=words[:10])
    case = as_staff(world, number)
    assert case["language"] == language
    assert case["events"][0]["private"]["said"]["description"] == words
    name = get(world, f"requests/{number}")[0]["service_name"]
    assert get_xml(world, f"requests/{number}").findtext("request/service_name") == name


def test_the_same_report_sent_twice_with_a_key_is_one_case_and_without_one_two(world):
    first, second = (send(world, REPORT, key="0123456789")[1] for _ in range(2))
    assert first == second
    assert reported(world) != reported(world)
    assert len(get(world, "requests")) == 3
    status, (error,) = send(world, {**REPORT, "description": "Something else"}, key="0123456789")
    assert (status, error["code"]) == (400, 400)


# Batches


def test_what_is_worked_off_in_batches_is_answered_with_a_token_that_gives_the_id_later(world):
    status, (answer,) = send(world, {**REPORT, "service_code": "P10"})
    assert status == 201
    assert "service_request_id" not in answer
    token = answer["token"]
    assert get(world, f"tokens/{token}") == [{"service_request_id": None, "token": token}]
    (listed,) = get(world, "requests", service_code="P10")
    move(world, listed["service_request_id"], "open")
    assert get(world, f"tokens/{token}")[0]["service_request_id"] == listed["service_request_id"]
    assert get_xml(world, f"tokens/{token}").findtext("request/token") == token


def test_a_number_or_another_kinds_key_is_no_token(world):
    number = reported(world)
    assert read(world, f"tokens/{number}.json")[0] == 404


# What the public sees


def test_a_case_is_shown_without_contact_words_or_house(world):
    number = reported(world, email="amal@example.org", first_name="Amal", phone="+971501234567")
    (shown,) = get(world, f"requests/{number}")
    assert shown["address"] == "Flat, Harbour Street, Dubai"
    assert (shown["lat"], shown["long"]) == (25.205, 55.271)
    assert shown["description"] == shown["service_name"] == "Water, power, gas or heating fails"
    assert shown["requested_datetime"] == "2026-11-23T10:00:00+04:00"
    assert shown["media_url"] is None
    assert not any(word in json.dumps(shown) for word in ("Amal", "amal", "12", "34 ", "eggs", "9715"))
    [element] = get_xml(world, f"requests/{number}").findall("request")
    assert {child.tag for child in element} == set(shown)


def test_a_case_from_the_web_is_published_as_its_category_says(world):
    report_on_the_web(world, category="S1")
    report_on_the_web(world, category="P8")
    report_on_the_web(world, category="T5")
    assert [one["service_code"] for one in get(world, "requests")] == ["S1"]


@pytest.mark.parametrize("category", ["P8", "T5", "X9", "H3"])
def test_what_is_not_published_cannot_be_read_by_its_number_either(world, category):
    receipt = report_on_the_web(world, category=category)
    assert read(world, f"requests/{receipt['number']}.json")[0] == 404
    assert get(world, "requests", service_request_id=receipt["number"]) == []


def test_of_an_emergency_nobody_learns_where_it_is(world):
    number = reported(world, **{"attribute[danger_to_life]": "yes"})
    assert as_staff(world, number)["urgent"] is True
    assert get(world, "requests") == []
    (shown,) = get(world, f"requests/{number}")
    assert (shown["address"], shown["lat"], shown["status"]) == (None, None, "open")


@pytest.mark.parametrize(("what", "body"), [("close", {"outcome": "solved", "text": "Mended at No 12."})])
def test_a_closed_case_is_listed_as_closed(world, what, body):
    number = reported(world, service_code="C1")
    world.at(MONDAY_MORNING + timedelta(hours=2))
    move(world, number, what, body)
    (closed,) = get(world, "requests", status="closed")
    assert closed == get(world, f"requests/{number}")[0]
    assert closed["updated_datetime"] == "2026-11-23T12:00:00+04:00"
    assert get(world, "requests", status="open") == []
    assert len(get(world, "requests", status="open,closed")) == 1


def test_an_opened_case_has_the_date_it_is_expected_by(world):
    number = reported(world)
    assert get(world, "requests")[0]["expected_datetime"] is None
    move(world, number, "open")
    expected = get(world, "requests")[0]["expected_datetime"]
    assert expected == get(world, f"requests/{number}")[0]["expected_datetime"]
    assert expected is not None


# Lists


def day(number: int):
    return MONDAY_MORNING + timedelta(days=number)


@pytest.fixture
def four(world):
    """Reported 100, 80, 40 and 0 days ago; the third of another service."""
    numbers = []
    for ago, code in ((100, "S1"), (80, "S1"), (40, "C1"), (0, "S1")):
        world.at(day(-ago))
        numbers.append(reported(world, service_code=code))
    return numbers


def ids_of(world, **asked):
    return [one["service_request_id"] for one in get(world, "requests", **asked)]


def test_a_list_is_the_last_90_days_the_newest_first(world, four):
    assert ids_of(world) == four[:0:-1]


def test_a_list_goes_by_dates_service_status_and_id(world, four):
    assert ids_of(world, start_date=day(-101).isoformat(), end_date=day(-79).isoformat()) == four[1::-1]
    assert ids_of(world, start_date=day(-101).isoformat()) == [four[2], four[1], four[0]]
    assert ids_of(world, end_date="2026-09-10T00:00:00.123456Z") == [four[1], four[0]]
    assert ids_of(world, service_code="C1") == [four[2]]
    assert ids_of(world, service_code="C1,S1", jurisdiction_id="") == four[:0:-1]
    assert ids_of(world, service_code=["C1", "S1"], status="closed") == []
    assert ids_of(world, service_request_id=f"{four[0]},{four[3]}", status="closed") == [four[3], four[0]]
    assert ids_of(world, updated_after=day(-1).isoformat(), extensions="true") == [four[3]]


def test_a_list_comes_in_pages_when_asked_to(world, four):
    pages = [ids_of(world, page_size=2, page=page) for page in (1, 2, 3)]
    assert pages == [four[3:1:-1], [four[1]], []]


def test_a_plus_that_was_not_escaped_is_understood(world, four):
    _, _, body = world.answer(
        "intake.open311", "GET", f"{ROOT}/requests.json?start_date=2026-11-23T00:00:00+04:00", {}, b""
    )
    assert [one["service_request_id"] for one in json.loads(body)] == [four[3]]


@pytest.mark.parametrize(
    "asked",
    [
        {"start_date": "yesterday"},
        {"start_date": "0001-01-01T00:00:00+14:00"},
        {"end_date": "9999-12-31T23:59:59-14:00"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"},
        {"start_date": "2026-11-02T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"},
        {"status": "pending"},
        {"page_size": "0"},
        {"page": "-1"},
        {"page": "١"},
        {"service_code": ",".join(f"A{number}" for number in range(101))},
        {"start_date": ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"]},
    ],
    ids=str,
)
def test_a_question_that_cannot_be_is_a_400(world, asked):
    status, _, body = read(world, "requests.json", **asked)
    assert (status, json.loads(body)[0]["code"]) == (400, 400)


def test_a_list_reads_a_month_at_a_time_however_many_cases_there_are(world, four):
    world.at(day(0))
    with Meter(world).attached() as meter, meter.warm("intake"):
        get(world, "requests")
        assert meter.measure(lambda: get(world, "requests")).calls == {"dynamodb.Query": 4}
        assert meter.measure(lambda: get(world, f"requests/{four[3]}")).calls == {"dynamodb.GetItem": 1}


# What is sent against it


def test_a_million_parameters_are_refused(world):
    flood = "&".join(f"a{number}=1" for number in range(1_000_000))
    status, (error,) = post(world, flood.encode(), FORM)
    _, _, body = world.answer("intake.open311", "GET", f"{ROOT}/requests.json?{flood}", {}, b"")
    assert (status, error["code"], json.loads(body)[0]["code"]) == (400, 400, 400)
    assert nothing_stored(world)


def test_a_million_parts_are_refused(world):
    body, kind = in_parts([(f"a{number}", "1") for number in range(60_000)])
    assert post(world, body, kind)[0] == 400


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"description=%ff%fe&service_code=S1", FORM),
        (b"\xff\xfe=1", FORM),
        (b"a=1&" * 101, FORM),
        (b"description=" + b"x" * 70_000, FORM),
        (b'{"service_code": "S1"}', "application/json"),
        (b"<request/>", "text/xml"),
        (b"no parts at all", 'multipart/form-data; boundary="b"'),
        (b"--b\r\n", "multipart/form-data"),
        (
            b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--b--\r\n",
            "multipart/form-data; boundary=b",
        ),
        (b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nunfinished", "multipart/form-data; boundary=b"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_body_that_cannot_be_read_is_a_400(world, body, kind):
    status, (error,) = post(world, body, kind)
    assert (status, error["code"]) == (400, 400)
    assert nothing_stored(world)


def test_markup_in_a_report_stays_text(world):
    number = reported(world, address_string="<b>&]]>\ufffe Harbour</b>")
    address = get_xml(world, f"requests/{number}").findtext("request/address")
    assert address == "<b>&]]>\ufffd Harbour</b>"


# Photos


def test_a_photo_lies_in_quarantine_as_the_first_file_of_its_case(world, bucket):
    body, kind = in_parts(REPORT, ("media", "../../etc/passwd", "image/jpeg", JPEG))
    status, (answer,) = post(world, body, kind)
    assert status == 201, answer
    ((key, content),) = world.files().items()
    case = answer["service_request_id"].replace("-", "")
    assert re.fullmatch(rf"quarantine/{case}/[\w-]+\.jpg", key)
    assert content == JPEG
    added = next(event for event in as_staff(world, case)["events"] if event["what"] == "CustomerAddedFile.v1")
    assert added["private"]["key"] == key
    assert get(world, f"requests/{answer['service_request_id']}")[0]["media_url"] is None


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("image/png", JPEG),
        ("image/jpeg", PNG),
        ("image/jpeg", b"MZ this is a program"),
        ("image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("application/pdf", JPEG),
        ("image/jpeg", b"\xff\xd8\xff" + bytes(4_000_000)),
    ],
    ids=["png that is jpeg", "jpeg that is png", "program", "svg", "pdf that is jpeg", "too large"],
)
def test_a_file_that_is_too_large_or_lies_about_its_type_is_refused_and_nothing_is_stored(
    world, bucket, said, content
):
    body, kind = in_parts(REPORT, ("media", "photo.jpg", said, content))
    status, (error,) = post(world, body, kind)
    assert (status, error["code"]) == (400, 400)
    assert "photo" in error["description"] or "type" in error["description"]
    assert nothing_stored(world)
    assert world.files() == {}


def test_a_photo_with_a_report_that_cannot_be_taken_is_not_kept(world, bucket):
    body, kind = in_parts({**REPORT, "email": "nobody"}, ("media", "photo.png", "image/png", PNG))
    assert post(world, body, kind)[0] == 400
    assert nothing_stored(world)
    assert world.files() == {}


def test_a_photo_without_a_key_is_not_kept(world, bucket):
    body, kind = in_parts({**REPORT, "api_key": "wrong"}, ("media", "photo.png", "image/png", PNG))
    assert post(world, body, kind)[0] == 403
    assert nothing_stored(world)
    assert world.files() == {}


def test_no_key_and_no_words_get_into_a_log(world, capsys):
    reported(world, description="canary-7f3a", email="canary@example.org")
    world.answer("intake.open311", "GET", f"{ROOT}/requests.json?api_key={quote('canary-key')}", {}, b"")
    assert "canary" not in capsys.readouterr().out
