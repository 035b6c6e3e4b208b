"""The service's own table, as its functions open it."""

from functools import cache

from shared.aws import client
from shared.settings import settings
from shared.store import Store


@cache
def store() -> Store:
    """The store of the service whose function this is."""
    here = settings()
    return Store(client("dynamodb"), here.need("table"), f"ahd.{here.need('service')}")
