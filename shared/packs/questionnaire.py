"""What customers are asked afterwards, as data."""

from typing import Annotated, Literal

from pydantic import Field

from shared.packs.parts import Code, Part, Wording


class Item(Part):
    """One question. satisfaction, effort: 1 to 5; recommendation: 0 to 10; yes-no; text: what they want to say."""

    id: Code
    scale: Literal["satisfaction", "effort", "recommendation", "yes-no", "text"]
    ask: Wording
    required: bool


class Questionnaire(Part):
    """Asked after something of this kind is over."""

    after: Literal["case", "complaint", "consultation", "application"]
    title: Wording
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


class Questionnaires(Part):
    """All questionnaires of a pack."""

    name: str
    version: str
    questionnaires: Annotated[tuple[Questionnaire, ...], Field(min_length=1)]

    def after(self, kind: str) -> Questionnaire | None:
        return next((one for one in self.questionnaires if one.after == kind), None)
