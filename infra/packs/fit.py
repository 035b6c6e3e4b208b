"""Whether the parts of a pack fit together: everything named is defined, whoever has a duty may do it, the ladder has
an end. What concerns one part alone is looked at by the `fit_…` of that part.
"""

from collections.abc import Iterator

from infra.packs import fit_categories, fit_complaints
from infra.packs.fit_ledger import Book
from infra.packs.misfit import Misfit, in_their_script, twice
from infra.packs.source import Path_
from infra.packs.walk import references
from infra.wording import templates
from shared.packs import LANGUAGES, Pack
from shared.packs.complaints import BUILT_IN_FACTS, Complaints
from shared.packs.questionnaire import Questionnaires
from shared.policy import PERMITS, Role
from shared.worktime import Span

_LISTS = ("roles", "approvers", "major_approvers", "planners", "reviewers", "verifiers")
"""What lists of roles are called that may do something."""


def misfits(pack: Pack, complaints: Complaints, questionnaires: Questionnaires) -> Iterator[Misfit]:
    """Everything that does not fit."""
    circles = list(fit_complaints.circles(complaints))
    yield from circles
    if circles:
        return  # whoever follows a kind to its root would never get there
    yield from _names(pack, complaints)
    yield from _languages(pack, complaints, questionnaires)
    yield from _permits(pack, complaints)
    yield from _ladder(pack)
    yield from _notices(pack)
    yield from fit_categories.categories(pack)
    yield from fit_complaints.misfits(complaints)
    if complaints.ledger is not None:
        yield from Book(complaints, complaints.ledger).misfits()
    yield from _questionnaires(questionnaires)


def _names(pack: Pack, complaints: Complaints) -> Iterator[Misfit]:
    """What is named is defined, and what is defined is named."""
    reference = complaints.reference
    milestones = set(reference.milestones) if reference else set()
    windows = {window.fact for window in reference.windows} if reference else set()
    defined: dict[str, tuple[str, set[str]]] = {
        "roles": ("roles.yaml", set(pack.roles)),
        "departments": ("departments.yaml", set(pack.departments)),
        "kinds": ("kinds", {kind.code for kind in complaints.kinds}),
        "documents": ("documents", set(complaints.documents)),
        "directory": ("directory.yaml", set(pack.directory)),
        "rungs": ("ladder.yaml", {rung.role for rung in pack.ladder}),
        "facts": (
            "facts",
            {*BUILT_IN_FACTS, *milestones, *windows, *(fact.fact for fact in complaints.facts)},
        ),
        "steps": ("steps", {step.id for step in complaints.steps}),
        "milestones": ("reference.milestones", milestones),
        "penalties": ("penalties", {one.id for one in complaints.ledger.penalties} if complaints.ledger else set()),
    }
    used: dict[str, set[str]] = {to: set() for to in defined}
    found = [(("pack", *path), to, name) for path, to, name in references(pack)]
    found += [(("complaints", *path), to, name) for path, to, name in references(complaints)]
    for path, to, name in found:
        where, names = defined[to]
        used[to].add(name)
        if name not in names:
            known = ", ".join(sorted(names)) or "none"
            yield Misfit(path, f"{name!r} is not defined in {where}; define it there or use one of: {known}")
    used["roles"] |= used["rungs"]
    idle = {
        "roles": (sorted(set(pack.roles) - used["roles"]), ("pack", "roles"), "nothing is given to this role"),
        "departments": (
            sorted(set(pack.departments) - used["departments"]),
            ("pack", "departments"),
            "no complaint, notice or penalty is about this department",
        ),
        "documents": (
            sorted(set(complaints.documents) - used["documents"]),
            ("complaints", "documents"),
            "no kind of complaint needs this document",
        ),
    }
    for names_, place, what in idle.values():
        for name in names_:
            yield Misfit((*place, name), f"{what}; take it out unless it will be needed", may_stand=True)
    for number, fact in enumerate(complaints.facts):
        if fact.fact not in used["facts"]:
            yield Misfit(
                ("complaints", "facts", number),
                f"{fact.fact} is asked and no rule looks at it; take it out",
            )


