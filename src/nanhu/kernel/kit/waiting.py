"""How many rows wait for a viewer, or are his, in each list of the house: one query a request, however many rooms there are."""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, QuerySet, Value

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.proposals import Proposal
from nanhu.kernel.registry import Viewer

log = logging.getLogger(__name__)
ACCOUNT: Final = Given("account")
PERSON: Final = Given("person")
lists: dict[str, Callable[[], QuerySet[Any]]] = {}
"""The rows of each list, for an account or a person that comes with each call."""


def proposals_waiting(model: type[Proposal]) -> Callable[[Viewer], int]:
    """The count of a list of proposals: what waits for a second person."""
    return entered(str(model._meta.label), lambda: model.waiting_for(ACCOUNT))  # type: ignore[arg-type]  # noqa: SLF001


def own_count(label: str, rows: Callable[[Any], QuerySet[Any]], *, of: Given = PERSON) -> Callable[[Viewer], int]:
    """The count of what somebody has; `rows` makes it from the number of his person, or of his account (`of`). A tile that most
    people have nothing on asks it first."""
    return entered(label, lambda: rows(of))


def entered(label: str, rows: Callable[[], QuerySet[Any]]) -> Callable[[Viewer], int]:
    if label in lists:
        raise ImproperlyConfigured(f"two lists are counted as {label}")
    lists[label] = rows
    return lambda viewer: count_waiting(viewer, label)


def count_waiting(viewer: Viewer, label: str) -> int:
    """Of one list; those of all others are counted along, for whoever asks next in this request."""
    if not viewer.counted:
        found = counts_for(viewer)
        viewer.counted.update({one: found.get(one, 0) for one in lists})
    return viewer.counted[label]


def counts_for(viewer: Viewer) -> dict[str, int]:
    """A list that cannot be counted is empty, and takes no other with it."""
    try:
        return counts_in(tuple(lists), viewer)
    except Exception:
        log.exception("what waits was counted list by list")
    found: dict[str, int] = {}
    for label in lists:
        try:
            found |= counts_in((label,), viewer)
        except Exception:
            log.exception("the rows of %s could not be counted", label)
    return found


def counts_in(labels: tuple[str, ...], viewer: Viewer) -> dict[str, int]:
    return dict(waiting_in(labels)(account=viewer.account_id, person=viewer.person_id or 0))


@cache
def waiting_in(labels: tuple[str, ...]) -> Prepared[Any]:
    first, *others = (counted(label) for label in labels)
    return Prepared(lambda: first.union(*others, all=True) if others else first)


def counted(label: str) -> QuerySet[Any]:
    labelled: QuerySet[Any] = lists[label]().order_by().annotate(label=Value(label)).values("label")
    found: QuerySet[Any] = labelled.annotate(number=Count("pk")).values_list("label", "number")
    return found
