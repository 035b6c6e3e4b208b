"""What goes wrong in one world, and how often. Each seed has a weather of its own: some kinds of trouble are left
out, so that the others are seen by themselves (swarm testing).
"""

from dataclasses import dataclass, fields
from random import Random

_WORST: dict[str, float] = {
    "crash": 0.05,
    "throttle": 0.015,
    "lost_answer": 0.012,
    "conflict": 0.05,
    "slow": 0.02,
    "half_told": 0.06,
    "told_twice": 0.15,
    "reordered": 0.25,
    "seen_twice": 0.08,
    "stream_again": 0.1,
    "stream_lost": 0.2,
    "tick_lost": 0.25,
    "tick_late": 0.3,
    "tick_twice": 0.3,
    "tick_early": 0.3,
    "index_behind": 0.5,
    "stale_read": 0.5,
    "skewed": 0.4,
    "cold": 0.1,
    "provider_unheard": 0.12,
    "provider_busy": 0.1,
    "provider_refuses": 0.3,
    "bounced": 0.25,
    "called_spam": 0.15,
    "receipt_lost": 0.3,
    "receipt_late": 0.4,
    "double_click": 0.25,
}

_KINDS = 0.6
"""Of the kinds of trouble, how many there are in one world."""


@dataclass
class Weather:
    """How likely each trouble is, at each chance it has."""

    crash: float = 0
    """A function ends in the middle, before or after a call took effect."""
    throttle: float = 0
    """AWS says: too much at once."""
    lost_answer: float = 0
    """The call took effect; its answer never came."""
    conflict: float = 0
    """A transaction met another one."""
    slow: float = 0
    """A call takes seconds."""
    half_told: float = 0
    """PutEvents refuses some entries of a call that succeeds."""
    told_twice: float = 0
    """The bus delivers an event again."""
    reordered: float = 0
    """An event overtakes others, by up to two minutes."""
    seen_twice: float = 0
    """A message becomes visible while it is worked off, or although it was."""
    stream_again: float = 0
    """The stream brings a batch again."""
    stream_lost: float = 0
    """The stream forgets a record before the relay saw it."""
    tick_lost: float = 0
    tick_late: float = 0
    tick_twice: float = 0
    tick_early: float = 0
    index_behind: float = 0
    """A write reaches the index up to some seconds later."""
    stale_read: float = 0
    """A read that need not be consistent sees what was."""
    skewed: float = 0
    """A machine's clock is wrong, by up to two seconds."""
    cold: float = 0
    """A function starts with nothing in its caches."""
    provider_unheard: float = 0
    """A provider gives no answer, whether it took the message or not."""
    provider_busy: float = 0
    provider_refuses: float = 0
    bounced: float = 0
    """What a provider took comes back."""
    called_spam: float = 0
    receipt_lost: float = 0
    receipt_late: float = 0
    """A receipt comes when nobody waits for it any more."""
    double_click: float = 0

    @classmethod
    def drawn(cls, random: Random) -> "Weather":
        """One world in ten has none at all: what fails there needs no fault. As many are crowded, or breaking."""
        kind = random.randrange(10)
        if kind < len(_PLAIN):
            return _PLAIN[kind]()
        return cls(**{name: worst * random.random() for name, worst in _WORST.items() if random.random() < _KINDS})

    def clear_up(self) -> None:
        """Nothing goes wrong any more."""
        for one in fields(self):
            setattr(self, one.name, 0)


def crowded() -> Weather:
    """Machines are slow, everything is told and ticked twice: windows stand open."""
    return Weather(
        slow=0.2,
        told_twice=0.5,
        seen_twice=0.3,
        tick_twice=1,
        tick_early=1,
        double_click=0.6,
        index_behind=0.7,
        provider_busy=0.2,
        provider_unheard=0.2,
    )


def breaking() -> Weather:
    """Functions break off, and the stream loses what it should bring."""
    return Weather(crash=0.08, throttle=0.02, lost_answer=0.03, stream_lost=0.3, reordered=0.5)


_PLAIN = (Weather, crowded, breaking)
