"""The desk on one machine: `up`, `down`, `reset`, `status`.

`up` starts the emulator and the front as one detached process group and deploys the synthesised template to it;
done again, it only deploys what has changed. `down` stops both and keeps everything; `reset` forgets it.
"""

import argparse
import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local import pinned
from infra.local.deploy import Assembly, DeployError, Staff, api_id, clients, deploy, verify_sender
from infra.local.note import Note, held, is_held
from infra.local.places import CHECKPOINT, DEFAULT_PORT, HEALTH, HOLD, LOOPBACK, Places, endpoint

START_SECONDS = 300.0
STOP_SECONDS = 150.0
PARAMETERS = {
    # There is no GuardDuty on this machine; infra/local/scanner.py stands in for it.
    "ScanFiles": "no",
    "Pack": "police",
    "MailFrom": "desk@desk.example",
    "NeutralFrom": "info@post.example",
    "DutyMail": "duty@desk.example",
    "SmsSender": "AHD",
    # It gives receipts; infra/local/carrier.py stands in for it.
    "SmsProviders": "eum,sns",
    # The people of the demonstration have British numbers: those that exist in fiction only.
    "SmsCountries": "GB",
    # The SHA-256 of "open311-key-of-this-machine".
    "Open311Keys": "793b23fc85a90a5490c7bd9a15fc465ddd55c1f54eb4f36a0b422f1cf5d117ce",
}

Tell = Callable[[str, float], None]


class DeskError(RuntimeError):
    """Something a person can put right; the message says what."""


