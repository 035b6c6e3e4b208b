"""HTTP for citizens: subscribe, confirm, end. What a link opens travels as a bearer, never in the address."""

from aws_lambda_powertools.event_handler import Response

from services.notify import signup, subscribing
from shared.clock import utc_now
from shared.http import Desk, Problem, answer
from shared.packs import LANGUAGES

handler = Desk()


@handler.get("/v1/subscriptions")
def offered() -> Response[str]:
    language = handler.current_event.get_query_string_value("lang", "en")
    if language not in LANGUAGES:
        raise Problem(
            400, "unknown-language", "This language is not spoken here.", f"Use one of {', '.join(LANGUAGES)}."
        )
    return answer(200, signup.offered(language), {"Cache-Control": "public, max-age=300"})


@handler.post("/v1/subscriptions")
def ask() -> Response[str]:
    signup.ask(handler.read(signup.SubscriptionRequest), utc_now(), handler.correlation())
    return answer(202, {"next": "We send a link to this address. Nothing else is sent until it is opened."})


@handler.get("/v1/subscriptions/<identity>")
def view(identity: str) -> Response[str]:
    return answer(200, subscribing.view(identity, handler.bearer()))


@handler.post("/v1/subscriptions/<identity>/confirmation")
def confirm(identity: str) -> Response[str]:
    return answer(200, subscribing.confirm(identity, handler.bearer(), utc_now(), handler.correlation()))


@handler.post("/v1/subscriptions/<identity>/end")
def end(identity: str) -> Response[str]:
    return answer(200, subscribing.end(identity, handler.bearer(), utc_now(), handler.correlation()))
