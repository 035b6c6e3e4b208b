"""What is measured: a fresh process that has a built package and nothing else.

    python -S -s -P benchmarks/subject.py PACKAGE init MODULE      import it and make its DynamoDB client
    python -S -s -P benchmarks/subject.py PACKAGE init -           the floor: json and the same client, nothing else
    python -S -s -P benchmarks/subject.py PACKAGE calls MODULE EVENT N      answer EVENT so many times
    python -S -s -P benchmarks/subject.py PACKAGE calls - EVENT N RECORD    the floor: the AWS calls and nothing else

Prints the CPU milliseconds of the newest half of the calls, one call. Runs on the package's own bytecode.
"""

import json
import os
import sys
import time
from http import HTTPStatus
from importlib import import_module
from typing import Any

BARE = "-"


def _bare_client(service: str) -> Any:
    import botocore.session  # noqa: PLC0415  it is what is measured
    from botocore.config import Config  # noqa: PLC0415

    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return botocore.session.get_session().create_client(service, config=config)


class Bare:
    """The floor: no checks, no rules, no encryption; the same keys fetched once, the same transaction each time."""

    def __init__(self, record: str) -> None:
        import base64  # noqa: PLC0415  part of what is measured
        from pathlib import Path  # noqa: PLC0415

        def plain(value: Any) -> Any:
            """A value as botocore takes it: in the request, bytes are base64."""
            if isinstance(value, dict):
                return {
                    key: base64.b64decode(one) if key == "B" and isinstance(one, str) else plain(one)
                    for key, one in value.items()
                }
            return [plain(one) for one in value] if isinstance(value, list) else value

        self.writes = plain(json.loads(Path(record).read_bytes())["TransactItems"])
        self.dynamodb = _bare_client("dynamodb")
        _bare_client("secretsmanager").get_secret_value(SecretId=os.environ["AHD_DESK_KEY"])
        _bare_client("kms").generate_data_key(KeyId=os.environ["AHD_SEAL_NOTIFY"], KeySpec="AES_256")

    def __call__(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        asked = json.loads(event["body"])
        self.dynamodb.transact_write_items(TransactItems=self.writes)
        return {"statusCode": 201, "body": json.dumps({"number": asked["category"]})}


def _init(module: str) -> None:
    if module == BARE:
        _bare_client("dynamodb")
    else:
        import_module(module)
        import_module("shared.aws").client("dynamodb")


def _calls(module: str, event: str, count: int, record: str) -> None:
    handler = Bare(record) if module == BARE else import_module(module).handler
    began = 0.0
    for number in range(count):
        if number == count // 2:
            began = time.process_time()
        answer = handler(json.loads(event), None)
        if answer["statusCode"] != HTTPStatus.CREATED:
            raise SystemExit(answer["body"])
    print(1000 * (time.process_time() - began) / (count - count // 2), file=sys.stderr)


if __name__ == "__main__":
    package, what, subject, *more = sys.argv[1:]
    sys.path.insert(0, package)
    if what == "init":
        _init(subject)
    else:
        _calls(subject, more[0], int(more[1]), "".join(more[2:]))
    sys.stdout.flush()
    os._exit(0)
