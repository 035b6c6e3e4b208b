"""Whether a package runs by itself."""

import sys
from pathlib import Path

from infra.desk import Service
from infra.making import ROOT, CannotBuild, run
from infra.reach import borrowed
from infra.trim import aws_calls


def try_out(package: Path, service: Service) -> None:
    """Import every handler and make every AWS client in a fresh process that has this package and nothing else.

    Raises `CannotBuild` when something that was left out is needed after all.
    """
    modules = sorted(function.module for function in service.functions)
    program = f"""
import importlib, sys
sys.path.insert(0, {str(package)!r})
for module in {modules!r}:
    assert callable(importlib.import_module(module).handler), module
import importlib.util
missing = [name for name in {sorted(borrowed(ROOT, modules))!r} if not importlib.util.find_spec(name)]
assert not missing, f"this package lacks what it imports later: {{missing}}"
import botocore.session
session = botocore.session.get_session()
for aws in {sorted(aws_calls(service))!r}:
    session.create_client(aws, region_name="eu-west-2", aws_access_key_id="none", aws_secret_access_key="none")
from Crypto.Cipher import AES
def cipher():
    return AES.new(bytes(32), AES.MODE_GCM, nonce=bytes(12)).update(b"where")
text, tag = cipher().encrypt_and_digest(b"what")
assert cipher().decrypt_and_verify(text, tag) == b"what"
strays = sorted({{name.partition(".")[0] for name, module in sys.modules.items()
    if "site-packages" in (getattr(module, "__file__", None) or "")}})
assert not strays, strays
"""
    # Isolated, without site-packages, and without leaving bytecode of its own behind.
    try:
        run([sys.executable, "-I", "-S", "-B", "-c", program])
    except CannotBuild as error:
        raise CannotBuild(
            f"The package of {service.name} does not run:\n{error}\n"
            "If something was trimmed that is needed, see infra/trim.py."
        ) from error
