"""After each migration the database learns the declarations: what it holds already must agree with them."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from nanhu.kernel.database.values import all_rows
from nanhu.platforms.datahub.models import SharedTable as Known
from nanhu.platforms.datahub.shared.declarations import PLAIN, Field, SharedTable, shared_tables

HELD: Final = """
    SELECT data -> %(name)s, count(*) FROM datahub_shared_row WHERE table_key = %(table)s AND data ? %(name)s GROUP BY 1"""


@transaction.atomic
def agree_tables(**_signal: Any) -> None:
    """New fields are empty in older rows, and fields that are gone are read no more. Another type, or a shorter length, needs
    another name while a row of any time holds the old one."""
    known = {one.key: one.fields for one in Known.objects.select_for_update()}
    for table in shared_tables().values():
        fields = [said_of(one) for one in table.fields if not one.sensitive]
        faults = list(faults_of(table, known.get(table.key, [])))
        if faults:
            raise ImproperlyConfigured(f"{table.key}.toml: {'; '.join(faults)}")
        if known.get(table.key) != fields:
            Known.objects.update_or_create(key=table.key, defaults={"fields": fields})


def said_of(field: Field) -> dict[str, Any]:
    """What the trigger on the rows holds them to."""
    said: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "longest": field.longest,
        "required": field.required,
    }
    return said | ({"forget_days": field.forget_days} if field.forget_days else {})


def faults_of(table: SharedTable, before: list[dict[str, Any]]) -> Iterator[str]:
    for field in table.fields:
        if field.sensitive or said_of(field) in before:
            continue
        count = sum(
            times
            for value, times in all_rows(HELD, {"name": field.name, "table": table.key})
            if not holds(field, msgspec.json.decode(value))
        )
        if count:
            yield f"{count} rows, some of them history, hold another kind of {field.name!r}: give the field another name"


def holds(field: Field, value: Any) -> bool:
    try:
        msgspec.convert(value, PLAIN[field.type])
    except msgspec.ValidationError:
        return False
    return field.type != "text" or len(value) <= field.longest
