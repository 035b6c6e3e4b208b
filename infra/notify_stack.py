"""Notify: the only service that sends, and so the only one that may."""

from infra.desk import Cry, Service, Use, behind, edge

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
            "ANY /staff/v1/bulletins",
            "ANY /staff/v1/bulletins/{proxy+}",
            "POST /staff/v1/thanks",
            also=frozenset({Use.DUE, Use.LIST}),
            staff=True,
        ),
        # Asks and lists; what has to be sent it tells to the reactions.
        edge(
            "subscriptions",
            "notify",
            "ANY /v1/subscriptions",
            "ANY /v1/subscriptions/{proxy+}",
            package="subscriptions",
        ),
        edge("subscribe", "notify", "ANY /subscribe", "ANY /subscribe/{proxy+}", package="subscriptions"),
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
