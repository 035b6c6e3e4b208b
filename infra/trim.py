"""What of the dependencies never runs in a Lambda. `infra.package` leaves it out and tries what is left."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from infra.desk import SEALS, Service, Use

NEVER: Sequence[str] = (
    # Nothing but `email_validator` is asked for its version while it runs.
    "*.dist-info/*",
    "*.pyi",
    "*/py.typed",
    "tests/*",
    "*/tests/*",
    "*/SelfTest/*",
    "annotated_types/test_cases.py",
    "botocore/stub.py",
    # Signs with Amazon's C runtime, which is not installed.
    "botocore/crt/auth.py",
    "jinja2/ext.py",
    "jinja2/sandbox.py",
    "bin/*",
    # Looks up whether a mail domain exists; addresses are checked for their form only.
    "dns/*",
    # Templates are compiled at build.
    "govuk_frontend_jinja/*",
    "pydantic/v1/*",
    "pydantic/mypy.py",
    "dateutil/zoneinfo/*",
    "dateutil/rrule.py",
    "dateutil/tz/win.py",
    "urllib3/contrib/*",
    "urllib3/http2/connection.py",
    "tzdata/zoneinfo/*.tab",
    "tzdata/zoneinfo/*.zi",
    "tzdata/zoneinfo/leapseconds",
    # Numbers that only exist within one country.
    "phonenumbers/shortdata/region_*",
    "botocore/data/*",
    "botocore/stub.py",
    "annotated_types/test_cases.py",
    "jinja2/sandbox.py",
    "structlog/twisted.py",
    "babel/locale-data/*",
    # Documents have no pictures; fonts are read and cut, not built, drawn or plotted.
    "PIL/*",
    "pillow.libs/*",
    "fpdf/data/*",
    "uharfbuzz/_harfbuzz_test*",
    "fontTools/*.so",
    "fontTools/*.c",
    *(f"fontTools/{part}/*" for part in ("mtiLib", "merge", "t1Lib", "ufoLib", "qu2cu", "cu2qu", "voltLib", "help")),
    "Crypto/*",
    "pydantic/experimental/pipeline.py",
    "pydantic/color.py",
    "pydantic/deprecated/*",
    # Routing, partial batches and the shapes of events are used; they import logging, metrics and tracing.
    "aws_lambda_powertools/event_handler/middlewares/openapi_validation.py",
    "aws_lambda_powertools/event_handler/openapi/compat.py",
    "aws_lambda_powertools/event_handler/openapi/dependant.py",
    "aws_lambda_powertools/event_handler/openapi/encoders.py",
    "aws_lambda_powertools/event_handler/openapi/models.py",
    "aws_lambda_powertools/event_handler/openapi/params.py",
    "aws_lambda_powertools/event_handler/openapi/schema_generator.py",
    "aws_lambda_powertools/metrics/provider/datadog/*",
    *(
        f"aws_lambda_powertools/utilities/data_classes/{shape}_event.py"
        for shape in (
            "active_mq",
            "api_gateway_authorizer",
            "cognito_user_pool",
            "iot_registry",
            "rabbit_mq",
            "s3_object",
        )
    ),
    "aws_lambda_powertools/utilities/parser/envelopes/*",
    "aws_lambda_powertools/utilities/parser/models/*",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*",
    *(
        f"aws_lambda_powertools/utilities/{part}/*"
        for part in (
            "auth_alpha",
            "circuit_breaker",
            "data_masking",
            "feature_flags",
            "idempotency",
            "kafka",
            "parameters",
            "serialization",
            "streaming",
            "validation",
        )
    ),
)
"""What is left out unless `KEPT` says otherwise: patterns of paths in the package."""

KEPT: Sequence[str] = (
    "email_validator-*.dist-info/METADATA",
    "babel/locale-data/root.dat",
    "babel/locale-data/en*.dat",
    "babel/locale-data/ar*.dat",
    "babel/locale-data/zh*.dat",
    "botocore/data/_retry.json",
    "botocore/data/partitions.json",
    "botocore/data/sdk-default-configuration.json",
    *(
        f"aws_lambda_powertools/utilities/parser/models/{shape}.py"
        for shape in ("__init__", "cloudwatch", "dynamodb", "kafka", "kinesis", "sqs")
    ),
    # AES-GCM, with and without the processor's own instructions for it.
    "Crypto/__init__.py",
    "Crypto/Cipher/__init__.py",
    "Crypto/Cipher/AES.py",
    "Crypto/Cipher/_state_machine.py",
    "Crypto/Cipher/_mode_ctr.py",
    "Crypto/Cipher/_mode_ecb.py",
    "Crypto/Cipher/_mode_gcm.py",
    "Crypto/Cipher/_raw_aes*",
    "Crypto/Cipher/_raw_ctr.*",
    "Crypto/Cipher/_raw_ecb.*",
    "Crypto/Hash/_ghash_*",
    "Crypto/Random/__init__.py",
    "Crypto/Util/__init__.py",
    "Crypto/Util/_*",
    "Crypto/Util/number.py",
)

CALLS: Mapping[Use, tuple[str, frozenset[str]]] = {
    Use.READ: ("dynamodb", frozenset({"GetItem", "Query"})),
    Use.STATE: ("dynamodb", frozenset({"TransactWriteItems"})),
    Use.LIST: ("dynamodb", frozenset({"BatchGetItem"})),
    Use.EVERYTHING: ("dynamodb", frozenset({"Scan"})),
    Use.COUNT: ("dynamodb", frozenset({"TransactWriteItems"})),
    Use.DUE: ("dynamodb", frozenset({"Query"})),
    Use.RELAYED: ("dynamodb", frozenset({"UpdateItem"})),
    Use.TELL: ("events", frozenset({"PutEvents"})),
    Use.HEAR: ("sqs", frozenset({"SendMessage"})),
    Use.SECRET: ("secretsmanager", frozenset({"GetSecretValue"})),
    **dict.fromkeys(SEALS, ("kms", frozenset({"GenerateDataKey"}))),
    Use.OPEN: ("kms", frozenset({"Decrypt"})),
    Use.MAIL: ("sesv2", frozenset({"SendEmail"})),
    Use.SMS: ("sns", frozenset({"Publish"})),
    Use.EUM: ("pinpoint-sms-voice-v2", frozenset({"SendTextMessage"})),
    Use.QUARANTINE: ("s3", frozenset({"PutObject"})),
    Use.SCANNED: ("s3", frozenset({"CopyObject", "DeleteObject"})),
    Use.FETCH: ("s3", frozenset({"GetObject"})),
    Use.REMOVE_FILES: ("s3", frozenset({"DeleteObject"})),
}
"""What a function calls for each use, by the names of botocore's models. Its permissions allow nothing else."""


