"""Who comes to the desk in one world, who works there, and what they are up to."""

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.faults.carriers import Letter
from tests.faults.people import (
    HANDLING_SUPERVISOR,
    HOUR,
    LEADER,
    OFFICERS,
    OPERATOR,
    SUPERVISOR,
    Customer,
    Person,
    Plan,
    sooner_or_later,
)
from tests.faults.runtime import DUTY_MAIL, rules_of
from tests.faults.sheltered import Sheltered
from tests.faults.world import World

_IN_DANGER = 0.3
"""In how many worlds there is somebody whom a message can harm."""


class Town:
    """Who comes to the desk in one world, and who works there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = Random(f"{world.seed}/people")
        self._keys = 0
        self._diligent = self.random.choice([0, 0.7, 1])
        self._annoyed = self.random.choice([0, 0, 0.3])
        self._somebody_looks = False
        self._customers = 0
        offered = [one for one in rules_of(world).pack.categories if not one.staff_only]
        self.ordinary = [one.code for one in offered if "dispatch" not in one.plain]
        self.answered = [one.code for one in offered if one.code in self.ordinary and one.kind != "tip"]
        """Whose customers are known and written to."""
        self.urgent = [one.code for one in offered if "dispatch" in one.plain]

    def customer(self, shares: Customer | None = None) -> Customer:
        self._customers += 1
        unique = f"q{self.random.randrange(36**8):08d}z"
        reachable = self.random.random() < 0.85
        one = Customer(self._customers, self.random, unique, reachable=reachable, shares=shares)
        for what, canary in one.canaries().items():
            self.world.watch.canaries[f"{what} of customer {one.number}"] = canary
        return one

    def key(self) -> str:
        self._keys += 1
        return f"key-{self._keys:08d}"

    def does(self, plan: Plan, begins: float) -> None:
        Person(self.world, self.random, plan, begins)

    # Customers.

    def reports(self, person: Person) -> None:
        """Reports something, is reviewed, perhaps complains about how it goes, answers how it was."""
        one = self.customer()
        category = self.random.choice(self.ordinary)
        body: dict[str, Any] = {"category": category, "description": one.words("Water comes through the ceiling.")}
        if one.reachable:
            body["contact"] = one.contact
        answer = person.ask("intake.api", "POST", "/v1/cases", body, key=self.key())
        if not answer.ok:
            return
        number, secret = answer.body["number"], answer.body["secret"]
        self.world.watch.canaries[f"the secret of customer {one.number}"] = secret
        officer = self.random.choice([*OFFICERS, HANDLING_SUPERVISOR])
        self.does(lambda who: self.works(who, number, officer), sooner_or_later(self.random, 30 * HOUR))
        if self.random.random() < 0.5:
            person.some_time(10 * HOUR)
            self.complains_about_case(person, one, number, secret, officer)
        person.some_time(8 * HOUR)
        person.ask("intake.api", "GET", f"/v1/cases/{number}", secret=secret)
        self.answers_survey(person, one)

    def is_forgotten(self, person: Person) -> None:
        """Reports something that is closed soon, and is forgotten while that is told."""
        one = self.customer()
        body = {"category": self.ordinary[0], "description": one.words("It rattles."), "contact": one.contact}
        answer = person.ask("intake.api", "POST", "/v1/cases", body, key=self.key())
        if answer.ok:
            number = answer.body["number"]
            self.closes(person, number, OFFICERS[0])
            self.does(lambda who: self.forgets(who, number), self.random.uniform(0, 3))

    def forgets(self, person: Person, number: str) -> None:
        path, body = f"/staff/v1/cases/{number}/erase", {"reason": "asked"}
        person.ask("intake.staff", "POST", path, body, staff=SUPERVISOR, key=self.key())

    def complains_about_case(
        self, person: Person, one: Customer, number: str, secret: str, officer: dict[str, Any]
    ) -> None:
        body = {"text": one.words("Nobody came.")}
        path = f"/v1/cases/{number}/grievances"
        person.ask("intake.api", "POST", path, body, secret=secret, key=self.key())
        self.does(self.handles_complaints, sooner_or_later(self.random, 20 * HOUR))
        self.does(lambda who: self.peeks(who, officer), sooner_or_later(self.random, 3 * HOUR))

    def complains(self, person: Person) -> None:
        """Comes with a complaint alone."""
        one = self.customer()
        body: dict[str, Any] = {"text": one.words("It is not as agreed.")}
        if one.reachable:
            body["contact"] = one.contact
        answer = person.ask("complaints.api", "POST", "/v1/complaints", body, key=self.key())
        if not answer.ok:
            return
        number, secret = answer.body["number"], answer.body["secret"]
        self.does(self.handles_complaints, sooner_or_later(self.random, 20 * HOUR))
        if self.random.random() < 0.4:
            person.some_time(30 * HOUR)
            again = {"text": one.words("It is broken again.")}
            path = f"/v1/complaints/{number}/rework"
            person.ask("complaints.api", "POST", path, again, secret=secret, key=self.key())
            self.does(self.handles_complaints, sooner_or_later(self.random, 20 * HOUR))
        if self.random.random() < 0.3:
            person.some_time(3 * HOUR)
            wish = {"calls": False}
            person.ask("complaints.api", "POST", f"/v1/complaints/{number}/wish", wish, secret=secret, key=self.key())
        self.answers_survey(person, one)

    def answers_survey(self, person: Person, one: Customer) -> None:
        """When asked, some day."""
        for _ in range(6):
            person.some_time(20 * HOUR)
            links = {link for to in (one.mail, one.phone) for link in self.world.post.links(to, "survey")}
            for link in sorted(links):
                invitation, token = urlsplit(link).path.rstrip("/.,").split("/")[-2:]
                body = {"satisfaction": self.random.randint(1, 5), "comment": one.words("So it was.")}
                person.ask("survey.api", "POST", f"/v1/surveys/{invitation}/answers", body, secret=token)
            if links:
                return

    def calls_for_help(self, person: Person) -> None:
        """An emergency: a unit is sent with the report."""
        one = self.customer()
        place = {"address": "the harbour", "lat": 25.26, "long": 55.3}
        category = self.random.choice(self.urgent)
        body: dict[str, Any] = {"category": category, "description": one.words("Somebody fell."), "place": place}
        if one.reachable:
            body["contact"] = one.contact
        answer = person.ask("intake.api", "POST", "/v1/cases", body, key=self.key())
        if answer.ok:
            number = answer.body["number"]
            self.does(lambda who: self.goes_there(who, number), self.random.random() * 120)

    # Staff.

    def signs_on(self, person: Person) -> None:
        for unit in ("unit-north", "unit-south"):
            path = f"/staff/v1/units/{unit}"
            person.ask("intake.staff", "PUT", path, {"name": unit}, staff=OPERATOR)
        for _ in range(3):
            person.some_time(4 * HOUR)
            path = f"/staff/v1/units/{self.random.choice(['unit-north', 'unit-south'])}"
            body = {"state": self.random.choice(["free", "free", "off"])}
            person.ask("intake.staff", "POST", f"{path}/state", body, staff=OPERATOR)
            person.ask("intake.staff", "PUT", path, {"name": "again"}, staff=OPERATOR)

    def goes_there(self, person: Person, number: str) -> None:
        """What the crew says on the way."""
        for act in ("on-the-way", "arrived", "clear"):
            body = {"reason": "done there"} if act == "clear" else None
            person.ask(
                "intake.staff", "POST", f"/staff/v1/cases/{number}/{act}", body, staff=OFFICERS[0], key=self.key()
            )
            person.some_time(900)
        self.closes(person, number, OFFICERS[0])

    def works(self, person: Person, number: str, officer: dict[str, Any]) -> None:
        """Reviews a case, notes something, closes it; a few are declined or erased."""
        here = f"/staff/v1/cases/{number}"
        if self.random.random() < 0.1:
            body = {"reason": "It is for the housing office."}
            person.ask("intake.staff", "POST", f"{here}/decline", body, staff=officer, key=self.key())
            return
        person.ask("intake.staff", "POST", f"{here}/open", staff=officer, key=self.key())
        if self.random.random() < 0.3:
            later = {"promise": "resolve", "within": {"working_days": 9}, "reason": "A part is on its way."}
            person.ask("intake.staff", "POST", f"{here}/extend", later, staff=officer, key=self.key())
        person.some_time(20 * HOUR)
        note = {"text": "The pipe is found.", "public": self.random.random() < 0.5}
        person.ask("intake.staff", "POST", f"{here}/notes", note, staff=officer, key=self.key())
        person.some_time(30 * HOUR)
        self.closes(person, number, officer)
        if self.random.random() < 0.4:
            person.some_time(2 * HOUR)
            self.forgets(person, number)

    def closes(self, person: Person, number: str, officer: dict[str, Any]) -> None:
        body = {"outcome": "solved", "text": "It is mended."}
        path = f"/staff/v1/cases/{number}/close"
        person.ask("intake.staff", "POST", path, body, staff=officer, key=self.key())

    def handles_complaints(self, person: Person) -> None:
        """Takes what is on the list, talks, answers, closes."""
        listed = person.ask("complaints.staff", "GET", "/staff/v1/complaints", staff=SUPERVISOR)
        for row in (listed.body or {}).get("complaints", ()) if listed.ok else ():
            here = f"/staff/v1/complaints/{row['number']}"
            steps: list[tuple[str, Any]] = [
                ("take", None),
                ("contacts", {"reached": True, "told": "We look into it."}),
                ("answer", {"finding": "substantiated", "text": "It was the wrong house."}),
                ("contacts", {"reached": True, "told": "The right team comes."}),
                ("close", None),
            ]
            for act, body in steps:
                person.ask("complaints.staff", "POST", f"{here}/{act}", body, staff=SUPERVISOR, key=self.key())
                person.some_time(6 * HOUR)

    def peeks(self, person: Person, officer: dict[str, Any]) -> None:
        """Whoever handled a case looks for what is said about them."""
        for _ in range(3):
            for service, what in (("complaints", "complaints"), ("notify", "callbacks")):
                path = f"/staff/v1/{what}"
                person.ask(f"{service}.staff", "GET", path, staff=officer)
            for number in sorted(self.world.watch.complaints()):
                person.ask("complaints.staff", "GET", f"/staff/v1/complaints/{number}", staff=officer)
            person.some_time(4 * HOUR)

    def reads(self, letter: Letter) -> None:
        """A customer may text back. Somebody at the duty desk looks soon what waits to be acknowledged."""
        if letter.channel == "sms" and self.random.random() < self._annoyed:
            self.texts(letter.address, self.random.choice(["STOP", "Stop!", "START", "Thank you"]))
        if letter.address != DUTY_MAIL or self._somebody_looks or self.random.random() >= self._diligent:
            return
        self._somebody_looks = True
        self.does(self.acknowledges, self.random.uniform(5, 600))

    def texts(self, number: str, words: str) -> None:
        """A text message to the desk, which the network may bring twice."""
        world, identity = self.world, f"text-{len(self.world.watch.texted)}"
        world.watch.texted[identity] = number
        body = json.dumps({"originationNumber": number, "messageBody": words, "inboundMessageId": identity})
        for _ in range(1 + (self.random.random() < world.weather.told_twice)):
            world.scheduler.later(self.random.uniform(5, 600), lambda: world.inboxes["replies"].take(body, identity))

    def acknowledges(self, person: Person) -> None:
        self._somebody_looks = False
        listed = person.ask("notify.staff", "GET", "/staff/v1/notices", staff=LEADER)
        for row in (listed.body or {}).get("notices", ()) if listed.ok else ():
            path = f"/staff/v1/notices/{row['number']}/acknowledgement"
            person.ask("notify.staff", "POST", path, staff=LEADER, key=self.key())

    def makes_calls(self, person: Person) -> None:
        """Works off the calls that are owed."""
        for _ in range(4):
            person.some_time(30 * HOUR)
            listed = person.ask("notify.staff", "GET", "/staff/v1/callbacks", staff=OPERATOR)
            for row in (listed.body or {}).get("callbacks", ()) if listed.ok else ():
                body = {"outcome": self.random.choice(["reached", "no-answer"])}
                path = f"/staff/v1/callbacks/{row['number']}/outcome"
                person.ask("notify.staff", "POST", path, body, staff=OPERATOR, key=self.key())


def people(world: World) -> datetime:
    """Who comes in this world. Answers when they have all gone home."""
    town, random = Town(world), Random(f"{world.seed}/town")
    stories: list[Plan] = [town.reports] * random.randint(1, 2)
    if random.random() < _IN_DANGER:
        stories[0] = Sheltered(town).comes
    if random.random() < 0.5:
        stories.append(town.complains)
    if town.urgent and random.random() < 0.5:
        town.does(town.signs_on, 0)
        disaster = random.uniform(8, 2 * HOUR)
        for _ in range(random.randint(1, 3)):
            begins = random.uniform(0, 0.3) if random.random() < 0.7 else random.uniform(0, HOUR)
            town.does(town.calls_for_help, disaster + begins)
    together = random.random() < 0.5
    for story in stories:
        town.does(story, random.uniform(5, 8) if together else random.uniform(5, 6 * HOUR))
    town.does(town.makes_calls, 0)
    world.post.readers.append(town.reads)
    return world.now + timedelta(days=random.choice([1, 2, 4]))


def forgotten(world: World) -> datetime:
    """A world in which everybody is forgotten at once: for bugs that show there."""
    town = Town(world)
    for _ in range(4):
        town.does(town.is_forgotten, town.random.uniform(5, 8))
    return world.now + timedelta(days=1)


def endangered(world: World) -> datetime:
    """A world of people whom a message can harm, and who are told much: for bugs that show there."""
    town = Town(world)
    for _ in range(2):
        town.does(Sheltered(town).comes, town.random.uniform(5, HOUR))
    world.post.readers.append(town.reads)
    return world.now + timedelta(days=2)
