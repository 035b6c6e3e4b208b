"""The published language is what is committed in docs/events: schemas say what the code says, and every golden
example is still told and heard as it was.
"""

import json

import jsonschema
import pytest

from infra.events_doc import TARGET, events, schema
from shared.contracts import Event

EVENTS = sorted(events(), key=lambda event: event.detail_type())


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.detail_type())
class TestEachEvent:
    def test_its_committed_schema_is_the_code_s(self, event: type[Event]):
        committed = (TARGET / f"{event.detail_type()}.schema.json").read_text(encoding="utf-8")
        assert committed == schema(event), (
            "the event changed: run `make docs`, and if a field was changed or taken \
away, make it a new version instead"
        )

    def test_its_golden_example_is_valid_and_comes_through_unchanged(self, event: type[Event]):
        example = json.loads((TARGET / f"{event.detail_type()}.example.json").read_text(encoding="utf-8"))
        jsonschema.validate(example, json.loads(schema(event)))
        heard = event.heard(example)
        assert heard.model_dump(mode="json", exclude_defaults=True) == example

    def test_a_consumer_takes_an_event_that_has_grown(self, event: type[Event]):
        example = json.loads((TARGET / f"{event.detail_type()}.example.json").read_text(encoding="utf-8"))
        assert event.heard({**example, "added_later": 1}) == event.heard(example)

    def test_its_name_carries_its_version(self, event: type[Event]):
        name, _, version = event.detail_type().partition(".v")
        assert name == event.__name__
        assert version.isdigit()


def test_nothing_is_committed_that_nobody_tells():
    known = {event.detail_type() for event in EVENTS}
    committed = {path.name.rsplit(".", 2)[0] for path in TARGET.glob("*.json")}
    assert committed == known


def test_no_event_carries_what_would_be_personal():
    personal = {"name", "phone", "email", "address", "text", "description", "comment", "secret", "token"}
    for event in EVENTS:
        assert not personal & set(event.model_fields), event.__name__
