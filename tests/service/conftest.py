from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import time_machine
from botocore.loaders import JSONFileLoader
from moto import mock_aws
from moto.kms.utils import generate_private_key

from infra.packs import compile_into
from services.notify import channels
from tests.service.parity import Parity
from tests.service.providing import Provider
from tests.service.world import World
from tests.template import template

MONDAY_MORNING = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""10:00 in Dubai, two and a half hours into the working day."""


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Parity())


@pytest.fixture(scope="session", autouse=True)
def made_once() -> Iterator[None]:
    """Moto starts every test with a new session, which would read each service's model again; and it draws an RSA key
    for every symmetric KMS key, which nothing uses.
    """
    read = cache(JSONFileLoader.load_file)
    loader = JSONFileLoader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _loader, path: read(loader, path))
        patch.setattr("moto.kms.models.generate_private_key", cache(generate_private_key))
        yield


@pytest.fixture(scope="session")
def compiled_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("packs")
    compile_into(target)
    return target


@pytest.fixture
def pack() -> str:
    """The pack that the desk runs. A module that is about another organisation says so in a fixture of its own."""
    return "police"


@pytest.fixture
def world(compiled_packs: Path, monkeypatch: pytest.MonkeyPatch, pack: str) -> Iterator[World]:
    """A desk on Monday morning with nothing in it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_REGION": "eu-west-2",
    }.items():
        monkeypatch.setenv(name, value)
    with time_machine.travel(MONDAY_MORNING, tick=False) as clock, mock_aws():
        desk = World(clock, compiled_packs, pack, template())
        desk.build()
        yield desk
        assert not desk.iam.refused, "\n".join(desk.iam.refused)


@pytest.fixture
def providers(monkeypatch):
    def use(**ways: Provider) -> None:
        for name, provider in ways.items():
            monkeypatch.setitem(channels.PROVIDERS, name, provider)

    return use
