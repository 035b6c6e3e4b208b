"""DynamoDB's expressions, as far as a desk writes them: conditions and updates of an item's own attributes.

Each is read once and kept as a function of item, names and values. What is not understood raises `NotUnderstood`:
a model that guesses would prove nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

Item = Mapping[str, Any]
Values = Mapping[str, Any]
Names = Mapping[str, str]
Operand = Callable[[Item, Names, Values], Any]
Condition = Callable[[Item, Names, Values], bool]
Update = Callable[[dict[str, Any], Item, Names, Values], None]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),+-]|[#:]?[A-Za-z_][A-Za-z0-9_.]*|:[A-Za-z0-9_]+|#[A-Za-z0-9_]+)")
_WORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"})
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


class NotUnderstood(NotImplementedError):
    """An expression of a kind that no desk wrote until now: teach it to this module and to its conformance suite."""


def plain(value: Any) -> tuple[str, Any] | None:
    """A typed value as something that compares: its type and its value; None for what is not there."""
    if value is None:
        return None
    ((kind, content),) = value.items()
    if kind == "N":
        return kind, Decimal(content)
    if kind == "M":
        return kind, tuple(sorted((name, plain(one)) for name, one in content.items()))
    if kind in {"L", "SS", "NS", "BS"}:
        return kind, tuple(content)
    return kind, content


class _Reader:
    """The words of one expression, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = list(self._split(text))
        self._next = 0

    @staticmethod
    def _split(text: str) -> Iterator[str]:
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None:
                raise NotUnderstood(text)
            yield found[1]
            place = found.end()

    @property
    def ahead(self) -> str:
        return self._words[self._next] if self._next < len(self._words) else ""

    @property
    def keyword(self) -> str:
        return self.ahead.upper() if self.ahead.upper() in _WORDS else ""

    def take(self, *wanted: str) -> str:
        word = self.ahead
        if not word or (wanted and word.upper() not in wanted):
            raise NotUnderstood(self._text)
        self._next += 1
        return word

    def took(self, wanted: str) -> bool:
        if self.ahead.upper() != wanted:
            return False
        self._next += 1
        return True

    def ended(self) -> None:
        if self.ahead:
            raise NotUnderstood(self._text)

    # Conditions, the weakest binding first.

    def either(self) -> Condition:
        one = self._both()
        while self.took("OR"):
            one = _or(one, self._both())
        return one

    def _both(self) -> Condition:
        one = self._negated()
        while self.took("AND"):
            one = _and(one, self._negated())
        return one

    def _negated(self) -> Condition:
        if self.took("NOT"):
            inner = self._negated()
            return lambda item, names, values: not inner(item, names, values)
        if self.took("("):
            inner = self.either()
            self.take(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        function = self.ahead.lower()
        if function in {"attribute_exists", "attribute_not_exists"}:
            self.take()
            (path,) = self._arguments()
            there = function == "attribute_exists"
            return lambda item, names, values: (path(item, names, values) is not None) is there
        if function in {"begins_with", "contains"}:
            self.take()
            whole, part = self._arguments()
            return _text_test(function, whole, part)
        left = self.operand()
        if self.took("BETWEEN"):
            low = self.operand()
            self.take("AND")
            high = self.operand()
            return _and(_compared(">=", left, low), _compared("<=", left, high))
        if self.took("IN"):
            options = self._arguments()
            return lambda item, names, values: any(
                _equal(left(item, names, values), option(item, names, values)) for option in options
            )
        return _compared(self.take("=", "<>", "<", "<=", ">", ">="), left, self.operand())

    def _arguments(self) -> list[Operand]:
        self.take("(")
        found = [self.operand()]
        while self.took(","):
            found.append(self.operand())
        self.take(")")
        return found

    def operand(self) -> Operand:
        if self.ahead.lower() == "if_not_exists":
            self.take()
            path, otherwise = self._arguments()
            return lambda item, names, values: (
                known if (known := path(item, names, values)) is not None else otherwise(item, names, values)
            )
        word = self.take()
        if word.startswith(":"):
            return lambda _item, _names, values: values[word]
        return lambda item, names, _values: item.get(_name(word, names))

    # Updates.

    def changes(self) -> list[Update]:
        found: list[Update] = []
        while self.ahead:
            clause = self.take("SET", "REMOVE", "ADD", "DELETE").upper()
            while True:
                found.append(self._change(clause))
                if not self.took(","):
                    break
        return found

    def _change(self, clause: str) -> Update:
        path = self.take()
        if clause == "REMOVE":
            return lambda after, _before, names, _values: after.pop(_name(path, names), None)
        if clause == "SET":
            self.take("=")
            return _setting(path, self._sum())
        value = self.operand()
        return _adding(path, value) if clause == "ADD" else _deleting(path, value)

    def _sum(self) -> Operand:
        one = self.operand()
        while self.ahead in {"+", "-"}:
            one = _plus(one, self.operand(), -1 if self.take() == "-" else 1)
        return one


def _name(word: str, names: Names) -> str:
    if "." in word or "[" in word:
        raise NotUnderstood(word)
    return names[word] if word.startswith("#") else word


def _or(one: Condition, other: Condition) -> Condition:
    return lambda item, names, values: one(item, names, values) or other(item, names, values)


def _and(one: Condition, other: Condition) -> Condition:
    return lambda item, names, values: one(item, names, values) and other(item, names, values)


def _equal(one: Any, other: Any) -> bool:
    return one is not None and other is not None and plain(one) == plain(other)


def _compared(sign: str, left: Operand, right: Operand) -> Condition:
    if sign == "=":
        return lambda item, names, values: _equal(left(item, names, values), right(item, names, values))
    if sign == "<>":
        return lambda item, names, values: not _equal(left(item, names, values), right(item, names, values))

    def test(item: Item, names: Names, values: Values) -> bool:
        one, other = plain(left(item, names, values)), plain(right(item, names, values))
        return one is not None and other is not None and one[0] == other[0] and _COMPARISONS[sign](one[1], other[1])

    return test


def _text_test(function: str, whole: Operand, part: Operand) -> Condition:
    def test(item: Item, names: Names, values: Values) -> bool:
        one, other = plain(whole(item, names, values)), plain(part(item, names, values))
        if one is None or other is None or one[0] != other[0]:
            return False
        return bool(one[1].startswith(other[1]) if function == "begins_with" else other[1] in one[1])

    return test


def _plus(one: Operand, other: Operand, sign: int) -> Operand:
    return lambda item, names, values: {
        "N": _number(Decimal(one(item, names, values)["N"]) + sign * Decimal(other(item, names, values)["N"]))
    }


def _setting(path: str, value: Operand) -> Update:
    def change(after: dict[str, Any], before: Item, names: Names, values: Values) -> None:
        after[_name(path, names)] = value(before, names, values)

    return change


def _adding(path: str, value: Operand) -> Update:
    def change(after: dict[str, Any], before: Item, names: Names, values: Values) -> None:
        name, added = _name(path, names), value(before, names, values)
        ((kind, content),) = added.items()
        known = before.get(name)
        if kind == "N":
            after[name] = {"N": _number(Decimal(known["N"] if known else 0) + Decimal(content))}
        elif kind in {"SS", "NS", "BS"}:
            after[name] = {kind: sorted({*(known[kind] if known else ()), *content})}
        else:
            raise NotUnderstood(f"ADD of {kind}")

    return change


def _deleting(path: str, value: Operand) -> Update:
    def change(after: dict[str, Any], before: Item, names: Names, values: Values) -> None:
        name, ((kind, content),) = _name(path, names), value(before, names, values).items()
        left = sorted(set(before.get(name, {}).get(kind, ())) - set(content))
        if left:
            after[name] = {kind: left}
        else:
            after.pop(name, None)

    return change


def _number(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@cache
def condition(text: str) -> Condition:
    """A condition, filter or key condition."""
    reader = _Reader(text)
    found = reader.either()
    reader.ended()
    return found


@cache
def update(text: str) -> tuple[Update, ...]:
    """What an update expression does, change by change; each reads the item as it was before all of them."""
    return tuple(_Reader(text).changes())


@cache
def partition_key(text: str) -> tuple[str, str]:
    """The attribute and the value's placeholder that a key condition begins with: `pk = :pk`."""
    reader = _Reader(text)
    name = reader.take()
    reader.take("=")
    return name, reader.take()