def _languages(pack: Pack, complaints: Complaints, questionnaires: Questionnaires) -> Iterator[Misfit]:
    yield from in_their_script("pack", pack)
    yield from in_their_script("complaints", complaints)
    yield from in_their_script("questionnaires", questionnaires)


def _permits(pack: Pack, complaints: Complaints) -> Iterator[Misfit]:
    """Whoever has to do something is of a group that may: see `shared.policy.PERMITS`."""
    for permit, path, role in _duties(pack, complaints):
        known = pack.roles.get(role)
        if known and Role(known.group) not in PERMITS[permit]:
            groups = ", ".join(sorted(PERMITS[permit]))
            what = f"{role} is of the group {known.group}, which may not do this; name a role of {groups}"
            yield Misfit(path, what)


def _notices(pack: Pack) -> Iterator[Misfit]:
    """What staff on duty acknowledge is told to staff on duty."""
    known = sorted(name for name in templates()[LANGUAGES[0]] if name.startswith("duty_"))
    for name in pack.roster.acknowledge:
        if name not in known:
            what = f"staff on duty are sent no {name!r}; use one of: {', '.join(known)}"
            yield Misfit(("pack", "roster", "acknowledge", name), what)


def _duties(pack: Pack, complaints: Complaints) -> Iterator[tuple[str, Path_, str]]:
    """What staff are asked for, where, of which role."""
    yield "complaint.answer", ("pack", "clocks", "answer_complaint", "role"), pack.clocks.answer_complaint.role
    for number, kind in enumerate(complaints.kinds):
        for name in ("answer", "answer_major"):
            if duty := getattr(kind, name):
                yield "complaint.answer", ("complaints", "kinds", number, name, "role"), duty.role
    lists: list[tuple[str, Path_, tuple[str, ...]]] = [("complaint.take", ("taken_by",), complaints.taken_by)]
    for part in ("rectification", "form", "corrective"):
        rules = getattr(complaints, part)
        lists += [("complaint.handle", (part, name), getattr(rules, name)) for name in _LISTS if hasattr(rules, name)]
    for permit, path, roles in lists:
        yield from ((permit, ("complaints", *path, number), role) for number, role in enumerate(roles))
    yield "complaint.handle", ("complaints", "injury", "decides"), complaints.injury.decides
    yield "complaint.handle", ("complaints", "press", "speaker"), complaints.press.speaker


def _ladder(pack: Pack) -> Iterator[Misfit]:
    ends = [number for number, rung in enumerate(pack.ladder) if rung.end]
    if not ends:
        yield Misfit(
            ("pack", "ladder", len(pack.ladder) - 1),
            "the ladder has no end; mark the rung where it stays until it is done with `end: true`",
        )
    for number, rung in enumerate(pack.ladder):
        if ends and number > ends[0]:
            yield Misfit(
                ("pack", "ladder", number),
                f"nothing ever reaches {rung.role}: the ladder ends at {pack.ladder[ends[0]].role}; move `end`",
            )
        if rung.role in [lower.role for lower in pack.ladder[:number]]:
            yield Misfit(
                ("pack", "ladder", number),
                f"{rung.role} is on the ladder twice, so it would go round in circles; keep one rung for each role",
            )
        if not Span.parse(rung.within).amount:
            yield Misfit(("pack", "ladder", number), f"{rung.role} has no time at all; give it some")


def _questionnaires(questionnaires: Questionnaires) -> Iterator[Misfit]:
    here = ("questionnaires", "questionnaires")
    for name in twice(one.after for one in questionnaires.questionnaires):
        yield Misfit(here, f"two questionnaires come after a {name}; join them")
    for number, one in enumerate(questionnaires.questionnaires):
        for name in twice(item.id for item in one.items):
            yield Misfit((*here, number, "items"), f"two questions are called {name}; rename one")
        if not any(item.scale == "satisfaction" for item in one.items):
            yield Misfit((*here, number, "items"), "no question asks for satisfaction; add one")
