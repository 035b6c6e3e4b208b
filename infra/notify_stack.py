"""Notify: the only service that sends, and so the only one that may."""

from infra.desk import CHANGES, Cry, Function, Service, Use, behind, edge

_SENDS = frozenset({Use.OPEN, Use.COUNT, Use.MAIL, Use.SMS})

NOTIFY = Service(
    name="notify",
    functions=(
        edge(
            "staff",
            "notify",
            "ANY /staff/v1/callbacks",
            "ANY /staff/v1/callbacks/{proxy+}",
            "POST /staff/v1/messages/preview",
            also=frozenset({Use.DUE, Use.LIST}),
            staff=True,
        ),
        edge("api", "notify", "ANY /v1/contact/{proxy+}"),
        edge("web", "notify", "ANY /contact/{proxy+}", package="pages"),
        Function("replies", "services.notify.replies", CHANGES | {Use.REPLIES}, memory_mb=256),
        # One event may mean three calls of providers, each of up to seven seconds. More events at a time would not
        # end in the function's time, and of what is stopped in the middle of a call nobody knows whether it was sent.
        *behind("notify", also=_SENDS, batch=1),
    ),
    cries=(
        Cry(
            "staff-untold",
            "staff untold",
            "Staff on duty could not be told of something by mail, perhaps of an urgent report. "
            "See docs/operations.md, 'Staff could not be told'.",
        ),
    ),
)
