"""Taking a file back: of each row that it wrote the one before holds again, as a row of its own."""

from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, SharedRow
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.shared_rows.writing import Changes, lock_for, shared_table, tell

END: Final = "UPDATE datahub_shared_row SET valid_to = %s WHERE batch_id = %s AND valid_to IS NULL"
RESTORE: Final = """
    INSERT INTO datahub_shared_row (table_key, key, data, sealed, sealed_index, is_removed, landing_id, batch_id, actor, valid_from)
    SELECT ended.table_key, ended.key, coalesce((SELECT jsonb_object_agg(name, value) FROM jsonb_each(before.data) AS old (name, value) WHERE name = ANY(%(names)s)), '{}'),
           before.sealed, before.sealed_index,
           coalesce(before.is_removed, true), before.landing_id, before.batch_id, %(actor)s, %(at)s
    FROM datahub_shared_row ended LEFT JOIN LATERAL (
        SELECT one.* FROM datahub_shared_row one LEFT JOIN datahub_batch b ON b.id = one.batch_id
        WHERE one.table_key = ended.table_key AND one.key = ended.key AND one.valid_from < %(at)s
            AND one.batch_id IS DISTINCT FROM %(batch)s AND b.state IS DISTINCT FROM 'rolled_back'
        ORDER BY one.valid_from DESC LIMIT 1) before ON true
    WHERE ended.batch_id = %(batch)s AND ended.valid_to = %(at)s
    RETURNING key"""
LACKING: Final = """
    SELECT EXISTS (SELECT FROM datahub_shared_row mine JOIN LATERAL (
        SELECT one.* FROM datahub_shared_row one LEFT JOIN datahub_batch b ON b.id = one.batch_id
        WHERE one.table_key = mine.table_key AND one.key = mine.key
            AND one.batch_id IS DISTINCT FROM %(batch)s AND b.state IS DISTINCT FROM 'rolled_back'
        ORDER BY one.valid_from DESC LIMIT 1) before ON true
    WHERE mine.batch_id = %(batch)s AND mine.valid_to IS NULL AND NOT before.is_removed AND NOT before.data ? %(name)s)"""
OVER: Final = """
    SELECT DISTINCT coalesce(living.batch_id, 0), coalesce(b.file_name, ''), living.actor
    FROM datahub_shared_row mine
    JOIN datahub_shared_row living ON living.table_key = mine.table_key AND living.key = mine.key AND living.valid_to IS NULL
    LEFT JOIN datahub_batch b ON b.id = living.batch_id
    WHERE mine.batch_id = %(batch)s AND living.batch_id IS DISTINCT FROM %(batch)s"""


def standing(batch: Batch) -> int:
    """How many of its rows still hold."""
    return SharedRow.objects.filter(batch=batch, valid_to=None).count()


def later_writes(batch: Batch) -> tuple[str, ...]:
    """What stands on it: later files of its source, which said all anew, and whatever was written over its rows since."""
    later = Batch.objects.filter(source=batch.source, id__gt=batch.pk, state=Batch.State.APPLIED).order_by("id")
    over = [f"#{number} {name}" if number else actor for number, name, actor in all_rows(OVER, {"batch": batch.pk})]
    return tuple(dict.fromkeys([*(f"#{one.pk} {one.file_name}" for one in later), *over, *now_required(batch)]))


def now_required(batch: Batch) -> list[str]:
    """Fields that became required since: the rows before this file do not have them, so they cannot hold again."""
    declared = shared_table(source(batch.source).table)
    found = []
    with connection.cursor() as cursor:
        for field in declared.fields:
            if field.required and not field.sensitive:
                cursor.execute(LACKING, {"batch": batch.pk, "name": field.name})
                found += [field.label] if cursor.fetchone()[0] else []
    return [_("共享表结构的变更（“%s”成了必填）") % label for label in found]


def open_names(declared: SharedTable) -> list[str]:
    return [one.name for one in declared.fields if not one.sensitive]


def hold(batch: Batch) -> None:
    """Nobody else writes the table until the transaction ends: what stands on the batch is looked at after that."""
    lock_for(shared_table(source(batch.source).table), batch)


def take_back(*, by: Actor, batch: Batch) -> None:
    """In the caller's transaction, as the table's writer."""
    declared = shared_table(source(batch.source).table)
    at = lock_for(declared, batch)
    with connection.cursor() as cursor:
        cursor.execute(END, [at, batch.pk])
        cursor.execute(RESTORE, {"actor": by.name, "at": at, "batch": batch.pk, "names": open_names(declared)})
        keys = [key for (key,) in cursor.fetchall()]
    tell(declared, Changes(changed=keys), batch, at)
