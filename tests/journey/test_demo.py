"""The demonstration on a running desk: real requests of two cities, none lost, none doubled."""

import subprocess
import sys

import pytest

from tests.journey.conftest import ROOT, LocalDesk

pytestmark = pytest.mark.emulator
ROWS = 60


def demo(desk: LocalDesk, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", "--port", str(desk.port), "--rows", str(ROWS), *more],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_real_requests_go_through_without_a_loss_and_again_without_a_double(desk):
    first = demo(desk)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "60 reports: 60 cases, 60 acknowledgements, 60 chains whole, 0 lost, 0 doubled" in first.stdout
    assert "Survey came back" in first.stdout

    again = demo(desk)
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{ROWS} already there" in again.stdout


def test_the_demonstration_talks_to_no_other_machine(desk):
    refused = demo(desk, "--host", "desk.example")
    assert refused.returncode == 1
    assert "not on this machine" in refused.stderr
