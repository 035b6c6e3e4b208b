"""Complaints: what becomes of dissatisfaction, by when, and who decides."""

from infra.desk import Service, Use, behind, edge

COMPLAINTS = Service(
    name="complaints",
    seals_to=("notify",),
    functions=(
        edge(
            "api",
            "complaints",
            "POST /v1/complaints",
            "GET /v1/complaints/kinds",
            "GET /v1/complaints/{number}",
            "POST /v1/complaints/{number}/{action}",
        ),
        edge(
            "staff",
            "complaints",
            "ANY /staff/v1/complaints",
            "ANY /staff/v1/complaints/{proxy+}",
            also=frozenset({Use.DUE, Use.LIST}),
            staff=True,
        ),
        *behind("complaints", also=frozenset({Use.OPEN})),
    ),
)
