"""Staff see what a message would say, and how long its text message is, before anything is sent."""

import pytest

from services.notify.wording import templates
from tests.service.world import staff

OPERATOR = staff("operator-1", "operator")
PREVIEW = "/staff/v1/messages/preview"


def preview(world, **body):
    return world.http("notify.staff", "POST", PREVIEW, body, staff=OPERATOR)


@pytest.mark.requirement("TELL-01")
def test_both_ways_are_shown_with_the_length_of_the_text_message(world):
    values = {"number": "ABCD-EFGH-JKLM", "follow": "https://desk.example/follow/x", "due": "Monday"}
    answer = preview(world, template="opened", values=values)
    assert answer.status == 200, answer.body
    assert answer.body["missing"] == []
    assert "ABCD-EFGH-JKLM" in answer.body["mail"]["text"]
    assert 'href="https://desk.example/follow/x"' in answer.body["mail"]["html"]
    sms = answer.body["sms"]
    assert (sms["encoding"], sms["units"], sms["parts"]) == ("GSM-7", len(sms["text"]), 1)


def test_arabic_reads_from_right_to_left_and_takes_more_parts(world):
    answer = preview(world, template="opened", language="ar")
    assert '<html lang="ar" dir="rtl">' in answer.body["mail"]["html"]
    assert answer.body["sms"]["encoding"] == "UCS-2"
    assert answer.body["sms"]["parts"] > 1


def test_a_value_that_is_missing_is_named_and_shown_in_its_place(world):
    answer = preview(world, template="opened", values={"number": "1"})
    assert answer.body["missing"] == ["due", "follow"]
    assert "{due}" in answer.body["sms"]["text"]


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_every_message_can_be_seen(world, language):
    for template in templates():
        assert preview(world, template=template, language=language).status == 200, template


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"template": "unheard-of"}, "/template"),
        ({"template": "greeting"}, "/template"),
        ({"template": "opened", "language": "fr"}, "/language"),
        ({"template": "opened", "values": {"no such name": "x"}}, "/values"),
        ({"template": "opened", "values": {"due": "x" * 5001}}, "/values"),
        ({}, "/template"),
    ],
)
def test_what_can_be_no_message_is_refused_with_where_and_why(world, body, pointer):
    answer = world.http("notify.staff", "POST", PREVIEW, body, staff=OPERATOR)
    assert answer.status == 422
    assert any(one["pointer"].startswith(pointer) for one in answer.body["faults"]), answer.body


def test_nothing_is_sent_or_kept(world):
    before = world.items("notify")
    preview(world, template="opened", values={"number": "1"})
    assert world.items("notify") == before
    assert world.mails("amal@example.org") == []
