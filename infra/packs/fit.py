"""Whether the parts of a pack fit together: everything named is defined, every clock can start and stop, the ladder
has an end, a penalty can apply.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel

from infra.packs.source import Path_
from infra.packs.walk import references, wordings
from infra.wording import templates
from shared.packs import LANGUAGES, URGENT_FACTS, Category, Condition, Disposition, Pack, Rule
from shared.packs.care import Care
from shared.packs.complaints import BUILT_IN_FACTS, Complaints, Exemption, Happening, Ledger, Nth, Penalty, Step
from shared.packs.knowledge import Knowledge
from shared.packs.questionnaire import Questionnaires
from shared.policy import PERMITS, Role
from shared.worktime import Span

FALLBACK = "X9"
"""The category of whatever fits no other: a report that names none is one of these."""

_ARABIC = re.compile(r"[\u0621-\u064a]")
_HAN = re.compile(r"[\u3400-\u9fff]")

_LISTS = ("roles", "approvers", "major_approvers", "planners", "reviewers", "verifiers")
"""What lists of roles are called that may do something."""

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


@dataclass(frozen=True)
class Misfit:
    """Where in the models something does not fit, and what to do. `may_stand`: something to look at."""

    path: Path_
    what: str
    may_stand: bool = False


def misfits(pack: Pack, complaints: Complaints, questionnaires: Questionnaires) -> Iterator[Misfit]:
    """Everything that does not fit."""
    circles = list(_circles(complaints))
    yield from circles
    if circles:
        return  # whoever follows a kind to its root would never get there
    yield from _names(pack, complaints)
    yield from _languages(pack, complaints, questionnaires)
    yield from _permits(pack, complaints)
    yield from _ladder(pack)
    yield from _notices(pack)
    yield from _categories(pack)
    yield from _kinds(complaints)
    yield from _facts(complaints)
    yield from _grading(complaints)
    yield from _steps(complaints)
    yield from _routes(complaints)
    if complaints.ledger is not None:
        yield from _Book(complaints, complaints.ledger).misfits()
    yield from _questionnaires(questionnaires)


def knowledge_misfits(pack: Pack, knowledge: Knowledge, today: date | None) -> Iterator[Misfit]:
    """Everything of the knowledge base that does not fit. What has expired by `today` is to be looked at."""
    defined = {
        "categories": ("categories.yaml", {category.code for category in pack.categories}),
        "directory": ("directory.yaml", set(pack.directory)),
    }
    for path, to, name in references(knowledge):
        where, names = defined[to]
        if name not in names:
            known = ", ".join(sorted(names)) or "none"
            what = f"{name!r} is not defined in {where}; define it there or use one of: {known}"
            yield Misfit(("knowledge", *path), what)
    yield from _in_their_script("knowledge", knowledge)
    seen: set[str] = set()
    for number, article in enumerate(knowledge.articles):
        here = ("knowledge", "articles", number)
        if article.id in seen:
            yield Misfit((*here, "id"), f"there is an article {article.id} already; give this one another id")
        seen.add(article.id)
        if today and not article.valid(today):
            what = f"{article.id} is no answer since {article.valid_until}; renew it or take it out"
            yield Misfit((*here, "valid_until"), what, may_stand=True)


def care_misfits(care: Care, today: date | None) -> Iterator[Misfit]:
    """Everything of bulletins and greetings that does not fit. A greeting without a day left is to be looked at."""
    for path, _, name in references(care):
        if name not in care.themes:
            known = ", ".join(sorted(care.themes)) or "none"
            what = f"{name!r} is not defined in themes; define it there or use one of: {known}"
            yield Misfit(("care", *path), what)
    yield from _in_their_script("care", care)
    if care.hours.after >= care.hours.until:
        yield Misfit(("care", "hours"), "`after` has to be before `until`; bulletins would never go out")
    for part in ("greetings", "recognition"):
        for twice in _twice(one.id for one in getattr(care, part)):
            yield Misfit(("care", part), f"{twice} is there twice; give each its own id")
    for number, greeting in enumerate(care.greetings):
        here = ("care", "greetings", number)
        if not greeting.dates:
            yield Misfit(here, f"{greeting.id} has no day; give it `dates`, or the `feast` that it is")
        elif today and max(greeting.dates) < today:
            what = f"{greeting.id} has no day after {max(greeting.dates)}; add the years to come"
            yield Misfit(here, what, may_stand=True)


def _in_their_script(model: str, part: BaseModel) -> Iterator[Misfit]:
    """A text is in the language that it stands under."""
    for path, text in wordings(part):
        if not _ARABIC.search(text.ar):
            yield Misfit((model, *path, "ar"), "there is no Arabic letter in the Arabic text; write it in Arabic")
        if not _HAN.search(text.zh):
            yield Misfit(
                (model, *path, "zh"), "there is no Chinese character in the Chinese text; write it in Chinese"
            )


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


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
    yield from _in_their_script("pack", pack)
    yield from _in_their_script("complaints", complaints)
    yield from _in_their_script("questionnaires", questionnaires)


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


def _categories(pack: Pack) -> Iterator[Misfit]:
    for twice in _twice(category.code for category in pack.categories):
        yield Misfit(("pack", "categories"), f"{twice} is defined twice; keep one")
    if FALLBACK not in {category.code for category in pack.categories}:
        yield Misfit(("pack", "categories"), f"there is no {FALLBACK} for whatever fits no other; add it")
    for number, category in enumerate(pack.categories):
        here = ("pack", "categories", number)
        if category.group not in pack.groups:
            yield Misfit((*here, "group"), f"the group {category.group!r} has no name; add it to groups.yaml")
        yield from _rules(here, category)
        yield from _public(category, here)
    if {question.fact for question in pack.urgent} != URGENT_FACTS:
        yield Misfit(("pack", "urgent"), f"urgent.yaml asks exactly about {', '.join(sorted(URGENT_FACTS))}")


def _rules(here: Path_, category: Category) -> Iterator[Misfit]:
    """Questions and rules of one category: what is asked is looked at, what is looked at is asked."""
    asked = [question.fact for question in category.questions]
    for twice in _twice(asked):
        yield Misfit((*here, "questions"), f"{twice} is asked twice; ask once")
    for fact in sorted(URGENT_FACTS.intersection(asked)):
        yield Misfit((*here, "questions"), f"{fact} is asked everywhere already, in urgent.yaml; take it out here")
    for twice in _twice(rule.id for rule in category.rules):
        yield Misfit((*here, "rules"), f"two rules are called {twice}; a case keeps the name, so give each its own")
    if category.becomes and not any("complaint" in then for then in _all_that_follows(category)):
        yield Misfit((*here, "becomes"), f"{category.code} never becomes a complaint: no rule gives `complaint`")
    for fact in sorted(set(asked) - {fact for rule in category.rules for fact in (*rule.when, *rule.unless)}):
        yield Misfit((*here, "questions"), f"{fact} is asked and no rule looks at it; take it out", may_stand=True)
    yield from _contacts(here, category, category)
    for at, rule in enumerate(category.rules):
        yield from _rule((*here, "rules", at), rule, {*asked, *URGENT_FACTS})
        yield from _contacts((*here, "rules", at), rule, category)


def _all_that_follows(category: Category) -> Iterator[tuple[Disposition, ...]]:
    yield category.plain
    yield from (rule.then for rule in category.rules)


def _rule(here: Path_, rule: Rule, asked: AbstractSet[str]) -> Iterator[Misfit]:
    for key, facts in (("when", rule.when), ("unless", rule.unless)):
        for fact in sorted(set(facts) - asked):
            yield Misfit(
                (*here, key),
                f"rule {rule.id} waits for {fact}, which no question asks; add a question or take the rule out",
            )
    if not rule.when and not rule.unless:
        yield Misfit(here, f"rule {rule.id} has no condition; what always applies belongs in `plain`")
    if both := sorted(set(rule.when) & set(rule.unless)):
        yield Misfit(here, f"rule {rule.id} can never apply: {both[0]} would have to be true and not true")
    if rule.unless and "dispatch" in rule.then:
        yield Misfit(
            (*here, "unless"),
            f"rule {rule.id} sends somebody only `unless` something is so; no answer may call them back",
        )


def _contacts(here: Path_, source: Category | Rule, category: Category) -> Iterator[Misfit]:
    """Whoever is referred is told to whom."""
    given = source.plain if isinstance(source, Category) else source.then
    if source.also and not source.contact:
        yield Misfit((*here, "also"), "`also` names further bodies; name the first as `contact`")
    if "refer" in given and not (source.contact or category.contact):
        yield Misfit(here, "this refers to nobody; name a `contact` of directory.yaml")


def _public(category: Category, here: Path_) -> Iterator[Misfit]:
    if category.open311 and category.kind == "tip":
        yield Misfit((*here, "open311"), f"{category.code} is a tip, which the public never sees; take open311 out")
    if not category.open311 and (category.public_words or category.public_place == "exact"):
        yield Misfit(here, f"the public sees nothing of {category.code} without open311; say that, or take it out")


def _kinds(complaints: Complaints) -> Iterator[Misfit]:
    for twice in _twice(kind.code for kind in complaints.kinds):
        yield Misfit(("complaints", "kinds"), f"{twice} is defined twice; keep one")
    for number, kind in enumerate(complaints.kinds):
        if complaints.department(kind.code) is None:
            yield Misfit(
                ("complaints", "kinds", number),
                f"no department is responsible for {kind.code}; name one here or at its parent",
            )


def _circles(complaints: Complaints) -> Iterator[Misfit]:
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
    for twice in _twice(named):
        yield Misfit(("complaints", "facts"), f"the fact {twice} has two meanings; give one of them another name")
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
    for twice in _twice(threshold.id for threshold in complaints.major):
        yield Misfit(("complaints", "major"), f"two thresholds are called {twice}; give each a name of its own")
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
    for twice in _twice([*(step.id for step in complaints.steps), *map(str, Happening)]):
        yield Misfit(("complaints", "steps"), f"{twice} names two things; give the step a name of its own")
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
    for twice in _twice(tell.id for tell in complaints.tell):
        yield Misfit(("complaints", "tell"), f"two are called {twice}; give each a name of its own")
    for number, tell in enumerate(complaints.tell):
        if lacking := _lacking(complaints, tell.at):
            yield Misfit(("complaints", "tell", number), f"{tell.at} never happens without `{lacking}`; add it")
        if why := contradiction(complaints, tell):
            yield Misfit(("complaints", "tell", number), f"{tell.id} is never told: {why}")


@dataclass(frozen=True)
class _Book:
    """The ledger, looked at for penalties and exemptions that can never apply."""

    complaints: Complaints
    ledger: Ledger
    here: Path_ = field(default=("complaints", "ledger"))

    def misfits(self) -> Iterator[Misfit]:
        penalties, exemptions = self.ledger.penalties, self.ledger.exemptions
        for twice in _twice([*(one.id for one in penalties), *(one.id for one in exemptions)]):
            yield Misfit(self.here, f"{twice} names two things; the ledger keeps the name, so give each its own")
        if len(currencies := {one.amount.currency for one in penalties}) > 1:
            yield Misfit(self.here, f"a ledger is in one currency; here are {', '.join(sorted(currencies))}")
        for number, penalty in enumerate(penalties):
            if why := self._never(penalty) or self._always_exempt(penalty):
                yield Misfit((*self.here, "penalties", number), f"{penalty.id} can never apply: {why}")
        for number, exemption in enumerate(exemptions):
            if why := self._never(exemption) or self._never_frees(exemption):
                yield Misfit((*self.here, "exemptions", number), f"{exemption.id} can never apply: {why}")

    def _never(self, entry: Penalty | Exemption) -> str | None:
        if entry.nth and entry.nth.max is not None and entry.nth.max < entry.nth.min:
            return f"no complaint is at least number {entry.nth.min} and at most number {entry.nth.max}"
        return contradiction(self.complaints, entry)

    def _always_exempt(self, penalty: Penalty) -> str | None:
        for exemption in self.ledger.exemptions:
            if (
                penalty.id in exemption.penalties
                and exemption.frees == penalty.department
                and exemption.instead is None
                and set(exemption.when) <= set(penalty.when)
                and set(exemption.unless) <= set(penalty.unless)
                and set(exemption.kinds) <= set(penalty.kinds)
                and set(exemption.except_kinds) <= set(penalty.except_kinds)
                and exemption.grade in (None, penalty.grade)
                and _covers(exemption.nth, penalty.nth)
            ):
                return f"the exemption {exemption.id} frees {penalty.department} every time"
        return None

    def _never_frees(self, exemption: Exemption) -> str | None:
        named = [one for one in self.ledger.penalties if one.id in exemption.penalties]
        if named and all(one.department != exemption.frees for one in named):
            return f"none of its penalties is {exemption.frees}'s"
        if named and all(
            not _meet(exemption.nth, one.nth)
            or set(exemption.when) & set(one.unless)
            or set(exemption.unless) & set(one.when)
            for one in named
        ):
            return "when it holds, none of its penalties does"
        return None


def _covers(wide: Nth | None, narrow: Nth | None) -> bool:
    wide, narrow = wide or Nth(), narrow or Nth()
    if wide.since != narrow.since and wide != Nth():
        return False
    return wide.min <= narrow.min and (wide.max is None or (narrow.max is not None and narrow.max <= wide.max))


def _meet(one: Nth | None, other: Nth | None) -> bool:
    one, other = one or Nth(), other or Nth()
    if one.since != other.since:
        return True  # they count different things
    return (one.max is None or other.min <= one.max) and (other.max is None or one.min <= other.max)


def _questionnaires(questionnaires: Questionnaires) -> Iterator[Misfit]:
    here = ("questionnaires", "questionnaires")
    for twice in _twice(one.after for one in questionnaires.questionnaires):
        yield Misfit(here, f"two questionnaires come after a {twice}; join them")
    for number, one in enumerate(questionnaires.questionnaires):
        for twice in _twice(item.id for item in one.items):
            yield Misfit((*here, number, "items"), f"two questions are called {twice}; rename one")
        if not any(item.scale == "satisfaction" for item in one.items):
            yield Misfit((*here, number, "items"), "no question asks for satisfaction; add one")
