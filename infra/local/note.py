"""What a running desk writes down about itself in its state folder, for the commands that come later."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.places import LOOPBACK, Places


@dataclass(frozen=True)
class Note:
    port: int
    emulator_port: int
    pid: int = 0
    api: str = ""
    """The HTTP API's id; empty until something is deployed."""
    deployed: str = ""
    """Fingerprint of what is deployed."""
    pool: str = ""
    app_client: str = ""
    password: str = ""
    """Of the invented staff users, new at every deployment."""

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @classmethod
    def read(cls, places: Places) -> "Note | None":
        try:
            return cls(**json.loads(places.desk.read_text()))
        except FileNotFoundError:
            return None

    def write(self, places: Places) -> None:
        part = places.desk.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(places.desk)


def is_held(path: Path) -> bool:
    """Whether a living process holds this lock; unlike a process id, a lock cannot outlive its holder."""
    try:
        with held(path):
            return False
    except BlockingIOError:
        return True


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock, or raise BlockingIOError."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
