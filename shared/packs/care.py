"""What an organisation writes to whoever subscribed: themes, communities, greetings, recognition."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from shared.packs.parts import Code, Part, Refers, Wording
from shared.packs.parts import Within as Span

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A time of day, `08:00`."""

Theme = Annotated[Code, Refers("themes")]


class Hours(Part):
    """From when to when, by the calendar's zone, of one day."""

    after: Clock = "08:00"
    until: Clock = "20:00"


class Feast(Part):
    """A public holiday by its English name in the `holidays` library. Of one that lasts, the first day."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 code")]
    name: str
    years: Annotated[tuple[int, ...], Field(min_length=1)]


class Greeting(Part):
    """What is said on a day of the year. Say `dates`, or the `feast` that it is: then they are computed."""

    id: Code
    theme: Theme
    feast: Feast | None = None
    dates: tuple[date, ...] = ()
    at: Clock = "09:00"
    subject: Wording
    words: Wording
    short: Wording
    """For a text message."""


class Recognition(Part):
    """What is said to whoever has been a subscriber for so long (`after`), or brought so much while they were one."""

    id: Code
    after: Span | None = None
    contacts: Annotated[int, Field(ge=2, le=1000)] | None = None
    """On how many days they reported something. What a victim or a witness reports is not counted."""
    subject: Wording
    words: Wording
    short: Wording

    @model_validator(mode="after")
    def _is_for_one_thing(self) -> "Recognition":
        if (self.after is None) == (self.contacts is None):
            raise ValueError("say either `after` or `contacts`: what they are thanked for")
        return self


class Care(Part):
    """Compiled from a pack's `care.yaml`. Without one nobody can subscribe to anything."""

    name: Code
    version: str
    a_minute: Annotated[int, Field(ge=1, le=1000)] = 120
    """How many subscribers a bulletin goes to in a minute."""
    hours: Hours = Hours()
    """When bulletins go out that are not urgent."""
    themes: dict[Code, Wording] = Field(default_factory=dict)
    communities: dict[Code, Wording] = Field(default_factory=dict)
    greetings: tuple[Greeting, ...] = ()
    recognition: tuple[Recognition, ...] = ()

    def greeting(self, identity: str) -> Greeting | None:
        return next((one for one in self.greetings if one.id == identity), None)

    def merit(self, identity: str) -> Recognition | None:
        return next((one for one in self.recognition if one.id == identity), None)
