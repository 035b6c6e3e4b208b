"""Who complains is reached where they say: what can't be a number, an address or a name is refused at once."""

import pytest

from tests.service.complaining import CLERK, complain, mailed


def attempt(world, contact, keyed):
    body = {"text": "It is not as agreed.", "contact": contact}
    if keyed:
        more = {"channel": "phone", "read_back": True}
        return world.http("complaints.staff", "POST", "/staff/v1/complaints", body | more, staff=CLERK)
    return world.http("complaints.api", "POST", "/v1/complaints", body)


@pytest.mark.parametrize("keyed", [False, True], ids=["by the customer", "keyed in"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12"),
        ("phone", "12345"),
        ("phone", "10086"),
        ("phone", "+86 12345"),
        ("phone", "+971 12345"),
        ("phone", "138 0013"),
        ("phone", "+971 5"),
        ("phone", "+999 123 456 789"),
        ("phone", "call me"),
        ("phone", "+447700900123000"),
        ("email", "lin at example.org"),
        ("email", "lin@example..org"),
        ("email", "lin@-example.org"),
        ("email", "lin@example.org\nBcc: all@example.org"),
        ("name", "see https://evil.example"),
        ("name", "Lin\nYour account is locked"),
    ],
)
def test_what_nobody_can_be_reached_by_is_refused_and_pointed_to(world, field, value, keyed):
    refused = attempt(world, {field: value}, keyed)
    assert (refused.status, refused.body["faults"][0]["pointer"]) == (422, f"/contact/{field}")
    assert world.items("complaints") == []


@pytest.mark.requirement("CMP-01")
def test_a_number_as_people_say_it_at_home_is_understood(world):
    # 07700 900123 is no number of the desk's own country; with its country code it is a British one.
    matter = complain(world, contact={"phone": "00 44 7700 900 123", "email": "lin@EXAMPLE.org"})
    assert matter.number
    assert world.sms("+447700900123") or mailed(world, matter.number, "lin@example.org")


@pytest.mark.requirement("CMP-01")
@pytest.mark.parametrize("number", ["+971 4 000 0001", "+290 51234", "+1 202 555 0123", "+86 138 0013 8000"])
def test_a_number_with_its_country_code_is_taken_though_nobody_has_listed_it_yet(world, number):
    matter = complain(world, contact={"phone": number})
    assert matter.number


@pytest.mark.requirement("CMP-13")
@pytest.mark.parametrize("pack", ["manufacturing"])
def test_the_same_customer_is_known_again_however_they_write_their_number(world):
    about = {"kind": "commercial-work", "reference": "Order 5"}
    first = complain(world, contact={"phone": "138 0013 8000"}, **about)
    first.do("answer", {"finding": "substantiated", "text": "The papers are on their way."})
    first.do("close")
    second = complain(world, contact={"phone": "+86 138-0013-8000"}, **about)
    assert second.file()["earlier"] == [first.number]
