"""An append-only log of JSON lines whose every acknowledged line survives `kill -9` and loss of power.

`write` hands a line to the operating system at once and in order; `settle` returns when it is on disk. Many
writers waiting in `settle` share one `fdatasync`.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        _cut_torn_tail(self._descriptor)
        self.size = os.fstat(self._descriptor).st_size
        self._settled = self.size
        self._settling = threading.Lock()
        _sync_folder(path.parent)

    def write(self, record: dict[str, Any]) -> int:
        """Append one line and say up to where `settle` has to go; callers keep their own order."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        view = memoryview(line)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self.size += len(line)
        return self.size

    def settle(self, upto: int) -> None:
        """Return once everything written before `upto` is on disk."""
        if self._settled >= upto:
            return
        with self._settling:
            if self._settled >= upto:
                return
            size = self.size
            os.fdatasync(self._descriptor)
            self._settled = size

    def close(self) -> None:
        with self._settling:
            os.close(self._descriptor)


def read(path: Path, start: int = 0) -> Iterator[dict[str, Any]]:
    """Every whole line from byte `start` on; a line torn by a crash was never acknowledged and is left out."""
    with path.open("rb") as lines:
        lines.seek(start)
        for line in lines:
            if not line.endswith(b"\n"):
                return
            yield json.loads(line)


def _cut_torn_tail(descriptor: int) -> None:
    """A later line must not be glued to half of one that a crash left behind."""
    size = os.fstat(descriptor).st_size
    end = size
    while end:
        start = max(0, end - 65536)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end != size:
        os.ftruncate(descriptor, end)


def _sync_folder(folder: Path) -> None:
    """A new file is only safe once its folder's entry is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
