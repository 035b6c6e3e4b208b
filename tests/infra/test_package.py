"""What is in the zip that Lambda gets."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from botocore import xform_name

from infra.app import PACKAGES, is_current
from infra.packing import LAID_BY, TRIMMED_BY, Packing
from infra.services import SERVICES
from infra.target import Target
from infra.trim import CALLS, aws_calls, pruned
from infra.tryout import try_out

PARTS = {name: part for service in SERVICES for name, part in service.packages().items()}
UNCHECKED_HASH = 0b01
BUDGET = 6_000_000
BUDGET_WITH_FONTS = 15_000_000


@pytest.fixture(params=PARTS)
def packing(request):
    return Packing(request.param, PARTS[request.param], Target.recorded(PACKAGES), PACKAGES, ())


@pytest.fixture
def service(packing):
    return packing.service


@pytest.fixture
def package(packing):
    with zipfile.ZipFile(packing.archive) as opened:
        yield opened


def test_what_is_tested_here_was_built_from_this_code():
    target = Target.recorded(PACKAGES)
    stale = [name for name, part in PARTS.items() if not Packing(name, part, target, PACKAGES, ()).is_current()]
    assert (stale, is_current()) == ([], True), "run `make synth`"


def test_a_package_is_outdated_by_a_change_of_whatever_it_is_made_by():
    """Services and their functions are told to it; all else of `infra` that it is made with counts by its text."""
    made_by, found = {Path(__file__).parents[2] / "infra" / "packing.py"}, set[Path]()
    while made_by:
        found |= made_by
        made_by = {one for file in made_by for one in _of_infra(file)} - found
    assert {file for file in found if file not in {*TRIMMED_BY, *LAID_BY}} == set()


def _of_infra(file: Path) -> set[Path]:
    """The modules of `infra` that one imports, but for what describes services."""
    told = {"infra.desk", "infra.services", "infra.target"}
    modules = {
        node.module
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("infra.")
    }
    specs = (importlib.util.find_spec(module) for module in modules - told)
    return {Path(str(spec.origin)) for spec in specs if spec}


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


def renders(service):
    """Whether a function of this package answers with pages."""
    sources = [Path(*function.module.split(".")).with_suffix(".py") for function in service.functions]
    return any("shared.pages" in source.read_text(encoding="utf-8") for source in sources)


def test_only_a_package_with_pages_carries_what_renders_them(service, package):
    carries = {name.partition("/")[0] for name in package.namelist()} & {"jinja2", "compiled_pages", "assets"}
    assert carries == ({"jinja2", "compiled_pages", "assets"} if renders(service) else set())


def test_only_what_prints_carries_fonts(packing, package):
    fonts = [name for name in package.namelist() if name.endswith((".ttf", ".otf"))]
    assert bool(fonts) == (packing.name == "complaints-documents")
    assert [name for name in package.namelist() if name.startswith("PIL/")] == []


def test_what_prints_draws_every_script_with_nothing_else_installed(tmp_path):
    with zipfile.ZipFile(PACKAGES / "complaints-documents.zip") as package:
        package.extractall(tmp_path)
    program = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from datetime import datetime, timezone
from services.complaints.printing import pdf
from services.complaints.sheet import Sheet
for language in ("en", "ar", "zh"):
    words = ["Rectification", "إشعار تصحيح لا", "整改通知书"]
    drawn = pdf(Sheet(language, "Ahd", words[0], "RN-2026-000001", [(words[1], words[2])], words[1],
                      chr(10).join(words), words, datetime(2026, 11, 23, tzinfo=timezone.utc)))
    assert drawn.startswith(b"%PDF"), language
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


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


def test_it_is_small(packing):
    assert packing.archive.stat().st_size <= (BUDGET_WITH_FONTS if packing.draws else BUDGET)


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
    services = {name.split("/")[2] for name in package.namelist() if re.match(r"botocore/data/[\w-]+/", name)}
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
    made = (made - {"generate_presigned_url"}) | {"get_object"}  # that is what it signs
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
    # A copy is allowed as reading the one and writing the other.
    called = {call for _, calls in CALLS.values() for call in calls}
    assert called - allowed == {"TransactWriteItems", "CopyObject"}


def test_its_bill_names_every_part_that_is_locked_with_the_hashes_it_may_come_in(packing):
    bill = json.loads(packing.bill.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    locked = set(re.findall(r"^([\w.-]+)==([\w.]+)", packing.requirements, re.MULTILINE))
    named = {(part["name"], part["version"]) for part in bill["components"] if part["purl"].startswith("pkg:pypi/")}
    assert named >= locked
    for part in bill["components"]:
        files = part.get("externalReferences", [part])
        assert files
        assert all(one["hashes"] for one in files), part["name"]
    styled = [part for part in bill["components"] if part["purl"].startswith("pkg:npm/govuk-frontend@")]
    assert bool(styled) == packing.has_pages
