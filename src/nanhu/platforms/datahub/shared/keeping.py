"""Fields that a file, or a line of it, says nothing of: they stay as they stand in the living rows."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any

import msgspec

from nanhu.kernel.crypto import decrypt_many
from nanhu.platforms.datahub.models import SharedRow
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.shared.values import PURPOSE, Written
from nanhu.platforms.datahub.shared.writing import CHUNK


def kept(table: SharedTable, absent: Collection[str], rows: Sequence[Written]) -> Iterator[Written]:
    """These rows in their order, with those `absent` fields of the rows that they will end which they do not say themselves."""
    for chunk in batched(rows, CHUNK):
        if not absent:
            yield from chunk
            continue
        held = dict(SharedRow.living(table.key).filter(key__in=[row.key for row in chunk]).values_list("key", "data"))
        secrets = secrets_of(table, chunk) if table.sensitive & set(absent) else {}
        for row in chunk:
            yield with_fields(
                row,
                {name: value for name, value in held.get(row.key, {}).items() if name in absent},
                {name: value for name, value in secrets.get(row.key, {}).items() if name in absent},
            )


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
