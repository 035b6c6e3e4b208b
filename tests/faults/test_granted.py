"""What a fault makes a function ask of AWS, its role allows: a sweep, a second try, a dead letter."""

from pathlib import Path

from infra.services import SERVICES
from tests.faults.granted import Roles
from tests.faults.runtime import MAIL_FROM, NEUTRAL_FROM, in_memory
from tests.faults.town import people
from tests.faults.world import World
from tests.service.grants import without
from tests.template import Template, template

SEEDS = range(15)
PARAMETERS = {"MailFrom": MAIL_FROM, "NeutralFrom": NEUTRAL_FROM}
BEHIND = ("reactions", "clock", "relay")


def watched(packs: Path, seeds: range, whole: Template) -> Roles:
    """What was asked in these worlds, and what of it roles refuse."""
    roles = Roles(whole, PARAMETERS)
    with in_memory():
        for seed in seeds:
            world = World(seed, packs)
            world.cloud.watched(roles.watching)
            world.run(people)
    return roles


def test_in_no_world_does_a_function_ask_for_what_its_role_does_not_allow(packs):
    roles = watched(packs, SEEDS, template())
    assert roles.refused == set()
    assert {f"{service.name}.{function}" for service in SERVICES for function in BEHIND} <= {
        function for function, _ in roles.asked
    }
    # Some of it nobody asks for while all goes well.
    assert ("intake.clock", "events.put_events") in roles.asked


def test_what_a_role_lacks_is_named(packs):
    lacking = without(template(), "intake", "clockrole", "events:PutEvents")
    assert watched(packs, SEEDS, lacking).refused == {
        "intake.clock may not events:PutEvents on bus {'events:source': 'ahd.intake'}"
    }
