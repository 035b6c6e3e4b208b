"""A complaint as the people concerned drive it: its customer, staff, and the clock. For scenarios that read like the
organisation's handbook.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_string
from email.policy import default
from typing import Any

from tests.service.world import Answer, World, staff

MAIL, PHONE = "lin@example.org", "+447700900123"
MINUTE = timedelta(minutes=1)

CLERK = staff("clerk-1", "operator", "unit-service-desk")
OFFICER = staff("officer-7", "officer", "unit-inspection")
MANAGER = staff("manager-1", "supervisor")
LEADER = staff("leader-1", "duty-leader")


@dataclass
class Matter:
    """One complaint, from the day it comes."""

    world: World
    number: str
    secret: str
    receipt: dict[str, Any] = field(default_factory=dict)

    def try_to(self, act: str, body: Any = None, who: Any = MANAGER, key: str | None = None) -> Answer:
        """A command of staff, whatever comes of it."""
        path = f"/staff/v1/complaints/{self.number}/{act}"
        return self.world.http("complaints.staff", "POST", path, body, staff=who, key=key)

    def do(self, act: str, body: Any = None, who: Any = MANAGER) -> Any:
        """A command of staff that is carried out, and everything that follows from it."""
        answer = self.try_to(act, body, who)
        assert answer.status == 200, answer.body
        self.world.settle()
        return answer.body

    def talk(self, who: Any = MANAGER) -> None:
        """Somebody who leads takes it, and speaks with the customer."""
        self.do("take", who=who)
        self.do("contacts", {"reached": True, "told": "We look into it."}, who)

    def says(self, act: str, body: Any) -> Answer:
        """A command of the customer."""
        path = f"/v1/complaints/{self.number}/{act}"
        answer = self.world.http("complaints.api", "POST", path, body, secret=self.secret)
        self.world.settle()
        return answer

    def seen(self) -> Any:
        """What the customer sees."""
        answer = self.world.http("complaints.api", "GET", f"/v1/complaints/{self.number}", secret=self.secret)
        assert answer.status == 200, answer.body
        return answer.body

    def file(self, who: Any = MANAGER) -> Any:
        """What staff see."""
        answer = self.world.http("complaints.staff", "GET", f"/staff/v1/complaints/{self.number}", staff=who)
        assert answer.status == 200, answer.body
        return answer.body

    def owed(self) -> dict[str, str]:
        """What is open: the promise, and the role that owes it."""
        return {one["what"]: one["role"] for one in self.file()["promises"] if one["state"] == "open"}

    def promise(self, name: str) -> Any:
        """The last promise of this name."""
        return [one for one in self.file()["promises"] if one["what"] == name][-1]

    def due(self, name: str) -> datetime:
        return datetime.fromisoformat(self.promise(name)["due"])

    def whats(self) -> list[str]:
        return [line["what"] for line in self.seen()["timeline"]]


def complain(world: World, **changed: Any) -> Matter:
    """A customer complains over the API."""
    body = {"text": "It is not as agreed.", "contact": {"name": "Lin", "email": MAIL}, **changed}
    answer = world.http("complaints.api", "POST", "/v1/complaints", body)
    assert answer.status == 201, answer.body
    world.settle()
    return Matter(world, answer.body["number"], answer.body["secret"], answer.body)


def key_in(world: World, who: Any = CLERK, **changed: Any) -> Matter:
    """A member of staff keys in what a customer says by telephone or at the counter."""
    body = {
        "text": "It is not as agreed.",
        "channel": "phone",
        "read_back": True,
        "contact": {"name": "Lin", "phone": PHONE},
        **changed,
    }
    answer = world.http("complaints.staff", "POST", "/staff/v1/complaints", body, staff=who)
    assert answer.status == 201, answer.body
    world.settle()
    # Whoever keys it in does not see the customer's secret: that is in the message to them.
    assert "secret" not in answer.body
    link = next(word for word in world.sms(PHONE)[-1].split() if "/complaint/" in word)
    return Matter(world, answer.body["number"], link.rsplit("/", 1)[-1], answer.body)


def let_pass(world: World, moment: datetime) -> None:
    """It becomes that minute; the clock looks then, as it does every minute."""
    world.at(moment)
    world.tick("complaints")
    world.settle()


def told(world: World, words: str) -> list[str]:
    """What staff on duty were told with these words."""
    return mailed(world, words, "duty@example.org")


def mailed(world: World, words: str, to: str = MAIL) -> list[str]:
    """What a customer was told by mail with these words, as a reader sees it."""
    letters = (message_from_string(mail, policy=default) for mail in world.mails(to))
    read = (f"{letter['subject']} {' '.join(_text(letter).split())}" for letter in letters)
    return [mail for mail in read if words in mail]


def _text(letter: Any) -> str:
    return str(letter.get_body(("plain",)).get_content())
