"""What a scanner says of a file in quarantine, as GuardDuty Malware Protection for S3 says it on the default bus."""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from services.intake import files, quarantine
from shared.clock import utc_now
from shared.consumer import NotAnEvent, work_off
from shared.logs import bind, log
from shared.settings import settings
from shared.store import Cause


class _Heard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class _Where(_Heard):
    bucketName: str  # noqa: N815  these are GuardDuty's names
    objectKey: str  # noqa: N815


class _Found(_Heard):
    scanResultStatus: str  # noqa: N815


class _Detail(_Heard):
    s3ObjectDetails: _Where  # noqa: N815
    scanResultDetails: _Found  # noqa: N815


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
    lies, found = heard.detail.s3ObjectDetails, heard.detail.scanResultDetails.scanResultStatus
    if not quarantine.is_ours(lies.bucketName):
        log().info("not of our bucket")
        return
    now: datetime = utc_now()
    files.note_scan(lies.objectKey, found, heard.time, Cause(now, "scanner", heard.id, heard.id))
