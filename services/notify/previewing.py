"""What a message would say, before anybody sends it: its words in a language, and how long its text message is."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from services.notify.htmlmail import html
from services.notify.segments import length
from services.notify.wording import letter, templates, values_of
from shared.http import Request, fault
from shared.policy import Principal, require
from shared.settings import settings

_LONGEST = 5_000


class PreviewRequest(Request):
    """Of which template, in which language, with which values. Those that are not given are shown as `{name}`."""

    template: str
    language: Literal["en", "ar", "zh"] = "en"
    values: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")],
        Annotated[str, StringConstraints(max_length=_LONGEST)],
    ] = Field(default_factory=dict)


def preview(principal: Principal, request: PreviewRequest) -> dict[str, Any]:
    """The message with both its ways: the mail as text and HTML, the text message with its length."""
    require(principal, "message.preview")
    known = templates()
    if request.template not in known:
        raise fault("/template", "unknown", f"There is no such template. There are: {', '.join(known)}.")
    missing = sorted(values_of(request.template, request.language) - request.values.keys())
    shown = {name: f"{{{name}}}" for name in missing}
    said = letter(request.template, request.language, {**shown, **request.values})
    return {
        "template": request.template,
        "language": request.language,
        "missing": missing,
        "mail": {
            "subject": said.subject,
            "text": said.text,
            "html": html(said.subject, said.text, said.language, settings().need("url")),
        },
        "sms": {"text": said.sms, **asdict(length(said.sms))},
    }
