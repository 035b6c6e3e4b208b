"""What ministack lacks, or does so that something could get lost, put right in the running emulator.

Every function here replaces or wraps a private one of ministack; `infra.local.pinned` says when one has moved.
"""

import functools
import json
import os
import secrets
import shutil
import string
import tempfile
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import eventbridge, lambda_svc, secretsmanager, sqs
from ministack.services.cloudformation import provisioners

from infra.local.places import ACCOUNT, REGION

STREAM_ATTEMPTS = 10
BATCHES_AT_ONCE = 2
LOG_FILE_LIMIT = 10_000_000

Answer = tuple[int, dict[str, str], bytes | str]
Result = dict[str, Any]


def apply(function_logs: Path, unpacked: Path) -> None:
    teach_archives()
    teach_configuration_sets_of_texts()
    accept_alarms_on_computed_metrics()
    refer_to_secrets_by_arn()
    trust_the_wire_within_this_machine()
    change_queues_under_their_lock()
    honour_partial_failures_of_streams()
    hand_over_cookies()
    write_logs_to_files(function_logs)
    keep_code_until_told()
    take_few_batches_at_once()
    unpack_each_package_once(unpacked)
    # A function that logs nothing makes its caller wait this long for a first line.
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (0.010, 0.003, 0.250)


def teach_archives() -> None:
    """CloudFormation's AWS::Events::Archive, which ministack knows only as an API."""

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        name = properties.get("ArchiveName") or f"{stack}-{logical_id}"[:48]
        pattern = properties.get("EventPattern", "")
        status, _, body = eventbridge._create_archive(
            {
                "ArchiveName": name,
                "EventSourceArn": properties["SourceArn"],
                "Description": properties.get("Description", ""),
                "RetentionDays": int(properties.get("RetentionDays") or 0),
                "EventPattern": json.dumps(pattern) if isinstance(pattern, dict) else pattern,
            }
        )
        answer = json.loads(body)
        if status != HTTPStatus.OK:
            raise ValueError(f"archive {name}: {answer}")
        return name, {"Arn": answer["ArchiveArn"], "ArchiveName": name}

    def delete(physical_id: str, _properties: dict[str, Any]) -> None:
        eventbridge._delete_archive({"ArchiveName": physical_id})

    provisioners._RESOURCE_HANDLERS["AWS::Events::Archive"] = {"create": create, "delete": delete}


