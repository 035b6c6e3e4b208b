"""What all parts of a pack are made of: wording, spans, duties, money, facts and conditions."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.promises import Rung
from shared.worktime import Span, Unit

LANGUAGES = ("en", "ar", "zh")
RIGHT_TO_LEFT = frozenset({"ar"})

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
"""A name that other parts of the pack use: small letters, digits, hyphens."""

FactName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=40)]
"""Something that is true or not of a case or a complaint."""

Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class Refers:
    """Marks a name that another part of the pack has to define: the linter follows it."""

    to: str

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core_schema), "description": f"one of {self.to}"}


RoleCode = Annotated[Code, Refers("roles")]
DepartmentCode = Annotated[Code, Refers("departments")]
KindCode = Annotated[Code, Refers("kinds")]
RungRole = Annotated[Code, Refers("rungs")]
KnownFact = Annotated[FactName, Refers("facts")]


def _one_span(data: dict[str, int]) -> dict[str, int]:
    Span.parse(data)
    return data


Within = Annotated[
    dict[str, int],
    AfterValidator(_one_span),
    WithJsonSchema(
        {
            "type": "object",
            "description": "Exactly one unit: minutes, hours, days and months run on the wall clock; working_* run"
            " in the calendar's opening hours.",
            "properties": {unit.value: {"type": "integer", "minimum": 0} for unit in Unit},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        }
    ),
]
"""How much time, e.g. `{working_days: 3}`."""

ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Part(BaseModel):
    """A piece of a pack: nothing unknown in it, nothing changes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Daily(Part):
    """Hours of every day by the clock, e.g. from 21:00 until 08:00: past midnight when they end before they begin."""

    after: ClockTime
    until: ClockTime

    @model_validator(mode="after")
    def _is_no_moment(self) -> "Daily":
        if self.after == self.until:
            raise ValueError("begins and ends at the same time; send two different times")
        return self


class Wording(Part):
    """A text in the desk's three languages; none may be missing."""

    en: Text
    ar: Text
    zh: Text

    def into(self, language: str) -> str:
        return str(getattr(self, language if language in LANGUAGES else "en"))


class Duty(Part):
    """Who owes something, and within what span."""

    role: RoleCode
    within: Within

    def rung(self) -> Rung:
        return Rung(self.role, self.within)


class Money(Part):
    """An amount in the currency's minor unit: 100 yuan are `{minor: 10000, currency: CNY}`."""

    minor: Annotated[int, Field(ge=0, le=10**12, strict=True)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Question(Part):
    """A yes/no question whose answer is the fact `fact`."""

    fact: FactName
    ask: Wording


Grade = Literal["general", "major"]


class Condition(Part):
    """When something applies. All that is given must hold; nothing given means always.

    `kinds` are kinds of complaint, each with everything beneath it.
    """

    when: tuple[KnownFact, ...] = ()
    unless: tuple[KnownFact, ...] = ()
    kinds: tuple[KindCode, ...] = ()
    except_kinds: tuple[KindCode, ...] = ()
    grade: Grade | None = None
