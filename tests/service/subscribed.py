"""Subscribers and bulletins as people drive them: over HTTP, by the links of their messages, by the clock."""

import re
from collections.abc import Iterator
from email import message_from_string
from email.policy import default
from typing import Any

from tests.service.world import Answer, World, staff

AUTHOR = staff("officer-1", "officer")
LEADER = staff("supervisor-1", "supervisor")
MAIL = "amal@example.org"
WORDS = {
    "en": {"subject": "Lock your doors", "text": "Two homes were entered this week.", "short": "Lock your doors."},
    "ar": {"subject": "أغلقوا الأبواب", "text": "دخل لصوص منزلين هذا الأسبوع.", "short": "أغلقوا الأبواب."},
}
_LINK = re.compile(r"https://desk\.example/subscribe/(confirm|end)/([\w-]+)/([\w-]+)")


def ask(world: World, **body: Any) -> Answer:
    answer = world.http("notify.subscriptions", "POST", "/v1/subscriptions", {"themes": ["safety"], **body})
    world.settle()
    return answer


def written(world: World, to: str) -> list[str]:
    """What an address was sent, the words alone."""
    if to.startswith("+"):
        return world.sms(to)
    letters: Iterator[Any] = (message_from_string(mail, policy=default) for mail in world.mails(to))
    return [f"{one['subject']}\n{one.get_body(('plain',)).get_content()}" for one in letters]


def link(said: str) -> tuple[str, str, str]:
    """The link of a message: what it does, to which subscriber, with which token."""
    found = _LINK.search(said)
    assert found, said
    return found[1], found[2], found[3]


def follow(world: World, said: str, method: str = "POST") -> Answer:
    """Do what a message's link is for, or with GET look at it."""
    what, identity, token = link(said)
    path = f"/v1/subscriptions/{identity}"
    if method == "POST":
        path += {"confirm": "/confirmation", "end": "/end"}[what]
    answer = world.http("notify.subscriptions", method, path, secret=token)
    world.settle()
    return answer


def subscribe(world: World, to: str, **body: Any) -> None:
    """Ask and confirm."""
    ask(world, **{"phone" if to.startswith("+") else "email": to}, **body)
    answer = follow(world, written(world, to)[-1])
    assert (answer.status, answer.body["state"]) == (200, "active"), answer.body


def draft(world: World, who: Any = AUTHOR, key: str | None = None, **body: Any) -> Answer:
    request = {"theme": "safety", "words": WORDS, **body}
    return world.http("notify.staff", "POST", "/staff/v1/bulletins", request, staff=who, key=key)


def act(world: World, number: str, what: str, who: Any = LEADER, key: str | None = None) -> Answer:
    path = f"/staff/v1/bulletins/{number}/acts"
    return world.http("notify.staff", "POST", path, {"act": what}, staff=who, key=key)


def release(world: World, **body: Any) -> str:
    """A bulletin on its way."""
    number = draft(world, **body).body["number"]
    assert act(world, number, "release").status == 200
    return str(number)


def seen(world: World, number: str) -> Any:
    answer = world.http("notify.staff", "GET", f"/staff/v1/bulletins/{number}", staff=LEADER)
    assert answer.status == 200, answer.body
    return answer.body


def minute(world: World) -> None:
    """What a minute brings to notify, and what follows from it."""
    world.tick("notify")
    world.settle()
