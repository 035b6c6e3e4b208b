"""Notify: the only service that sends, and so the only one that may."""

from infra.desk import Service, Use, behind, edge

_SENDS = frozenset({Use.OPEN, Use.MAIL, Use.SMS})

NOTIFY = Service(
    name="notify",
    functions=(
        edge(
            "staff",
            "notify",
            "ANY /staff/v1/callbacks",
            "ANY /staff/v1/callbacks/{proxy+}",
            also=frozenset({Use.DUE, Use.LIST}),
            staff=True,
        ),
        *behind("notify", also=_SENDS),
    ),
)
