"""What survey does when time passes: nothing is owed here, but what the stream lost is told again."""

from typing import Any

from services.survey import erasing
from services.survey.invitation import Invitation
from shared.clock import utc_now
from shared.logs import bind
from shared.settings import settings
from shared.ticking import tick, time_left


def handler(_event: dict[str, Any], context: Any) -> None:
    """Lambda: a tick."""
    bind(service=settings().service)
    tick({}, utc_now(), time_left(context), {Invitation.KIND: erasing.look})
