"""Complaints: what becomes of dissatisfaction, by when, and who decides."""

from infra.desk import CHANGES, Function, Service, Use, behind, edge

COMPLAINTS = Service(
    name="complaints",
    functions=(
        edge(
            "api",
            "complaints",
            "ANY /v1/complaints",
            "ANY /v1/complaints/kinds",
            "ANY /v1/complaints/openapi.json",
            "ANY /v1/complaints/{number}",
            "ANY /v1/complaints/{number}/{action}",
            also=frozenset({Use.TO_NOTIFY}),
        ),
        Function(
            "web",
            "services.complaints.web",
            CHANGES | {Use.TO_NOTIFY},
            routes=(
                "ANY /complain",
                "ANY /complaint/{number}",
                "ANY /complaint/{number}/{way}",
            ),
            memory_mb=1024,
            timeout_seconds=10,
            package="pages",
        ),
        edge(
            "staff",
            "complaints",
            "ANY /staff/v1/complaints",
            "ANY /staff/v1/complaints/{proxy+}",
            # Rectification notices are numbered by a counter.
            also=frozenset({Use.DUE, Use.LIST, Use.COUNT, Use.TO_NOTIFY, Use.TO_INTAKE}),
            staff=True,
        ),
        Function(
            "documents",
            "services.complaints.documents",
            frozenset({Use.READ, Use.SECRET}),
            routes=("ANY /staff/v1/documents/{proxy+}",),
            staff=True,
            memory_mb=1769,  # a whole processor: it draws
            package="documents",
        ),
        *behind("complaints", hearing=frozenset({Use.OPEN, Use.TO_NOTIFY})),
    ),
)
