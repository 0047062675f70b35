"""Large tables as they are declared: `warehouse/<key>/table.toml` in the data folder, one file a table."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from nanhu.kernel.clock import campus_today
from nanhu.kernel.configuration import configuration
from nanhu.platforms.datahub.errors import LargeTableError
from nanhu.platforms.datahub.warehouse import expressions
from nanhu.platforms.datahub.warehouse.engines import DUCKDB, ENGINES

DECLARATION: Final = "table.toml"
LARGE: Final = "large:"
"""Begins the key under which a large table has its batches, and what a source says that it fills."""
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
OURS: Final = ("nanhu_", "said_")
RESERVED: Final = re.compile(
    "all|analyse|analyze|and|anti|any|array|as|asc|asof|asymmetric|authorization|binary|both|case|cast|check|collate"
    "|collation|column|concurrently|constraint|create|cross|current_date|current_time|current_timestamp|current_user"
    "|default|deferrable|desc|describe|distinct|do|else|end|except|false|fetch|for|foreign|freeze|from|full|grant"
    "|group|having|ilike|in|initially|inner|intersect|into|is|isnull|join|lambda|lateral|leading|left|like|limit"
    "|localtime|localtimestamp|natural|not|notnull|null|offset|on|only|or|order|outer|overlaps|pivot|placing"
    "|positional|primary|qualify|references|returning|right|select|semi|session_user|show|similar|some|summarize"
    "|symmetric|table|tablesample|then|to|trailing|true|union|unique|unpivot|user|using|variadic|verbose|when|where"
    "|window|with"
)
"""Words of SQL that no column may be named by."""
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40})?")
FIXED: Final = {
    "text": tuple,
    "code": expressions.code,
    "name": expressions.name,
    "phone": expressions.phone,
    "day": expressions.day,
    "count": expressions.count,
    "yuan": expressions.yuan,
}
"""Kinds of fields that are told nothing more."""
KINDS: Final = (*FIXED, "number", "document", "word")


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`heading`: its column in the file; `pattern` and `width` of a number, `values` of a word: what the source says → our code."""

    heading: str
    kind: str = "text"
    required: bool = False
    pattern: str = ""
    width: int = 0
    values: dict[str, str] = {}

    @property
    def is_sealed(self) -> bool:
        return self.kind in expressions.SEALED


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In percent: of the rows that stood, gone and changed; of those that come, refused."""

    gone: float = 2.0
    changed: float = 20.0
    refused: float = 5.0


class LargeTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keep`: how many snapshots are kept; what goes by itself (`limits`), and from where on two look at it (`red`)."""

    name: str
    keys: list[str]
    fields: dict[str, Field]
    delimiter: str = ","
    keep: int = 30
    limits: Limits = Limits()
    red: Limits = Limits(gone=10, changed=50, refused=20)
    engine: str = DUCKDB
    office: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    key: str
    folder: Path
    table: LargeTable

    @property
    def source(self) -> str:
        """As its batches name it."""
        return LARGE + self.key

    def steps_of(self, name: str) -> expressions.Steps:
        field = self.table.fields[name]
        if field.kind == "number":
            return expressions.number(field.pattern, field.width)
        if field.kind == "document":
            return expressions.document(campus_today().isoformat())
        if field.kind == "word":
            return expressions.word(field.values)
        return FIXED[field.kind]()


def warehouse() -> Path:
    return configuration().data_dir / "warehouse"


def folder_of(key: str) -> Path:
    return warehouse() / key


def declared_tables() -> Iterator[str]:
    for path in sorted(warehouse().glob(f"*/{DECLARATION}")):
        yield path.parent.name


def large_tables() -> Iterator[Declared]:
    """Those whose declaration can be meant."""
    for key in declared_tables():
        with suppress(LargeTableError):
            yield declared(key)


def declared(key: str, columns: Mapping[str, str] | None = None) -> Declared:
    """`columns`: of fields whose column has another heading in what comes, which."""
    folder = folder_of(key)
    if not KEY.fullmatch(key) or not (folder / DECLARATION).is_file():
        raise LargeTableError(file=key, fault="、".join(declared_tables()) or str(warehouse()))
    try:
        told: dict[str, Any] = tomllib.loads((folder / DECLARATION).read_text(encoding="utf-8"))
        table = msgspec.convert(told, LargeTable)
    except (OSError, ValueError, msgspec.ValidationError) as broken:
        raise LargeTableError(file=f"{key}/{DECLARATION}", fault=str(broken)) from broken
    if fault := next(faults(table), ""):
        raise LargeTableError(file=f"{key}/{DECLARATION}", fault=fault)
    called = {
        name: msgspec.structs.replace(one, heading=(columns or {}).get(name, one.heading))
        for name, one in table.fields.items()
    }
    return Declared(key, folder, msgspec.structs.replace(table, fields=called))


def faults(table: LargeTable) -> Iterator[str]:
    if not table.keys or not set(table.keys) <= table.fields.keys():
        yield f"keys: {', '.join(table.keys)}"
    if len(table.delimiter) != 1 or table.delimiter in {'"', "\n", "\r"}:
        yield "delimiter"
    if table.keep < 1:
        yield "keep"
    if table.engine not in ENGINES:
        yield "engine"
    if any(getattr(table.red, one) < getattr(table.limits, one) for one in Limits.__struct_fields__):
        yield "red"
    yield from faults_of_fields(table)


def faults_of_fields(table: LargeTable) -> Iterator[str]:
    headings = [one.heading for one in table.fields.values()]
    if len(set(headings)) != len(headings) or not all(headings):
        yield "heading"
    for name, field in table.fields.items():
        if not NAME.fullmatch(name) or field.kind not in KINDS:
            yield f"{name}: {field.kind}"
        if RESERVED.fullmatch(name) or name.startswith(OURS):
            yield f"fields.{name}"
        if (field.kind == "number") != bool(field.pattern) or (field.kind == "word") != bool(field.values):
            yield f"{name}: pattern, values"
        if field.pattern and not is_pattern(field.pattern):
            yield f"{name}: {field.pattern}"


def is_pattern(text: str) -> bool:
    """Of what RE2, Java and Python read alike: classes, counts, choices."""
    try:
        re.compile(text)
    except re.error:
        return False
    return not re.search(r"\\|\(\?|[$^](?!\])", text.replace("[^", "["))
