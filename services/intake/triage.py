"""Triage: from a category and the facts to what applies, the strongest first, and the rules that said so. Pure.

Everything whose condition holds applies; the strongest leads. Once somebody is sent, advice to turn elsewhere falls
away, with the body and the wording that came with it. A fact that is not known counts as not given: it sends nobody,
and it keeps nobody from being sent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product

from shared.packs import (
    FALLS_AWAY_ON_DISPATCH,
    FALLS_AWAY_WHEN_URGENT,
    STRONGEST_FIRST,
    URGENT_FACTS,
    URGENT_GIVES,
    Category,
    Disposition,
    Question,
    Wording,
)


@dataclass(frozen=True)
class Reason:
    """A rule that applied: its id, what it gave, the facts that were so, and those that had to be absent."""

    rule: str
    gives: tuple[Disposition, ...]
    facts: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    advice: Wording | None = None


@dataclass(frozen=True)
class Decision:
    """What applies, strongest first, and why.

    `contacts` are bodies of the pack's directory, those of conditions before the plain ones. `advice` is what is
    said, in the same order. `fell_away` is what a rule gave and something stronger took back.
    """

    dispositions: tuple[Disposition, ...]
    reasons: tuple[Reason, ...]
    contacts: tuple[str, ...] = ()
    advice: tuple[Wording, ...] = ()
    fell_away: tuple[Disposition, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that gave it."""
        return tuple(reason.rule for reason in self.reasons)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that it was made from."""
        return tuple(dict.fromkeys(fact for reason in self.reasons for fact in reason.facts))

    @property
    def leading(self) -> Disposition:
        return self.dispositions[0]

    @property
    def urgent(self) -> bool:
        """Whether somebody is sent at once."""
        return "dispatch" in self.dispositions

    @property
    def outcome(self) -> tuple[object, ...]:
        """What a customer or an operator would notice: two decisions with the same outcome are the same to them."""
        return self.dispositions, self.contacts, self.advice


def decide(category: Category, facts: Mapping[str, bool]) -> Decision:
    """Everything that applies. An urgent fact always wins: no plain rule hides it."""
    reasons = tuple(_reasons(category, facts))
    given = {disposition for reason in reasons for disposition in reason.gives}
    gone: set[Disposition] = set()
    if "dispatch" in given:
        gone |= FALLS_AWAY_ON_DISPATCH
    if any(facts.get(fact) for fact in URGENT_FACTS):
        gone |= FALLS_AWAY_WHEN_URGENT
    # What a rule says belongs to all that it gives: it falls away as a whole.
    stands = [reason for reason in reasons if not gone & set(reason.gives)]
    conditions_first = sorted(stands, key=lambda reason: not (reason.facts or reason.absent))
    return Decision(
        dispositions=_ordered(given - gone),
        reasons=reasons,
        contacts=tuple(dict.fromkeys(contact for one in conditions_first for contact in one.contacts)),
        advice=tuple(one.advice for one in conditions_first if one.advice),
        fell_away=_ordered(given & gone),
    )


def _reasons(category: Category, facts: Mapping[str, bool]) -> Iterator[Reason]:
    yield Reason(f"{category.code}-plain", category.plain, contacts=category.contacts, advice=category.advice)
    for rule in category.rules:
        if all(facts.get(fact) for fact in rule.when) and not any(facts.get(fact) for fact in rule.unless):
            yield Reason(rule.id, rule.then, rule.when, rule.unless, rule.contacts, rule.advice)
    if category.kind == "press" and "duty" not in category.plain:
        yield Reason("press-duty", ("duty",))  # whatever the pack says
    for fact in sorted(URGENT_FACTS):
        if facts.get(fact):
            yield Reason(f"urgent-{fact}", URGENT_GIVES, (fact,))


def _ordered(dispositions: Iterable[Disposition]) -> tuple[Disposition, ...]:
    return tuple(sorted(dispositions, key=STRONGEST_FIRST.index))


def next_questions(urgent: Iterable[Question], category: Category, facts: Mapping[str, bool]) -> tuple[Question, ...]:
    """The questions whose answer can still change the outcome, those about danger first.

    A question is left out exactly when, whatever the other open answers turn out to be, yes and no come to the same.
    """
    unknown = [one for one in (*urgent, *category.questions) if one.fact not in facts]
    looked_at = {fact for rule in category.rules for fact in (*rule.when, *rule.unless)}
    # Urgent facts that no rule looks at come to the same, each of them: one stands for all.
    alike = [one.fact for one in unknown if one.fact in URGENT_FACTS - looked_at]
    tried = [one.fact for one in unknown if one.fact not in alike[1:]]
    outcomes = {
        answers: decide(category, {**facts, **dict(zip(tried, answers, strict=True))}).outcome
        for answers in product((False, True), repeat=len(tried))
    }
    matters = {
        fact
        for at, fact in enumerate(tried)
        if any(
            outcome != outcomes[*answers[:at], True, *answers[at + 1 :]]
            for answers, outcome in outcomes.items()
            if not answers[at]
        )
    }
    if matters & set(alike):
        matters |= set(alike)
    return tuple(one for one in unknown if one.fact in matters)


def explain(decision: Decision, asked: Mapping[str, str], say: Callable[..., str]) -> tuple[str, ...]:
    """The decision in words: one sentence for each rule that applied, and one for what fell away.

    `asked` is the wording of each fact's question; `say` gives the text of a key with values put in.
    """
    return tuple(_sentences(decision, asked, say))


def _sentences(decision: Decision, asked: Mapping[str, str], say: Callable[..., str]) -> Iterator[str]:
    def named(dispositions: Iterable[Disposition]) -> str:
        texts = (say(f"triage.does.{one}") for one in dispositions)
        return reduce(lambda first, second: say("triage.and", first=first, second=second), texts)

    for reason in decision.reasons:
        said = [say("triage.answered.yes", question=asked.get(fact, fact)) for fact in reason.facts]
        said += [say("triage.answered.not", question=asked.get(fact, fact)) for fact in reason.absent]
        if said:
            yield say("triage.because", answers=" ".join(said), rule=reason.rule, does=named(_ordered(reason.gives)))
        else:
            yield say("triage.plain", rule=reason.rule, does=named(_ordered(reason.gives)))
    if decision.fell_away:
        yield say("triage.fell_away", does=named(decision.fell_away))
