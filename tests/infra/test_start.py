"""What a function imports before it can answer. Counted in its package, so that a start can't become dearer unseen.

Modules cost instructions, and are the same on every machine; `make bench` measures what they add up to.
"""

import json
import sys
import zipfile
from subprocess import run

import pytest

from infra.package import PACKAGES
from infra.services import SERVICES

MOST = 235
"""Modules of others, Python's apart, at the start of each function that answers JSON. Ours are small, and many."""

OURS = ("services", "shared", "__main__")

NEVER = {
    "jinja2",
    "phonenumbers",
    "email_validator",
    "aws_lambda_powertools.logging",
    "aws_lambda_powertools.tracing",
    "aws_lambda_powertools.event_handler.appsync",
}
"""What takes long and is not needed for an answer, or not for every one."""

EDGES = [
    (part, function.module)
    for service in SERVICES
    for part, one in service.packages().items()
    for function in one.functions
    if function.name in {"api", "staff"}
]


@pytest.mark.parametrize(("part", "module"), EDGES)
def test_a_start_imports_no_more_than_it_did(part, module, tmp_path):
    with zipfile.ZipFile(PACKAGES / f"{part}.zip") as package:
        package.extractall(tmp_path)
    program = f"""
import json, sys
sys.path.insert(0, {str(tmp_path)!r})
from importlib import import_module
import_module({module!r})
import botocore.session
print(json.dumps(sorted(sys.modules)))
"""
    done = run([sys.executable, "-I", "-S", "-B", "-c", program], capture_output=True, text=True, check=True)
    imported = json.loads(done.stdout)
    assert NEVER & set(imported) == set()
    counted = [name for name in imported if name.partition(".")[0] not in {*OURS, *sys.stdlib_module_names}]
    assert len(counted) <= MOST, "import later what is not always needed, or raise this and say why"
