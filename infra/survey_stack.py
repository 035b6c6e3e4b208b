"""Survey: how it was for the customer, once per closing, and what the answers add up to."""

from infra.desk import Service, Use, behind, edge

_COUNTS = frozenset({Use.COUNT})

SURVEY = Service(
    name="survey",
    seals_to=("notify",),
    functions=(
        edge("api", "survey", "ANY /v1/surveys/{proxy+}", also=_COUNTS),
        edge("web", "survey", "ANY /survey/{proxy+}", also=_COUNTS),
        edge("staff", "survey", "GET /staff/v1/scores", uses=frozenset({Use.READ}), staff=True),
        *behind("survey"),
    ),
)
