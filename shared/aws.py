"""AWS clients, made when first used, so that importing a handler touches no network.

botocore without boto3: boto3 adds 65 ms to a cold start for resources that nothing here uses.
"""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config


def _config(attempts: int, connect: int, read: int) -> Config:
    # botocore puts its own User-Agent together twice a request, from the whole environment: 9 % of a warm call.
    return Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent="ahd",
    )


# All tries together end before the ten seconds of a function that answers HTTP: its caller gets our answer.
_CONFIG = _config(attempts=2, connect=1, read=3)
# A provider of messages may have accepted what timed out: trying again is notify's decision, not the SDK's.
_ONCE = _config(attempts=1, connect=1, read=5)


@cache
def session() -> Any:
    """What makes the clients: whoever listens to it hears what those made from then on ask."""
    return botocore.session.get_session()


# Addresses that S3 hands files out by: signed as every region takes it, at the region's own endpoint.
_S3 = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})


@cache
def client(service: str) -> Any:
    """A client that retries what AWS says is safe to retry."""
    return session().create_client(service, config=_CONFIG.merge(_S3) if service == "s3" else _CONFIG)


@cache
def client_once(service: str) -> Any:
    """A client that never retries by itself, for effects that must not happen twice."""
    return session().create_client(service, config=_ONCE)
