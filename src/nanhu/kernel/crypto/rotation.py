"""Carrying rows over to a new key, batch by batch, while the campus works.

Each batch is one short transaction and skips rows that somebody else holds; it asks for rows that still need work, so
that a run which was killed is simply run again, and two runs at once share the work.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast

from nanhu.kernel.crypto.envelope import HEADER, header_of
from nanhu.kernel.crypto.errors import UnreadableBlobError
from nanhu.kernel.crypto.fields import EncryptedTextField, Sealed
from nanhu.kernel.crypto.indexes import BlindIndex, blind_indexes, encrypted_columns
from nanhu.kernel.crypto.vault import vault

DEFAULT_BATCH = 1000
type Report = Callable[[str, int, int], object]
"""Called with a column's name, rows done and rows there were to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`left` are rows held by others just now, `unreadable` those that no key of ours opens."""

    column: str
    changed: int
    left: int
    unreadable: int


def name_of(model: type[models.Model], column: str) -> str:
    return f"{model._meta.label}.{column}"  # noqa: SLF001 - Django's public name for it


def _stored_columns() -> list[tuple[type[models.Model], EncryptedTextField[Any, Any]]]:
    """Those whose table is there: a migration that is still to run has no values to carry over."""
    tables = set(connection.introspection.table_names())
    return [(model, column) for model, column in encrypted_columns() if model._meta.db_table in tables]  # noqa: SLF001 - Django's public name for it


def _header_of_column(column: str) -> Func:
    """The blob's first bytes, read by the database: they name algorithm and key."""
    return Func(F(column), Value(1), Value(HEADER.size), function="substring", output_field=models.BinaryField())


def keys_in_use() -> dict[str, Counter[tuple[int, int]]]:
    """How many rows of each encrypted column are under which (cipher number, key id)."""
    found: dict[str, Counter[tuple[int, int]]] = {}
    for model, column in _stored_columns():
        counted = (
            model._base_manager.filter(**{f"{column.name}__isnull": False})  # noqa: SLF001 - the manager nobody filters
            .annotate(_header=_header_of_column(column.name))
            .values_list("_header")
            .annotate(rows=models.Count("*"))
            .order_by()
        )
        found[name_of(model, column.name)] = Counter(
            {HEADER.unpack(bytes(header))[1:]: rows for header, rows in counted if len(header) == HEADER.size}
        )
    return found


def reencrypt(*, batch: int = DEFAULT_BATCH, report: Report = lambda *_: None) -> list[Outcome]:
    """Bring every encrypted value under the primary key of the configured provider."""
    current = vault()
    header = header_of(cipher_number=current.provider.cipher_number, key_id=current.data_key().id)
    return [_reencrypt_column(model, column, header, batch, report) for model, column in _stored_columns()]


def _reencrypt_column(
    model: type[models.Model], column: EncryptedTextField[Any, Any], header: bytes, batch: int, report: Report
) -> Outcome:
    stale = (
        model._base_manager.filter(**{f"{column.name}__isnull": False})  # noqa: SLF001 - the manager nobody filters
        .annotate(_header=_header_of_column(column.name))
        .filter(~Q(_header=header))
    )
    name, total, changed, unreadable = name_of(model, column.name), stale.count(), 0, 0
    for rows in _batches(stale, ["pk", column.name], batch):
        readable = [row for row in rows if _is_opened(row, column.name)]
        model._base_manager.bulk_update(readable, [column.name])  # noqa: SLF001 - as above
        changed += len(readable)
        unreadable += len(rows) - len(readable)
        report(name, changed + unreadable, total)
    return Outcome(name, changed, left=max(stale.count() - unreadable, 0), unreadable=unreadable)


def _batches(stale: models.QuerySet[Any], columns: list[str], batch: int) -> Iterator[list[Any]]:
    """Hand out locked rows in the order of their keys; what the caller does with them is in the same transaction."""
    last: Any = None
    while True:
        with transaction.atomic():
            waiting = stale if last is None else stale.filter(pk__gt=last)
            locked = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").only(*columns)
            rows = list(locked[:batch])
            if not rows:
                return
            yield rows
            last = rows[-1].pk


def _is_opened(row: models.Model, column: str) -> bool:
    """Reading the attribute replaces the sealed value by its text, which is sealed anew when it is written."""
    try:
        return getattr(row, column) is not None
    except UnreadableBlobError:
        return False


def reindex(*, batch: int = DEFAULT_BATCH, report: Report = lambda *_: None) -> list[Outcome]:
    """Compute every registered blind index anew, and write those that differ."""
    return [_reindex_column(index, batch, report) for index in blind_indexes()]


def _reindex_column(index: BlindIndex, batch: int, report: Report) -> Outcome:
    model = apps.get_model(index.model)
    rows_of = model._base_manager.all()  # noqa: SLF001 - the manager nobody filters
    name, total, seen, changed, unreadable = name_of(model, index.index), rows_of.count(), 0, 0, 0
    for rows in _batches(rows_of, ["pk", index.encrypted, index.index], batch):
        readable = [row for row in rows if row.__dict__[index.encrypted] is None or _is_opened(row, index.encrypted)]
        differing = [row for row in readable if _is_brought_up(row, index)]
        model._base_manager.bulk_update(differing, [index.index])  # noqa: SLF001 - as above
        seen, changed, unreadable = seen + len(rows), changed + len(differing), unreadable + len(rows) - len(readable)
        report(name, seen, total)
    return Outcome(name, changed, left=max(total - seen, 0), unreadable=unreadable)


def _is_brought_up(row: models.Model, index: BlindIndex) -> bool:
    """Set the row's index where it is not the right one; whether it had to be set."""
    text = getattr(row, index.encrypted)
    normal = None if text is None else index.normalise(text)
    right = None if normal is None else vault().blind_index_many((normal,), purpose=index.purpose)[0]
    kept = getattr(row, index.index)
    if (None if kept is None else bytes(kept)) == right:
        return False
    setattr(row, index.index, right)
    return True


def unreadable_columns() -> list[str]:
    """Columns of which the newest value of some key cannot be opened: the wrong keyring, or damage."""
    found = []
    for model, column in _stored_columns():
        filled = model._base_manager.filter(**{f"{column.name}__isnull": False})  # noqa: SLF001 - the manager nobody filters
        key = models.F("pk")
        newest = (
            filled.annotate(_header=_header_of_column(column.name))
            .values_list("_header")
            .annotate(newest=models.Max(Cast(key, models.TextField()) if _is_uuid(model) else key))
            .values_list("newest", flat=True)
            .order_by()
        )
        sample = filled.filter(pk__in=list(newest)).values_list(column.name, flat=True)
        if not all(_is_readable(sealed) for sealed in sample):
            found.append(name_of(model, column.name))
    return found


def _is_uuid(model: type[models.Model]) -> bool:
    """PostgreSQL knows no greatest of them: then one of each key stands for the newest."""
    return isinstance(model._meta.pk, models.UUIDField)  # noqa: SLF001 - Django's own name for what describes a model


def _is_readable(sealed: Sealed) -> bool:
    try:
        sealed.open()
    except UnreadableBlobError:
        return False
    return True
