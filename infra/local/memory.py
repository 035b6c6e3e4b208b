"""The emulator's memory: a snapshot of everything at one instant, and a journal of what was done since.

The snapshot is written by a forked child, so that stream positions, queues, tables and keys in it belong to the
same instant: an event is either still before a stream's position, or in a queue, or consumed. The journal holds
every request since then that changed a table or put something into a queue. Recovery loads the snapshot and
does the requests again: nothing acknowledged is lost, and what had been passed on since comes a second time, as
streams and queues may always do.
"""

import asyncio
import ctypes
import json
import logging
import os
import re
import signal
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from ministack import app as ministack
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb, lambda_svc, sqs

from infra.local import journal, pinned
from infra.local.journal import Journal

logger = logging.getLogger("desk.memory")

STREAMS = "desk_streams"
FORGETTABLE = frozenset({"cloudwatch_logs", "cloudtrail"})
CHILD_SECONDS = 60
PR_SET_PDEATHSIG = 1

Perform = Callable[[dict[str, Any]], Awaitable[bool]]
"""Do one journalled request again; says whether it was accepted."""


class Memory:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.generation = 0
        self.journal: Journal
        self.order = asyncio.Lock()
        """Requests are done in the order they are journalled."""
        self._snapshots = asyncio.Lock()
        self.held = False
        """While a deployment is under way a snapshot would show half of it."""

    async def recover(self, perform: Perform) -> None:
        """Bring back what the last emulator had acknowledged; then open a new journal."""
        if self._current.exists():
            described = json.loads(self._current.read_text())
            if described["ministack"] != pinned.RELEASE:
                raise SystemExit(
                    f"The state in {self.folder} was written by ministack {described['ministack']}, this is"
                    f" {pinned.RELEASE}: `make reset` empties it."
                )
            self.generation = described["generation"]
            _load(self._snapshot(self.generation))
            self._tidy()
        else:
            # No deployment ever came to an end here, so nobody was ever answered.
            for left in (*self.folder.glob("journal-*"), *self.folder.glob("snapshot-*")):
                left.unlink()
        done = refused = 0
        numbers = self._journals()
        for number in numbers:
            for record in journal.read(self._journal(number)):
                if await perform(record):
                    done += 1
                else:
                    refused += 1
                    logger.warning("not accepted when done again: %s", record["target"])
        last = max(numbers, default=self.generation)
        self.journal = Journal(self._journal(last))
        if done or refused:
            logger.warning("recovered: %d requests done again, %d not accepted", done, refused)

    async def snapshot(self) -> None:
        """Write down everything as it is now; requests only wait for the fork."""
        loop = asyncio.get_running_loop()
        async with self._snapshots:
            started = time.monotonic()
            async with self.order:
                previous = self.journal
                generation = max([self.generation, *self._journals()]) + 1
                self.journal = Journal(self._journal(generation))
                parent = os.getpid()
                child = os.fork()
                if child == 0:
                    _write_and_exit(parent, self._snapshot(generation))
            paused = time.monotonic() - started
            await loop.run_in_executor(None, previous.settle, previous.size)
            previous.close()
            _, status = await loop.run_in_executor(None, os.waitpid, child, 0)
            if status:
                # The journals go on from the snapshot before; nothing is lost, the next one may do better.
                raise SnapshotError(f"snapshot {generation} failed with status {status}")
            await loop.run_in_executor(None, self._make_current, generation)
            took = time.monotonic() - started
            logger.info("snapshot %d: requests waited %.0f ms, it took %.0f ms", generation, paused * 1e3, took * 1e3)

    def _make_current(self, generation: int) -> None:
        """From here on recovery starts with this snapshot."""
        part = self._current.with_suffix(".part")
        _write(part, {"generation": generation, "ministack": pinned.RELEASE})
        part.replace(self._current)
        _sync(self.folder)
        self.generation = generation
        self._tidy()

    @property
    def _current(self) -> Path:
        return self.folder / "current"

    def _snapshot(self, generation: int) -> Path:
        return self.folder / f"snapshot-{generation:08d}.json"

    def _journal(self, generation: int) -> Path:
        return self.folder / f"journal-{generation:08d}.jsonl"

    def _journals(self) -> list[int]:
        return sorted(_numbers(self.folder, r"journal-(\d+)\.jsonl"))

    def _tidy(self) -> None:
        """Remove what the current snapshot has made needless."""
        for number in _numbers(self.folder, r"snapshot-(\d+)\.json"):
            if number != self.generation:
                self._snapshot(number).unlink()
        for number in self._journals():
            if number < self.generation:
                self._journal(number).unlink()
        named = set(re.findall(rb'"code_blob_ref": "([0-9a-f]{64})"', self._snapshot(self.generation).read_bytes()))
        for blob in Path(lambda_svc.CODE_BLOB_DIR).glob("*.zip"):
            if blob.stem.encode() not in named:
                blob.unlink()


