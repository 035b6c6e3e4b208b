"""What the outbox makes of requests to send."""

import base64
import json
from email.message import EmailMessage
from urllib.parse import urlencode

from infra.local import outbox
from infra.local.journal import Journal

SEND_MAIL = "/v2/email/outbound-emails"


def mail(**more):
    return json.dumps(
        {"FromEmailAddress": "desk@desk.example", "Destination": {"ToAddresses": ["jo@example.org"]}} | more
    )


def text_message(**more):
    return urlencode({"Action": "Publish", "PhoneNumber": "+447700900123", "Message": "Hello"} | more).encode()


def test_a_simple_mail_shows_its_text_its_html_and_its_headers():
    content = {
        "Simple": {
            "Subject": {"Data": "We have your report"},
            "Body": {"Text": {"Data": "Thank you"}, "Html": {"Data": "<p>Thank you</p>"}},
            "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://desk.example/u>"}],
        }
    }
    message = outbox.message_of(SEND_MAIL, mail(Content=content).encode())
    assert message is not None
    assert message["to"] == ["jo@example.org"]
    assert (message["subject"], message["text"], message["html"]) == (
        "We have your report",
        "Thank you",
        "<p>Thank you</p>",
    )
    assert message["headers"] == {"List-Unsubscribe": "<https://desk.example/u>"}


def test_a_raw_mail_is_taken_apart():
    raw = EmailMessage()
    raw["Subject"] = "لدينا بلاغك"
    raw["To"] = "jo@example.org"
    raw.set_content("شكرا لك")
    raw.add_alternative("<p>شكرا لك</p>", subtype="html")
    raw.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="appointment.ics")
    content = {"Raw": {"Data": base64.b64encode(raw.as_bytes()).decode()}}
    message = outbox.message_of(SEND_MAIL, mail(Content=content).encode())
    assert message is not None
    assert message["subject"] == "لدينا بلاغك"
    assert message["text"].strip() == "شكرا لك"
    assert message["html"].strip() == "<p>شكرا لك</p>"
    assert message["files"] == [{"name": "appointment.ics", "kind": "text/calendar", "text": "BEGIN:VCALENDAR\n"}]


def test_a_text_message_shows_its_number_and_its_sender():
    body = text_message(
        **{
            "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SenderID",
            "MessageAttributes.entry.1.Value.StringValue": "AHD",
        }
    )
    message = outbox.message_of("/", body)
    assert message is not None
    assert (message["channel"], message["to"], message["sender"]) == ("sms", ["+447700900123"], "AHD")


def test_what_is_published_to_a_topic_is_no_text_message():
    body = urlencode({"Action": "Publish", "TopicArn": "arn:aws:sns:eu-west-2:0:alarms", "Message": "late"}).encode()
    assert outbox.message_of("/", body) is None


def test_the_outbox_is_read_by_address(tmp_path):
    written = Journal(tmp_path / "outbox.jsonl")
    for number in ("+447700900123", "+447700900999", "+447700900123"):
        message = outbox.message_of("/", text_message(PhoneNumber=number))
        assert message is not None
        written.write(dict(message))
    written.close()
    assert len(list(outbox.read(written.path))) == 3
    assert len(list(outbox.read(written.path, "+447700900123"))) == 2
    assert list(outbox.read(tmp_path / "none-yet.jsonl")) == []
