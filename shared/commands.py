"""A staff command carried out once: with an `Idempotency-Key` its answer is kept beside what it changed and
given again; without one, the state itself refuses the second try.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from shared.aggregate import Aggregate
from shared.http import fingerprint, key_used
from shared.store import AlreadyDone, Guard, NotFound, retrying
from shared.tables import store


@dataclass(frozen=True)
class Command:
    """Who sends what, under which key."""

    actor: str
    key: str | None
    request: BaseModel

    def guard(self, answer: Mapping[str, Any]) -> Guard | None:
        """What makes the command count once, with the answer to give again."""
        if self.key is None:
            return None
        return Guard(self._name(), {"fingerprint": fingerprint(self.request), "answer": dict(answer)})

    def raise_if_done(self, kind: type[Aggregate], identity: str) -> None:
        """Raise `AlreadyDone` when this command was carried out before."""
        if self.key is None:
            return
        try:
            store().guarded(kind, identity, Guard(self._name()))
        except NotFound:
            return
        raise AlreadyDone

    def once(self, kind: type[Aggregate], identity: str, act: Callable[[], Aggregate]) -> dict[str, Any] | None:
        """Carry out `act`; answers None, or the stored answer when that was done before.

        Raises `Problem` 422 when the key was used for another request.
        """
        try:
            retrying(act)
        except AlreadyDone:
            kept = store().guarded(kind, identity, Guard(self._name()))
            if kept["fingerprint"] != fingerprint(self.request):
                raise key_used() from None
            answer: dict[str, Any] = kept["answer"]
            return answer
        return None

    def _name(self) -> str:
        return f"CMD#{hashlib.sha256(f'{self.actor} {self.key}'.encode()).hexdigest()}"
