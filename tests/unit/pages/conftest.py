import pytest

from infra.assets import build


@pytest.fixture(scope="session", autouse=True)
def built_assets() -> None:
    build()
