"""What is in the zip that Lambda gets."""

import ast
import importlib.util
import json
import re
import zipfile
from pathlib import Path

import pytest
from botocore import xform_name

from infra.app import PACKAGES, is_current
from infra.package import Packing, try_out
from infra.services import SERVICES
from infra.target import Target
from infra.trim import CALLS, aws_calls, pruned

NAMES = [service.name for service in SERVICES]
UNCHECKED_HASH = 0b01
BUDGET = 6_000_000


@pytest.fixture(params=SERVICES, ids=NAMES)
def service(request):
    return request.param


@pytest.fixture
def package(service):
    with zipfile.ZipFile(PACKAGES / f"{service.name}.zip") as opened:
        yield opened


def test_what_is_tested_here_was_built_from_this_code():
    target = Target.recorded(PACKAGES)
    stale = [service.name for service in SERVICES if not Packing(service, target, PACKAGES, ()).is_current()]
    assert (stale, is_current()) == ([], True), "run `make synth`"


def test_it_holds_its_own_service_and_no_other(service, package):
    held = {name.split("/")[1] for name in package.namelist() if re.match(r"services/\w+/", name)}
    assert held - {"__pycache__"} == {service.name}


def test_it_holds_nothing_that_only_builds_or_tests_need(package):
    tops = {name.partition("/")[0] for name in package.namelist()}
    assert (
        tops & {"infra", "tests", "benchmarks", "yaml", "holidays", "boto3", "moto", "aws_cdk", "cryptography"}
        == set()
    )
    assert [name for name in package.namelist() if name.endswith((".pyi", ".html", ".yaml"))] == []


def test_only_a_service_with_pages_carries_what_renders_them(service, package):
    has_pages = (Path("services") / service.name / "pages").is_dir()
    carries = {name.partition("/")[0] for name in package.namelist()} & {"jinja2", "compiled_pages", "assets"}
    assert carries == ({"jinja2", "compiled_pages", "assets"} if has_pages else set())


def test_all_bytecode_is_valid_by_itself(package):
    magic = importlib.util.MAGIC_NUMBER
    for name in package.namelist():
        if name.endswith(".pyc"):
            header = package.read(name)[:8]
            assert header[:4] == magic, name
            assert int.from_bytes(header[4:], "little") == UNCHECKED_HASH, name


def test_all_code_is_bytecode_in_the_place_of_its_source(package):
    names = set(package.namelist())
    assert "shared/store.pyc" in names
    assert not [name for name in names if name.endswith(".py") or "__pycache__" in name]


def test_it_is_small(package):
    assert Path(package.filename).stat().st_size <= BUDGET


def test_the_same_files_give_the_same_bytes(package):
    assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert package.namelist() == sorted(package.namelist())


def test_it_runs_with_nothing_else_installed(service, tmp_path, package):
    package.extractall(tmp_path)
    try_out(tmp_path, service)


def test_it_knows_no_other_calls_to_aws_than_its_functions_may_make(service, package):
    for aws, operations in aws_calls(service).items():
        (model,) = (
            name for name in package.namelist() if re.fullmatch(rf"botocore/data/{aws}/.*/service-2.json", name)
        )
        assert set(json.loads(package.read(model))["operations"]) == operations
    services = {name.split("/")[2] for name in package.namelist() if re.match(r"botocore/data/\w+/", name)}
    assert services == set(aws_calls(service))


def calls_in(source: Path) -> set[str]:
    """The methods called on what `shared.aws` gives: `client("kms").decrypt(…)`, `store.client.query(…)`."""
    return {
        call.func.attr
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and re.search(r"(\bclient(_once)?\(.*\)|\.client)$", ast.unparse(call.func.value))
    }


def test_every_call_to_aws_in_the_code_is_in_the_packages():
    sources = [*Path("shared").rglob("*.py"), *Path("services").rglob("*.py")]
    made = {call for source in sources for call in calls_in(source)}
    known = {xform_name(call) for _, calls in CALLS.values() for call in calls}
    assert made - known == set(), "list them in infra/trim.py and allow them in infra/constructs/function.py"
    assert known - made == set(), "nobody calls these any more"


def test_a_pruned_model_keeps_the_shapes_its_calls_reach_and_no_others():
    model = {
        "metadata": {"protocol": "json"},
        "operations": {
            "Kept": {"input": {"shape": "In"}, "errors": [{"shape": "Bad"}], "documentation": "long"},
            "Other": {"input": {"shape": "OtherIn"}},
        },
        "shapes": {
            "In": {"type": "structure", "members": {"Items": {"shape": "Items", "documentation": "long"}}},
            "Items": {"type": "list", "member": {"shape": "In"}},
            "Bad": {"type": "structure", "members": {}, "exception": True},
            "OtherIn": {"type": "structure", "members": {}},
        },
    }
    left = pruned(model, {"Kept"})
    assert set(left["operations"]) == {"Kept"}
    assert set(left["shapes"]) == {"In", "Items", "Bad"}
    assert "long" not in json.dumps(left)


def test_every_use_that_calls_aws_is_allowed_what_it_calls():
    # Transactions are allowed item by item; everything else by the name of the call.
    allowed = {
        name.partition(":")[2]
        for stack in (json.loads(path.read_text()) for path in (PACKAGES.parent / "cdk.out").glob("*.template.json"))
        for resource in stack["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        for name in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert {call for _, calls in CALLS.values() for call in calls} - allowed == {"TransactWriteItems"}
