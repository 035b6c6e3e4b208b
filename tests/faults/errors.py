"""What botocore raises, made without a request: the same classes, codes and answers."""

from functools import cache
from typing import Any

from botocore.exceptions import ClientError

_WITHOUT_A_CLASS = frozenset({"ValidationException"})
"""What DynamoDB's model does not name."""


@cache
def modeled(code: str) -> type[ClientError]:
    """The class of a service's error of this code."""
    return type(code, (ClientError,), {})


class Exceptions:
    """`client.exceptions`."""

    def __getattr__(self, name: str) -> type[ClientError]:
        return modeled(name)


def refusal(operation: str, code: str, message: str = "", status: int = 400, **more: Any) -> ClientError:
    """An answer of AWS that says no."""
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": 0},
        **more,
    }
    return (ClientError if code in _WITHOUT_A_CLASS else modeled(code))(answer, operation)
