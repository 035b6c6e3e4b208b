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
            "ANY /staff/v1/roster",
            "ANY /staff/v1/roster/{proxy+}",
            "ANY /staff/v1/notices",
            "ANY /staff/v1/notices/{proxy+}",
            "POST /staff/v1/messages/preview",
            also=frozenset({Use.DUE, Use.LIST}),
            staff=True,
        ),
        # One event may mean three calls of providers, each of up to seven seconds. More events at a time would not
        # end in the function's time, and of what is stopped in the middle of a call nobody knows whether it was sent.
        # (Three on duty are told by two ways each; should that not end in time, the event comes again and goes on.)
        *behind("notify", also=_SENDS, hearing=frozenset({Use.LIST}), batch=1),
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
