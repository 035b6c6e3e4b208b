"""Walks the models of packs along their types: what refers to what, and what may stand where."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from infra.packs.source import Path_
from shared.packs.parts import Refers, Wording


@cache
def _hints(model: type[BaseModel]) -> dict[str, Any]:
    hints = get_type_hints(model, include_extras=True)
    return {name: hints[name] for name in model.model_fields}


def references(part: BaseModel) -> Iterator[tuple[Path_, str, str]]:
    """Every name in a part that something else has to define: where, what kind of name, the name."""
    for name, hint in _hints(type(part)).items():
        yield from _references(getattr(part, name), hint, (name,))


def _references(value: Any, hint: Any, path: Path_) -> Iterator[tuple[Path_, str, str]]:
    origin, arguments = get_origin(hint), get_args(hint)
    if value is None:
        return
    if isinstance(value, BaseModel):
        yield from ((path + inner, to, name) for inner, to, name in references(value))
    elif origin is Annotated:
        yield from ((path, mark.to, value) for mark in arguments[1:] if isinstance(mark, Refers))
        yield from _references(value, arguments[0], path)
    elif origin in (Union, UnionType):
        for option in arguments:
            yield from _references(value, option, path)
    elif isinstance(value, tuple | Mapping) and origin in (tuple, dict):
        inner = arguments[0] if origin is tuple else arguments[1]
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _references(item, inner, (*path, key))


def wordings(part: BaseModel, path: Path_ = ()) -> Iterator[tuple[Path_, Wording]]:
    """Every text in a part, and where it stands."""
    for name in type(part).model_fields:
        yield from _wordings(getattr(part, name), (*path, name))


def _wordings(value: Any, path: Path_) -> Iterator[tuple[Path_, Wording]]:
    if isinstance(value, Wording):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from wordings(value, path)
    elif isinstance(value, tuple | Mapping):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _wordings(item, (*path, key))


def known_keys(model: type[BaseModel], path: Path_) -> tuple[str, ...]:
    """What may stand in the part at this place; nothing when the path leads elsewhere."""
    hint: Any = model
    for step in path:
        found = next(_models(hint), None)
        if found is not None and isinstance(step, str):
            if step not in found.model_fields:
                return ()
            hint = _hints(found)[step]
        else:
            hint = next(_inside(hint), None)
    found = next(_models(hint), None)
    return tuple(found.model_fields) if found is not None else ()


def _models(hint: Any) -> Iterator[type[BaseModel]]:
    """Models that the hint allows here, not inside a collection."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    elif get_origin(hint) is Annotated:
        yield from _models(get_args(hint)[0])
    elif get_origin(hint) in (Union, UnionType):
        for option in get_args(hint):
            yield from _models(option)


def _inside(hint: Any) -> Iterator[Any]:
    """What a collection holds."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        yield from _inside(arguments[0])
    elif origin in (Union, UnionType):
        for option in arguments:
            yield from _inside(option)
    elif origin is tuple:
        yield arguments[0]
    elif origin is dict:
        yield arguments[1]
