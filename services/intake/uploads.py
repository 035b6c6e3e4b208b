"""Files that a customer adds to their case: by the API, and by a form that needs no JavaScript.

A function of its own, because forms in parts and S3 would make all others slower to start.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from services.intake import attachment, browsing, files
from services.intake.browsing import COOKIE, case_of
from services.intake.files import FileRequest
from services.intake.posted import FILE_BYTES, Form, NotAForm, form
from shared import ids
from shared.clock import utc_now
from shared.http import Desk, Problem, answer, fingerprint
from shared.pages import Fault
from shared.pages.asking import as_request, form_of, new_form
from shared.pages.browser import BadForm, Pages, Visit, cleaned, number_of, posted, see_other
from shared.store import NotFound

_MOST_TEXT: Final = 4000
_MEGABYTES: Final = attachment.LIMIT // 1_000_000
_TOO_LARGE: Final = Problem(
    413, "file-large", "This file can't be taken.", f"Send at most {_MEGABYTES} MB: a smaller photo, or fewer pages."
)

_OF_THE_FILE: Final = {
    "file-large": "large",
    "file-kind": "kind",
    "file-lies": "lies",
    "too-many-files": "enough",
    "no-room-for-files": "full",
}
"""What can be wrong with the file itself, by the problem's kind."""

api = Desk()
_pages = Pages("intake")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda: a request for one of the two."""
    return _pages(event, context) if event["rawPath"].startswith("/follow/") else api(event, context)


def _parts(raw: bytes, kind: str) -> Form:
    """The form. Raises `NotAForm`, `Problem` 413."""
    if len(raw) > FILE_BYTES:
        raise _TOO_LARGE
    if kind.partition(";")[0].strip().lower() != "multipart/form-data":
        raise NotAForm("Send multipart/form-data with the part `file`.")
    return form(raw, kind)


def _only(sent: Form) -> Form:
    if ({*sent.fields} - {"text"}) | ({*sent.files} - {"file"}):
        raise NotAForm("Only the parts `file` and `text` are taken here.")
    return sent


# The API ----------------------------------------------------------------------------------------------


@api.post("/v1/cases/<number>/files")
def add(number: str) -> Response[str]:
    key = api.needed_idempotency_key()
    try:
        sent = _only(_parts(*posted(api.current_event)))
        text, file = sent.one("text"), sent.file("file")
    except (NotAForm, BadForm) as error:
        detail = str(error) or "Send multipart/form-data with the part `file`."
        raise Problem(400, "not-a-form", "The form can't be read.", detail) from None
    request = as_request(FileRequest, {"text": text} if text else {})
    taken = files.take(number, api.bearer(), request, file, key, utc_now(), api.correlation())
    return answer(202, {"taken": True, "file": taken, "next": "It is checked; what is found appears on your case."})


# The page ---------------------------------------------------------------------------------------------


@_pages.get("/follow/<number>/files")
def ask(number: str) -> Response[str]:
    visit = _pages.visit
    case = case_of(visit, number)
    return _asked(visit, case.number, {"form": new_form()})


@_pages.post("/follow/<number>/files")
def take(number: str) -> Response[str]:
    visit = _pages.visit
    identity, secret = number_of(number), visit.cookie(COOKIE) or ""
    said: dict[str, str] = {}
    try:
        sent = _parts(*visit.posted())
        said = {name: cleaned(" ".join(values)) for name, values in sent.fields.items()}
        said["form"] = form_of(said)
        request = as_request(FileRequest, {"text": said["text"]} if said.get("text") else {})
        # Whoever goes back and chooses another file has more to add: the file itself says whether it is the same.
        file = sent.file("file")
        key = f"{said['form']} {files.digest(file)} {fingerprint(request)}"
        files.take(identity, secret, request, file, key, utc_now(), _pages.correlation())
    except NotAForm as error:
        raise BadForm from error
    except Problem as refusal:
        wrong = _wrong(refusal)
        if wrong is None:
            raise
        case_of(visit, identity)
        return _asked(visit, identity, {"form": new_form(), **said}, wrong)
    return see_other(f"/follow/{identity}?added=1")


def _wrong(refusal: Problem) -> tuple[str, str] | None:
    """The field that is to be mended, and what is wrong with it; None when it is nothing in the form."""
    if refusal.kind in _OF_THE_FILE:
        return "file", _OF_THE_FILE[refusal.kind]
    for fault in refusal.body.get("faults", []):
        field = fault["pointer"].removeprefix("/")
        return field, fault["code"] if field == "file" else "long"
    return None


def _asked(
    visit: Visit, number: str, answers: Mapping[str, str], wrong: tuple[str, str] | None = None
) -> Response[str]:
    t = visit.t
    faults = []
    if wrong:
        field, code = wrong
        faults = [Fault(field, t(f"fault.{field}.{code}", most=_MEGABYTES if field == "file" else _MOST_TEXT))]
    return visit.page(
        "intake/follow/file.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        faults=faults,
        number=ids.spoken(number),
        path=number,
        form=answers["form"],
        answers=answers,
        most=_MEGABYTES,
        letters=_MOST_TEXT,
    )


_pages.exception_handler(NotFound)(lambda _error: browsing.not_yours(_pages.visit))