class Desk:
    def __init__(self, places: Places, assembly: Path, parameters: dict[str, str]) -> None:
        self.places = places
        self.assembly = assembly
        self.parameters = PARAMETERS | parameters

    def up(self, port: int, tell: Tell) -> Note:
        """Bring the desk up, or what runs already up to date; returns where it is."""
        assembly = Assembly(self.assembly)
        self.places.make()
        with self._alone():
            note = Note.read(self.places)
            if is_held(self.places.running) and note and note.port != port:
                self._stop(note)
            if not is_held(self.places.running):
                note = self._start(port, note, tell)
            if note is None:
                raise DeskError(f"A desk runs from {self.places.state} but left no note there: `make reset`.")
            self._wait(note, tell)
            return self._deploy(assembly, note, tell)

    def down(self) -> bool:
        """Stop the desk; everything is kept. Says whether it was running."""
        if not self.places.state.exists():
            return False
        with self._alone():
            note = Note.read(self.places)
            if note is None or not is_held(self.places.running):
                return False
            self._stop(note)
            return True

    def reset(self) -> None:
        """Stop the desk and forget everything."""
        self.down()
        if not self.places.state.exists():
            return
        with self._alone():
            self.places.forget()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            with held(self.places.starting):
                yield
        except BlockingIOError:
            raise DeskError(f"Another command is starting or stopping the desk in {self.places.state}.") from None

    def _start(self, port: int, before: Note | None, tell: Tell) -> Note:
        tell("starting", 0)
        _must_be_free(port, "PORT")
        # Queue addresses name the emulator's port, so a desk with a past stays on the one it had.
        emulator_port = before.emulator_port if before else _free_port(port + 1)
        _must_be_free(emulator_port, "the port the desk was set up with; `make reset` picks another")
        note = replace(before or Note(port, emulator_port), port=port, emulator_port=emulator_port)
        note.write(self.places)
        with (self.places.logs / "desk.log").open("ab") as log:
            together = subprocess.Popen(
                [sys.executable, "-m", "infra.local.together", str(self.places.state)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        note = replace(note, pid=together.pid)
        note.write(self.places)
        return note

    def _wait(self, note: Note, tell: Tell) -> None:
        """Until emulator and front answer; a long journal takes its time."""
        deadline = time.monotonic() + START_SECONDS
        seen_running = False
        with httpx.Client(timeout=5, trust_env=False) as client:
            while time.monotonic() < deadline:
                tell("waiting for the emulator", 0.05)
                running = is_held(self.places.running)
                if seen_running and not running:
                    break
                seen_running = seen_running or running
                with contextlib.suppress(httpx.TransportError):
                    answer = client.get(endpoint(note.emulator_port) + HEALTH)
                    if answer.text != str(self.places.state):
                        raise DeskError(f"Port {note.emulator_port} answers, but not as this desk's emulator.")
                    client.get(f"{note.url}/_desk/")
                    return
                time.sleep(0.05)
        raise DeskError(f"The desk did not start. The last it said, in {self.places.logs}:\n{self._last_words()}")

    def _deploy(self, assembly: Assembly, note: Note, tell: Tell) -> Note:
        parameters = self.parameters | {"DeskUrl": note.url}
        fingerprint = _fingerprint(assembly, parameters)
        if note.deployed == fingerprint:
            return note
        client = clients(note.emulator_port)
        with httpx.Client(base_url=endpoint(note.emulator_port), timeout=120, trust_env=False) as emulator:
            emulator.post(HOLD).raise_for_status()
            deploy(assembly, client, parameters, tell)
            for sender in ("MailFrom", "NeutralFrom"):
                verify_sender(client, parameters[sender])
            staff = Staff.appoint(client)
            emulator.post(CHECKPOINT).raise_for_status()
        note = replace(
            note,
            api=api_id(client),
            deployed=fingerprint,
            pool=staff.pool,
            app_client=staff.app_client,
            password=staff.password,
        )
        note.write(self.places)
        return note

    def _stop(self, note: Note) -> None:
        os.kill(note.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while is_held(self.places.running):
            if time.monotonic() > deadline:
                os.killpg(note.pid, signal.SIGKILL)
            time.sleep(0.05)

    def _last_words(self) -> str:
        lines: list[str] = []
        for log in sorted(self.places.logs.glob("*.log")):
            lines += [f"{log.name}: {line}" for line in log.read_text(errors="replace").splitlines()[-8:]]
        return "\n".join(lines)


def _fingerprint(assembly: Assembly, parameters: dict[str, str]) -> str:
    """Templates name packages by their content, so they and the parameters say it all."""
    digest = hashlib.sha256(pinned.RELEASE.encode())
    for stack in assembly.stacks():
        digest.update(assembly.template(stack).encode())
    digest.update(repr(sorted(parameters.items())).encode())
    return digest.hexdigest()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _free_port(wanted: int) -> int:
    """The next one upwards: a port that the system picks may be gone again before the emulator takes it."""
    free = next((port for port in range(wanted, wanted + 100) if _is_free(port)), None)
    if free is None:
        raise DeskError(
            f"No port from {wanted} to {wanted + 99} is free. Choose another: make up PORT={wanted + 999}"
        )
    return free


def _must_be_free(port: int, what: str) -> None:
    if not _is_free(port):
        hint = f"Choose another: make up PORT={port + 100}" if what == "PORT" else f"It is {what}."
        raise DeskError(f"Port {port} is taken by another program. {hint}")


def _where(note: Note, places: Places) -> str:
    return "\n".join(
        f"  {what:<18}{where}"
        for what, where in (
            ("report form", f"{note.url}/report"),
            ("complain", f"{note.url}/complain"),
            ("follow a case", f"{note.url}/follow"),
            ("safety news", f"{note.url}/subscribe"),
            ("API", f"{note.url}/v1/"),
            ("mail and SMS sent", f"{note.url}/_desk/outbox"),
            ("staff tokens", f"{note.url}/_desk/tokens"),
            ("what is where", f"{note.url}/_desk/"),
            ("function logs", places.function_logs),
        )
    )


def _up(desk: Desk, port: int, console: Console) -> None:
    started = time.monotonic()
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        note = desk.up(port, lambda what, part: bar.update(task, description=what, completed=part))
    console.print(f"The desk is up at {note.url} ({time.monotonic() - started:.1f} s).", highlight=False)
    console.print(_where(note, desk.places), highlight=False, markup=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="desk", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "reset", "status"))
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--state", type=Path, default=Path("state"))
    parser.add_argument("--cdk-out", type=Path, default=Path("build/cdk.out"))
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE", help="such as Pack=police")
    arguments = parser.parse_args()
    places = Places(arguments.state.resolve())
    desk = Desk(places, arguments.cdk_out, dict(pair.split("=", 1) for pair in arguments.parameter))
    console = Console()
    try:
        if arguments.command == "up":
            _up(desk, arguments.port, console)
        elif arguments.command == "down":
            console.print("The desk is down; its state is kept." if desk.down() else "The desk was not running.")
        elif arguments.command == "reset":
            desk.reset()
            console.print("The desk is down and has forgotten everything.")
        else:
            note = Note.read(places)
            if note is None or not is_held(places.running):
                console.print("The desk is down.")
                return 1
            console.print(f"The desk is up at {note.url}.", _where(note, places), sep="\n", highlight=False)
    except (DeskError, DeployError) as problem:
        Console(stderr=True).print(str(problem), style="bold", markup=False, highlight=False, soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
