"""Finding what an address names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.registry import Text, Viewer


@dataclass(frozen=True, slots=True)
class Seen:
    """A `subject` that asks who looks: `find(request, …)` finds what this reader may see, or raises."""

    find: Callable[..., Any]


def seen[M: Model](rows: Callable[[Viewer], QuerySet[M]], what: Text) -> Seen:
    """A `subject` among the rows that this reader may see; what is not among them is not there."""
    return Seen(lambda request, **named: found_in(rows(request.viewer), what, **named))


def record[M: Model](rows: QuerySet[M], what: Text) -> Callable[..., M]:
    """The `subject` of a page whose address names one of these rows by fields: `<uuid:public_id>/`, `<str:key>/`."""

    def find(**named: object) -> M:
        return found_in(rows, what, **named)

    return find


def found_in[M: Model](rows: QuerySet[M], what: Text, **named: object) -> M:
    """The row that these fields name, or the sentence that there is none."""
    found = rows.all().filter(**named).first()
    if found is None:
        raise NotFoundError(what=what)
    return found
