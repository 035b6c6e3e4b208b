"""A pack as its author wrote it: data, with the line of everything, and what the comments say about figures."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

Path_ = tuple[str | int, ...]
Mark = Literal["rule", "choice"]
_MARK = re.compile(r"#.*\[(rule|choice)\]")


class _Loader(yaml.CSafeLoader):
    """YAML as it is read everywhere, but dates stay as they are written."""


_Loader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class NotYaml(ValueError):
    """A file that can't be read; says on which line, and what to do."""

    def __init__(self, line: int, what: str, *, tab: bool = False) -> None:
        self.line = line
        self.advice = "indent with spaces, it takes no tabs" if tab else "put text with ? : , # in quotes"
        super().__init__(what)


@dataclass(frozen=True)
class Source:
    """One file of a pack."""

    file: Path
    data: Any
    doubles: tuple[Path_, ...]
    """Keys that were given twice: the later one would win without a word."""
    _lines: dict[Path_, int] = field(repr=False)
    _marks: dict[int, Mark] = field(repr=False)

    @classmethod
    def of(cls, file: Path) -> "Source":
        """Read a file. Raises `FileNotFoundError` and `NotYaml`."""
        text = file.read_text(encoding="utf-8")
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = mark.line if mark else 0
            read = "".join(text.splitlines()[at : at + 1])
            tab = "\t" in read[: len(read) - len(read.lstrip())]
            raise NotYaml(at + 1, str(error.problem or error.context), tab=tab) from None
        lines: dict[Path_, int] = {}
        doubles: list[Path_] = []
        if node is not None:
            _walk(node, (), lines, doubles)
        marks = {
            number: _mark(found[1])
            for number, line in enumerate(text.splitlines(), 1)
            if (found := _MARK.search(line)) is not None
        }
        return cls(file, data, tuple(doubles), lines, marks)

    def line(self, path: Path_) -> int:
        """The line of something, or of the nearest thing around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def figures(self) -> Iterator[tuple[Path_, Mark | None]]:
        """Every figure, with what the comment on its line says: the rules give it, or it is a choice."""
        for path, value in _scalars(self.data, ()):
            if isinstance(value, int) and not isinstance(value, bool):
                yield path, self._marks.get(self.line(path))


def _mark(word: str) -> Mark:
    return "rule" if word == "rule" else "choice"


def _walk(node: yaml.Node, path: Path_, lines: dict[Path_, int], doubles: list[Path_]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*path, key.value)
            if key.value in seen:
                doubles.append(here)
            seen.add(key.value)
            lines[here] = key.start_mark.line + 1
            _walk(value, here, lines, doubles)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, (*path, number), lines, doubles)


def _scalars(data: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _scalars(value, (*path, str(key)))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _scalars(value, (*path, number))
    else:
        yield path, data
