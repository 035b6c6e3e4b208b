"""Handing over: a dispatch system reads the incident as EIDO or CAP, and its receipt is waited for."""

import json
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from tests.service.conftest import MONDAY_MORNING
from tests.service.test_emergencies import HARBOUR, NORTH, done, emergency, pass_minutes, sign_on, told
from tests.service.test_main_path import OFFICER, follow, promises, report, whats
from tests.service.world import World, staff

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent.parent / "data" / "cap" / "CAP-v1.2.xsd")
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
CALLER = {"name": "Amal", "phone": "+971501234567"}


def raw(world: World, receipt, what: str, who=OFFICER):
    """The bytes that a dispatch system reads, and their type."""
    path = f"/staff/v1/cases/{receipt['number']}/incident.{what}"
    event = {
        "version": "2.0",
        "routeKey": f"GET {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "requestContext": {
            "requestId": "request-1",
            "http": {"method": "GET", "path": path, "sourceIp": "127.0.0.1"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": who}},
        },
        "isBase64Encoded": False,
    }
    with world.function_of("intake"):
        answer = import_module("services.intake.staff").handler(event, None)
    return answer["statusCode"], answer["headers"]["Content-Type"], answer["body"]


def hand(world: World, receipt, act: str, body, key: str):
    return world.http(
        "intake.staff", "POST", f"/staff/v1/cases/{receipt['number']}/{act}", body, staff=OFFICER, key=key
    )


@pytest.mark.requirement("CASE-04")
def test_a_dispatch_system_reads_an_incident_in_the_names_of_eido(world):
    sign_on(world, "unit-north", NORTH)
    text = "Gas <b>everywhere</b> & smoke"
    receipt = emergency(world, contact=CALLER, description=text, facts={"danger_to_life": True})
    status, kind, body = raw(world, receipt, "json")
    eido = json.loads(body)
    assert (status, kind) == (200, "application/json")
    number = receipt["number"].replace("-", "").lower()
    assert eido["$id"] == f"urn:emergency:uid:incidentid:{number}:desk.example"
    assert (eido["eidoVersion"], eido["issuingElementIdentification"]) == ("1.0", "desk.example")
    about = eido["incidentComponent"]
    assert (about["incidentTypeInternalCode"], about["incidentCommonPriorityNumber"]) == ("P7", 10)
    notes = [note["notesActionComments"] for note in eido["notesComponent"]]
    assert notes == ["Gas &lt;b&gt;everywhere&lt;/b&gt; &amp; smoke", "Unit sent by the desk: unit-north"]
    (place,) = eido["locationComponent"]
    assert (place["locationTypeDescriptionRegistryText"], place["locationDescriptionText"]) == (
        "CurrentIncident",
        "the harbour",
    )
    point = ET.fromstring(place["locationByValue"]).find(".//{http://www.opengis.net/gml}pos")
    assert point is not None
    assert point.text == "25.26 55.3"
    assert eido["callbackComponent"][0]["callBackInformationUri"] == ["tel:+971501234567"]
    # Whatever points to another component points to one that is there, once.
    components = [about] + [one for name, value in eido.items() if isinstance(value, list) for one in value]
    ids = [one["$id"] for one in components]
    assert len(ids) == len(set(ids))
    pointed = [
        ref["$ref"] for one in components for ref in one.get("notesReference", []) + one.get("locationReference", [])
    ]
    assert set(pointed) | {one["updatedByAgencyReference"]["$ref"] for one in components} <= set(ids)


@pytest.mark.requirement("CASE-04")
@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({}, HARBOUR),
        ({"description": "火 حريق <fire> & \ufffe smoke", "facts": {"fire": True, "weapon": True}}, HARBOUR),
        ({"language": "ar"}, None),
        ({"language": "zh", "place": None, "category": "P8"}, None),
    ],
)
def test_the_alert_is_valid_by_the_schema_of_oasis(world, changed, where):
    place = {} if "place" in changed else {"place": {"address": "the harbour", **(where or {})}}
    body = {name: value for name, value in {"category": "P7", **place, **changed}.items() if value is not None}
    receipt = report(world, **body) if "place" not in changed else _without_place(world, body)
    status, kind, text = raw(world, receipt, "cap")
    assert (status, kind) == (200, "application/cap+xml")
    SCHEMA.validate(text)
    alert = ET.fromstring(text)
    assert alert.findtext(f"{CAP}sent") == "2026-11-23T10:00:00+04:00"
    assert alert.findtext(f"{CAP}scope") == "Restricted"
    urgency = alert.findtext(f"{CAP}info/{CAP}urgency")
    assert urgency == ("Immediate" if receipt["urgent"] else "Expected")
    circle = alert.findtext(f"{CAP}info/{CAP}area/{CAP}circle")
    assert circle == ("25.260000,55.300000 0.1" if where else None)


def _without_place(world: World, body):
    answer = world.http("intake.api", "POST", "/v1/cases", {"description": "Water.", **body})
    assert answer.status == 201, answer.body
    return answer.body


def test_the_schema_refuses_what_is_no_alert():
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>1</identifier></alert>')


@pytest.mark.requirement("CASE-04")
def test_the_receipt_is_waited_for_and_its_number_kept(world):
    receipt = emergency(world)
    done(world, receipt, "arrived")
    assert hand(world, receipt, "send-incident", {"system": "CAD west"}, "hand-over-1").status == 200
    assert hand(world, receipt, "send-incident", {"system": "CAD west"}, "hand-over-1").status == 200
    owed = [one for one in staff_promises(world, receipt) if one["what"] == "receipt"]
    assert [(one["state"], one["due"]) for one in owed] == [
        ("open", (MONDAY_MORNING + timedelta(minutes=2)).isoformat())
    ]
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    taken = {"system": "CAD west", "reference": "2026-11-23/0042"}
    assert hand(world, receipt, "handed-over", taken, "receipt-1").status == 200
    assert [one["state"] for one in staff_promises(world, receipt) if one["what"] == "receipt"] == ["kept"]
    case = follow(world, receipt)
    assert whats(case)[-1] == "HandedOver"
    assert case["timeline"][-1]["facts"] == {}
    assert "receipt" not in promises(case)


@pytest.mark.requirement("CASE-04")
def test_a_receipt_that_does_not_come_goes_up(world):
    receipt = emergency(world)
    done(world, receipt, "arrived")
    hand(world, receipt, "send-incident", {"system": "CAD west"}, "hand-over-1")
    pass_minutes(world, 2)
    (late,) = told(world, "LATE receipt")
    assert "duty-leader" in late
    assert not [mail for mail in world.mails("amal@example.org") if "in time" in mail]


def staff_promises(world: World, receipt):
    path = f"/staff/v1/cases/{receipt['number']}"
    return world.http("intake.staff", "GET", path, staff=OFFICER).body["promises"]


def test_a_closed_case_is_not_handed_over_and_an_auditor_hands_nothing(world):
    receipt = emergency(world)
    done(world, receipt, "close", {"outcome": "solved", "text": "Done."})
    assert hand(world, receipt, "send-incident", {"system": "CAD"}, "hand-over-1").status == 409
    assert raw(world, receipt, "json", staff("auditor-1", "auditor"))[0] == 403
    bad = {"system": "CAD", "reference": "<script>"}
    assert hand(world, receipt, "handed-over", bad, "receipt-1").status == 422
