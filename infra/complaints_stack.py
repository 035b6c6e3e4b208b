"""Complaints: what becomes of dissatisfaction, by when, and who decides."""

from infra.desk import Service, Use, behind, edge

COMPLAINTS = Service(
    name="complaints",
    seals_to=("notify", "intake"),
    functions=(
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
