"""The ways a message leaves the desk: mail, and text messages by two providers, one the other's stand-by."""

from collections.abc import Mapping
from typing import Protocol

from services.notify.countries import countries_of
from services.notify.eum import Eum
from services.notify.letter import Letter
from services.notify.mark import Which
from services.notify.message import Channel
from services.notify.outcomes import NeverTaken, NoAnswer, NotTaken
from services.notify.ses import Email
from services.notify.sns import Sns
from shared.logs import log
from shared.rules import pack
from shared.settings import settings

__all__ = ["PROVIDERS", "Email", "Letter", "NeverTaken", "NoAnswer", "NotTaken", "Provider", "Texts"]


class Provider(Protocol):
    """One way out. Answers with the provider's id. Raises `NotTaken`, `NeverTaken`, `NoAnswer`."""

    def send(self, address: str, letter: Letter, which: Which) -> str: ...


class Texts:
    """Text messages, only to countries that the desk serves.

    Anybody may give any number, and a text to some countries costs a hundred times one at home.

    The providers that the deployment names are asked in its order, until one takes it: the next one only after a
    refusal for now. One that will never take it speaks for the receiver, and without an answer it may be sent
    already. After such a try another one goes first.
    """

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers

    def send(self, address: str, letter: Letter, which: Which) -> str:
        if not countries_of(address) & _served():
            raise NeverTaken("CountryNotServed")
        names = [name for name in settings().sms_providers.split(",") if name in self._providers] or ["sns"]
        turn = which.turn % len(names)
        refusal: Exception | None = None
        for name in (*names[turn:], *names[:turn]):
            try:
                return self._providers[name].send(address, letter, which)
            except NotTaken as error:
                log().warning("provider refused", message=which.message, provider=name, error=str(error))
                refusal = refusal or error
            except NeverTaken:
                if refusal is None:
                    raise
        # Whoever never will stood by for one who may later.
        raise refusal or NotTaken("NoProvider")


PROVIDERS: dict[Channel, Provider] = {"email": Email(), "sms": Texts({"sns": Sns(), "eum": Eum()})}


def _served() -> frozenset[str]:
    """The pack's own country, and those that the deployment adds in `AHD_SMS_COUNTRIES`: `OM,QA`."""
    return frozenset({pack().region, *settings().sms_countries.split(",")})
