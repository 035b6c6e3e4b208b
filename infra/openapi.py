"""What the descriptions of all HTTP APIs have in common: OpenAPI 3.1, from routes and request models."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "api"
SCHEMAS = "#/components/schemas/"
TEXT: dict[str, Any] = {"type": "string"}
WHEN: dict[str, Any] = {"type": "string", "format": "date-time"}
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
        body = {"requestBody": {"required": True, "content": content}}
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


def answering(made: dict[str, Any], schema: str, status: str = "200") -> dict[str, Any]:
    """The operation, whose answer has this schema."""
    made["responses"][status]["content"] = {"application/json": {"schema": {"$ref": f"{SCHEMAS}{schema}"}}}
    return made


def of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object that has all of these."""
    return {"type": "object", "required": list(properties), "properties": dict(properties)}


def many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def in_full(document: dict[str, Any]) -> str:
    """The file as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
