from collections.abc import Callable

import pytest

from infra.packs import PACKS, compiled
from infra.packs.lint import Compiled


@pytest.fixture(scope="session")
def organisation() -> Callable[[str], Compiled]:
    """The whole pack of an organisation that the desk ships with, read once."""
    read: dict[str, Compiled] = {}

    def whole(name: str) -> Compiled:
        if name not in read:
            read[name] = compiled(PACKS / name)
        return read[name]

    return whole
