"""Values of a row: held to their types, sealed where they are sensitive, and said in words where they are wrong."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from nanhu.kernel.crypto import blind_index_many, encrypt_many
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.shared.declarations import READABLE, Field, SharedTable

PURPOSE: Final = "datahub.shared"
SHOWN: Final = 30
KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63,
    "date": lambda value: isinstance(value, date) and not isinstance(value, datetime),
    "moment": lambda value: isinstance(value, datetime) and value.tzinfo is not None,
    "boolean": lambda value: isinstance(value, bool),
    "code": lambda value: isinstance(value, str),
}
encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Written:
    """A row as the database keeps it; `secret` is what of it is sealed, `landing` the landing row that said it, `batch` the
    batch behind what the system in the box writes."""

    key: str
    data: str
    secret: str = ""
    landing: int | None = None
    batch: int | None = None


def written_row(table: SharedTable, given: Mapping[str, Any], *, landing: int | None = None) -> Written | Finding:
    try:
        row = msgspec.convert(given, table.written, builtin_types=(date, datetime))
        fields = msgspec.to_builtins(row)
        for name in table.moments & fields.keys():
            fields[name] = getattr(row, name).astimezone(UTC).isoformat()
        secret = {name: fields.pop(name) for name in table.sensitive if name in fields}
        return Written(
            table.key_of(row),
            encode(fields).decode(),
            msgspec.json.encode(secret, order="sorted").decode() if secret else "",
            landing,
        )
    except (msgspec.ValidationError, TypeError, UnicodeEncodeError, OverflowError):
        return fault_of(table, given)


def fault_of(table: SharedTable, given: Mapping[str, Any]) -> Finding:
    """The first thing wrong with a row, in the order of its fields."""
    unknown = sorted(set(given) - set(table.by_name))
    if unknown:
        return Finding("field_unknown", "", {"value": "、".join(unknown)[:SHOWN]})
    found = (value_fault(one, given.get(one.name)) for one in table.fields)
    return next(
        (one for one in found if one is not None), Finding("value_unreadable", "", {"label": table.name, "value": ""})
    )


def value_fault(field: Field, value: Any) -> Finding | None:
    if value is None or (value == "" and field.required):
        return finding(field, "value_missing") if field.required else None
    if not KINDS[field.type](value):
        return finding(field, f"value_no_{field.type}", value)
    if field.type == "code" and value not in field.values:
        return finding(field, "value_no_code", value)
    return text_fault(field, value) if field.type == "text" else None


def text_fault(field: Field, value: str) -> Finding | None:
    if len(value) > field.longest:
        return finding(field, "value_too_long", value, longest=field.longest)
    if field.pattern and not re.fullmatch(field.pattern, value):
        return finding(field, "value_no_fit", value)
    if not is_readable(value):
        return finding(field, "value_unreadable", value)
    return None


def is_readable(text: str) -> bool:
    return re.match(READABLE, text) is not None


def finding(field: Field, code: str, value: Any = "", **facts: object) -> Finding:
    """What is sensitive is not told again."""
    shown = "…" if field.sensitive else str(value)[:SHOWN].encode(errors="replace").decode()
    return Finding(code, field.name, {"label": field.label, "value": "".join(filter(is_readable, shown)), **facts})


def sealed(rows: Sequence[Written]) -> Iterable[tuple[bytes | None, bytes | None]]:
    """Of each row its secret, encrypted, and by what an equal one is known."""
    secrets = [row.secret for row in rows if row.secret]
    pairs = zip(encrypt_many(secrets, purpose=PURPOSE), blind_index_many(secrets, purpose=PURPOSE), strict=True)
    return [next(pairs) if row.secret else (None, None) for row in rows]
