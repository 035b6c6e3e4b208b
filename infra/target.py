"""For which Lambda runtime the packages are built: bytecode and binary wheels must match it."""

import json
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

_RECORD = "target.json"


@dataclass(frozen=True)
class Target:
    """A Lambda runtime: Python's minor version and the processor."""

    python: str
    architecture: str
    """As Lambda names it: `x86_64` or `arm64`."""

    @classmethod
    def here(cls) -> Self:
        """This interpreter's version on this machine's processor: what can run where it is built."""
        arm = platform.machine().lower() in {"aarch64", "arm64"}
        return cls(f"{sys.version_info.major}.{sys.version_info.minor}", "arm64" if arm else "x86_64")

    @classmethod
    def production(cls) -> Self:
        return cls("3.13", "arm64")

    @classmethod
    def recorded(cls, packages: Path) -> Self:
        """What the packages in this folder were built for."""
        return cls(**json.loads((packages / _RECORD).read_text()))

    def record(self, packages: Path) -> None:
        (packages / _RECORD).write_text(json.dumps(asdict(self)) + "\n")

    @property
    def wheels(self) -> str:
        """Name, to uv, of the platform whose wheels run on Amazon Linux 2023."""
        return f"{'aarch64' if self.architecture == 'arm64' else 'x86_64'}-manylinux_2_28"
