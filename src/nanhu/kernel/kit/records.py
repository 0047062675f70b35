"""Finding what an address names."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Model, QuerySet

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.registry import Text


def record[M: Model](rows: QuerySet[M], what: Text) -> Callable[[UUID], M]:
    """The `subject` of a page whose address names one of these rows by its public id."""

    def find(public_id: UUID) -> M:
        found = rows.all().filter(public_id=public_id).first()
        if found is None:
            raise NotFoundError(what=what)
        return found

    return find
