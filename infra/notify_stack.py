"""Notify: the only service that sends, and so the only one that may."""

from infra.desk import CHANGES, Cry, Function, Service, Use, behind, edge

# The word that a caller says and whether a message can harm are for intake, which shows who may read what.
_TO_INTAKE = frozenset({Use.TO_INTAKE})
_SENDS = _TO_INTAKE | {Use.COUNT, Use.CHECK, Use.MAIL, Use.SMS, Use.EUM}
_NOTES = frozenset({Use.READ, Use.STATE, Use.COUNT, Use.SECRET})
"""Of whoever hears what became of messages: those of a bulletin are counted."""

NOTIFY = Service(
    name="notify",
    functions=(
        edge(
            "staff",
            "notify",
            "ANY /staff/v1/callbacks",
            "ANY /staff/v1/callbacks/{proxy+}",
            "ANY /staff/v1/wishes/{number}",
            "ANY /staff/v1/roster",
            "ANY /staff/v1/roster/{proxy+}",
            "ANY /staff/v1/notices",
            "ANY /staff/v1/notices/{proxy+}",
            "ANY /staff/v1/messages/preview",
            "ANY /staff/v1/bulletins",
            "ANY /staff/v1/bulletins/{proxy+}",
            "ANY /staff/v1/thanks",
            also=_TO_INTAKE | {Use.DUE, Use.LIST, Use.CHECK},
            staff=True,
        ),
        # Signed by providers; it notes what they tell, and sends nothing.
        edge(
            "webhook",
            "notify",
            "ANY /v1/receipts/{provider}",
            uses=_NOTES,
        ),
        edge("api", "notify", "ANY /v1/contact/{proxy+}", also=_TO_INTAKE | {Use.CHECK}),
        edge("web", "notify", "ANY /contact/{proxy+}", also=_TO_INTAKE | {Use.CHECK}, package="pages"),
        Function("replies", "services.notify.replies", CHANGES | {Use.REPLIES}, memory_mb=256),
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
        # (Three on duty are told by two ways each; should that not end in time, the event comes again and goes on.)
        *behind("notify", also=_SENDS, hearing=frozenset({Use.LIST, Use.OPEN}), batch=1),
        # It notes what providers tell, and sends nothing: the clock does.
        Function(
            "receipts",
            "services.notify.receipts",
            _NOTES | {Use.RECEIPTS},
            memory_mb=256,
        ),
    ),
    cries=(
        Cry(
            "staff-untold",
            "staff untold",
            "Staff on duty could not be told of something by mail, perhaps of an urgent report. "
            "See docs/operations.md, 'Staff could not be told'.",
        ),
        Cry(
            "day-spent",
            "day spent",
            "Text messages cost as much today as they may: what is to be told goes by mail or by a call. "
            "See docs/operations.md, 'The day is spent'.",
        ),
    ),
)
