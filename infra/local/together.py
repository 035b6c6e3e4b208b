"""Runs the emulator and the front as one process group: both, or neither.

Run as `python -m infra.local.together STATE`, detached; SIGTERM stops both, the front first, so that nobody is
answered half. Each of them also stops by itself when this process is gone.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from infra.local.note import Note, held
from infra.local.places import Places, emulator_environment

STOP_SECONDS = 60


class Stopped(Exception):
    """Somebody asked for the desk to stop."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _start(module: str, places: Places, log: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with (places.logs / log).open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, str(places.state)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=environment,
        )


def run(places: Places) -> int:
    """Run both until one ends or SIGTERM comes; says 0 only if asked to stop."""
    note = Note.read(places)
    if note is None:
        raise SystemExit(f"{places.state} holds no desk")
    shutil.rmtree(places.scratch, ignore_errors=True)
    places.make()
    environment = emulator_environment(places, note.emulator_port)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    emulator = _start("infra.local.emulator", places, "emulator.log", environment)
    front = _start("infra.local.front", places, "front.log", environment)
    status = 1
    try:
        while emulator.poll() is None and front.poll() is None:
            time.sleep(0.2)
    except Stopped:
        status = 0
    for process in (front, emulator):
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    places = Places(parser.parse_args().state.resolve())
    if os.getpgrp() != os.getpid():
        raise SystemExit("infra.local.desk starts this, in a session of its own")
    with held(places.running):
        return run(places)


if __name__ == "__main__":
    sys.exit(main())
