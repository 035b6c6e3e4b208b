"""The private names of ministack that the durable emulator leans on, and a check that they are still there.

ministack is pinned to one release because it promises nothing about these. `python -m infra.local.pinned` (in the
emulator's environment) exits with the list of what has moved.
"""

import importlib
import importlib.metadata
import inspect
import sys
from collections.abc import Iterator
from typing import Any

RELEASE = "1.5.33"

SIGNATURES = {
    "ministack.app:app": "(scope, receive, send)",
    "ministack.app:_build_persistence_save_dict": "()",
    "ministack.app:_get_module": "(name: str)",
    "ministack.core.persistence:_json_default": "(obj)",
    "ministack.core.persistence:_json_object_hook": "(obj)",
    "ministack.app:_enforce_data_plane": (
        "(service: str, iam_action: str, headers: dict, query_params: dict, request_id: str, "
        "resource_arn: str = '*', service_context: dict | None = None, auth_error_response=None, "
        "named_resource: str = '')"
    ),
    "ministack.app:_enforce_ses_v2": (
        "(method: str, path: str, headers: dict, body: bytes, query_params: dict, request_id: str)"
    ),
    "ministack.core.iam_actions:extract_iam_action": (
        "(service: str, method: str, path: str, headers: dict, body: bytes, query_params: dict) -> str | None"
    ),
    "ministack.core.iam_actions:extract_resource_arn": (
        "(service: str, method: str, path: str, headers: dict, body: bytes, query_params: dict, "
        "region: str, account_id: str) -> str"
    ),
    "ministack.core.iam_actions:request_tag_context": (
        "(service: str, iam_action: str, body: bytes, params: dict) -> dict"
    ),
    "ministack.core.iam_evaluator:enforce": (
        "(access_key_id: str, iam_action: str, service: str, region: str, resource_arn: str = '*', "
        "service_context: dict[str, "
        "typing.Any] | None = None) -> ministack.core.iam_evaluator.EvalResult | "
        "ministack.core.iam_evaluator.AuthError | None"
    ),
    "ministack.core.responses:get_account_id": "() -> str",
    "ministack.core.router:extract_region": "(headers: dict, query_params=None) -> str",
    "ministack.core.iam_evaluator:_resolve_condition_key": (
        "(key: str, ctx: ministack.core.iam_evaluator.EvalContext) -> Any"
    ),
    "ministack.core.lambda_runtime:Worker._drain_stderr_bounded": (
        "(self, first_line_wait: float = 0.05, idle_confirm: float = 0.005, hard_cap: float = 0.25) -> str"
    ),
    "ministack.services.eventbridge:_create_archive": "(data)",
    "ministack.services.eventbridge:_delete_archive": "(data)",
    "ministack.services.eventbridge:_dispatch_to_sqs": "(spec, payload, sqs_parameters=None)",
    "ministack.services.eventbridge:_events_log_list": "() -> list",
    "ministack.services.eventbridge:_put_events": "(data, allow_aws_source=False)",
    "ministack.services.lambda_svc:_emit_lambda_logs": (
        "(func: dict, request_id: str, log_text: str, error: bool, duration_ms: int, *, "
        "log_source: str | None = None) -> None"
    ),
    "ministack.services.lambda_svc:_ensure_poller": "()",
    "ministack.services.lambda_svc:_execute_function": "(func: dict, event: dict) -> dict",
    "ministack.services.lambda_svc:_prune_orphan_code_blobs": "(referenced: set[str]) -> None",
    "ministack.services.lambda_svc:_sqs_esm_concurrency": (
        "(esm: dict, func_rec: dict, config: dict, queue: dict | None = None) -> int"
    ),
    "ministack.services.lambda_svc:_write_code_blob": "(code_zip: bytes) -> str",
    "ministack.services.cloudformation.provisioners:_cw_metric_alarm_record": "(name, props)",
    "ministack.services.cloudformation.provisioners:_sm_secret_string": "(props)",
    "ministack.services.secretsmanager:_resolve": "(secret_id, *, use_arn_scope=False)",
    "ministack.services.sns:publish_internal": (
        "(topic_arn: str, message, subject: str = '', *, message_structure: str = '', "
        "message_attributes: dict | None = None, message_group_id: str = '', message_deduplication_id: str = '') "
        "-> dict | None"
    ),
    "ministack.core.responses:request_scope": "(account_id: str, region: str)",
    "ministack.services.sqs:_dlq_sweep": "(q: dict) -> None",
    "ministack.services.sqs:_expire_retained": "(q: dict) -> None",
}

VALUES = {
    "ministack.app:SERVICE_HANDLERS": "dict",
    "ministack.app:_state_map": "dict",
    "ministack.core.iam_actions:SERVICE_TO_IAM_NAMESPACE": "dict",
    "ministack.core.router:SERVICE_PATTERNS": "dict",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS": "dict",
    "ministack.services.dynamodb:_stream_records": "AccountRegionScopedDict",
    "ministack.services.dynamodb:_stream_trimmed": "AccountRegionScopedDict",
    "ministack.services.dynamodb:_stream_seq_counter": "int",
    "ministack.services.lambda_svc:CODE_BLOB_DIR": "str",
    "ministack.core.lambda_runtime:zipfile": "module",
    "ministack.services.lambda_svc:_dynamodb_stream_positions": "AccountRegionScopedDict",
    "ministack.services.lambda_svc:_esms": "AccountRegionScopedDict",
    "ministack.services.ses_v2:_config_sets": "AccountRegionScopedDict",
    "ministack.services.ses_v2:_identities": "AccountRegionScopedDict",
    "ministack.services.sqs:_HANDLERS": "dict",
    "ministack.services.sqs:_queues": "AccountRegionScopedDict",
    "ministack.services.sqs:_queues_lock": "lock",
}


def moved() -> Iterator[str]:
    """One sentence for every private name that is no longer what the emulator was written against."""
    release = importlib.metadata.version("ministack")
    if release != RELEASE:
        yield f"ministack is {release}, the durable emulator was written against {RELEASE}"
    for place, signature in SIGNATURES.items():
        found = _look_up(place)
        if found is None:
            yield f"{place} is gone"
        elif (now := str(inspect.signature(found))) != signature:
            yield f"{place} is now {now}, was {signature}"
    for place, kind in VALUES.items():
        found = _look_up(place)
        if found is None:
            yield f"{place} is gone"
        elif (now := type(found).__name__) != kind:
            yield f"{place} is now of type {now}, was {kind}"


def _look_up(place: str) -> Any:
    module, _, path = place.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name, None)
        if found is None:
            return None
    return found


def main() -> int:
    lines = list(moved())
    print("\n".join(lines) or f"ministack {RELEASE}: every private name is where it was")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