def aws_calls(service: Service) -> dict[str, frozenset[str]]:
    """Return the operations that this service's functions call, by AWS service."""
    calls: dict[str, frozenset[str]] = {}
    for use in Use:
        if use in CALLS and any(use in function.uses for function in service.functions):
            aws, operations = CALLS[use]
            calls[aws] = calls.get(aws, frozenset()) | operations
    return calls


def needed(paths: Iterable[Path]) -> list[Path]:
    """Of the installed files (relative to the package) those that a Lambda needs, sorted."""

    def stays(path: str) -> bool:
        return "__pycache__/" not in path and (_any(path, KEPT) or not _any(path, NEVER))

    return sorted(path for path in paths if stays(path.as_posix()))


def lay_models(installed: Path, laid: Path, service: Service) -> None:
    """Write botocore's models of what this service calls: a client parses its whole model at every cold start."""
    data = Path("botocore", "data")
    (laid / data).mkdir(parents=True, exist_ok=True)
    calls = aws_calls(service)
    endpoints = json.loads((installed / data / "endpoints.json").read_text())
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: where for name, where in partition["services"].items() if name in calls or name == "email"
        }
    (laid / data / "endpoints.json").write_text(json.dumps(endpoints, separators=(",", ":")))
    for aws, operations in calls.items():
        (version,) = sorted((installed / data / aws).iterdir())[-1:]
        aim = laid / version.relative_to(installed)
        aim.mkdir(parents=True)
        for name in ("service-2", "endpoint-rule-set-1"):
            model = json.loads(gzip.decompress((version / f"{name}.json.gz").read_bytes()))
            content = pruned(model, operations) if name == "service-2" else model
            (aim / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")))


def pruned(model: Mapping[str, Any], operations: AbstractSet[str]) -> dict[str, Any]:
    """Return the service model with these operations, the shapes they reach, and no documentation."""
    kept = {name: model["operations"][name] for name in sorted(operations)}
    shapes: dict[str, Any] = {}
    open_ends = [kept]
    while open_ends:
        for name in sorted(set(_shapes_named_in(open_ends.pop())) - shapes.keys()):
            shapes[name] = model["shapes"][name]
            open_ends.append(shapes[name])
    return {**model, "operations": _undocumented(kept), "shapes": _undocumented(shapes)}


def _shapes_named_in(part: Any) -> Iterable[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _shapes_named_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from _shapes_named_in(value)


def _undocumented(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            key: _undocumented(value)
            for key, value in part.items()
            if not (key == "documentation" and isinstance(value, str))
        }
    return [_undocumented(value) for value in part] if isinstance(part, list) else part


def _any(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
