"""What `make` does with a pack that lives elsewhere, as it says itself before it does it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A folder of packs outside the project, with one in it."""
    (tmp_path / "our-packs" / "hospital").mkdir(parents=True)
    (tmp_path / "our-packs" / "hospital" / "pack.yaml").write_text("name: hospital\n")
    return tmp_path / "our-packs"


def planned(*arguments: str) -> str:
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("said", ["PACKS={ours} PACK=hospital", "PACK={ours}/hospital", "PACK={ours}/hospital/"])
def test_the_desk_comes_up_under_a_pack_that_lives_elsewhere(ours, said):
    plan = planned("up", *said.format(ours=ours).split())
    assert f"-m infra.package --packs {ours}\n" in plan
    assert "--parameter Pack=hospital\n" in plan
    assert "There is no pack" not in plan


def test_it_is_deployed_like_any_other(ours):
    plan = planned("deploy", "MAIL_FROM=a@example.org", "DUTY_MAIL=b@example.org", f"PACKS={ours}", "PACK=hospital")
    assert f"--packs {ours}" in plan
    assert "AhdIntake:Pack=hospital" in plan


def test_without_any_word_of_it_the_shipped_packs_are_packed_alone():
    plan = planned("up", "PACK=works")
    assert "-m infra.package \n" in plan
    assert "--parameter Pack=works\n" in plan


def test_a_pack_that_is_nowhere_is_named_with_those_that_are(ours):
    plan = planned("up", f"PACKS={ours}", "PACK=school")
    said = next(line for line in plan.splitlines() if "There is no pack school" in line)
    for name in ("hospital", "police", "works"):
        assert name in said
