"""What survey tells."""

from typing import ClassVar, Literal

from shared.contracts import Boxed, Event


class SurveyLink(Boxed):
    """To notify, with `SurveyInvited`: the token that opens the survey once."""

    token: str


class SurveyEvent(Event):
    source: ClassVar[str] = "ahd.survey"


class SurveyInvited(SurveyEvent):
    """A customer is to be asked how it was. Box: `SurveyLink` to notify."""

    invitation: str
    case: str
    about: Literal["case", "complaint"] = "case"
    complaint: str | None = None


class SurveyAnswered(SurveyEvent):
    """The customer answered."""

    invitation: str
    case: str
    satisfaction: int
    complaint: str | None = None
    """The complaint that they were asked about; none: the case itself."""


class SatisfactionLow(SurveyEvent):
    """The customer answered with a low score: somebody should call."""

    invitation: str
    case: str
    satisfaction: int
    complaint: str | None = None
    """The complaint that they were asked about; none: the case itself."""
