"""Countries of telephone numbers, held against Google's libphonenumber."""

import phonenumbers
import pytest

from services.notify.countries import REGIONS, countries_of

OF_NO_COUNTRY = ("+80012345678", "+870301234567", "+8816123456", "+97912345678")


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_mobile_number_of_every_country_is_known_as_that_countrys(region):
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        pytest.skip("libphonenumber knows no mobile number there")
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert region in countries_of(number)


def test_what_costs_more_than_the_mainland_is_not_taken_for_it():
    for number in ("+18765551234", "+16585551234", "+18095551234", "+12845551234"):
        assert not countries_of(number) & {"US", "CA"}
    assert countries_of("+77011234567") == {"KZ"}


@pytest.mark.parametrize("number", [*OF_NO_COUNTRY, "", "+", "0501234567", "+9715x", "+٩٧١٥٠١٢٣٤٥٦٧", "971501234567"])
def test_what_is_no_countrys_number_has_no_country(number):
    assert countries_of(number) == frozenset()


def test_every_country_of_the_numbering_plan_is_there():
    known = {region for regions in REGIONS.values() for region in regions.split()}
    assert known == phonenumbers.SUPPORTED_REGIONS
