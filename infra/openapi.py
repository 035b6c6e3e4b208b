"""Writes the HTTP API of complaints as OpenAPI 3.1 to `docs/api/`, from its routes and its request models.

`python -m infra.openapi`. A test holds the committed file, the code and the routes of the templates together.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.complaints import accepting, following, staff
from services.complaints.dating import MovePromiseRequest
from services.complaints.handling import Nothing
from services.complaints.working import CloseRequest
from shared.packs import LANGUAGES
from shared.policy import PERMITS
from shared.recalculating import PERMIT, RecalculateRequest

TARGET = Path(__file__).resolve().parent.parent / "docs" / "api" / "complaints.openapi.json"
SCHEMAS = "#/components/schemas/"
_NUMBER = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The complaint's number, with or without hyphens.",
    "schema": {"type": "string"},
}
AFTER = {
    "name": "after",
    "in": "query",
    "description": "`next` of the page before.",
    "schema": {"type": "string"},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request is carried out once and answered alike.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{8,128}$"},
}

NOT_SIGNED_IN: dict[str, Any] = {
    "description": "The gateway's own words: the token is missing, wrong or too old.",
    "content": {"application/json": {"schema": {"type": "object", "properties": {"message": {"type": "string"}}}}},
}


def document() -> dict[str, Any]:
    """The whole description."""
    models: dict[str, type[BaseModel]] = {}
    paths: dict[str, dict[str, Any]] = {}
    for method, path, made in (*_citizens(models), *_staff(models), *_documents()):
        paths.setdefault(path, {})[method] = made
    told = "What customers and staff do with a complaint. Refusals are problem+json (RFC 9457)."
    return described("Ahd: complaints", told, paths, models)


def described(
    title: str, told: str, paths: Mapping[str, dict[str, Any]], models: Mapping[str, type[BaseModel]]
) -> dict[str, Any]:
    """A description of these operations, with the schemas of what is sent."""
    schemas: dict[str, Any] = {"Problem": _problem()}
    for name, model in sorted(models.items()):
        shape = model.model_json_schema(ref_template=SCHEMAS + "{model}")
        schemas |= shape.pop("$defs", {})
        schemas[name] = shape
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": told},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "secret": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The secret that came with the number.",
                },
                "staff": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _citizens(models: dict[str, type[BaseModel]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    complain = operation("complain", accepting.ComplaintRequest, models, "A complaint is taken.", created=True)
    yield "post", "/v1/complaints", {**complain, "security": []}
    kinds = operation("kinds", None, models, "What complaints can be about, and what is asked.")
    itself = operation("description", None, models, "This description.")
    yield "get", "/v1/complaints/openapi.json", {**itself, "security": []}
    kinds["parameters"] = [{"name": "lang", "in": "query", "schema": {"enum": ["en", "ar", "zh"]}}]
    yield "get", "/v1/complaints/kinds", {**kinds, "security": []}
    follow = operation("follow", None, models, "State, timeline, and every promise with why its date is that.")
    yield "get", "/v1/complaints/{number}", {**follow, "parameters": [_NUMBER], "security": [{"secret": []}]}
    for name, (model, act) in following.ACTS.items():
        made = operation(name, model, models, says(act.__doc__ or model.__doc__))
        security: dict[str, Any] = {"parameters": [_NUMBER, KEY], "security": [{"secret": []}]}
        yield "post", f"/v1/complaints/{{number}}/{name}", {**made, **security}


def _staff(models: dict[str, type[BaseModel]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    here = "/staff/v1/complaints"
    secured: dict[str, Any] = {"security": [{"staff": []}]}
    role = {"name": "role", "in": "query", "description": "Those that this role has.", "schema": {"type": "string"}}
    clock = {
        "name": "clock",
        "in": "query",
        "description": "`still`: those of which every clock stands still, the longest first.",
        "schema": {"enum": ["running", "still"], "default": "running"},
    }
    owed = operation("owed", None, models, "What is owed, the soonest first; at most a page, and `next` behind it.")
    yield "get", here, {**owed, **secured, "parameters": [role, clock, AFTER]}
    keyed = operation("keyIn", accepting.KeyedComplaintRequest, models, "A complaint is keyed in.", created=True)
    yield "post", here, {**keyed, **secured, "parameters": [KEY]}
    yield "get", f"{here}/count", {**operation("count", None, models, "How many are open and late."), **secured}
    leads: dict[str, Any] = {**secured, "parameters": [AFTER], "x-roles": sorted(PERMITS[PERMIT])}
    preview = operation("previewRecalculation", None, models, "Which promises the rules of today would move; a page.")
    yield "get", f"{here}/recalculation", {**preview, **leads}
    carried = operation("recalculate", RecalculateRequest, models, "Move those of a page, for a reason.")
    yield "post", f"{here}/recalculation", {**carried, **leads}
    read = operation("read", None, models, "The whole complaint.")
    yield "get", f"{here}/{{number}}", {**read, **secured, "parameters": [_NUMBER]}
    move = operation("movePromise", MovePromiseRequest, models, says(MovePromiseRequest.__doc__))
    promise = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    yield (
        "post",
        f"{here}/{{number}}/promises/{{name}}/move",
        {**move, **secured, "parameters": [_NUMBER, promise, KEY], "x-roles": sorted(PERMITS["complaint.decide"])},
    )
    for name, act in staff.ACTS.items():
        model = None if act.request is Nothing else act.request
        made = operation(f"staff-{name}", model, models, says(act.do.__doc__ or act.request.__doc__))
        allowed = {"parameters": [_NUMBER, KEY], "x-roles": sorted(PERMITS[act.permit]), "x-move": act.move.value}
        yield "post", f"{here}/{{number}}/{name}", {**made, **secured, **allowed}


def _documents() -> Iterator[tuple[str, str, dict[str, Any]]]:
    here = "/staff/v1/documents/complaints/{number}"
    language = {"name": "lang", "in": "query", "schema": {"enum": list(LANGUAGES), "default": "en"}}
    for name, path, kind, schema in (
        ("noticePage", f"{here}/notice", "text/html", {"type": "string"}),
        ("noticePdf", f"{here}/notice.pdf", "application/pdf", {"type": "string", "format": "binary"}),
    ):
        told = f"The rectification notice to print, as {kind}; 404 where none is issued."
        made = operation(name, None, {}, told)
        made["responses"]["200"]["content"] = {kind: {"schema": schema}}
        roles = sorted(PERMITS["complaint.read"])
        yield (
            "get",
            path,
            {**made, "parameters": [_NUMBER, language], "security": [{"staff": []}], "x-roles": roles},
        )


def operation(
    identity: str,
    model: type[BaseModel] | None,
    models: dict[str, type[BaseModel]],
    told: str,
    *,
    created: bool = False,
) -> dict[str, Any]:
    refusal = {"content": {"application/problem+json": {"schema": {"$ref": f"{SCHEMAS}Problem"}}}}
    body: dict[str, Any] = {}
    if model is not None:
        models[model.__name__] = model
        content = {"application/json": {"schema": {"$ref": f"{SCHEMAS}{model.__name__}"}}}
        body = {"requestBody": {"required": model is not CloseRequest, "content": content}}
    return {
        "operationId": identity,
        "summary": told,
        **body,
        "responses": {
            "201" if created else "200": {
                "description": told,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "4XX": {"description": "Refused: what is wrong, where, and what to do.", **refusal},
        },
    }


def not_found(refused: dict[str, Any]) -> dict[str, Any]:
    """What is not there; where the address itself can't be, the gateway says so in its own words."""
    content = dict(refused["content"])
    message = NOT_SIGNED_IN["content"]["application/json"]["schema"]
    ours = content.get("application/json")
    content["application/json"] = {"schema": {"anyOf": [ours["schema"], message]} if ours else message}
    return {"description": "There is no such thing, or it is not yours to see.", "content": content}


def says(doc: str | None) -> str:
    return " ".join((doc or "").split("\n\n")[0].split())


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "state": {"type": "string"},
            "allowed": {"type": "array", "items": {"type": "string"}, "description": "The moves that are possible."},
            "faults": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in ("pointer", "code", "message")},
                },
            },
        },
    }


def rendered() -> str:
    """The file as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(rendered(), encoding="utf-8")
