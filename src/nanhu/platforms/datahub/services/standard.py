"""The code tables, from their files into the database."""

from typing import Any, Final

from django.db import transaction

from nanhu.platforms.datahub.codes import TABLES, code_table
from nanhu.platforms.datahub.models import StandardCode

CHUNK: Final = 5000


def load_standard(**_signal: Any) -> None:
    """After every migration: rows that are new or changed are written, nothing is removed."""
    wanted = {
        (key, code.code): (code.name, list(code.aliases)) for key in TABLES for code in code_table(key).codes.values()
    }
    held = {
        (t, c): (name, aliases)
        for t, c, name, aliases in StandardCode.objects.values_list("table", "code", "name", "aliases")
    }
    changed = [place for place, value in wanted.items() if held.get(place) != value]
    with transaction.atomic():
        StandardCode.objects.bulk_create(
            [StandardCode(table=t, code=c, name=wanted[t, c][0], aliases=wanted[t, c][1]) for t, c in changed],
            update_conflicts=True,
            unique_fields=["table", "code"],
            update_fields=["name", "aliases"],
            batch_size=CHUNK,
        )
