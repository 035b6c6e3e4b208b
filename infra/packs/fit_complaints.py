"""Whether the rules for complaints fit together: every clock can start and stop, every rule can apply."""

from collections.abc import Iterator, Mapping

from infra.packs.misfit import Misfit, twice
from infra.packs.source import Path_
from shared.packs import Condition
from shared.packs.complaints import BUILT_IN_FACTS, Complaints
from shared.packs.steps import Happening, Step
from shared.worktime import Span

H = Happening
_NEEDS: Mapping[Happening, str] = {
    H.VISIT_AGREED: "visits",
    H.VISITED: "visits",
    H.FORM_ISSUED: "form",
    H.FORM_SIGNED: "form",
    H.NOTICE_ISSUED: "rectification",
    **dict.fromkeys(
        (H.CONTAINED, H.CAUSE_FOUND, H.REVIEWED, H.APPROVED, H.MEASURED, H.VERIFIED),
        "corrective",
    ),
}
"""What a pack has to have for something to happen at all."""


def misfits(complaints: Complaints) -> Iterator[Misfit]:
    """Everything that does not fit, of rules in which nothing is its own ancestor."""
    yield from _kinds(complaints)
    yield from _facts(complaints)
    yield from _grading(complaints)
    yield from _steps(complaints)
    yield from _routes(complaints)


def _kinds(complaints: Complaints) -> Iterator[Misfit]:
    for name in twice(kind.code for kind in complaints.kinds):
        yield Misfit(("complaints", "kinds"), f"{name} is defined twice; keep one")
    for number, kind in enumerate(complaints.kinds):
        if complaints.department(kind.code) is None:
            yield Misfit(
                ("complaints", "kinds", number),
                f"no department is responsible for {kind.code}; name one here or at its parent",
            )


def circles(complaints: Complaints) -> Iterator[Misfit]:
    for number, kind in enumerate(complaints.kinds):
        seen = {kind.code}
        at = complaints.kind(kind.parent) if kind.parent else None
        while at is not None and at.code not in seen:
            seen.add(at.code)
            at = complaints.kind(at.parent) if at.parent else None
        if at is not None:
            yield Misfit(
                ("complaints", "kinds", number, "parent"),
                f"{kind.code} is its own ancestor; let one of them have no parent",
            )


def _facts(complaints: Complaints) -> Iterator[Misfit]:
    reference = complaints.reference
    named = [*BUILT_IN_FACTS, *(fact.fact for fact in complaints.facts)]
    if reference:
        named += [*reference.milestones, *(window.fact for window in reference.windows)]
    for name in twice(named):
        yield Misfit(("complaints", "facts"), f"the fact {name} has two meanings; give one of them another name")
    windows = reference.windows if reference else ()
    for number, window in enumerate(windows):
        for other in windows[:number]:
            if other.after == window.after:
                yield Misfit(
                    ("complaints", "reference", "windows", number),
                    f"{window.fact} and {other.fact} overlap: both run from {window.after}, and what came within both"
                    " would be either; keep one, or let this one run from another milestone",
                )
    if len(currencies := sorted({amount.currency for amount in complaints.amounts})) > 1:
        yield Misfit(
            ("complaints",), f"amounts are in {' and '.join(currencies)}, and a claim is in one; keep one currency"
        )
    since = complaints.second.since
    if since not in {"accepted", "closed"} | set(reference.milestones if reference else ()):
        yield Misfit(
            ("complaints", "second", "since"),
            f"{since!r} is nothing a span can run from; use accepted, closed or a milestone of the reference",
        )
    if "reference" in complaints.second.same and reference is None:
        yield Misfit(("complaints", "second", "same"), "complaints have no reference here; describe it")


def _grading(complaints: Complaints) -> Iterator[Misfit]:
    for name in twice(threshold.id for threshold in complaints.major):
        yield Misfit(("complaints", "major"), f"two thresholds are called {name}; give each a name of its own")
    for number, threshold in enumerate(complaints.major):
        if not threshold.model_fields_set - {"id"}:
            yield Misfit(("complaints", "major", number), f"{threshold.id} asks for nothing: all would be major")
    if complaints.major:
        return
    for number, step in enumerate(complaints.steps):
        if step.grade == "major":
            yield Misfit(
                ("complaints", "steps", number),
                f"{step.id} never starts without `major`; add what makes one major",
            )


