"""Intake: where citizens report, follow their case and say that they are not satisfied."""

from infra.desk import CHANGES, Choice, Function, Service, Use, behind, edge

SENDS = frozenset({Use.DUE, Use.CLAIM})
"""Sending a unit: the index says which are free, and the nearest is taken."""
# TransactWriteItems asks for ConditionCheckItem where it only looks.
_HEARS_CALLERS = frozenset({Use.CHECK})
"""A report by telephone is stored unless its caller is flagged."""
_TELLS = frozenset({Use.TO_NOTIFY, Use.TO_COMPLAINTS})
"""Whoever reports is told by notify; whoever is not satisfied is heard by complaints."""

INTAKE = Service(
    name="intake",
    functions=(
        edge(
            "api",
            "intake",
            "ANY /v1/cases",
            "ANY /v1/cases/{number}",
            "ANY /v1/cases/{number}/{action}",
            "ANY /v1/categories",
            "ANY /v1/knowledge",
            "ANY /v1/categories/proposals",
            "ANY /v1/categories/{code}/questions",
            also=SENDS | _TELLS | _HEARS_CALLERS,
        ),
        edge(
            "web",
            "intake",
            "ANY /",
            "ANY /report",
            "ANY /report/{proxy+}",
            "ANY /follow",
            "ANY /follow/{proxy+}",
            "ANY /assets/{proxy+}",
            # Whatever no other route takes: people who mistyped get a page, programs a problem.
            "ANY /{proxy+}",
            also=SENDS | _TELLS,
            # What draws pages would make whatever answers programs slower to start.
            package="pages",
        ),
        edge(
            "staff",
            "intake",
            "ANY /staff/v1/cases",
            "ANY /staff/v1/cases/{proxy+}",
            "ANY /staff/v1/callers",
            "ANY /staff/v1/callers/{proxy+}",
            "ANY /staff/v1/calls",
            "ANY /staff/v1/calls/{proxy+}",
            "ANY /staff/v1/customers/{proxy+}",
            "ANY /staff/v1/units",
            "ANY /staff/v1/units/{proxy+}",
            also=SENDS | _TELLS | _HEARS_CALLERS | {Use.LIST},
            staff=True,
        ),
        # An export alone may read through the whole table.
        edge(
            "exports",
            "intake",
            "ANY /staff/v1/exports/cases",
            also=frozenset({Use.EVERYTHING}),
            staff=True,
        ),
        edge(
            "open311",
            "intake",
            "ANY /open311/v2/{proxy+}",
            also=SENDS | _TELLS | {Use.LIST, Use.QUARANTINE},
            # Forms in parts, photos and S3: the others need none of it.
            package="open311",
            choices=(
                Choice(
                    "Open311Keys",
                    "AHD_OPEN311_KEYS",
                    "SHA-256 of each api_key that may send reports by Open311, in hex, by commas; empty: nobody may",
                ),
            ),
        ),
        edge(
            "uploads",
            "intake",
            "ANY /v1/cases/{number}/files",
            "ANY /follow/{number}/files",
            also=frozenset({Use.QUARANTINE}),
            # Forms in parts and S3, with pages.
            package="pages",
        ),
        # Staff fetch files by this one alone: no other may read them.
        edge(
            "downloads",
            "intake",
            "ANY /staff/v1/cases/{number}/files",
            "ANY /staff/v1/cases/{number}/files/{file}",
            also=frozenset({Use.FETCH}),
            staff=True,
            package="pages",
        ),
        # A copy of a customer's file is a page too.
        edge(
            "copies",
            "intake",
            "ANY /staff/v1/customers/{customer}/copy",
            "ANY /staff/v1/customers/{customer}/copy.html",
            also=frozenset({Use.LIST}),
            staff=True,
            package="pages",
        ),
        Function("scans", "services.intake.scans", CHANGES | {Use.SCANNED}, package="pages"),
        *behind(
            "intake",
            also=frozenset({Use.LIST}),
            # A file says of a case what the case says now.
            hearing=frozenset({Use.OPEN, Use.REMOVE_FILES, Use.CHECK}),
            # Whoever has an appointment is reminded of it.
            ticking=frozenset({Use.TO_NOTIFY}),
        ),
    ),
)
