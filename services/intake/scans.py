"""What a scanner says of a file in quarantine, as GuardDuty Malware Protection for S3 says it on the default bus."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from services.intake import files, quarantine
from shared.clock import utc_now
from shared.consumer import work_off
from shared.heard import NotAnEvent
from shared.logs import bind, log
from shared.settings import settings
from shared.store import Cause


class _Heard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True, alias_generator=to_camel)


class _Where(_Heard):
    bucket_name: str
    object_key: str


class _Found(_Heard):
    scan_result_status: str


class _Detail(_Heard):
    s3_object_details: Annotated[_Where, Field(alias="s3ObjectDetails")]
    scan_result_details: _Found


class ScanResult(_Heard):
    """The event, as far as it is read. Only AWS itself can put one with this source on a bus."""

    id: str
    time: AwareDatetime
    source: Literal["aws.guardduty"]
    detail: _Detail


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of the queue of scan results."""
    return work_off(event, _note)


def _note(body: str) -> None:
    try:
        heard = ScanResult.model_validate(json.loads(body))
    except (ValueError, ValidationError) as error:
        raise NotAnEvent(type(error).__name__) from error
    bind(service=settings().service, correlation=heard.id, type="ScanResult", id=heard.id)
    lies, found = heard.detail.s3_object_details, heard.detail.scan_result_details.scan_result_status
    if not quarantine.is_ours(lies.bucket_name):
        log().info("not of our bucket")
        return
    now: datetime = utc_now()
    files.note_scan(lies.object_key, found, heard.time, Cause(now, "scanner", heard.id, heard.id))
