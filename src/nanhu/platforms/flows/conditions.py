"""Conditions of edges (条件): `days > 3 and not (kind = '病假' or kind in ('事假', '公假'))`, parsed to a tree and compared. Pure.

No Python is evaluated. Text and tree are bounded: a condition longer or deeper than that is refused when a version is published.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

LONGEST: Final = 500
DEEPEST: Final = 12
TOKENS: Final = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)(?![\w-])|(?P<day>\d{4}-\d{2}-\d{2})|'(?P<text>[^']*)'"
    r"|(?P<name>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)|(?P<sign><=|>=|!=|[=<>(),]))"
)
WORDS: Final = frozenset({"and", "or", "not", "in", "true", "false"})
SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class ConditionError(ValueError):
    """Says what is wrong with the text of a condition, or why it cannot be compared."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Compare:
    field: str
    sign: str
    value: Any


@dataclass(frozen=True, slots=True)
class Among:
    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple["Condition", ...]


type Condition = Compare | Among | Not | Every | Some


def parse(text: str) -> Condition:
    """Raises ConditionError."""
    if len(text) > LONGEST:
        raise ConditionError(f"longer than {LONGEST} characters")
    reader = Reader(list(tokens_of(text)))
    tree = reader.some(0)
    if reader.rest:
        raise ConditionError(f"unexpected {reader.rest[0].value}")
    return tree


def tokens_of(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text.rstrip()):
        found = TOKENS.match(text, place)
        if found is None:
            raise ConditionError(f"cannot read {text[place : place + 20].strip()!r}")
        place = found.end()
        kind = str(found.lastgroup)
        yield Token(kind, value_of(kind, found[kind]))


def value_of(kind: str, said: str) -> Any:
    if kind == "number":
        return float(said) if "." in said else int(said)
    if kind == "day":
        try:
            return date.fromisoformat(said)
        except ValueError as error:
            raise ConditionError(f"no such day: {said}") from error
    return said


class Reader:
    """`or` binds weakest, then `and`, then `not`."""

    def __init__(self, rest: list[Token]) -> None:
        self.rest = rest

    def is_next(self, *words: str) -> bool:
        return bool(self.rest) and self.rest[0].kind in {"name", "sign"} and self.rest[0].value in words

    def take(self, *words: str) -> Token:
        if not self.rest or (words and not self.is_next(*words)):
            raise ConditionError(f"expected {' or '.join(words) or 'more'}")
        return self.rest.pop(0)

    def some(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise ConditionError(f"nested deeper than {DEEPEST}")
        parts = [self.every(depth)]
        while self.is_next("or"):
            self.take()
            parts.append(self.every(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def every(self, depth: int) -> Condition:
        parts = [self.one(depth)]
        while self.is_next("and"):
            self.take()
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def one(self, depth: int) -> Condition:
        if self.is_next("not"):
            self.take()
            if depth > DEEPEST:
                raise ConditionError(f"nested deeper than {DEEPEST}")
            return Not(self.one(depth + 1))
        if self.is_next("("):
            self.take()
            inner = self.some(depth + 1)
            self.take(")")
            return inner
        return self.comparison()

    def comparison(self) -> Condition:
        name = self.take()
        if name.kind != "name" or name.value in WORDS:
            raise ConditionError(f"{name.value} is no field")
        if self.is_next("in"):
            self.take()
            return Among(name.value, self.values())
        return Compare(name.value, self.take(*SIGNS).value, self.value())

    def values(self) -> tuple[Any, ...]:
        self.take("(")
        found = [self.value()]
        while self.is_next(","):
            self.take()
            found.append(self.value())
        self.take(")")
        return tuple(found)

    def value(self) -> Any:
        given = self.take()
        if given.kind == "name" and given.value in {"true", "false"}:
            return given.value == "true"
        if given.kind in {"name", "sign"}:
            raise ConditionError(f"{given.value} is no value")
        return given.value


def fields_of(tree: Condition) -> set[str]:
    match tree:
        case Compare(field=field) | Among(field=field):
            return {field}
        case Not(part=part):
            return fields_of(part)
        case Every(parts=parts) | Some(parts=parts):
            return set().union(*map(fields_of, parts))


def comparisons_of(tree: Condition) -> Iterator[Compare | Among]:
    match tree:
        case Compare() | Among():
            yield tree
        case Not(part=part):
            yield from comparisons_of(part)
        case Every(parts=parts) | Some(parts=parts):
            for one in parts:
                yield from comparisons_of(one)


def holds(tree: Condition, data: Mapping[str, Any]) -> bool:
    """What was not said fulfils no comparison. Raises ConditionError where two kinds of values meet."""
    match tree:
        case Not(part=part):
            return not holds(part, data)
        case Every(parts=parts):
            return all(holds(one, data) for one in parts)
        case Some(parts=parts):
            return any(holds(one, data) for one in parts)
        case Among(field=field, values=values):
            said = data.get(field)
            return any(is_equal(one, value) for one in (said if isinstance(said, list) else [said]) for value in values)
        case Compare(field=field, sign=sign, value=value):
            return compared(data.get(field), sign, value)


def compared(said: Any, sign: str, value: Any) -> bool:
    if said is None or said == "":
        return False
    if isinstance(value, date) and isinstance(said, str):
        said = date.fromisoformat(said)
    if sign in {"=", "!="}:
        return is_equal(said, value) is (sign == "=")
    try:
        return SIGNS[sign](said, value)
    except TypeError as error:
        raise ConditionError(f"cannot compare {said!r} with {value!r}") from error


def is_equal(said: Any, value: Any) -> bool:
    if isinstance(value, date) and isinstance(said, str):
        return said == value.isoformat()
    return (type(said) is not bool and type(value) is not bool and said == value) or (said is value)
