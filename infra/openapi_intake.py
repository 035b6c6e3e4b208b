"""The HTTP API of intake as OpenAPI 3.1: citizens, staff, and other services' apps by Open311."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from infra.openapi import (
    AFTER,
    FOLDER,
    KEY,
    NOT_SIGNED_IN,
    SCHEMAS,
    TEXT,
    described,
    in_full,
    not_found,
    operation,
    says,
)
from services.intake import (
    asking,
    finding,
    flagging,
    following,
    forgetting,
    joining,
    merging,
    phoning,
    signing,
    staff,
)
from services.intake.attachment import LIMIT, TAKEN
from services.intake.erasing import EraseRequest
from services.intake.georeport import FORMATS
from services.intake.handling import Nothing
from services.intake.unit import UnitState
from shared.packs import LANGUAGES
from shared.policy import PERMITS
from shared.recalculating import PERMIT, RecalculateRequest

INTAKE = FOLDER / "intake.openapi.json"

Models = dict[str, type[BaseModel]]
Operations = Iterator[tuple[str, str, dict[str, Any]]]

_NAME = {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$"}
_NUMBER = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The number, with or without hyphens.",
    "schema": _NAME,
}
_OWED = {
    "name": "owed",
    "in": "query",
    "description": "Only cases that owe this: `locate`, the call that asks where somebody is needed.",
    "schema": {"enum": ["locate"]},
}
_LANGUAGE = {"name": "lang", "in": "query", "schema": {"enum": list(LANGUAGES)}}
_QUESTION = [
    {"name": "q", "in": "query", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 300}},
    {"name": "language", "in": "query", "schema": {"enum": list(LANGUAGES)}},
]
_NEEDED_KEY = {**KEY, "required": True}
_STAFF: dict[str, Any] = {"security": [{"staff": []}]}


def document() -> dict[str, Any]:
    """The whole description."""
    models: Models = {}
    paths: dict[str, dict[str, Any]] = {}
    for method, path, made in _operations(models):
        paths.setdefault(path, {})[method] = made
    title = (
        "What citizens, staff and other services' apps do with a case. Refusals are problem+json (RFC 9457), those"
    )
    for path, ways in paths.items():
        for made in ways.values():
            if path.startswith("/staff"):
                made["responses"]["401"] = NOT_SIGNED_IN
            if "{" in path:
                made["responses"]["404"] = not_found(made["responses"]["4XX"])
    whole = described("Ahd: intake", f"{title} of Open311 its own.", paths, models)
    whole["components"]["schemas"] |= {"GeoReportErrors": _ERRORS, "GeoReportRequest": _REPORT}
    return whole


def _operations(models: Models) -> Operations:
    yield from _citizens(models)
    yield from _staff(models)
    yield from _units(models)
    yield from _customers(models)
    yield from _callers(models)
    yield from _calls(models)
    yield from _open311()


def _citizens(models: Models) -> Operations:
    report = _also_joined(
        operation("report", joining.ContinuedReportRequest, models, "A report is taken.", created=True)
    )
    yield "post", "/v1/cases", {**report, "security": [], "parameters": [KEY]}
    categories = operation("categories", None, models, "What can be reported, and the questions of each.")
    yield "get", "/v1/categories", {**categories, "security": [], "parameters": [_LANGUAGE]}
    known = operation("lookUp", None, models, "Articles that answer a question; none where none fits.")
    yield "get", "/v1/knowledge", {**known, "security": [], "parameters": _QUESTION}
    posed: tuple[tuple[str, str, type[BaseModel], str], ...] = (
        ("propose", "proposals", asking.ProposalRequest, "What a text may be about."),
        ("nextQuestions", "{code}/questions", asking.QuestionsRequest, "What can still change the answer."),
    )
    for name, way, asked, told in posed:
        made = operation(name, asked, models, told)
        code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
        yield "post", f"/v1/categories/{way}", {**made, "security": [], "parameters": [code] if "{" in way else []}
    follow = operation("follow", None, models, "State, timeline, and every promise with why its date is that.")
    yield "get", "/v1/cases/{number}", {**follow, "parameters": [_NUMBER], "security": [{"secret": []}]}
    secured: dict[str, Any] = {"parameters": [_NUMBER, _NEEDED_KEY], "security": [{"secret": []}]}
    for name, (model, act) in following.ACTS.items():
        made = operation(name, model, models, says(act.__doc__ or model.__doc__) or name)
        made["responses"]["202"] = made["responses"].pop("200")
        yield "post", f"/v1/cases/{{number}}/{name}", {**made, **secured}

    added = operation("addFile", None, models, "The customer adds a photo or a document, which is checked first.")
    added["responses"]["202"] = added["responses"].pop("200")
    added["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FILE}}}
    yield "post", "/v1/cases/{number}/files", {**added, **secured}


def _staff(models: Models) -> Operations:
    here = "/staff/v1/cases"
    owed = operation("owed", None, models, "Cases with something owed, the soonest due first; a page.")
    yield "get", here, {**owed, **_STAFF, "parameters": [AFTER, _OWED], **_roles("case.read")}
    keyed = _also_joined(operation("keyIn", joining.KeyedRequest, models, "A report is keyed in.", created=True))
    yield "post", here, {**keyed, **_STAFF, "parameters": [KEY]}
    read = operation("read", None, models, "The whole case.")
    yield "get", f"{here}/{{number}}", {**read, **_STAFF, "parameters": [_NUMBER], **_roles("case.read")}
    chain = operation("chain", None, models, "Whether its chain of events is whole.")
    yield "get", f"{here}/{{number}}/chain", {**chain, **_STAFF, "parameters": [_NUMBER], **_roles("case.audit")}
    renewed = operation("newSecret", None, models, "Another secret follows it; the one before opens nothing.")
    yield (
        "post",
        f"{here}/{{number}}/secret",
        {**renewed, **_STAFF, "parameters": [_NUMBER, _NEEDED_KEY], **_roles("case.correct")},
    )
    for name, act in staff.ACTS.items():
        model = None if act.request is Nothing else act.request
        made = operation(f"staff-{name}", model, models, says(act.do.__doc__ or act.request.__doc__) or name)
        parameters = [_NUMBER, _NEEDED_KEY if act.keyed else KEY]
        yield "post", f"{here}/{{number}}/{name}", {**made, **_STAFF, "parameters": parameters, **_roles(act.permit)}
    files = operation("files", None, models, "What its customer sent in files, and whether each was checked.")
    yield "get", f"{here}/{{number}}/files", {**files, **_STAFF, "parameters": [_NUMBER], **_roles("case.read")}
    fetched = operation("fetchFile", None, models, "Where a clean file is fetched within a minute; put on record.")
    which = {
        "name": "file",
        "in": "path",
        "required": True,
        "schema": {"type": "integer", "minimum": 1, "maximum": 100},
    }
    fetching = {**fetched, **_STAFF, "parameters": [_NUMBER, which], **_roles("case.read-files")}
    yield "get", f"{here}/{{number}}/files/{{file}}", fetching
    leads: dict[str, Any] = {**_STAFF, "parameters": [AFTER], **_roles(PERMIT)}
    preview = operation("previewRecalculation", None, models, "Which promises the rules of today would move; a page.")
    yield "get", f"{here}/recalculation", {**preview, **leads}
    carried = operation("recalculate", RecalculateRequest, models, "Move those of a page, for a reason.")
    yield "post", f"{here}/recalculation", {**carried, **leads}
    personal = {"name": "personal", "in": "query", "schema": {"enum": ["true", "false"], "default": "false"}}
    taken = operation("export", None, models, "A page of all cases, which is put on record.")
    exported = {**taken, **_STAFF, "parameters": [personal, AFTER], **_roles("case.export")}
    yield "get", "/staff/v1/exports/cases", exported


def _units(models: Models) -> Operations:
    here, unit = "/staff/v1/units", {"name": "unit", "in": "path", "required": True, "schema": _NAME}
    state = {"name": "state", "in": "query", "schema": {"enum": [str(one) for one in UnitState]}}
    listed = operation("units", None, models, "Units, or those in one state.")
    yield "get", here, {**listed, **_STAFF, "parameters": [state]}
    for method, way, model, told in (
        ("get", "", None, "One unit."),
        ("put", "", signing.SignOnRequest, "A unit signs on."),
        ("post", "/position", signing.Whereabouts, "Where it is."),
        ("post", "/state", signing.StateRequest, "Free again, or off."),
    ):
        made = operation(f"unit-{method}{way.replace('/', '-')}", model, models, told)
        yield method, f"{here}/{{unit}}{way}", {**made, **_STAFF, "parameters": [unit]}
    for form, kind, told in (
        ("json", "application/json", "The incident, in EIDO's names."),
        ("cap", "application/cap+xml", "The incident as a CAP 1.2 alert."),
    ):
        made = operation(f"incident-{form}", None, models, told)
        schema = {"type": "object" if form == "json" else "string"}
        made["responses"]["200"]["content"] = {kind: {"schema": schema}}
        yield "get", f"/staff/v1/cases/{{number}}/incident.{form}", {**made, **_STAFF, "parameters": [_NUMBER]}


def _customers(models: Models) -> Operations:
    here, who = "/staff/v1/customers", {"name": "customer", "in": "path", "required": True, "schema": _NAME}
    found = operation("findCustomers", finding.FindRequest, models, "The files that a phone or an email leads to.")
    yield "post", f"{here}/find", {**found, **_STAFF, **_roles("customer.read")}
    read = operation("readCustomer", None, models, "The file, with a page of its cases.")
    yield "get", f"{here}/{{customer}}", {**read, **_STAFF, "parameters": [who, AFTER], **_roles("customer.read")}
    told = operation("customerHistory", None, models, "What was done with the file, and whether its chain is whole.")
    yield "get", f"{here}/{{customer}}/history", {**told, **_STAFF, "parameters": [who], **_roles("customer.audit")}
    erased = operation("eraseCustomer", EraseRequest, models, says(forgetting.erase.__doc__))
    yield (
        "post",
        f"{here}/{{customer}}/erase",
        {**erased, **_STAFF, "parameters": [who, _NEEDED_KEY], **_roles("customer.erase")},
    )
    copied = operation("copyCustomer", None, models, "Everything that is kept of them, for themselves; a page.")
    yield (
        "get",
        f"{here}/{{customer}}/copy",
        {**copied, **_STAFF, "parameters": [who, AFTER], **_roles("customer.copy")},
    )
    page = operation("copyCustomerPage", None, models, "The same to be read: in their language, or in `lang`.")
    page["responses"]["200"]["content"] = {"text/html": {"schema": {"type": "string"}}}
    lang = {"name": "lang", "in": "query", "schema": {"enum": list(LANGUAGES)}}
    yield (
        "get",
        f"{here}/{{customer}}/copy.html",
        {**page, **_STAFF, "parameters": [who, AFTER, lang], **_roles("customer.copy")},
    )
    for name, act in merging.CHANGES.items():
        made = operation(f"customer-{name}", act.request, models, says(act.do.__doc__) or name)
        yield (
            "post",
            f"{here}/{{customer}}/{name}",
            {**made, **_STAFF, "parameters": [who, KEY], **_roles(act.permit)},
        )


def _also_joined(made: dict[str, Any]) -> dict[str, Any]:
    """A report that goes on with an open case makes none of its own."""
    made["responses"]["200"] = {**made["responses"]["201"], "description": "It was added to an open case."}
    return made


def _callers(models: Models) -> Operations:
    for way, model, told in (
        ("", flagging.FlagRequest, "A number that rings without need is flagged, for a reason and a time."),
        ("/lift", flagging.LiftRequest, "A flag is lifted."),
        ("/look", flagging.NumberRequest, "What is known of a number."),
    ):
        made = operation(f"caller{way.replace('/', '-') or '-flag'}", model, models, told)
        yield "post", f"/staff/v1/callers{way}", {**made, **_STAFF}


def _calls(models: Models) -> Operations:
    here = "/staff/v1/calls"
    answered = operation("answerCall", phoning.AnsweredRequest, models, "A call was answered.", created=True)
    yield "post", here, {**answered, **_STAFF, "parameters": [_NEEDED_KEY]}
    read = operation("readCall", None, models, "The call, and what the caller was promised.")
    yield "get", f"{here}/{{number}}", {**read, **_STAFF, "parameters": [_NUMBER]}
    for name, talk in phoning.TALKS.items():
        model = None if talk.request is phoning.NothingMore else talk.request
        made = operation(f"call-{name}", model, models, says(talk.request.__doc__) or name)
        yield "post", f"{here}/{{number}}/{name}", {**made, **_STAFF, "parameters": [_NUMBER, _NEEDED_KEY]}


def _roles(permit: str) -> dict[str, Any]:
    return {"x-roles": sorted(PERMITS[permit])}


_REPORT = {
    "type": "object",
    "required": ["api_key", "service_code"],
    "properties": {
        **dict.fromkeys(("api_key", "service_code", "jurisdiction_id", "address_string", "address_id"), TEXT),
        **{name: {"type": "number"} for name in ("lat", "long")},
        **dict.fromkeys(("email", "first_name", "last_name", "phone", "device_id", "account_id", "media_url"), TEXT),
        "description": {"type": "string", "maxLength": 4000},
        "media": {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP or HEIC, at most 4 MB."},
        "lang": {"enum": list(LANGUAGES)},
    },
    "additionalProperties": {"type": "string", "description": "attribute[code]: yes or no"},
}
_FILE = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": f"{TAKEN}; at most {LIMIT // 1_000_000} MB.",
        },
        "text": {"type": "string", "minLength": 1, "maxLength": 4000, "description": "What it shows."},
    },
    "additionalProperties": False,
}
_ERRORS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code", "description"],
        "properties": {"code": {"type": "integer"}, "description": TEXT},
    },
}


def _open311() -> Operations:
    root = "/open311/v2"
    lists = {"type": "array", "items": {"type": "object"}}
    whole = {"type": "object"}
    filters = [
        {"name": name, "in": "query", "schema": TEXT}
        for name in (
            *("service_request_id", "service_code", "status", "start_date", "end_date"),
            *("updated_after", "updated_before", "page", "page_size", "extensions", "jurisdiction_id"),
        )
    ]
    code, identity, token = (
        {"name": name, "in": "path", "required": True, "schema": _NAME} for name in ("code", "id", "token")
    )
    for name, path, parameters, schema, told in (
        ("discovery", "discovery", [], whole, "Where this is, and in which formats."),
        ("services", "services", [_LANGUAGE], lists, "What can be brought."),
        ("service", "services/{code}", [code, _LANGUAGE], whole, "What is asked about it."),
        ("requests", "requests", filters, lists, "What was brought, the newest first."),
        ("request", "requests/{id}", [identity], lists, "One that was brought."),
        ("token", "tokens/{token}", [token], lists, "The id that a token stands for, once there is one."),
    ):
        yield from (_georeport("get", f"{root}/{path}", name, told, parameters, schema, form) for form in FORMATS)
    for form in FORMATS:
        method, path, made = _georeport("post", f"{root}/requests", "lodge", "A report is taken.", [KEY], lists, form)
        body = {"schema": {"$ref": f"{SCHEMAS}GeoReportRequest"}}
        made["requestBody"] = {
            "required": True,
            "content": {"application/x-www-form-urlencoded": body, "multipart/form-data": body},
        }
        made["responses"]["201"] = made["responses"].pop("200")
        yield method, path, made


def _georeport(
    method: str, path: str, name: str, told: str, parameters: list[Any], schema: dict[str, Any], form: str
) -> tuple[str, str, dict[str, Any]]:
    if form == "json":
        good = {"application/json": {"schema": schema}}
        bad = {"application/json": {"schema": {"$ref": f"{SCHEMAS}GeoReportErrors"}}}
    else:
        good = bad = {"text/xml": {"schema": TEXT}}
    made = {
        "operationId": f"open311-{name}-{form}",
        "summary": told,
        "security": [],
        "parameters": parameters,
        "responses": {
            "200": {"description": told, "content": good},
            "4XX": {"description": "Refused: what is wrong.", "content": bad},
        },
    }
    return method, f"{path}.{form}", made


if __name__ == "__main__":
    INTAKE.parent.mkdir(parents=True, exist_ok=True)
    INTAKE.write_text(in_full(document()), encoding="utf-8")
