"""Intake: where citizens report, follow their case and say that they are not satisfied."""

from infra.desk import Service, Use, behind, edge

INTAKE = Service(
    name="intake",
    seals_to=("notify", "complaints"),
    functions=(
        edge(
            "api",
            "intake",
            "POST /v1/cases",
            "GET /v1/cases/{number}",
            "POST /v1/cases/{number}/{action}",
            "GET /v1/categories",
        ),
        edge(
            "web",
            "intake",
            "GET /",
            "ANY /report",
            "ANY /report/{proxy+}",
            "ANY /follow",
            "ANY /follow/{proxy+}",
            "GET /assets/{proxy+}",
            # Whatever no other route takes: people who mistyped get a page, programs a problem.
            "ANY /{proxy+}",
        ),
        edge(
            "staff",
            "intake",
            "ANY /staff/v1/cases",
            "ANY /staff/v1/cases/{proxy+}",
            "ANY /staff/v1/calls",
            "ANY /staff/v1/calls/{proxy+}",
            also=frozenset({Use.DUE, Use.LIST}),
            staff=True,
        ),
        *behind("intake", also=frozenset({Use.OPEN})),
    ),
)
