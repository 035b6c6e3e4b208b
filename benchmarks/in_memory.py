"""A desk on moto for counting: the world of the service tests, on a Monday morning."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import time_machine
from moto import mock_aws

from benchmarks.counting import Meter
from infra.packs import compile_into
from tests.service.world import World
from tests.template import template

_MONDAY_MORNING = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
_AWS = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_REGION": "eu-west-2",
}

_LOG = io.StringIO()
"""Where the functions' log lines go: the logger keeps the stream it first wrote to."""


@contextmanager
def metered() -> Iterator[Meter]:
    """An empty desk whose calls to AWS are counted. What is printed meanwhile goes to its log."""
    with (
        tempfile.TemporaryDirectory() as packs,
        patch.dict(os.environ, _AWS),
        time_machine.travel(_MONDAY_MORNING, tick=False) as clock,
        mock_aws(),
        redirect_stdout(_LOG),
    ):
        compile_into(Path(packs))
        world = World(clock, Path(packs), "police", template())
        world.build()
        with Meter(world).attached() as meter:
            yield meter
