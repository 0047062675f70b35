"""Reading shared tables (共享表): today's rows or those of any moment, typed; what is sensitive for a stated purpose, each look told."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import decrypt_many
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.datahub.errors import PurposeRefusedError, UnknownFieldError
from nanhu.platforms.datahub.models import SharedRow
from nanhu.platforms.datahub.models import SharedTable as Known
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, PERSON, SharedTable
from nanhu.platforms.datahub.shared_rows.values import PURPOSE
from nanhu.platforms.datahub.shared_rows.writing import shared_table
from nanhu.platforms.people import api as people

LOOK: Final = "datahub.look_shared"
ROWS: Final = """
    SELECT {columns} FROM datahub_shared_row
    WHERE table_key = %(table)s AND NOT is_removed AND {at} AND data @> %(equal)s::jsonb {more} ORDER BY key"""
NOW: Final = "valid_to IS NULL"
AS_OF: Final = "valid_from <= %(as_of)s AND (valid_to IS NULL OR valid_to > %(as_of)s)"
type Where = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A row as it was from a moment to a moment; `row` is None where it was removed. Sensitive fields are left out."""

    row: Any
    valid_from: datetime
    valid_to: datetime | None
    actor: str
    batch: int | None


def rows(
    table: str,
    where: Where | None = None,
    *,
    keys: Iterable[Sequence[str]] | None = None,
    as_of: datetime | None = None,
) -> list[Any]:
    """Its rows with each field as an attribute, by key; sensitive ones are None. `where`: a value, or a list of them, by open field."""
    declared = shared_table(table)
    found = fetched(declared, "data::text", where or {}, keys, as_of)
    decode = msgspec.json.Decoder(declared.read).decode
    return [decode(data) for (data,) in found]


@transaction.atomic
def sensitive_rows(
    table: str, where: Where | None = None, *, by: Actor, purpose: str, keys: Iterable[Sequence[str]] | None = None
) -> list[Any]:
    """As `rows`, whole, for one of the purposes of the table; each person sees who looked and what for."""
    declared = shared_table(table)
    if purpose not in declared.purposes:
        raise PurposeRefusedError(table=declared.name, purpose=purpose, known="、".join(declared.purposes) or "—")
    found = fetched(declared, "data, sealed", where or {}, keys, None)
    secrets = iter(decrypt_many([blob for _data, blob in found if blob is not None], purpose=PURPOSE))
    whole = [{**json.loads(data), **(json.loads(next(secrets)) if blob is not None else {})} for data, blob in found]
    numbers = list(dict.fromkeys(one[declared.person] for one in whole))
    tell_looks(declared, numbers, people.find_people_by_campus_no(numbers), by=by, purpose=purpose)
    return [msgspec.convert(one, declared.read) for one in whole]


def tell_looks(
    declared: SharedTable, numbers: Iterable[str], persons: Mapping[str, int], *, by: Actor, purpose: str
) -> None:
    audit.record_many(
        audit.Record(
            by=by,
            action=LOOK,
            target=f"person:{persons[number]}" if number in persons else f"shared_table:{declared.key}",
            reason=purpose,
            facts={"table": declared.name, "campus_no": number},
        )
        for number in numbers
    )


def fetched(
    declared: SharedTable,
    columns: str,
    where: Where,
    keys: Iterable[Sequence[str]] | None,
    as_of: datetime | None,
) -> list[tuple[Any, ...]]:
    equal, more, values = conditions(declared, where)
    if keys is not None:
        more, values = (
            [*more, "AND key = ANY(%(keys)s)"],
            values | {"keys": [KEY_ENDS.join(map(str, key)) for key in keys]},
        )
    query = ROWS.format(columns=columns, at=NOW if as_of is None else AS_OF, more=" ".join(more))
    found: list[tuple[Any, ...]] = all_rows(
        query, {"table": declared.key, "as_of": as_of, "equal": json.dumps(equal), **values}
    )
    return found


def conditions(declared: SharedTable, where: Where) -> tuple[dict[str, Any], list[str], dict[str, Any]]:
    """What fields equal, as one JSON value; and, where one of several will do, SQL with its values."""
    equal: dict[str, Any] = {}
    more, values = [], {}
    for name, wanted in where.items():
        field = declared.by_name.get(name)
        if field is None or field.sensitive:
            raise UnknownFieldError(table=declared.name, name=name)
        is_list = isinstance(wanted, list | tuple | set | frozenset)
        if is_list or name == PERSON:
            more.append(f"AND data ->> '{name}' = ANY(%({name})s)")
            values[name] = [json_text(one) for one in (wanted if is_list else [wanted])]
        else:
            equal[name] = json_value(wanted)
    return equal, more, values


def json_value(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else msgspec.to_builtins(value)


def json_text(value: Any) -> str:
    found = json_value(value)
    return found if isinstance(found, str) else json.dumps(found)


def changed_at(table: str) -> datetime:
    """The moment of its last write, which is another after each."""
    return Known.objects.values_list("last_at", flat=True).get(key=shared_table(table).key)


def codes_of(table: str, field: str) -> Mapping[str, str]:
    """The values that a code may take, with their names."""
    return shared_table(table).by_name[field].values


def history(table: str, key: Sequence[str]) -> Iterator[Version]:
    """All that was ever said of one key, the newest first."""
    declared = shared_table(table)
    versions = SharedRow.objects.filter(table_key=declared.key, key=KEY_ENDS.join(map(str, key)))
    for one in versions.order_by("-valid_from").defer("sealed"):
        yield Version(
            row=None if one.is_removed else msgspec.convert(one.data, declared.read),
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            actor=one.actor,
            batch=one.batch_id,
        )
