"""People whom a message can harm that somebody else sees, those who share a telephone with them, and what staff do
for them.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.faults.people import HOUR, OFFICERS, OPERATOR, Customer, Person, sooner_or_later
from tests.faults.safety import AS_THE_DESK_SAYS, Hours

if TYPE_CHECKING:
    from tests.faults.town import Town

_A_DAY = (AS_THE_DESK_SAYS, ("10:00", "14:00"), ("09:00", "12:00"), ("13:00", "17:00"), ("20:00", "22:00"))
_FOUND_OUT = ("victim", "unsafe", "later", "later", "named")
"""How the desk comes to know that a message can harm them."""


class Sheltered:
    """One of them."""

    def __init__(self, town: "Town") -> None:
        self.town, self.random = town, town.random
        self.watched = town.world.watch.safety

    def comes(self, person: Person) -> None:
        """Reports something, perhaps twice, and says when it is safe to write, or that it is again."""
        one, how = self.town.customer(), self.random.choice(_FOUND_OUT)
        if self.random.random() < 0.6:
            begins = sooner_or_later(self.random, HOUR)
            self.town.does(lambda who: self.comes_again(who, one), begins)
        brought = self.reports(person, one, how)
        if brought is None:
            return
        number, secret = brought
        if how == "named":
            self.town.does(lambda who: self.is_named(who, number, one), sooner_or_later(self.random, 4 * HOUR))
        for _ in range(self.random.randint(1, 3) if how == "later" else self.random.randint(0, 2)):
            person.some_time(8 * HOUR)
            self.wishes(person, number, secret)

    def comes_again(self, person: Person, one: Customer) -> None:
        """The same person, or somebody with the same telephone, to whom it is one telephone among others."""
        other = one if self.random.random() < 0.5 else self.town.customer(shares=one)
        brought = self.reports(person, other, "later")
        if brought and self.random.random() < 0.3:
            person.some_time(8 * HOUR)
            self.wishes(person, *brought)

    def reports(self, person: Person, one: Customer, how: str) -> tuple[str, str] | None:
        """Number and secret of the case. Staff work on it from then on."""
        body: dict[str, Any] = {
            "category": self.random.choice(self.town.answered),
            "description": one.words("Somebody waits outside."),
            "contact": {**one.contact, **({"safe_to_write": False} if how == "unsafe" else {})},
            "language": self.random.choice(["en", "ar", "zh"]),
        }
        if how == "victim":
            body["classes"] = ["victim"]
        ask = self.town.world.next_ask()
        self.watched.reports(ask, one, at_risk=how == "unsafe", victim=how == "victim")
        answer = person.ask("intake.api", "POST", "/v1/cases", body, key=self.town.key(), correlation=ask)
        if not answer.ok:
            return None
        number, secret = answer.body["number"], answer.body["secret"]
        self.town.world.watch.canaries[f"the secret of customer {one.number}"] = secret
        for plan, soon in ((self.tells_news, HOUR), (self.promises_a_call, 6 * HOUR), (self.looks, 6 * HOUR)):
            self.town.does(partial(plan, number=number), sooner_or_later(self.random, soon))
        return number, secret

    def wishes(self, person: Person, number: str, secret: str) -> None:
        hours: Hours | None = self.random.choice(_A_DAY) if self.random.random() < 0.6 else None
        safe: dict[str, Any] | None = {} if hours else None
        if hours and hours != AS_THE_DESK_SAYS:
            safe = {"hours": dict(zip(("after", "until"), hours, strict=True))}
        ask = self.town.world.next_ask()
        self.watched.wishes(ask, hours)
        path = f"/v1/contact/{number}"
        answer = person.ask("notify.api", "PUT", path, {"safe": safe}, secret=secret, correlation=ask)
        if answer.ok:
            self.watched.kept(number.replace("-", ""))

    # Staff.

    def is_named(self, person: Person, number: str, one: Customer) -> None:
        self.watched.names(number.replace("-", ""), one)
        body = {"phone": one.phone, "classes": ["victim"]}
        path = f"/staff/v1/cases/{number}/customers"
        person.ask("intake.staff", "POST", path, body, staff=OFFICERS[1], key=self.town.key())

    def tells_news(self, person: Person, number: str) -> None:
        """Much in a minute, and again another day."""
        here = f"/staff/v1/cases/{number}"
        person.ask("intake.staff", "POST", f"{here}/open", staff=OFFICERS[0], key=self.town.key())
        for _ in range(self.random.randint(1, 2)):
            for _ in range(self.random.randint(1, 3)):
                note = {"text": "Somebody looks into it.", "public": True}
                person.ask("intake.staff", "POST", f"{here}/notes", note, staff=OFFICERS[0], key=self.town.key())
                person.wait(self.random.uniform(0, 60))
            person.some_time(20 * HOUR)
        if self.random.random() < 0.5:
            self.town.closes(person, number, OFFICERS[0])

    def promises_a_call(self, person: Person, number: str) -> None:
        body = {"case": number, "reason": "follow-up", "daily": self.random.random() < 0.3}
        person.ask("notify.staff", "POST", "/staff/v1/callbacks", body, staff=OPERATOR, key=self.town.key())

    def looks(self, person: Person, number: str) -> None:
        """An operator looks at the case, and at calls that are owed; makes some of them."""
        for _ in range(2):
            person.ask("intake.staff", "GET", f"/staff/v1/cases/{number}", staff=OPERATOR)
            listed = person.ask("notify.staff", "GET", "/staff/v1/callbacks", staff=OPERATOR)
            for row in (listed.body or {}).get("callbacks", ())[:2] if listed.ok else ():
                here = f"/staff/v1/callbacks/{row['number']}"
                person.ask("notify.staff", "GET", here, staff=OPERATOR)
                if self.random.random() < 0.2:
                    person.ask("notify.staff", "POST", f"{here}/take", staff=OPERATOR)
            person.some_time(12 * HOUR)
