"""Receipts on the running desk: by configuration set, topic, queue and function, with permissions enforced."""

import pytest

from tests.journey.conftest import LocalDesk, eventually

NUMBER = "+971501239876"


@pytest.mark.requirement("TELL-03")
def test_a_mail_that_bounces_is_sent_as_a_text(desk: LocalDesk):
    contact = {"name": "Amal", "email": "bounce@example.org", "phone": NUMBER, "preferred": "email"}
    with desk.client() as http:
        assert desk.report(http, "", contact=contact).status_code == 201
    assert eventually(lambda: desk.sent("bounce@example.org"), what="the mail")
    # The bounce comes after a second; the next way has its turn with the next minute.
    (text,) = eventually(lambda: desk.sent(NUMBER), seconds=150, what="the text")
    assert "/follow/" in text["text"]
    assert len(desk.sent("bounce@example.org")) == 1
