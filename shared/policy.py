"""Who may do what: the one place that is asked before every staff route, list and count.

First the conflict rule: whoever a thing is about, person or unit, can't see that it exists. Then the role.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from shared.store import NotFound

UNIT: Final = "unit-"
"""How the name of a unit begins among the groups of staff."""


ACTS_AS: Final = "role-"
"""How the name of a group begins that says which of the pack's roles somebody has, e.g. `role-branch-head`."""


class Role(StrEnum):
    OPERATOR = "operator"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    DUTY_LEADER = "duty-leader"
    AUDITOR = "auditor"


_EVERYBODY = frozenset(Role)
_ACTING = _EVERYBODY - {Role.AUDITOR}
LEADING = frozenset({Role.SUPERVISOR, Role.DUTY_LEADER})

PERMITS: dict[str, frozenset[Role]] = {
    "case.read": _EVERYBODY,
    "case.key-in": _ACTING,
    "case.review": _ACTING - {Role.OPERATOR},
    "case.arrive": _ACTING,
    "case.note": _ACTING,
    "case.dispatch": _ACTING,
    "case.send-incident": _ACTING,
    "case.pass-on": _ACTING - {Role.OPERATOR},
    "case.press": _ACTING,
    "caller.read": _EVERYBODY,
    "caller.flag": _ACTING,
    "caller.lift": LEADING,
    "unit.read": _EVERYBODY,
    "unit.sign": _ACTING,
    "unit.sign-others": _ACTING - {Role.OFFICER},
    "case.take": _ACTING,
    "case.assign": LEADING,
    "case.work": _ACTING - {Role.OPERATOR},
    "case.close": _ACTING - {Role.OPERATOR},
    "case.correct": _ACTING,
    "case.erase": LEADING,
    "case.audit": frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    "case.read-files": _ACTING - {Role.OPERATOR},
    "case.export": frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    "case.export-personal": frozenset({Role.SUPERVISOR}),
    "complaint.read": _EVERYBODY - {Role.OPERATOR},
    "complaint.key-in": _ACTING,
    "complaint.take": _ACTING - {Role.OPERATOR},
    "complaint.handle": _ACTING - {Role.OPERATOR},
    "complaint.contact": _ACTING,
    "complaint.decide": LEADING,
    "complaint.answer": LEADING,
    "complaint.close": LEADING,
    "complaint.erase": LEADING,
    "case.join": _ACTING,
    "case.look-again": LEADING,
    "customer.read": _EVERYBODY,
    "customer.protected": _ACTING - {Role.OPERATOR},
    "customer.audit": frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    "customer.name": _ACTING,
    "customer.correct": _ACTING - {Role.OFFICER},
    "customer.merge": LEADING,
    "customer.copy": LEADING,
    "customer.erase": LEADING,
    "call.log": _ACTING,
    "call.read": _EVERYBODY,
    "promises.recalculate": LEADING,
    "callback.read": _EVERYBODY,
    "callback.record": _ACTING,
    "callback.give-up": LEADING,
    "wishes.read": _ACTING,
    "wishes.set": _ACTING,
    "wishes.unprotect": LEADING,
    "roster.read": _EVERYBODY,
    "roster.plan": LEADING,
    "roster.serve": _ACTING,
    "roster.serve-others": LEADING,
    "roster.contact": _EVERYBODY,
    "roster.contact-others": LEADING,
    "notice.read": _EVERYBODY,
    "notice.acknowledge": _ACTING,
    "notice.acknowledge-others": LEADING,
    "message.preview": _EVERYBODY,
    "bulletin.read": _EVERYBODY,
    "bulletin.write": _ACTING,
    "bulletin.release": LEADING,
    "bulletin.stop": LEADING,
    "thanks.give": _ACTING,
    "score.read": _EVERYBODY,
}


class NotPermitted(PermissionError):
    """This role may not do this. Says which may."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.roles = sorted(PERMITS[action])
        super().__init__(f"{action} is for {', '.join(self.roles)}")


@dataclass(frozen=True)
class Principal:
    """A member of staff: their id, what they are, the units they belong to."""

    id: str
    roles: frozenset[Role]
    units: frozenset[str] = field(default_factory=frozenset)
    acts_as: frozenset[str] = field(default_factory=frozenset)
    """The roles of the organisation's pack that their token names; none named: all of their group."""

    @property
    def unit(self) -> str:
        """The unit they belong to; nothing when they belong to none, or to several."""
        return next(iter(self.units)) if len(self.units) == 1 else ""

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> "Principal":
        """From the claims of an access token that the gateway has checked."""
        groups = claims.get("cognito:groups", "")
        # The HTTP API hands an array claim over as the text "[a b]"; a real array comes from elsewhere.
        names = groups.strip("[]").replace(",", " ").split() if isinstance(groups, str) else list(groups)
        known = {role.value for role in Role}
        return cls(
            id=str(claims["sub"]),
            roles=frozenset(Role(name) for name in names if name in known),
            units=frozenset(name for name in names if name.startswith(UNIT)),
            acts_as=frozenset(name.removeprefix(ACTS_AS) for name in names if name.startswith(ACTS_AS)),
        )

    def is_subject(self, subjects: Iterable[str]) -> bool:
        return any(subject == self.id or subject in self.units for subject in subjects)


def may(principal: Principal, action: str) -> bool:
    """Whether their role may do this, whomever it is about."""
    return bool(principal.roles & PERMITS[action])


def require(principal: Principal, action: str, subjects: Iterable[str] = ()) -> None:
    """Let pass, or raise `NotFound` (it is about you: it does not exist for you) or `NotPermitted`."""
    if principal.is_subject(subjects):
        raise NotFound(action)
    if not may(principal, action):
        raise NotPermitted(action)
