from pathlib import Path

import pytest

from infra.packs import compile_into


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("packs")
    compile_into(target)
    return target
