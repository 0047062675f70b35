"""Two tabs, or two people, over one record: whoever sends what he read before it was changed is refused, and looks at it again."""

import hashlib
from collections.abc import Iterable

from django.db.models import Model

from nanhu.kernel.errors import ChangedMeanwhileError


def revision_of(row: Model, names: Iterable[str] = ()) -> str:
    """Its own count (`revision`); of a record without one, what stands in these columns, in short."""
    if hasattr(row, "revision"):
        return str(row.revision)
    columns = {one.name: one.attname for one in row._meta.concrete_fields}  # noqa: SLF001 - Django's public API
    said = [str(getattr(row, columns[name])) for name in names]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:20]


def refuse_changed(row: Model, revision: str, names: Iterable[str] = ()) -> None:
    """Of a row that is locked; `revision` as its form was opened with."""
    if revision != revision_of(row, names):
        raise ChangedMeanwhileError(what=getattr(row, "what", ""))
