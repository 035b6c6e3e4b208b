"""Another date for something that was promised, as people send it: bounded, so that no calendar counts for ever."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator, model_validator

from shared.http import HORIZON, Request, When
from shared.packs import Within
from shared.worktime import Span, Unit
from shared.worktime.span import LENGTHS

_AT_LEAST = {
    Unit.DAYS: timedelta(days=1),
    Unit.WORKING_DAYS: timedelta(days=1),
    Unit.WORKING_DAY_ENDS: timedelta(days=1),
    Unit.MONTHS: timedelta(days=28),
}


def _one_unit(data: Any, read: ValidatorFunctionWrapHandler) -> dict[str, int]:
    try:
        span = Span.parse(read(data))
    except ValidationError:  # its words repeat what was sent
        units = ", ".join(Unit)
        raise ValueError(f"a span is one unit with a whole number from 0 up; units are {units}") from None
    # Counting through thousands of years would take as long as a function has.
    if span.amount > HORIZON / (_AT_LEAST.get(span.unit) or timedelta(microseconds=LENGTHS[span.unit])):
        raise ValueError("is more than ten years; give less time")
    return span.as_dict()


NewSpan = Annotated[Within, WrapValidator(_one_unit)]


class NewDate(Request):
    """As a date or as a new whole span from when it was promised, and why."""

    to: When | None = None
    within: NewSpan | None = None
    reason: Annotated[str, Field(max_length=1000)] = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> "NewDate":
        if (self.to is None) == (self.within is None):
            raise ValueError("send either to or within")
        return self
