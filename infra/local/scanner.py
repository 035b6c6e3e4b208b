"""A stand-in for GuardDuty on this machine: it says of each new file in quarantine what GuardDuty would say.

It is no protection. It knows one thing, the test file of EICAR that every scanner calls a threat, and finds nothing
in anything else. What it says goes onto the default bus in GuardDuty's words, so that the desk hears it as on AWS.
"""

import json
import secrets
from typing import Any
from urllib.parse import unquote

AFTER_SECONDS = 1.0
"""GuardDuty takes some seconds; the case names its file well before that."""

_QUARANTINE = "quarantine"
# Put together here, so that no scanner takes this file for the test file itself.
EICAR = b"".join((rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"))


def place(scope: dict[str, Any]) -> tuple[str, str] | None:
    """The bucket and key that a request lays a new file under, when that is in quarantine; None for all others."""
    if scope["method"] != "PUT":
        return None
    bucket, _, key = unquote(scope["path"]).lstrip("/").partition("/")
    is_copy = any(name == b"x-amz-copy-source" for name, _ in scope["headers"])
    return (bucket, key) if key.startswith(f"{_QUARANTINE}/") and not is_copy else None


def found(content: bytes) -> str:
    return "THREATS_FOUND" if EICAR in content else "NO_THREATS_FOUND"


def entry(bucket: str, key: str, content: bytes) -> dict[str, Any]:
    """What GuardDuty puts onto the default bus, as an entry of PutEvents."""
    result = found(content)
    threats = [{"name": "EICAR-Test-File (not a virus)"}] if result == "THREATS_FOUND" else None
    detail = {
        "schemaVersion": "1.0",
        "scanStatus": "COMPLETED",
        "resourceType": "S3_OBJECT",
        "s3ObjectDetails": {
            "bucketName": bucket,
            "objectKey": key,
            "eTag": secrets.token_hex(16),
            "s3Throttled": False,
        },
        "scanResultDetails": {"scanResultStatus": result, "threats": threats},
    }
    return {
        "Source": "aws.guardduty",
        "DetailType": "GuardDuty Malware Protection Object Scan Result",
        "Detail": json.dumps(detail),
    }
