"""Packages whose `__init__` imports everything they have: in a Lambda, only what is asked for is imported.

Such an `__init__` names what lies in its modules. Here its imports become a module `__getattr__` (PEP 562) that makes
each one when its name is first asked for. Everything else in the file stays.
"""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeGuard

HOLLOW: Sequence[str] = (
    "aws_lambda_powertools/__init__.py",
    "aws_lambda_powertools/event_handler/__init__.py",
    "aws_lambda_powertools/utilities/data_classes/__init__.py",
)
"""Of these we use a name or two. Together they bring five times as much as is used (ADR 0011)."""

LATER: Mapping[str, str] = {
    "structlog/_native.py": "asyncio",
    "structlog/stdlib.py": "asyncio",
}
"""A module of the standard library that a file imports for functions that nobody here calls: asyncio alone is a tenth
of a start.
"""

_LATER = """

def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _LATER[name]
    value = globals()[name] = getattr(import_module(module, __name__), attribute)
    return value
"""


def hollow_out(laid: Path) -> None:
    """Rewrite those of `HOLLOW` and `LATER` that were laid there."""
    for name in (*HOLLOW, *LATER):
        file = laid / name
        if file.is_file():
            source = file.read_text(encoding="utf-8")
            rewritten = hollowed(source, name.split("/")[0]) if name in HOLLOW else deferred(source, LATER[name])
            file.write_text(rewritten, encoding="utf-8")


def deferred(source: str, module: str) -> str:
    """The source of a module, with its `import <module>` made by each function that uses it. Raises `ValueError` when
    something outside of functions does.
    """
    tree = ast.parse(source)
    top = next((node for node in tree.body if ast.unparse(node) == f"import {module}"), None)
    if top is None:
        raise ValueError(f"it has no `import {module}` to put off")
    tree.body.remove(top)
    _into_functions(tree, top, module)
    if any(isinstance(node, ast.stmt) and _names(node, module) for node in tree.body):
        raise ValueError(f"{module} is used while the module is imported")
    return ast.unparse(tree)


def _into_functions(tree: ast.AST, top: ast.stmt, module: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(_names(one, module) for one in node.body):
            node.body.insert(0, top)


def _names(statement: ast.AST, module: str) -> bool:
    """Whether it uses the module itself, and not only in the body of a function within it."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return any(_names(one, module) for one in (*statement.decorator_list, statement.args))
    if isinstance(statement, ast.Name):
        return statement.id == module
    return any(_names(one, module) for one in ast.iter_child_nodes(statement))


def hollowed(source: str, package: str) -> str:
    """The source of an `__init__`, with imports from its own package made when they are asked for.

    What it calls while it is imported (a handler for its own log, its name in botocore's User-Agent) is left out.
    What else the file itself uses is imported as before. What is called like the module it comes from is not offered:
    whoever imports that module sets the name to it.
    """
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not _is_call(node)]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    later: dict[str, tuple[str, str]] = {}
    kept: list[ast.stmt] = []
    for node in tree.body:
        if not _is_own(node, package):
            kept.append(node)
            continue
        module = "." * node.level + (node.module or "")
        at_once = [one for one in node.names if (one.asname or one.name) in used]
        if at_once:
            kept.append(ast.ImportFrom(module=node.module, names=at_once, level=node.level))
        names = {one.asname or one.name: one.name for one in node.names if one not in at_once}
        later |= {name: (module, real) for name, real in names.items() if name != module.rpartition(".")[2]}
    tree.body = kept
    return f"{ast.unparse(tree)}\n\n_LATER = {later!r}\n{_LATER}"


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _is_own(node: ast.stmt, package: str) -> TypeGuard[ast.ImportFrom]:
    if not isinstance(node, ast.ImportFrom):
        return False
    return node.level > 0 or (node.module or "").split(".")[0] == package
