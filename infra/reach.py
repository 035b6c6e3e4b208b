"""What a function needs: the project's own modules that its module imports, theirs, and what all of them import."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_OWN = ("services", "shared")


def reached(root: Path, modules: Iterable[str]) -> set[Path]:
    """The source files below `root` that these modules import, at once or later, with the packages they stand in."""
    found: set[Path] = set()
    open_ends = list(modules)
    while open_ends:
        source = _source(root, open_ends.pop())
        if source is None or source in found:
            continue
        found.add(source)
        found.update(init for init in _inits(root, source) if init.is_file())
        open_ends += _imported(source)
        open_ends += [name for init in _inits(root, source) if init.is_file() for name in _imported(init)]
    return found


def borrowed(root: Path, modules: Iterable[str]) -> set[str]:
    """The modules of others that these modules and those that they reach import, at once or only when it comes to it;
    what is only there for type checkers is not meant.
    """
    return {
        name
        for source in reached(root, modules)
        for name in _modules(_Run().visit(ast.parse(source.read_text(encoding="utf-8"))))
        if name.partition(".")[0] not in {*_OWN, *sys.stdlib_module_names}
    }


class _Run(ast.NodeTransformer):
    """What of a module runs."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _source(root: Path, module: str) -> Path | None:
    place = root.joinpath(*module.split("."))
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def _inits(root: Path, source: Path) -> Iterator[Path]:
    for folder in source.relative_to(root).parents:
        if folder != Path():
            yield root / folder / "__init__.py"


def _imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] in _OWN)
