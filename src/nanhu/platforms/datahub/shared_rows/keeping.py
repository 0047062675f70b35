"""Fields that a file, or a line of it, says nothing of: they stay as they stand in the living rows."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any, Final

import msgspec

from nanhu.kernel.crypto import decrypt_many
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.datahub.models import SharedRow
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.shared_rows.values import PURPOSE, Written
from nanhu.platforms.datahub.shared_rows.writing import CHUNK

HELD: Final = """
    SELECT key, data::text FROM datahub_shared_row
    WHERE table_key = %(table)s AND key = ANY(%(keys)s) AND valid_to IS NULL AND NOT is_removed AND data ?| %(names)s"""


def kept(table: SharedTable, absent: Collection[str], rows: Sequence[Written]) -> Iterator[Written]:
    """These rows in their order, with those `absent` fields of the rows that they will end which they do not say themselves."""
    open_ones, is_secret = sorted(set(absent) - table.sensitive), bool(table.sensitive & set(absent))
    for chunk in batched(rows, CHUNK):
        if not absent:
            yield from chunk
            continue
        held = held_fields(table, open_ones, chunk) if open_ones else {}
        secrets = secrets_of(table, chunk) if is_secret else {}
        for row in chunk:
            data, secret = held.get(row.key), secrets.get(row.key)
            if data is None and secret is None:
                yield row
                continue
            yield with_fields(
                row,
                data or {},
                {name: value for name, value in (secret or {}).items() if name in absent},
            )


def held_fields(table: SharedTable, names: Sequence[str], rows: Sequence[Written]) -> dict[str, dict[str, Any]]:
    """By key, of living rows that have any of these fields."""
    found = all_rows(HELD, {"table": table.key, "keys": [row.key for row in rows], "names": names})
    return {key: {name: value for name, value in json.loads(data).items() if name in names} for key, data in found}


def with_fields(row: Written, data: dict[str, Any], secret: dict[str, Any]) -> Written:
    return replace(
        row,
        data=json.dumps(data | json.loads(row.data), ensure_ascii=False) if data else row.data,
        secret=msgspec.json.encode(secret | json.loads(row.secret or "{}"), order="sorted").decode()
        if secret
        else row.secret,
    )


def secrets_of(table: SharedTable, rows: Sequence[Written]) -> dict[str, dict[str, Any]]:
    living = SharedRow.living(table.key).filter(key__in=[row.key for row in rows], sealed__isnull=False)
    found: list[tuple[str, Any]] = list(living.values_list("key", "sealed"))
    opened = decrypt_many([sealed.blob for _key, sealed in found], purpose=PURPOSE)
    return {key: json.loads(text) for (key, _sealed), text in zip(found, opened, strict=True)}
