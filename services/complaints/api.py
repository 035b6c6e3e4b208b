"""HTTP for citizens: complain, follow, confirm, ask for rework, wish for no calls."""

from aws_lambda_powertools.event_handler import Response

from services.complaints import accepting, following
from services.complaints.description import description
from shared.clock import utc_now
from shared.http import Desk, Problem, answer
from shared.packs import LANGUAGES

handler = Desk()


@handler.post("/v1/complaints")
def complain() -> Response[str]:
    request = handler.read(accepting.ComplaintRequest)
    receipt = accepting.accept(request, handler.idempotency_key(), utc_now(), handler.correlation())
    body = receipt.as_dict()
    return answer(201, body, {"Location": f"/v1/complaints/{body['number']}"})


@handler.get("/v1/complaints/kinds")
def kinds() -> Response[str]:
    language = handler.current_event.get_query_string_value("lang", "en")
    if language not in LANGUAGES:
        raise Problem(
            400, "unknown-language", "This language is not spoken here.", f"Use one of {', '.join(LANGUAGES)}."
        )
    return answer(200, accepting.kinds(language), {"Cache-Control": "public, max-age=300"})


@handler.get("/v1/complaints/openapi.json")
def describe() -> Response[str]:
    """The same for everybody, until the desk is deployed again: caches keep it and ask whether it is still right."""
    text, tag = description()
    known = handler.current_event.headers.get("if-none-match", "")
    same = tag in {one.strip().removeprefix("W/") for one in known.split(",")}
    return Response(
        status_code=304 if same else 200,
        content_type="application/json",
        body="" if same else text,
        headers={"Cache-Control": "public, max-age=3600", "ETag": tag, "Access-Control-Allow-Origin": "*"},
    )


@handler.get("/v1/complaints/<number>")
def follow(number: str) -> Response[str]:
    return answer(200, following.follow(number, handler.bearer()))


@handler.post("/v1/complaints/<number>/<action>")
def act(number: str, action: str) -> Response[str]:
    if action not in following.ACTS:
        raise Problem(404, "unknown-route", "There is nothing at this address.")
    request = handler.read(following.ACTS[action][0])
    seen = following.act(
        action,
        number,
        handler.bearer(),
        request,
        handler.idempotency_key(),
        utc_now(),
        handler.correlation(),
    )
    return answer(200, seen)
