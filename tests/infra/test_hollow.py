"""Packages that import only what is asked for, and still give all that they name."""

import sys
import zipfile
from subprocess import run

import pytest

from infra.hollow import HOLLOW, LATER, deferred, hollowed
from infra.package import PACKAGES
from infra.services import SERVICES

SOURCE = """
\"\"\"A package.\"\"\"
import sys
from pathlib import Path
from kit.loud import loud
from kit.quiet import Quiet, hush as still
from .near import Near
from kit.version import VERSION
__version__ = VERSION
HERE = Path(__file__).parent
loud_at_import = print
loud_at_import("heard")
"""


@pytest.fixture
def kit(tmp_path, monkeypatch):
    folder = tmp_path / "kit"
    folder.mkdir()
    (folder / "__init__.py").write_text(hollowed(SOURCE, "kit"))
    (folder / "loud.py").write_text("raise ImportError('asked for')")
    (folder / "quiet.py").write_text("class Quiet: ...\ndef hush(): return 'sh'\n")
    (folder / "near.py").write_text("class Near: ...\n")
    (folder / "version.py").write_text("VERSION = '1'\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("kit")
    for name in [name for name in sys.modules if name.partition(".")[0] == "kit"]:
        del sys.modules[name]


def test_importing_it_imports_only_what_it_uses_itself_and_calls_nothing(kit, capsys):
    assert {name for name in sys.modules if name.startswith("kit.")} == {"kit.version"}
    assert kit.__version__ == "1"
    assert capsys.readouterr().out == ""


def test_what_it_names_comes_when_it_is_asked_for(kit):
    assert kit.still() == "sh"
    assert (kit.Quiet.__name__, kit.Near.__name__) == ("Quiet", "Near")
    assert kit.Quiet is sys.modules["kit.quiet"].Quiet


def test_a_name_that_it_does_not_have_is_an_attribute_error(kit):
    with pytest.raises(AttributeError, match="module 'kit' has no attribute 'nothing'"):
        _ = kit.nothing


def test_what_is_called_like_its_module_is_not_offered(kit):
    with pytest.raises(AttributeError, match="loud"):
        _ = kit.loud


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
def test_every_function_that_answers_http_answers_from_its_package(service, tmp_path):
    """What is not there is refused as it should be: routing, refusals, answers and logs work with what is laid."""
    edges = [(part, function.module) for whole in SERVICES if whole.name == service
             for part, one in whole.packages().items() for function in one.functions
             if function.name in {"api", "web", "staff", "open311"}]  # fmt: skip
    assert edges
    for part in {part for part, _ in edges}:
        with zipfile.ZipFile(PACKAGES / f"{part}.zip") as package:
            package.extractall(tmp_path / part)
    for part, module in edges:
        program = f"""
import json, os, sys
sys.path.insert(0, {str(tmp_path / part)!r})
os.environ |= {{"AHD_SERVICE": {service!r}, "AHD_TABLE": "none", "AHD_PACK": "police", "AHD_URL": "https://desk.example",
    "AWS_DEFAULT_REGION": "eu-west-2"}}
from importlib import import_module
asked = {{"version": "2.0", "routeKey": "$default", "rawPath": "/nowhere", "rawQueryString": "", "headers": {{}},
    "requestContext": {{"requestId": "r-1", "stage": "$default",
        "http": {{"method": "GET", "path": "/nowhere", "sourceIp": "192.0.2.1"}}}}, "isBase64Encoded": False}}
answer = import_module({module!r}).handler(asked, None)
assert answer["statusCode"] == 404, answer
"""
        done = run([sys.executable, "-I", "-S", "-B", "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{module}: {done.stderr}"
        assert '"answered"' in done.stdout


def test_what_is_hollow_is_in_the_packages():
    with zipfile.ZipFile(PACKAGES / "intake.zip") as package:
        held = set(package.namelist())
    assert {name.removesuffix(".py") + ".pyc" for name in (*HOLLOW, *LATER)} <= held


LIBRARY = """
\"\"\"Of a library.\"\"\"
import colorsys
import math

class Painter:
    def grey(self):
        return colorsys.rgb_to_hls(0.5, 0.5, 0.5)

def later():
    def inner():
        return colorsys.__name__
    return inner

def root():
    return math.sqrt(4)
"""


def test_a_module_that_only_some_functions_use_is_imported_by_them(tmp_path, monkeypatch):
    (tmp_path / "a_library.py").write_text(deferred(LIBRARY, "colorsys"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    library = __import__("a_library")
    assert library.root() == 2
    assert "colorsys" not in sys.modules
    assert library.later()() == "colorsys"
    assert library.Painter().grey() == (0, 0.5, 0)
    del sys.modules["a_library"]


@pytest.mark.parametrize(
    "needs",
    [
        "TWO = math.sqrt(4)",
        "def root(of=math.sqrt(4)):\n    return of",
        "class Root:\n    def of(self, *, two=math.sqrt(4)):\n        return two",
        "root = lambda of: math.sqrt(of)",
        "@math.wraps\ndef root():\n    return 2",
    ],
)
def test_what_a_module_needs_while_it_is_imported_is_not_put_off(needs):
    with pytest.raises(ValueError, match="while the module is imported"):
        deferred(f"import math\n{needs}\n", "math")


def test_an_import_that_is_not_there_any_more_is_said():
    with pytest.raises(ValueError, match="no `import math`"):
        deferred("from math import sqrt\n", "math")
