"""Where the desk keeps what on this machine, and the names it goes by there."""

import os
import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ACCOUNT = "000000000000"
REGION = "eu-west-2"
LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8311
CHECKPOINT = "/_desk/checkpoint"
HOLD = "/_desk/hold"
HEALTH = "/_desk/health"
OWN_NAMES = re.compile(rb"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Places:
    """The folders and files under one state folder; two desks with different state folders never meet."""

    state: Path

    @property
    def memory(self) -> Path:
        """What the emulator must not forget: snapshots, journals, the signing keys of staff tokens."""
        return self.state / "memory"

    @property
    def objects(self) -> Path:
        return self.state / "objects"

    @property
    def scratch(self) -> Path:
        """Unpacked functions; of no worth once the emulator is gone."""
        return self.state / "scratch"

    @property
    def unpacked(self) -> Path:
        return self.scratch / "packages"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def function_logs(self) -> Path:
        return self.logs / "functions"

    @property
    def refused(self) -> Path:
        """What functions asked for that their roles do not allow, a line each."""
        return self.logs / "refused.jsonl"

    @property
    def outbox(self) -> Path:
        return self.state / "outbox.jsonl"

    @property
    def desk(self) -> Path:
        """Who runs here on which ports, and which build is deployed."""
        return self.state / "desk.json"

    @property
    def running(self) -> Path:
        """Locked for as long as a desk runs from this folder."""
        return self.state / "running.lock"

    @property
    def starting(self) -> Path:
        """Locked while a command starts or stops the desk."""
        return self.state / "starting.lock"

    @cached_property
    def all_folders(self) -> tuple[Path, ...]:
        return (self.memory, self.objects, self.scratch, self.function_logs)

    def make(self) -> None:
        for folder in self.all_folders:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def forget(self) -> None:
        """Remove what a desk wrote here, and nothing else."""
        for folder in (self.memory, self.objects, self.scratch, self.logs):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.outbox, self.desk, self.running):
            file.unlink(missing_ok=True)


def endpoint(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def emulator_environment(places: Places, port: int) -> dict[str, str]:
    """The emulator reads its settings from the environment while it is imported, so its parent sets them."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MINISTACK_", "LOCALSTACK_", "LAMBDA_", "PYTHON", "COVERAGE"))
    }
    return inherited | {
        "AUTH": "true",
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "STATE_DIR": str(places.memory),
        "PERSIST_STATE": "0",  # it would save on a clean stop only; infra.local.memory saves instead
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(places.objects),
        "TMPDIR": str(places.scratch),
        "LOG_LEVEL": "WARNING",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_WARM_TTL_SECONDS": "120",
        "PYTHONUNBUFFERED": "1",
    }