def teach_configuration_sets_of_texts() -> None:
    """CloudFormation's AWS::SMSVOICE::ConfigurationSet: its name is enough, `infra.local.carrier` knows the rest."""

    def create(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
        name = str(properties["ConfigurationSetName"])
        return name, {"Arn": f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:configuration-set/{name}"}

    def delete(_physical_id: str, _properties: dict[str, Any]) -> None:
        """Nothing was kept."""

    provisioners._RESOURCE_HANDLERS["AWS::SMSVOICE::ConfigurationSet"] = {"create": create, "delete": delete}


def accept_alarms_on_computed_metrics() -> None:
    """Metric math is unknown to ministack; nobody is woken by an alarm on this machine, so such a one stays quiet."""
    inner = provisioners._cw_metric_alarm_record

    def record(name: str, properties: dict[str, Any]) -> dict[str, Any]:
        if "Metrics" in properties:
            properties = {key: value for key, value in properties.items() if key != "Metrics"}
            properties |= {"Namespace": "desk/computed", "MetricName": name}
        made: dict[str, Any] = inner(name, properties)
        return made

    provisioners._cw_metric_alarm_record = record


def refer_to_secrets_by_arn() -> None:
    """`Ref` of a secret is its ARN; ministack answers its name, which no policy written for AWS allows.

    Its generated secrets also come from `random` and ignore ExcludePunctuation.
    """
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name(physical_id: str) -> str:
        secret = secretsmanager._resolve(physical_id)[1]
        return str(secret["Name"]) if secret else physical_id

    def by_arn(created: tuple[str, dict[str, str]]) -> tuple[str, dict[str, str]]:
        return created[1]["Arn"], created[1]

    def create_by_arn(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        return by_arn(create(logical_id, properties, stack))

    def update_by_arn(physical_id: str, *arguments: Any) -> tuple[str, dict[str, str]]:
        return by_arn(update(name(physical_id), *arguments))

    def delete_by_arn(physical_id: str, properties: dict[str, Any]) -> None:
        delete(name(physical_id), properties)

    def generate(properties: dict[str, Any]) -> str:
        wanted = properties.get("GenerateSecretString")
        if not wanted or properties.get("SecretString"):
            return str(properties.get("SecretString", ""))
        if wanted.get("SecretStringTemplate"):
            raise ValueError("GenerateSecretString with a template is not known here")
        alphabet = string.ascii_letters + string.digits
        if str(wanted.get("ExcludePunctuation", False)).lower() != "true":
            alphabet += string.punctuation
        alphabet = "".join(set(alphabet) - set(wanted.get("ExcludeCharacters", "")))
        return "".join(secrets.choice(alphabet) for _ in range(int(wanted.get("PasswordLength", 32))))

    provisioners._sm_secret_string = generate
    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"] = {
        **handlers,
        "create": create_by_arn,
        "update": update_by_arn,
        "delete": delete_by_arn,
    }


def trust_the_wire_within_this_machine() -> None:
    """Buckets refuse what does not come by TLS; here nothing leaves the loopback, so there is none."""
    inner = iam_evaluator._resolve_condition_key

    def resolve(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else inner(key, context)

    iam_evaluator._resolve_condition_key = resolve


def change_queues_under_their_lock() -> None:
    """Many replace a queue's list of messages while others append to it; what came in between would be gone."""
    lock = sqs._queues_lock = threading.RLock()

    def locked(inner: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(inner)
        def change(*arguments: Any, **named: Any) -> Any:
            with lock:
                return inner(*arguments, **named)

        return change

    eventbridge._dispatch_to_sqs = locked(eventbridge._dispatch_to_sqs)
    sqs._dlq_sweep = locked(sqs._dlq_sweep)
    sqs._expire_retained = locked(sqs._expire_retained)
    for action in ("SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "PurgeQueue"):
        sqs._HANDLERS[action] = locked(sqs._HANDLERS[action])


def honour_partial_failures_of_streams() -> None:
    """Stream mappings ignore `batchItemFailures`: make the whole batch come again, a finite number of times.

    Records before the first failure come again too; on AWS they do not, but every consumer has to bear it.
    """
    inner = lambda_svc._execute_function
    attempts: dict[str, int] = {}

    def execute(function: dict[str, Any], event: Any) -> Result:
        result: Result = inner(function, event)
        first = _first_stream_record(event)
        if first is None:
            return result
        body = result.get("body")
        failures = body.get("batchItemFailures") if isinstance(body, dict) else None
        if result.get("error") or not failures:
            attempts.pop(first, None)
            return result
        attempts[first] = attempts.get(first, 0) + 1
        if attempts[first] >= STREAM_ATTEMPTS:
            del attempts[first]
            return result
        return result | {"error": True}

    lambda_svc._execute_function = functools.wraps(inner)(execute)


def _first_stream_record(event: Any) -> str | None:
    records = event.get("Records") if isinstance(event, dict) else None
    if not records or records[0].get("eventSource") != "aws:dynamodb":
        return None
    return str(records[0]["dynamodb"]["SequenceNumber"])


def hand_over_cookies() -> None:
    """An HTTP API takes cookies out of the headers and hands them over as a list (payload format 2.0)."""
    inner = lambda_svc._execute_function

    def execute(function: dict[str, Any], event: Any) -> Result:
        if isinstance(event, dict) and event.get("version") == "2.0" and "cookie" in event.get("headers", {}):
            headers = dict(event["headers"])
            cookies = [cookie.strip() for cookie in headers.pop("cookie").split(";")]
            event = event | {"headers": headers, "cookies": cookies}
        result: Result = inner(function, event)
        return result

    lambda_svc._execute_function = functools.wraps(inner)(execute)


def write_logs_to_files(folder: Path) -> None:
    """One file per function, which a person can find and `tail -f`, in place of a log service in memory."""

    def emit(
        function: dict[str, Any],
        request_id: str,
        log_text: str,
        error: bool,  # noqa: FBT001
        duration_ms: int,
        *,
        log_source: str | None = None,
    ) -> None:
        del log_source
        config = function.get("config") or function
        path = folder / f"{config.get('FunctionName', 'unknown')}.log"
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        outcome = "failed" if error else "done"
        text = log_text.rstrip("\n")
        lines = f"{text}\n" if text else ""
        if path.exists() and path.stat().st_size > LOG_FILE_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{lines}{moment} {outcome} in {duration_ms} ms, request {request_id}\n")

    lambda_svc._emit_lambda_logs = emit


def take_few_batches_at_once() -> None:
    """Every batch in flight is a process; more of them than processors only make each other wait."""
    inner = lambda_svc._sqs_esm_concurrency

    def concurrency(*arguments: Any) -> int:
        return min(BATCHES_AT_ONCE, int(inner(*arguments)))

    lambda_svc._sqs_esm_concurrency = concurrency


def unpack_each_package_once(folder: Path) -> None:
    """Every worker unpacks its package anew, a second of processor time: let those of one package share it.

    Functions find their code read-only on AWS, so none can mind.
    """

    class Shared(zipfile.ZipFile):
        def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
            content = Path(str(self.filename)).read_bytes()
            shared = folder / sha256(content).hexdigest()
            if not shared.exists():
                folder.mkdir(parents=True, exist_ok=True)
                part = Path(tempfile.mkdtemp(dir=folder))
                super().extractall(part, members, pwd)
                try:
                    part.rename(shared)
                except OSError:
                    shutil.rmtree(part)  # another worker was quicker
            target = Path(path)
            target.rmdir()
            target.symlink_to(shared)

    lambda_runtime.zipfile = SimpleNamespace(ZipFile=Shared, BadZipFile=zipfile.BadZipFile)


def keep_code_until_told() -> None:
    """Code on disk is written for good at once, and only removed when no snapshot can name it any more."""

    def write(code: bytes) -> str:
        name = sha256(code).hexdigest()
        path = Path(lambda_svc.CODE_BLOB_DIR) / f"{name}.zip"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with part.open("wb") as blob:
                blob.write(code)
                blob.flush()
                os.fsync(blob.fileno())
            part.replace(path)
        return name

    def prune(_referenced: set[str]) -> None:
        """`infra.local.memory` does it after a snapshot stands."""

    lambda_svc._write_code_blob = write
    lambda_svc._prune_orphan_code_blobs = prune
