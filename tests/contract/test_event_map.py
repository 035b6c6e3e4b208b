"""What is declared, what is told, what is heard, what is routed and what is drawn are one and the same."""

from collections import Counter

import pytest

from infra.eventmap import NAMES, PAGE, drawn, hearers, made_by, told_by
from infra.heard import heard_by
from tests.template import template

ALL_TOLD = [event for name in NAMES for event in told_by(name)]


@pytest.mark.parametrize("event", ALL_TOLD, ids=lambda event: event.__name__)
def test_nothing_is_told_that_nobody_hears(event):
    assert hearers(event)


@pytest.mark.parametrize("service", NAMES)
def test_nothing_is_awaited_that_nobody_tells(service):
    assert set(heard_by(service).events) <= set(ALL_TOLD)


@pytest.mark.parametrize("service", NAMES)
def test_a_service_makes_exactly_the_events_its_contract_declares(service):
    assert made_by(service) == {event.__name__ for event in told_by(service)}


@pytest.mark.parametrize("service", NAMES)
def test_a_contract_tells_in_the_name_of_its_own_service(service):
    assert {event.source for event in told_by(service)} == {f"ahd.{service}"}


def test_a_detail_type_means_one_event():
    counted = Counter(event.detail_type() for event in ALL_TOLD)
    assert [name for name, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("event", ALL_TOLD, ids=lambda event: event.__name__)
def test_a_detail_type_is_the_events_name_with_its_version(event):
    name, _, version = event.detail_type().rpartition(".v")
    assert (name, version.isdecimal()) == (event.__name__, True)


@pytest.mark.parametrize("service", NAMES)
def test_the_rule_brings_exactly_what_the_service_reacts_to(service):
    heard = heard_by(service)
    assert template().rule(service) == {"source": heard.sources, "detail-type": heard.detail_types}


def test_the_event_map_in_the_docs_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page, "run `make docs`"
