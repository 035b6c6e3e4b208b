"""What must hold for whoever a message can harm: in which words they are written to, when they are rung, who learns
how they are reached, and that nothing counts as told that was not.

What they wish for is known from what they asked for and from when it was kept, not from what the desk makes of it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from services.intake.customer import AT_RISK, ON_BAD_DAYS
from shared import ids
from tests.faults.runtime import MAIL_FROM, SMS_SENDER, URL, Invocation, rules_of
from tests.faults.tables import Written

if TYPE_CHECKING:
    from tests.faults.carriers import Letter
    from tests.faults.people import Customer
    from tests.faults.watch import Told
    from tests.faults.world import World

Hours = tuple[str, str]
"""From when to when, as a clock shows it."""

AS_THE_DESK_SAYS: Hours = ("", "")
_OF_THE_DESK: Hours = ("09:00", "18:00")
_SKEW = timedelta(seconds=4)
_A_MOMENT = timedelta(seconds=15)
"""As long as an answer may be on its way, and clocks be wrong."""
_THERE = frozenset({"sent", "delivered"})
_ALWAYS = -1


@dataclass(frozen=True)
class Brought:
    """A case of somebody whom a message can harm, or who shares a telephone with them; and what holds on it now."""

    names: tuple[str, ...]
    """What nobody may read who may not know whom it reaches."""
    ways: tuple[str, ...]
    at_risk: bool
    """Whether they said of themselves that it is not safe to write to them."""
    safe: Hours | None
    """When it is safe; None: always."""
    known: int = _ALWAYS
    """Functions that were called after so many others know of that on this case."""
    spread: int | None = None
    """And after so many on whatever else leads to the same number or address; None: not yet."""

    @property
    def phone(self) -> str:
        return self.ways[0]


@dataclass
class Safety:
    """Whoever looks on for them."""

    world: "World"
    cases: dict[str, Brought] = field(default_factory=dict)
    _reports: dict[str, Brought] = field(default_factory=dict)
    """What is to be known of a case, by what asked for it."""
    _said: dict[str, Hours | None] = field(default_factory=dict)
    """The safe hours that are wished for, by what asked for them; None: they are taken back."""
    _named: dict[str, "Customer"] = field(default_factory=dict)
    _spreads: dict[str, str] = field(default_factory=dict)
    """Events with which safe contact of a case is to hold wherever the same ways lead."""
    _under_way: set[str] = field(default_factory=set)
    """Those of them that nobody has worked off yet."""
    _hidden: dict[str, int] = field(default_factory=dict)
    """How many functions had been called when a case began to hide how its customer is reached."""
    _rang: list["Letter"] = field(default_factory=list)
    """Messages that told nobody who writes."""

    # What people say.

    def reports(self, ask: str, one: "Customer", *, at_risk: bool = False, victim: bool = False) -> None:
        """Somebody reports a case."""
        safe = AS_THE_DESK_SAYS if at_risk or victim else None
        names = tuple(one.canaries()[what] for what in ("a name", "a mail address", "a number"))
        self._reports[ask] = Brought(names, (one.phone, one.mail), at_risk, safe)
        self._said[ask] = safe

    def wishes(self, ask: str, hours: Hours | None) -> None:
        """Somebody says on the page of their case when it is safe, or that it is."""
        self._said[ask] = hours

    def names(self, case: str, one: "Customer") -> None:
        """Staff say on a case that somebody is a victim. Their file is told so with the case as the reason."""
        self._named[f"case:{case}"] = one
        self._said[f"case:{case}"] = AS_THE_DESK_SAYS

    def kept(self, case: str) -> None:
        """Their page said that what they wish for is kept."""
        known = self.cases.get(case)
        if known and known.safe and known.spread is None:
            self.cases[case] = replace(known, spread=self.world.calls)

    # What is stored and heard.

    def wrote(self, told: "Told") -> None:
        """An event was stored."""
        case, ask = told.pk.partition("#")[2], told.facts["correlation"]
        if told.type == "CaseReported" and ask in self._reports:
            self.cases[case] = self._reports[ask]
            self._is_to_spread(told, case)
        elif told.type == "WishesKnown" and ask in self._said and ask not in self._reports and case in self.cases:
            self._wish(case, self._said[ask])
        elif told.type == "CallHoursChanged" and case in self.cases:
            self._is_to_spread(told, case)
        elif told.type == "CaseConcerns" and ask in self._named:
            self._is_to_spread(told, self._naming(told.facts["data"]["case"], self._named[ask]))

    def _is_to_spread(self, told: "Told", name: str) -> None:
        self._spreads[told.facts["id"]] = name
        self._under_way.add(told.facts["id"])

    def _wish(self, case: str, safe: Hours | None) -> None:
        known = self.cases[case]
        if (safe is None) == (known.safe is None):
            self.cases[case] = replace(known, safe=safe, at_risk=safe is not None)
            return
        since = self.world.calls
        self.cases[case] = replace(known, safe=safe, at_risk=safe is not None, known=since, spread=None)

    def _naming(self, case: str, one: "Customer") -> str:
        """Under what it is kept: if it is who reported the case, it is theirs to take back."""
        known = self.cases.get(case)
        if known and one.phone in known.ways:
            return case
        name = f"{case}/named/{one.number}"
        self.cases[name] = Brought((), (one.phone,), at_risk=False, safe=AS_THE_DESK_SAYS)
        return name

    def heard(self, service: str, identity: str) -> None:
        """A service has worked off an event."""
        if service != "notify" or identity not in self._spreads:
            return
        name = self._spreads[identity]
        self.kept(name)
        self._under_way.discard(identity)
        if name in self.cases:
            self._calls_lie_in_safe_hours(self.cases[name].phone)

    def case(self, one: Written, doc: Mapping[str, Any]) -> None:
        """A case was stored."""
        number = one.key[0].partition("#")[2]
        if ON_BAD_DAYS.isdisjoint(doc.get("classes", ())):
            self._hidden.pop(number, None)
        else:
            self._hidden.setdefault(number, self.world.calls)

    # While it happens.

    def sending(self, letter: "Letter", case: str) -> None:
        """A provider takes a message to the customer of a case."""
        found = self._tells(letter, case)
        if not found:
            self._rang.append(letter)
        elif self._must_be_safe(case, letter.address, letter.by):
            self.world.watch.wrong(f"a message to somebody whom it can harm says {found}: {letter.message}")

    def _tells(self, letter: "Letter", case: str) -> str:
        """What in it tells who writes, or opens something; empty when nothing does."""
        title = rules_of(self.world).pack.title
        said = f"{letter.sender}\n{letter.text}".casefold()
        telling = {
            "who writes": [title.into(language) for language in ("en", "ar", "zh")],
            "who sends": [MAIL_FROM, SMS_SENDER],
            "a link": [URL.partition("//")[2], "://"],
            "a case": [ids.spoken(case), case],
        }
        return ", ".join(
            what for what, words in telling.items() if any(word and word.casefold() in said for word in words)
        )

    def _must_be_safe(self, case: str, address: str, by: Invocation) -> bool:
        own = self.cases.get(case)
        if own and own.safe and own.known < by.number:
            return True
        ways = {address, *(own.ways if own else ())}
        return any(True for _ in self._elsewhere(ways, by.number))

    def _elsewhere(self, ways: set[str], called: float) -> Iterator[Brought]:
        """What is known to functions of others that the same number or address leads to."""
        for other in self.cases.values():
            if other.safe and other.spread is not None and other.spread < called and ways & {*other.ways}:
                yield other

    def seen(self, by: Invocation, reader: Mapping[str, Any], body: Any) -> None:
        """Somebody of the staff read something."""
        if not isinstance(body, dict) or reader["cognito:groups"] != "[operator]":
            return
        if by.service == "intake":
            case = str(body.get("number", "")).replace("-", "")
            if self._hidden.get(case, by.number) < by.number and case in self.cases:
                self._shows(self.cases[case], reader, body, f"case {case}")
        elif by.service == "notify" and "contact_hidden" in body:
            self._opened_call(by, reader, body)

    def _opened_call(self, by: Invocation, reader: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        case = str(body["case"]).replace("-", "")
        own = self.cases.get(case)
        if own is None or not self._must_be_safe(case, own.phone, by):
            return
        if body["taken_by"] != reader["sub"]:
            self._shows(own, reader, body, f"a call on {case}")
        now = self.world.now
        hours = self._hours(own, by.number)
        if body["now"]["ring"] and not any(self._lies_in(at, at, hours) for at in (now - _A_MOMENT, now + _SKEW)):
            self.world.watch.wrong(f"{reader['sub']} is let ring on {case} at an hour that is not safe")

    def _shows(self, known: Brought, reader: Mapping[str, Any], body: Any, where: str) -> None:
        text = json.dumps(body, ensure_ascii=False)
        if any(one in text for one in known.names):
            self.world.watch.wrong(f"{reader['sub']} sees on {where} how somebody is reached whom that can harm")

    # Hours.

    def _hours(self, own: Brought, called: float) -> set[int] | None:
        """The minutes of the day at which they may be rung, by what functions know that were called then; None where
        what was wished for on several cases has no time in common.
        """
        asked = [*self._elsewhere({own.phone}, called)]
        if own.safe and own.known < called:
            asked.append(own)
        named = [one.safe for one in asked if one.safe and one.safe != AS_THE_DESK_SAYS]
        minutes = set.intersection(*map(_minutes, named or [_OF_THE_DESK]))
        return minutes or None

    def _lies_in(self, since: datetime, until: datetime, minutes: set[int] | None) -> bool:
        if minutes is None:
            return True
        zone = ZoneInfo(rules_of(self.world).pack.calendar["tz"])
        begins, ends = since.astimezone(zone), until.astimezone(zone)
        last = ends.hour * 60 + ends.minute + (ends.second > 0)
        same_day = begins.date() == ends.date()
        return same_day and {*range(begins.hour * 60 + begins.minute, max(last, 1))} <= minutes

    # At the end.

    def at_the_end(self) -> None:
        known = {pk.partition("#")[2]: doc for pk, doc in self.world.watch.aggregates("CASE")}
        self._what_counts_as_told_was()
        for phone in dict.fromkeys(one.phone for one in self.cases.values()):
            self._calls_lie_in_safe_hours(phone)
        self._cases_say_what_was_said_last(known)
        self._files_say_what_cases_say(known)

    def _what_counts_as_told_was(self) -> None:
        """A message that a provider never took, or that came back, was told of by another one after it began."""
        begun: dict[str, datetime] = {}
        for one in self.world.watch.events:
            if one.pk.startswith("MESSAGE#"):
                begun.setdefault(one.pk, datetime.fromisoformat(one.facts["time"]))
        post = self.world.post
        arrived = {one.message for one in post.letters if one.mark not in post.came_back}
        for pk, doc in self.world.watch.aggregates("MESSAGE"):
            if not doc["case"] or doc.get("state") not in _THERE or pk in arrived:
                continue
            own = self.cases.get(doc["case"])
            covers = [
                one
                for one in self._rang
                if own and one.address in own.ways and one.mark not in post.came_back and one.at + _SKEW >= begun[pk]
            ]
            if not covers:
                what = "came back" if any(one.message == pk for one in post.letters) else "was never sent"
                self.world.watch.wrong(f"{pk} {what} and counts as being there")

    def _calls_lie_in_safe_hours(self, phone: str) -> None:
        """Once everything is heard that was said of when this telephone may ring."""
        if any(name in self.cases and self.cases[name].phone == phone for name in self._still_to_spread()):
            return
        for pk, call in self.world.watch.aggregates("CALLBACK"):
            own = self.cases.get(call["case"])
            if own is None or own.phone != phone or call.get("state", "promised") != "promised":
                continue
            since, until = (datetime.fromisoformat(call["window"][edge]) for edge in ("since", "until"))
            if until <= self.world.now or not self._is_known(call["case"]):
                continue
            safe = self._must_be_safe(call["case"], phone, self._afterwards())
            if safe and not self._lies_in(max(since, self.world.now), until, self._hours(own, float("inf"))):
                at = f"{since.isoformat()} to {until.isoformat()}"
                self.world.watch.wrong(f"{pk} is promised at an hour that is not safe: {at}")

    def _still_to_spread(self) -> Iterator[str]:
        for identity in self._under_way:
            yield self._spreads[identity]

    def _afterwards(self) -> Invocation:
        """A function that would be called now."""
        return Invocation("notify", "clock", self.world.calls + 1, self.world.now)

    def _is_known(self, case: str) -> bool:
        """Whether nobody has forgotten them."""
        return any(
            pk == f"RECIPIENT#{case}" and doc.get("salt") for pk, doc in self.world.watch.aggregates("RECIPIENT")
        )

    def _cases_say_what_was_said_last(self, cases: Mapping[str, Mapping[str, Any]]) -> None:
        for number, brought in self.cases.items():
            case = cases.get(number)
            if case and case.get("salt") and (AT_RISK in case.get("classes", ())) != brought.at_risk:
                what = "is not" if brought.at_risk else "is"
                self.world.watch.wrong(f"{number} {what} at risk, whatever was said last")

    def _files_say_what_cases_say(self, cases: Mapping[str, Mapping[str, Any]]) -> None:
        for pk, items in self.world.database.tables["intake"].items.items():
            case = cases.get(pk.partition("#")[2]) if pk.startswith("CASE#") else None
            for sort, item in items.items():
                if not case or not case.get("salt") or not sort.startswith("CUSTOMER#"):
                    continue
                if "classes" not in item or "named" in item:
                    continue
                if (AT_RISK in item["classes"]["S"].split(",")) != (AT_RISK in case.get("classes", ())):
                    self.world.watch.wrong(f"the file of {pk} says something else of their risk than it does")


def _minutes(hours: Hours) -> set[int]:
    after, until = (int(clock[:2]) * 60 + int(clock[3:]) for clock in hours)
    return set(range(after, until))
