from datetime import UTC, datetime

import pytest

from services.complaints import rectification
from services.complaints.rectification import AlreadyIssued, NoneAsked, Notice, Series
from shared.packs.procedures import Rectification

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
RULES = Rectification(to="service", roles=("department-manager",))


def issued(rules, before, number):
    return rectification.issue(rules, before, number, responsible="works", due=None, by="manager-1", at=NOW)


def test_numbers_run_from_one_with_the_year_in_front():
    series = Series("works", 2026)

    assert [series.number(last) for last in (0, 1, 122, 999_999)] == [
        "RN-2026-000001",
        "RN-2026-000002",
        "RN-2026-000123",
        "RN-2026-1000000",
    ]


def test_the_year_is_that_of_the_organisations_own_zone():
    just_before_midnight_in_utc = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)

    assert Series.of("works", just_before_midnight_in_utc, "Asia/Shanghai").year == 2027
    assert Series.of("works", just_before_midnight_in_utc, "Asia/Dubai").year == 2026


def test_organisations_and_years_have_counters_of_their_own():
    keys = {Series(name, year).key for name in ("works", "retail") for year in (2026, 2027)}

    assert len(keys) == 4


def test_a_complaint_has_one_notice():
    notice = issued(RULES, None, "RN-2026-000001")

    assert notice == Notice(number="RN-2026-000001", at=NOW, by="manager-1", to="service", responsible="works")
    with pytest.raises(AlreadyIssued) as refused:
        issued(RULES, notice, "RN-2026-000002")
    assert refused.value.number == "RN-2026-000001"


def test_an_organisation_without_notices_issues_none():
    with pytest.raises(NoneAsked):
        issued(None, None, "RN-2026-000001")
