"""Fields that a shared table forgets (`forget_days` of a field): so many days after a version of a row ended, what it said of them goes.
Whoever wrote the row said nothing new: no version begins, nobody is told; the row says that it was forgotten, and when."""

from datetime import timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.database.values import run
from nanhu.kernel.jobs import alone
from nanhu.platforms.datahub.shared.declarations import Field, SharedTable, shared_tables

BY: Final = Actor.system("datahub.forget_fields")
AT_ONCE: Final = 10_000
FORGET: Final = """
    UPDATE datahub_shared_row SET data = data - %(name)s, forgotten_at = %(at)s
    WHERE id IN (SELECT id FROM datahub_shared_row WHERE table_key = %(table)s AND valid_to < %(before)s AND data ? %(name)s LIMIT %(most)s)"""


def forget() -> int:
    """How many values. Killed anywhere the next night does the rest; a table that cannot forget keeps no other from it."""
    done = 0
    for table in shared_tables().values():
        for field in table.forgetful:
            with alone("datahub.field_not_forgotten", table=table.key, field=field.name):
                while count := forget_some(table, field):
                    done += count
    return done


@transaction.atomic
def forget_some(table: SharedTable, field: Field) -> int:
    before = start_of(campus_today() - timedelta(days=field.forget_days))
    given = {"table": table.key, "name": field.name, "at": now(), "before": before, "most": AT_ONCE}
    count = int(run(FORGET, given))
    if count:
        facts = {"fields": [field.label], "rows": count, "days": field.forget_days}
        audit.record(by=BY, action="datahub.forget_fields", target=f"shared_table:{table.key}", facts=facts)
    return count
