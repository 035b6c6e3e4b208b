"""Fresh processes of a built package: what they cost in CPU time, and in instructions where valgrind is there."""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BARE = "-"
"""The subject that is the floor: json and a botocore client of the same package, nothing else."""

VALGRIND = shutil.which("valgrind")

_ARN = "eu-west-2:111122223333"
_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_REGION": "eu-west-2",
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AHD_DESK_KEY": f"arn:aws:secretsmanager:{_ARN}:secret:desk-key",
    "AHD_SEAL_NOTIFY": f"arn:aws:kms:{_ARN}:key/00000000-0000-0000-0000-000000000000",
    "AHD_SEAL_COMPLAINTS": f"arn:aws:kms:{_ARN}:key/00000000-0000-0000-0000-000000000001",
    "AHD_URL": "https://desk.example",
    "AHD_PACK": "police",
}

REPORT: dict[str, Any] = {
    "category": "P8",
    "description": "Water has been coming through the kitchen ceiling since this morning and it is getting worse. "
    "The flat above does not answer the door, the housing office is closed, and the light in the kitchen flickers "
    "when the lamp is switched on. Please send somebody who can say what to do.",
    "contact": {
        "name": "Amal Example",
        "email": "amal@example.org",
        "phone": "+971501234567",
        "preferred": "email",
    },
    "place": {"address": "12 Harbour Street, third floor", "lat": 25.2048, "long": 55.2708},
}
"""A report as people send it: some sentences, a name, two ways to reach them, a place."""


def report_event() -> str:
    """The report as API Gateway hands it to the function, in JSON."""
    return json.dumps(
        {
            "version": "2.0",
            "routeKey": "POST /v1/cases",
            "rawPath": "/v1/cases",
            "rawQueryString": "",
            "headers": {"content-type": "application/json"},
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": "POST", "path": "/v1/cases", "sourceIp": "127.0.0.1"},
                "stage": "$default",
            },
            "body": json.dumps(REPORT),
            "isBase64Encoded": False,
        }
    )


@contextmanager
def stub() -> Iterator["Stub"]:
    """AWS that answers at once, for as long as the block runs."""
    with tempfile.TemporaryDirectory() as scratch:
        record = Path(scratch) / "transaction.json"
        server = subprocess.Popen(
            [sys.executable, str(HERE / "stub.py"), str(record)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None  # noqa: S101  it was asked for
            yield Stub(f"http://127.0.0.1:{server.stdout.readline().strip()}", record)
        finally:
            server.terminate()
            server.wait()


class Stub:
    """Where the stub listens and what it was last asked to write."""

    def __init__(self, url: str, record: Path) -> None:
        self.url, self.record = url, record


def _command(package: Path, *arguments: str) -> list[str]:
    """A process that sees this package and the standard library only, and leaves no bytecode behind."""
    return [sys.executable, "-S", "-s", "-P", "-B", str(HERE / "subject.py"), str(package), *arguments]


def _environment(package: Path, url: str = "http://127.0.0.1:9") -> Mapping[str, str]:
    service = package.name
    return {**_ENVIRONMENT, "AHD_SERVICE": service, "AHD_TABLE": service, "AWS_ENDPOINT_URL": url}


def cpu_ms(package: Path, arguments: Sequence[str], url: str = "http://127.0.0.1:9") -> float:
    """User and system time of one fresh process, from its start to its end."""
    process = subprocess.Popen(
        _command(package, *arguments),
        env=_environment(package, url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments[:2])} ended with {process.returncode}")
    return 1000 * (used.ru_utime + used.ru_stime)


def medians(
    package: Path, subjects: Sequence[Sequence[str]], times: int, url: str = "http://127.0.0.1:9"
) -> list[float]:
    """The median CPU milliseconds of each subject, run in turn so that what disturbs one disturbs all."""
    rounds = [[cpu_ms(package, subject, url) for subject in subjects] for _ in range(times + 1)]
    return [statistics.median(column) for column in zip(*rounds[1:], strict=True)]


def instructions(package: Path, arguments: Sequence[str], url: str = "http://127.0.0.1:9") -> int:
    """Instructions of one fresh process, counted by cachegrind. Needs valgrind."""
    counting = (str(VALGRIND), "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
    run = subprocess.run(
        [*counting, *_command(package, *arguments)],
        env=_environment(package, url),
        capture_output=True,
        text=True,
        check=True,
    )
    counted = re.search(r"I\s+refs:\s+([\d,]+)", run.stderr)
    if counted is None:
        raise RuntimeError(f"valgrind counted nothing:\n{run.stderr[-500:]}")
    return int(counted[1].replace(",", ""))


def a_call(package: Path, subject: str, stubbed: Stub, calls: int) -> int:
    """Instructions of one warm call: what so many calls more cost, divided by their number."""
    few, many = (instructions(package, _calls(subject, stubbed, count), stubbed.url) for count in (calls, 2 * calls))
    return (many - few) // calls


def warm_ms(package: Path, subject: str, stubbed: Stub, calls: int) -> float:
    """CPU milliseconds of one warm call."""
    run = subprocess.run(
        _command(package, *_calls(subject, stubbed, calls)),
        env=_environment(package, stubbed.url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(run.stderr.split()[-1])


def first_call(subject: str, stubbed: Stub) -> Sequence[str]:
    """A fresh process up to its first answer."""
    return _calls(subject, stubbed, 1)


def _calls(subject: str, stubbed: Stub, count: int) -> Sequence[str]:
    return ("calls", subject, report_event(), str(count), str(stubbed.record))
