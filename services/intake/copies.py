"""HTTP for staff who give customers a copy of their file: a function of its own, because it draws a page."""

from base64 import b64encode
from hashlib import sha256

from aws_lambda_powertools.event_handler import Response

from services.intake import copying
from services.intake.casewords import case_shown
from services.intake.copying import Copied, Copy
from shared import ids
from shared.clock import utc_now
from shared.http import Desk, answer
from shared.packs import LANGUAGES
from shared.pages import render, styles
from shared.pages.browser import PAGE_HEADERS
from shared.rules import calendar, pack
from shared.store import Cause
from shared.wording import Speaker, speaker

handler = Desk()


@handler.get("/staff/v1/customers/<customer>/copy")
def as_json(customer: str) -> Response[str]:
    return answer(200, _copy(customer, None).as_dict())


@handler.get("/staff/v1/customers/<customer>/copy.html")
def as_page(customer: str) -> Response[str]:
    """To be read, printed or sent: in the customer's language, or in the one asked for."""
    asked = handler.current_event.get_query_string_value("lang", "")
    copied = _copy(customer, asked if asked in LANGUAGES else None)
    language = asked if asked in LANGUAGES else next(iter(copied.customer.languages), "en")
    t = speaker("intake", language)
    css = styles(language)
    zone = calendar().zone
    page = render(
        "intake/copy.html",
        language,
        here=f"/staff/v1/customers/{customer}/copy.html",
        desk=pack().title.into(language),
        number=ids.spoken(copied.customer.id),
        made=t.when(utc_now(), zone),
        particulars=copied.particulars,
        cases=[_shown(one, t, language) for one in copied.cases],
        named_on=[t.day(link.at, zone) for link in copied.named_on],
        more=copied.after,
        css=css,
    )
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = PAGE_HEADERS["Content-Security-Policy"].replace("style-src 'self'", f"style-src 'sha256-{digest}'")
    return Response(
        200, "text/html; charset=utf-8", page, headers={**PAGE_HEADERS, "Content-Security-Policy": policy}
    )


def _copy(customer: str, language: str | None) -> Copy:
    principal = handler.principal()
    cause = Cause(utc_now(), principal.id, handler.correlation())
    return copying.copy(principal, customer, cause, handler.after(), language)


def _shown(one: Copied, t: Speaker, language: str) -> dict[str, object]:
    reported = t.when(one.link.at, calendar().zone)
    if one.view is None:
        return {"number": ids.spoken(one.link.case), "reported": reported, "erased": True}
    said = one.statement.said
    category = pack().category(one.view.category)
    name = category.name.into(language) if category else one.view.category
    return {
        **case_shown(one.view, t),
        "category": name,
        "reported": reported,
        "erased": False,
        "said": {name: said[name] for name in ("description", "losses", "people") if said.get(name)},
        "place": (said.get("place") or {}).get("address"),
        "files": one.files,
    }
