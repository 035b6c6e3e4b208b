"""Writes the published language to `docs/events/`: each event's JSON Schema and what its boxes hold.

`python -m infra.events_doc`. The golden examples beside them are written by hand and never change once committed:
they are what consumers out there have seen.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from shared.contracts import Event, complaints, intake, notify, survey

TARGET = Path(__file__).resolve().parent.parent / "docs" / "events"


def events() -> Iterator[type[Event]]:
    """Every event that any service tells."""
    for module in (intake, complaints, notify, survey):
        for value in vars(module).values():
            own = isinstance(value, type) and issubclass(value, Event) and value.__module__ == module.__name__
            # What all events of a service are is no event: it says who tells them.
            if own and "source" not in vars(value):
                yield value


def schema(event: type[Event]) -> str:
    """The JSON Schema of an event's `data`, as it is committed."""
    described = event.model_json_schema(mode="serialization")
    described.setdefault("required", [])
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ahd:event:{event.detail_type()}",
        "x-source": event.source,
        **described,
        "additionalProperties": True,  # consumers take what they know and leave the rest
    }
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all schemas."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for event in events():
        (TARGET / f"{event.detail_type()}.schema.json").write_text(schema(event), encoding="utf-8")


if __name__ == "__main__":
    main()
