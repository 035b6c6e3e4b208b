"""Who tells what and who hears it, drawn from the contracts and every service's `REACTIONS`.

`python -m infra.eventmap` writes the map into its place in docs/architecture.md.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.events_doc import events
from infra.heard import heard_by
from infra.services import SERVICES
from shared.contracts import Event

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- event map: written by `make docs` -->"
END = "<!-- end of event map -->"

NAMES = tuple(service.name for service in SERVICES)


def told_by(service: str) -> list[type[Event]]:
    """The events that the service's contract says it tells, in the contract's order."""
    return [event for event in events() if event.__module__ == f"shared.contracts.{service}"]


def made_by(service: str) -> set[str]:
    """The names of all contracts' events of which the service's code makes instances."""
    known = {event.__name__ for name in NAMES for event in told_by(name)}
    return {
        call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        for source in sorted((ROOT / "services" / service).rglob("*.py"))
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute | ast.Name)
        and (call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id) in known
    }


def hearers(event: type[Event]) -> list[str]:
    """The services that react to the event."""
    return [name for name in NAMES if event in heard_by(name).events]


def event_map() -> str:
    """The map as Markdown: a picture, then a table."""
    return "\n".join([*_picture(), "", *_table()])


def _picture() -> Iterator[str]:
    yield "```mermaid"
    yield "flowchart LR"
    for name in NAMES:
        yield f"    {name}([{name}])"
    for teller in NAMES:
        for hearer in NAMES:
            events = [event.__name__ for event in told_by(teller) if hearer in hearers(event)]
            if events:
                yield f'    {teller} -- "{"<br>".join(events)}" --> {hearer}'
    yield "```"


def _table() -> Iterator[str]:
    yield "| event | told by | heard by | it says |"
    yield "|---|---|---|---|"
    for teller in NAMES:
        for event in told_by(teller):
            says = (event.__doc__ or "").strip().splitlines()[0]
            yield f"| `{event.detail_type()}` | {teller} | {', '.join(hearers(event))} | {says} |"


def drawn(page: str) -> str:
    """The page with the current map in its place. Raises `ValueError` when there is no place."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE} has no place for the event map: put {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{event_map()}\n{END}{after}"


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    fresh = drawn(page)
    if fresh != page:
        PAGE.write_text(fresh, encoding="utf-8")
    sys.stdout.write(f"event map: {'current' if fresh == page else 'written'}\n")
