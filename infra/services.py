"""The services of the desk, in the order in which a citizen meets them."""

from collections.abc import Sequence

from infra.complaints_stack import COMPLAINTS
from infra.desk import Service
from infra.intake_stack import INTAKE
from infra.notify_stack import NOTIFY
from infra.survey_stack import SURVEY

SERVICES: Sequence[Service] = (INTAKE, COMPLAINTS, NOTIFY, SURVEY)
