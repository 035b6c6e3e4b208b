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

    detail_type: Literal["SurveyInvited.v1"] = "SurveyInvited.v1"
    invitation: str
    case: str
    about: Literal["case", "complaint"] = "case"
    complaint: str | None = None


class SurveyAnswered(SurveyEvent):
    """The customer answered."""

    detail_type: Literal["SurveyAnswered.v1"] = "SurveyAnswered.v1"
    invitation: str
    case: str
    satisfaction: int
    complaint: str | None = None
    """The complaint that they were asked about; none: the case itself."""


class SatisfactionLow(SurveyEvent):
    """The customer answered with a low score: somebody should call."""

    detail_type: Literal["SatisfactionLow.v1"] = "SatisfactionLow.v1"
    invitation: str
    case: str
    satisfaction: int
    complaint: str | None = None
    """The complaint that they were asked about; none: the case itself."""