def contradiction(complaints: Complaints, condition: Condition) -> str | None:
    """Why a condition can never hold."""
    implied = set(condition.when)
    for window in complaints.reference.windows if complaints.reference else ():
        if window.fact in implied:
            implied.add(window.after)
    if both := sorted(implied & set(condition.unless)):
        return f"{both[0]} would have to be true and not true"
    excluded = set(condition.except_kinds)
    possible = condition.kinds or tuple(kind.code for kind in complaints.kinds)
    lines = [{kind.code for kind in complaints.line(code)} for code in possible if complaints.kind(code)]
    if lines and all(line & excluded for line in lines):
        return "except_kinds leaves none of its kinds"
    if condition.grade == "major" and not complaints.major:
        return "nothing makes a complaint major"
    return None


def _steps(complaints: Complaints) -> Iterator[Misfit]:
    by_id = {step.id: step for step in complaints.steps}
    for name in twice([*(step.id for step in complaints.steps), *map(str, Happening)]):
        yield Misfit(("complaints", "steps"), f"{name} names two things; give the step a name of its own")
    for number, step in enumerate(complaints.steps):
        here = ("complaints", "steps", number)
        yield from _starts(complaints, step, by_id, here)
        if step.starts == step.ends:
            yield Misfit((*here, "ends"), f"{step.id} ends where it starts, so it is never owed; take it out")
        if why := contradiction(complaints, step):
            yield Misfit(here, f"{step.id} can never start: {why}")
        if step.call and step.ends != H.REACHED:
            yield Misfit(
                (*here, "call"), f"{step.id} is a call, so it ends when they are reached; say `ends: reached`"
            )
        span, warn = Span.parse(step.within), Span.parse(step.warn) if step.warn else None
        if not span.amount:
            yield Misfit((*here, "within"), f"{step.id} has no time at all; give it some, or use `tell` for at once")
        if warn and warn.unit is span.unit and warn.amount >= span.amount:
            yield Misfit((*here, "warn"), f"{step.id} would warn before it starts; warn less than `within` before")


def _starts(complaints: Complaints, step: Step, by_id: Mapping[str, Step], here: Path_) -> Iterator[Misfit]:
    """A clock starts at something that happens, and can be stopped."""
    if step.starts not in by_id and step.starts not in list(Happening):
        yield Misfit(
            (*here, "starts"),
            f"{step.id} starts at {step.starts!r}, which is no happening and no clock that anybody defines; use"
            f" one of {', '.join([*sorted(by_id.keys() - {step.id}), *Happening])}",
        )
    elif _waits_for_itself(step, by_id):
        yield Misfit((*here, "starts"), f"{step.id} never starts: it waits for itself; start one at a happening")
    for which in ("starts", "ends"):
        if lacking := _lacking(complaints, getattr(step, which)):
            yield Misfit(
                (*here, which),
                f"{step.id} {which} when {getattr(step, which)!s}, which never happens without `{lacking}`; add it",
            )


def _waits_for_itself(step: Step, by_id: Mapping[str, Step]) -> bool:
    seen = set()
    at: Step | None = step
    while at is not None:
        if at.id in seen:
            return True
        seen.add(at.id)
        at = by_id.get(at.starts)
    return False


def _lacking(complaints: Complaints, happening: str | None) -> str | None:
    """The part without which this never happens here."""
    if happening in (Happening.INSURER_TOLD, Happening.OPINION_RECEIVED) and not complaints.injury.insurer:
        return "injury.insurer"
    if happening not in list(Happening):
        return None
    needed = _NEEDS.get(Happening(happening))
    return needed if needed and getattr(complaints, needed) is None else None


def _routes(complaints: Complaints) -> Iterator[Misfit]:
    """What is to be done has a clock; what is told can be told."""
    ends = {step.ends for step in complaints.steps}
    for part, happenings in (
        ("rectification", (H.NOTICE_ISSUED,)),
        ("form", (H.FORM_ISSUED,)),
        ("corrective", (H.CONTAINED, H.MEASURED)),
    ):
        for happening in happenings:
            if getattr(complaints, part) is not None and happening not in ends:
                yield Misfit(("complaints", part), f"{part} has no clock: add a step with `ends: {happening}`")
    visits = complaints.visits
    if visits and (visits.days_without is None) != (visits.late_to is None):
        yield Misfit(("complaints", "visits"), "days_without and late_to belong together; give both or neither")
    for name in twice(tell.id for tell in complaints.tell):
        yield Misfit(("complaints", "tell"), f"two are called {name}; give each a name of its own")
    for number, tell in enumerate(complaints.tell):
        if lacking := _lacking(complaints, tell.at):
            yield Misfit(("complaints", "tell", number), f"{tell.at} never happens without `{lacking}`; add it")
        if why := contradiction(complaints, tell):
            yield Misfit(("complaints", "tell", number), f"{tell.id} is never told: {why}")
