from collections.abc import Iterator

import pytest

from infra.assets import build
from tests.browser.citizen import Citizen
from tests.browser.desk import Desk, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    build()
    with open_desk(tmp_path_factory.mktemp("packs")) as opened:
        yield opened


@pytest.fixture
def citizen(desk: Desk) -> Citizen:
    return Citizen(desk)
