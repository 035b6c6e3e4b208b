"""What the deployment tells a function, read from its environment when first asked for."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PACKS = Path(__file__).resolve().parent.parent / "packs"
"""Where a Lambda package holds its compiled packs."""


class NotConfigured(RuntimeError):
    """A function asked for a setting that its deployment does not give it."""


@dataclass(frozen=True)
class Settings:
    service: str
    table: str
    bus: str
    dead_letters: str
    desk_key: str
    url: str
    pack: str
    packs: str
    mail_from: str
    neutral_from: str
    duty_mail: str
    sms_sender: str
    sms_countries: str
    sms_providers: str
    sms_prices: str
    sms_day: str
    sms_day_urgent: str
    sms_day_staff: str
    sms_day_subscribers: str
    receipts: str
    open311_keys: str
    quarantine: str

    def need(self, name: str) -> str:
        """The setting `name`, or `NotConfigured` naming the variable to set."""
        value: str = getattr(self, name)
        if not value:
            raise NotConfigured(f"set AHD_{name.upper()} on this function")
        return value


@cache
def settings() -> Settings:
    """The deployment's settings. Absent ones are empty: a function has only what it needs."""
    given = {name: os.environ.get(f"AHD_{name.upper()}", "") for name in Settings.__dataclass_fields__}
    return Settings(**{**given, "packs": given["packs"] or str(_PACKS)})


def seal_key(recipient: str) -> str:
    """The ARN of the KMS key under which things are sealed to the service `recipient`."""
    variable = f"AHD_SEAL_{recipient.upper()}"
    value = os.environ.get(variable, "")
    if not value:
        raise NotConfigured(f"set {variable} on this function")
    return value
