"""What must hold in every world, whatever happens in it. Some is looked at with every write, the rest at the end.

The rules know items, events and promises in general; of what single services do they know as little as they can.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import digest
from typing import TYPE_CHECKING, Any

from services.notify.kinds import KINDS, RULES
from shared import chain
from tests.faults.runtime import NAMES, Invocation, current
from tests.faults.safety import Safety
from tests.faults.story import told_error
from tests.faults.tables import Written

if TYPE_CHECKING:
    from tests.faults.carriers import Letter
    from tests.faults.world import World

_LATE = timedelta(minutes=3)
"""The longest that something due may wait for a tick when nothing goes wrong."""
_SKEW = timedelta(seconds=4)
_MAY_FAIL = ("NotYet", "Conflict", "Refused")
"""What a reaction may end with when nothing went wrong: it comes again."""
_OF_PEOPLE = frozenset({"api", "web", "staff"})
_WISHED = "WishesKnown"
"""Functions that somebody asks over HTTP."""
_UNDER_WAY = frozenset({"sending", "waiting"})
_ON_THE_CASE = {
    "ComplaintAccepted": "ComplaintNoted",
    "ComplaintAnswered": "ComplaintGotAnswer",
    "ComplaintClosed": "ComplaintWasClosed",
}
"""What complaints tells, and what intake notes of it."""
_DONE = frozenset({"closed", "declined"})


@dataclass(frozen=True)
class Told:
    """An event as it was stored."""

    service: str
    pk: str
    facts: dict[str, Any]
    commit: int
    by: Invocation | None

    @property
    def type(self) -> str:
        return str(self.facts["type"]).partition(".")[0]


@dataclass
class Watch:
    """Whoever looks on."""

    world: "World"
    violations: list[str] = field(default_factory=list)
    events: list[Told] = field(default_factory=list)
    canaries: dict[str, str] = field(default_factory=dict)
    """What nobody may find where it does not belong, by whose it is."""
    accepted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The numbers that were answered to each report, by its key."""
    _docs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _lines: list[str] = field(default_factory=list)
    _fired: set[tuple[Any, ...]] = field(default_factory=set)
    _caused: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _wished: dict[str, int] = field(default_factory=dict)
    _stopped: dict[str, int] = field(default_factory=dict)
    _no_calls: dict[str, int] = field(default_factory=dict)
    texted: dict[str, str] = field(default_factory=dict)
    """From which number each text message came, by its id."""
    _texts_stopped: dict[str, int] = field(default_factory=dict)
    """How many functions had been called when it was kept that this number wants no texts."""
    _unwanted: dict[tuple[str, str], int] = field(default_factory=dict)
    """The same for ways that customers called spam."""
    _wrote_last: dict[str, int] = field(default_factory=dict)
    _settled: set[tuple[int, str]] = field(default_factory=set)
    _subjects_of_old: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Whom each complaint was about when it was made."""
    _untold_at_first: set[str] = field(default_factory=set)
    safety: Safety = field(init=False)

    def __post_init__(self) -> None:
        self.safety = Safety(self.world)

    def wrong(self, what: str) -> None:
        if what not in self.violations:
            self.violations.append(what)
            self.world.story.add(self.world.now, f"  # WRONG: {what}")

    # While it happens.

    def wrote(self, one: Written) -> None:
        if one.key[1].startswith("EV#"):
            self._event(one)
        elif one.key[1] == "STATE":
            if one.key[0].startswith("UNIT#"):
                self._unit(one)
            elif one.after is not None:
                self._state(one)

    def _event(self, one: Written) -> None:
        world, by = self.world, current()
        if one.before is None and one.after is not None:
            told = Told(one.table, one.key[0], json.loads(one.after["doc"]["S"]), world.commits, by)
            self.events.append(told)
            if "due" in one.after:
                self._untold_at_first.add(told.facts["id"])
            world.story.add(
                world.now, f"  + {one.key[0]} {told.facts['seq']} {told.type} by {by.name if by else '-'}"
            )
            self._fires_once(told)
            self._reacts_once(told)
            self._texts(told)
            self.safety.wrote(told)
        elif one.before is not None and one.after is not None and one.before["doc"] != one.after["doc"]:
            self.wrong(f"an event was changed: {one.key}")

    def _fires_once(self, told: Told) -> None:
        """A rung of a promise fires once for the date that passed."""
        facts = told.facts["data"]
        if "was_due" not in facts or told.by is None or told.by.function != "clock":
            return
        fired = (told.pk, told.type, facts.get("promise"), facts.get("role"), facts["was_due"])
        if fired in self._fired:
            self.wrong(f"a rung fired twice: {fired}")
        self._fired.add(fired)

    def _reacts_once(self, told: Told) -> None:
        """What was heard, or asked for by a person, changes a thing once."""
        cause = told.facts.get("causation")
        if not cause and told.by and told.by.function in _OF_PEOPLE:
            cause = told.facts["correlation"]
        if not cause:
            return
        asked = told.service, told.pk, cause
        before = self._caused.setdefault(asked, told.commit)
        if before != told.commit and told.type == _WISHED and self._wished.get(told.pk) != before:
            # All wishes at once, without a key: sent again after others changed them, they are wished again.
            before = self._caused[asked] = told.commit
        if told.type == _WISHED:
            self._wished[told.pk] = told.commit
        if before != told.commit:
            self.wrong(f"what was told or asked once changed {told.pk} twice: {told.type}")

    def _texts(self, told: Told) -> None:
        """From when on a number is texted no more."""
        if told.type == "WayStopped":
            self._texts_stopped.setdefault(self.texted[told.facts["correlation"]], self.world.calls)
        elif told.type == "WayOpened":
            self._texts_stopped.pop(self.texted[told.facts["correlation"]], None)

    def _unit(self, one: Written) -> None:
        """A unit that is on one case is not sent to another."""
        was = (one.before or {}).get("case", {}).get("S")
        now = (one.after or {}).get("case", {}).get("S")
        self.world.story.add(
            self.world.now, f"  + {one.key[0]} is {(one.after or {}).get('state', {}).get('S')} {now or ''}"
        )
        if was and now and was != now:
            self.wrong(f"{one.key[0]} was sent to two cases at once")

    def _state(self, one: Written) -> None:
        by, place = current(), (one.table, one.key[0])
        before, after = self._docs.get(place, {}), json.loads((one.after or {})["doc"]["S"])
        self._docs[place] = after
        self._wrote_last[one.key[0]] = by.number if by else 0
        if one.key[0].startswith("MESSAGE#") and by:
            self.world.claims[by.number] = (one.key[0], self.world.commits)
            if any(letter.message == one.key[0] and letter.by is by for letter in self.world.post.letters):
                self._settled.add((by.number, one.key[0]))
        if one.key[0].startswith("COMPLAINT#") and not before:
            self._subjects_of_old[one.key[0]] = tuple(after.get("subjects", ()))
        if one.key[0].startswith("CASE#"):
            self.safety.case(one, after)
        if one.key[0].startswith("RECIPIENT#"):
            self._wishes(one.key[0], before, after)
        if one.key[0].startswith("CALLBACK#") and not before and after.get("case") in self._no_calls:
            self.wrong("a call was promised to somebody who wants none")
        self._breaks_what_was_due(one.key[0], before, after)

    def _wishes(self, pk: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        """From when on a customer is forgotten, or wants something no more."""
        case = pk.partition("#")[2]
        if before and before.get("salt") and not after.get("salt"):
            self._stopped.setdefault(case, self.world.commits)
        if after.get("no_calls"):
            self._no_calls.setdefault(case, self.world.commits)
        for channel in after.get("unwanted", ()):
            self._unwanted.setdefault((case, channel), self.world.calls)

    def _breaks_what_was_due(self, pk: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        """A rung follows only on a promise that ran and was due: nothing fires early, or for what had ended."""
        known = {(one["name"], one.get("rung", 0), one.get("again", 0)) for one in before.get("promises", ())}
        for one in after.get("promises", ()):
            rung, again = one.get("rung", 0), one.get("again", 0)
            if not before or (one["name"], rung, again) in known or not (rung or again):
                continue
            owed = (one["name"], rung, again - 1) if again else (one["name"], rung - 1, 0)
            came = [
                old
                for old in before["promises"]
                if old["name"] == owed[0]
                and old.get("state", "open") == "open"
                and (old.get("rung", 0) == rung - 1 or (again and old.get("rung", 0) == rung))
            ]
            if not came:
                self.wrong(f"a rung of {pk} fired for what was not owed: {one['name']} {rung}.{again}")
            elif all(datetime.fromisoformat(old["due"]) > self.world.now + _SKEW for old in came):
                self.wrong(f"a rung of {pk} fired before its date: {one['name']}")

    def sending(self, letter: "Letter") -> None:
        """A provider takes a message: it has to be claimed by whoever sends it, and wanted still."""
        doc = self._docs.get(("notify", letter.message))
        if doc is None:
            self.wrong("something was sent that no message stands for")
            return
        if self._wrote_last[letter.message] != letter.by.number:
            self.wrong(f"sent by somebody who does not hold the claim: {letter.message}")
        came_back = self.world.post.came_back
        earlier = [
            one for one in self.world.post.letters if one.message == letter.message and one.mark not in came_back
        ]
        if earlier and doc.get("policy") == "at-most-once":
            self.wrong(f"sent twice although at most once: {letter.message}")
        if any(one.heard and (one.by.number, one.message) in self._settled for one in earlier):
            self.wrong(f"sent again although its sending was heard of and kept: {letter.message}")
        if (stop := self._stopped.get(doc.get("case", ""))) is not None and letter.commit > stop:
            self.wrong(f"sent after its customer was forgotten: {letter.message}")
        if letter.channel == "sms" and letter.by.number > self._texts_stopped.get(letter.address, letter.by.number):
            self.wrong(f"texted to somebody who had said STOP: {letter.message}")
        spam = self._unwanted.get((doc.get("case", ""), letter.channel), letter.by.number)
        if letter.by.number > spam and RULES[KINDS[doc["template"]]].declinable:
            self.wrong(f"sent by a way that its customer calls spam: {letter.message}")
        if doc.get("case"):
            self.safety.sending(letter, doc["case"])

    def logged(self, line: str) -> None:
        self._lines.append(line)
        by, said = current(), json.loads(line)
        if said["level"] != "error" or (by and by.hurt) or said["event"] == "staff untold":
            return
        if said["event"] == "reaction failed" and str(said.get("error", "")).startswith(_MAY_FAIL):
            return
        self.wrong(f"{by.name.split(' ')[0] if by else '-'} logged an error without a fault: {said}")

    def failed(self, by: Invocation, error: Exception) -> None:
        if not by.hurt:
            self.wrong(f"{by.service}.{by.function} failed without a fault: {told_error(error)}")

    def answered(self, by: Invocation, status: int, what: str) -> None:
        """A person was answered over HTTP."""
        if status >= 500 and not by.hurt:
            self.wrong(f"{what} was answered with {status} without a fault")

    def complaints(self) -> set[str]:
        """The numbers of all complaints there are: more than anybody should know."""
        return {pk.partition("#")[2] for pk, _ in self.aggregates("COMPLAINT")}

    def seen(self, by: Invocation, reader: dict[str, Any] | None, status: int, body: Any) -> None:
        """Whoever a complaint is about saw something of it."""
        if reader is None or status != 200:
            return
        self.safety.seen(by, reader, body)
        if by.service == "intake":
            return
        names = {
            reader["sub"],
            *(one for one in reader["cognito:groups"].strip("[]").split() if one.startswith("unit-")),
        }
        text = json.dumps(body).replace("-", "")
        for pk, _doc in self.aggregates("COMPLAINT"):
            if names & set(self._subjects_of_old.get(pk, ())) and pk.partition("#")[2] in text:
                self.wrong(f"{reader['sub']} sees {pk}, which is about them")

    def buried(self, queue: str, body: str, reason: dict[str, Any]) -> None:
        self._lines.append(body)
        self.wrong(f"a good event was buried in {queue}: {reason}")

    # At the end.

    def at_the_end(self) -> None:
        self._one_case_for_each_report()
        self._everything_told_and_heard()
        self._dead_letters_are_gone()
        self._promises_are_seen_to()
        self._chains_are_whole()
        self._index_agrees()
        self._messages_end()
        self._undelivered_is_said()
        self._acknowledged_once()
        self._asked_once()
        self._cases_know_of_complaints()
        self._units_agree()
        self._answers_are_counted()
        self._nothing_leaks()
        self.safety.at_the_end()

    def aggregates(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every aggregate of this kind, by its key."""
        for (_, pk), doc in self._docs.items():
            if pk.startswith(f"{kind}#"):
                yield pk, doc

    def _one_case_for_each_report(self) -> None:
        for key, numbers in self.accepted.items():
            if len(numbers) > 1:
                self.wrong(f"one report, {key}, became {len(numbers)} cases")
            for number in numbers:
                if not any(pk.partition("#")[2] == number for _, pk in self._docs):
                    self.wrong(f"the report {key} was accepted and is gone")
        commands = Counter(doc["command"] for _, doc in self.aggregates("CASE") if doc.get("command"))
        if any(times > 1 for times in commands.values()):
            self.wrong("one command made two cases")

    def _everything_told_and_heard(self) -> None:
        told = {json.loads(entry["Detail"])["id"] for entry in self.world.bus.entries}
        for one in self.events:
            identity = one.facts["id"]
            if identity in self._untold_at_first and identity not in told:
                self.wrong(f"an event was never told: {one.type} of {one.pk}")
            for service, rule in self.world.rules.items():
                hears = identity in told and rule.matches(one.facts["source"], one.facts["type"])
                if hears and identity not in self.world.queues[service].worked_off:
                    self.wrong(f"{service} never reacted to {one.type} of {one.pk}")
        for name, table in self.world.database.tables.items():
            for item in table.everything():
                if item.get("due", {}).get("S", "").startswith("UNSENT#"):
                    self.wrong(f"{name}: still marked as untold: {item['pk']['S']}/{item['sk']['S']}")

    def _dead_letters_are_gone(self) -> None:
        for queue in self.world.every_queue():
            if queue.dead or queue.messages:
                self.wrong(
                    f"{queue.name}: {len(queue.dead)} dead letters and {len(queue.messages)} messages after redrive"
                )

    def _promises_are_seen_to(self) -> None:
        now = self.world.now
        for (_service, pk), doc in self._docs.items():
            rungs: dict[str, set[int]] = defaultdict(set)
            for one in doc.get("promises", ()):
                rungs[one["name"]].add(one.get("rung", 0))
                state = one.get("state", "open")
                paused = any(pause.get("until") is None for pause in one.get("pauses", ()))
                if state == "open" and not paused and datetime.fromisoformat(one["due"]) < now - _LATE:
                    self.wrong(f"{pk}: {one['name']} was due at {one['due']} and nobody looked")
                if state == "open" and doc.get("state") in _DONE and self._promised_before_the_end(pk, one):
                    self.wrong(f"{pk} is done and still owes {one['name']}")
            for name, found in rungs.items():
                if max(found) and not set(range(1, max(found))) <= found:
                    self.wrong(f"{pk}: a rung of {name} was skipped: {sorted(found)}")

    def _promised_before_the_end(self, pk: str, promise: dict[str, Any]) -> bool:
        ends = [
            one.facts["time"] for one in self.events if one.pk == pk and one.type in {"CaseClosed", "CaseDeclined"}
        ]
        return (
            bool(ends)
            and promise["name"] in {"review", "resolve", "progress", "arrive", "send"}
            and (datetime.fromisoformat(promise["made"]) <= datetime.fromisoformat(max(ends)))
        )

    def _chains_are_whole(self) -> None:
        for name in NAMES:
            key = digest(f"{name:x<64}".encode(), b"chain", "sha256")
            for pk, items in self.world.database.tables[name].items.items():
                events = [json.loads(items[sort]["doc"]["S"]) for sort in sorted(items) if sort.startswith("EV#")]
                doc = self._docs.get((name, pk))
                if doc is None:
                    if events:
                        self.wrong(f"{pk} has events and no state")
                    continue
                broken = chain.broken_at(key, events, doc.get("head", ""))
                if broken is not None or doc.get("seq", 0) != len(events):
                    self.wrong(f"the chain of {pk} is broken at {broken}")

    def _index_agrees(self) -> None:
        """The index of what is due says what each aggregate says."""
        for (service, pk), doc in self._docs.items():
            item = self.world.database.tables[service].get((pk, "STATE")) or {}
            running = [
                datetime.fromisoformat(one["due"])
                for one in doc.get("promises", ())
                if one.get("state", "open") == "open"
                and not any(pause.get("until") is None for pause in one.get("pauses", ()))
            ]
            due = item.get("due", {}).get("S", "")
            if bool(running) != due.startswith("PROMISE#"):
                self.wrong(f"the index does not know what {pk} owes: {due!r}")
            elif running and datetime.fromisoformat(item["at"]["S"]) > min(running):
                self.wrong(f"the index looks at {pk} too late")

    def _messages_end(self) -> None:
        """Whatever was to be sent was, or failed visibly, or somebody will look at it again."""
        for pk, doc in self.aggregates("MESSAGE"):
            looked_at = any(one.get("state", "open") == "open" for one in doc.get("promises", ()))
            if doc.get("state", "sending") in _UNDER_WAY and not looked_at:
                self.wrong(f"{pk} is under way for ever")

    def _undelivered_is_said(self) -> None:
        """What failed to reach somebody is said on the telephone, or staff were told to find a way."""
        failed = Counter(
            (one.facts["data"]["case"], one.facts["data"]["template"])
            for one in self.events
            if one.type == "MessageFailed"
        )
        said = Counter(
            (doc["case"], one["what"]) for _, doc in self.aggregates("CALLBACK") for one in doc.get("unsaid", ())
        )
        told = {pk.partition("#")[2] for pk, doc in self.aggregates("MESSAGE") if not doc["case"]}
        for one in self.events:
            if one.type == "MessageFailed" and any(name.startswith(f"{one.facts['id']}.") for name in told):
                said[one.facts["data"]["case"], one.facts["data"]["template"]] += 1
        for what in failed:
            if said[what] < failed[what]:
                self.wrong(f"failed {failed[what]} times and was said {said[what]} times: {what}")

    def _acknowledged_once(self) -> None:
        """Exactly one acknowledgement to whoever can be reached, unless none got through; one more for each that
        came back, or that was told of by another message which did.
        """
        returned = Counter(
            doc["case"]
            for _, doc in self.aggregates("MESSAGE")
            if doc["template"] == "acknowledgement"
            for _ in doc.get("returned", ())
        )
        told: dict[str, str] = {}
        for one in self.events:
            if one.type == "MessageSent":
                told[one.pk] = one.facts["data"]["case"]
            elif one.type == "MessageKept" and one.pk in told and one.pk.endswith(".acknowledgement"):
                returned[told[one.pk]] += 1
        failed = {
            doc["case"]
            for _, doc in self.aggregates("MESSAGE")
            if doc["template"] == "acknowledgement" and doc.get("state") not in {"sent", "delivered"}
        }
        for pk, doc in self.aggregates("CASE"):
            identity = pk.partition("#")[2]
            times = sum(one.pk == pk and one.type == "AcknowledgementSent" for one in self.events)
            least = int(bool(doc.get("contactable") and identity not in failed and doc.get("salt")))
            if not least <= times <= 1 + returned[identity]:
                self.wrong(f"{pk} was acknowledged {times} times")

    def _asked_once(self) -> None:
        """One survey for each closing of what was brought by somebody who can be reached."""
        wanted = Counter(
            (one.facts["data"]["case"], one.facts["data"].get("complaint"))
            for one in self.events
            if one.type in {"CaseClosed", "ComplaintClosed"} and _asks(one.facts["data"])
        )
        asked = Counter((doc["case"], doc.get("complaint")) for _, doc in self.aggregates("INVITATION"))
        for what in wanted.keys() | asked.keys():
            if wanted[what] != asked[what]:
                self.wrong(f"closed {wanted[what]} times and asked about {asked[what]} times: {what}")

    def _cases_know_of_complaints(self) -> None:
        """What becomes of a complaint stands on the case it came with."""
        of = {
            one.facts["data"]["complaint"]: one.facts["data"]["case"]
            for one in self.events
            if one.type == "ComplaintAccepted" and not one.facts["data"].get("about")
        }
        for what, line in _ON_THE_CASE.items():
            happened = Counter(one.facts["data"]["complaint"] for one in self.events if one.type == what)
            stands = Counter(one.facts["data"]["complaint"] for one in self.events if one.type == line)
            for complaint, case in of.items():
                if case != complaint and happened[complaint] != stands[complaint]:
                    self.wrong(f"{what} of {complaint} stands {stands[complaint]} times on {case}")

    def _units_agree(self) -> None:
        cases = {pk.partition("#")[2]: doc for pk, doc in self.aggregates("CASE")}
        for pk, items in self.world.database.tables["intake"].items.items():
            if not pk.startswith("UNIT#") or "STATE" not in items:
                continue
            unit, case = pk.partition("#")[2], items["STATE"].get("case", {}).get("S")
            if case and (cases[case].get("unit") != unit or cases[case]["state"] in _DONE):
                self.wrong(f"{unit} is on {case}, which does not know of it")

    def _answers_are_counted(self) -> None:
        """The scores are what the answers add up to."""
        answers = sum(one.type == "SurveyAnswered" for one in self.events)
        counted = 0
        for pk, items in self.world.database.tables["survey"].items.items():
            if pk.startswith("SCORES#"):
                counted += sum(int(item["answers"]["N"]) for item in items.values() if "answers" in item)
        if counted != answers:
            self.wrong(f"{answers} answers and {counted} counted")

    def _nothing_leaks(self) -> None:
        """What people said and who they are stands nowhere in the clear."""
        items = [
            repr([value for value in item.values() if "B" not in value])
            for table in self.world.database.tables.values()
            for item in table.everything()
        ]
        bodies = [one["Detail"] for one in self.world.bus.entries]
        for where, texts in (("a log", self._lines), ("a table", items), ("an event", bodies)):
            text = "\n".join(texts)
            for whose, canary in self.canaries.items():
                if canary in text:
                    self.wrong(f"{where} holds {whose}: {canary}")


def _asks(data: dict[str, Any]) -> bool:
    return bool(data.get("contactable")) and data.get("outcome") != "joined" and not data.get("asked")
