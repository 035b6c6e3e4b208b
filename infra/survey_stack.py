"""Survey: how it was for the customer, once per closing, and what the answers add up to."""

from infra.desk import Service, Use, behind, edge

_COUNTS = frozenset({Use.COUNT})

SURVEY = Service(
    name="survey",
    functions=(
        edge("api", "survey", "ANY /v1/surveys/{proxy+}", also=_COUNTS),
        edge("web", "survey", "ANY /survey/{proxy+}", also=_COUNTS),
        edge("staff", "survey", "ANY /staff/v1/scores", uses=frozenset({Use.READ}), staff=True),
        # Who rated as they closed their case has answered: that counts as well.
        *behind("survey", hearing=_COUNTS | {Use.TO_NOTIFY}),
    ),
)