class SnapshotError(RuntimeError):
    """A snapshot could not be written."""


def pulse() -> tuple[int, ...]:
    """Changes whenever something a snapshot would hold has changed outside any request: positions and queues."""
    return (
        sum(lambda_svc._dynamodb_stream_positions._data.values()),
        sum(len(queue["messages"]) for queue in list(sqs._queues._data.values())),
    )


def _numbers(folder: Path, pattern: str) -> Iterator[int]:
    for path in folder.iterdir():
        if found := re.fullmatch(pattern, path.name):
            yield int(found[1])


def _write_and_exit(parent: int, snapshot: Path) -> None:
    """In the forked child, which has one thread and may share nothing it could disturb with its parent."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.alarm(CHILD_SECONDS)  # a lock that another thread held at the fork stays locked for ever
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        _die_with(parent)
        _write(snapshot, _everything())
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)


def _die_with(parent: int) -> None:
    """An orphaned child would hold on to nothing useful; where the system can, it ends with its parent."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except AttributeError:
        return
    if os.getppid() != parent:
        os._exit(1)


def _everything() -> dict[str, Any]:
    states = {name: state_of() for name, state_of in ministack._build_persistence_save_dict().items()}
    kept = {name: state for name, state in states.items() if state and name not in FORGETTABLE}
    return kept | {STREAMS: _streams()}


def _streams() -> dict[str, Any]:
    """The streams as far as somebody still has to read them; ministack itself forgets them on any restart."""
    records = AccountRegionScopedDict()
    trimmed = AccountRegionScopedDict()
    read_up_to = _read_up_to()
    for key, held in dynamodb._stream_records._data.items():
        gone = dynamodb._stream_trimmed._data.get(key, 0)
        needless = max(0, read_up_to.get(key, 0) - gone)
        records._data[key] = held[needless:]
        trimmed._data[key] = gone + needless
    return {
        "records": records,
        "trimmed": trimmed,
        "sequence": dynamodb._stream_seq_counter,
    }


def _read_up_to() -> dict[tuple[str, ...], int]:
    """For each table the position that its slowest reader has reached."""
    reached: dict[tuple[str, ...], int] = {}
    for (account, region, mapping), position in lambda_svc._dynamodb_stream_positions._data.items():
        mapped = lambda_svc._esms._data.get((account, region, mapping))
        if mapped is None:
            continue
        table = mapped["EventSourceArn"].split("/stream/")[0].rsplit("/", 1)[-1]
        key = (account, region, table)
        reached[key] = min(reached.get(key, position), position)
    return reached


def _load(snapshot: Path) -> None:
    """Everything back into its module; a snapshot that cannot be read stops the start rather than losing it."""
    with snapshot.open(encoding="utf-8") as file:
        states = json.load(file, object_hook=persistence._json_object_hook)
    # The poller must not run before the journal has been done again.
    start_poller = lambda_svc._ensure_poller
    lambda_svc._ensure_poller = lambda: None
    try:
        for name, module in ministack._state_map.items():
            if name in states:
                ministack._get_module(module).load_persisted_state(states[name])
    finally:
        lambda_svc._ensure_poller = start_poller
    streams = states[STREAMS]
    dynamodb._stream_records.update(streams["records"])
    dynamodb._stream_trimmed.update(streams["trimmed"])
    dynamodb._stream_seq_counter = streams["sequence"]
    _return_to_queues()


def _return_to_queues() -> None:
    """Whoever held a message is gone: it is visible again, and having been killed is not counted against it."""
    now = time.time()
    for queue in sqs._queues._data.values():
        for message in queue["messages"]:
            if message["receipt_handle"] and message["visible_at"] > now:
                message["visible_at"] = now
                message["receive_count"] = max(0, message["receive_count"] - 1)


def _write(path: Path, content: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(content, default=persistence._json_default))
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
