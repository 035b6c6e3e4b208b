"""Clients of Open311 that others wrote read and write here as they do elsewhere."""

import io
import itertools
import warnings

import pytest
from civicbot.http import HttpTransport, RateLimiter
from civicbot.open311 import Open311Client
from civicbot.registry import Endpoint
from georeport import GeoReport

from tests.service.georeporting import served
from tests.service.test_open311 import PNG, as_staff
from tests.service.world import OPEN311_KEY


@pytest.fixture
def address(world):
    with served(world) as address:
        yield address


@pytest.fixture
def writer(address):
    here = Endpoint(id="ahd", name="Ahd", base_url=address, write=True)
    return Open311Client(here, HttpTransport(rate_limiter=RateLimiter(min_interval=0)))


@pytest.fixture
def three(address, monkeypatch):
    # It was written for Python 2, where `filter` made a list and this did not.
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from three.core import Three  # noqa: PLC0415

    return Three(address, api_key=OPEN311_KEY)


def report(writer, **more):
    sent = writer.create_request(
        "Z1",
        dry_run=False,
        confirm="SEND",
        api_key=OPEN311_KEY,
        validate_remote=True,
        lat=25.2048,
        lng=55.2708,
        description="工地夜里施工，吵得睡不着",
        **more,
    )
    return sent.response[0]["service_request_id"]


@pytest.mark.requirement("CASE-01")
def test_civicbot_reports_with_attributes_and_reads_it_back(world, writer):
    asked = writer.get_service_definition("Z1")["attributes"][0]["code"]
    number = report(writer, attributes={asked: "no"}, email="amal@example.org")
    assert as_staff(world, number)["language"] == "zh"
    assert writer.get_request(number)["service_code"] == "Z1"
    assert [one["service_request_id"] for one in writer.list_requests(service_code="Z1", page_size=10)] == [number]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_everything_in_both_formats(writer, address, form):
    numbers = {report(writer) for _ in range(2)}
    reader = GeoReport(address, output_format=form)
    assert {one["service_code"] for one in reader.get_service_list()} >= {"S1", "Z1"}
    assert reader.get_service_definition("Z1")["service_code"] == "Z1"
    found = reader.get_service_requests(status="open", start_date="2026-11-01T00:00:00Z")
    assert {one["service_request_id"] for one in found} == numbers
    number = numbers.pop()
    assert reader.get_service_request(number)["service_request_id"] == number


def test_three_sends_a_photo_and_follows_a_token(world, three):
    world.take_files()
    with io.BytesIO(PNG) as picture:
        picture.name = "lost.png"
        (answer,) = three.post(
            "P10", lat="25.2", long="55.3", name="Amal Haddad", description="My umbrella", media=picture
        )
    assert list(world.files().values()) == [PNG]
    assert three.token(answer["token"]) == [{"service_request_id": None, "token": answer["token"]}]
    assert three.discovery()["endpoints"][0]["specification"]
    assert [one["service_code"] for one in three.requests(between=["11-01-2026", "11-30-2026"])] == ["P10"]
