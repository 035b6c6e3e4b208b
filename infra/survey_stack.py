"""Survey: how it was for the customer, once per closing, and what the answers add up to."""

from infra.desk import Service, behind, edge

SURVEY = Service(
    name="survey",
    seals_to=("notify",),
    functions=(
        edge("api", "survey", "ANY /v1/surveys/{proxy+}"),
        edge("web", "survey", "ANY /survey/{proxy+}"),
        edge("staff", "survey", "GET /staff/v1/scores", staff=True),
        *behind("survey"),
    ),
)
