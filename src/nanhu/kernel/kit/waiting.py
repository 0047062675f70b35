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


class CountedList:
    """The rows of a list, for an account or a person that comes with each call; called with a viewer it says how many."""

    def __init__(self, label: str, rows: Callable[[], QuerySet[Any]]) -> None:
        self.label, self.rows = label, rows
        self.roles: frozenset[str] | None = None

    def __call__(self, viewer: Viewer) -> int:
        return count_waiting(viewer, self.label)

    def show_to(self, roles: frozenset[str]) -> None:
        """A page that has it is for these roles, or for everybody; a list that is on no page is for everybody, too."""
        is_for_all = not roles or self.roles == frozenset()
        self.roles = frozenset() if is_for_all else roles | (self.roles or frozenset())

    def is_shown_to(self, viewer: Viewer) -> bool:
        return viewer.has_one_of(self.roles or ())


lists: dict[str, CountedList] = {}


def proposals_waiting(model: type[Proposal]) -> CountedList:
    """The count of a list of proposals: what waits for a second person."""
    return entered(str(model._meta.label), lambda: model.waiting_for(ACCOUNT))  # type: ignore[arg-type]  # noqa: SLF001


def own_count(label: str, rows: Callable[[Any], QuerySet[Any]], *, of: Given = PERSON) -> CountedList:
    """The count of what somebody has; `rows` makes it from the number of his person, or of his account (`of`). A tile that most
    people have nothing on asks it first."""
    return entered(label, lambda: rows(of))


def entered(label: str, rows: Callable[[], QuerySet[Any]]) -> CountedList:
    if label in lists:
        raise ImproperlyConfigured(f"two lists are counted as {label}")
    lists[label] = CountedList(label, rows)
    return lists[label]


def count_waiting(viewer: Viewer, label: str) -> int:
    """Of one list; those of all others are counted along, for whoever asks next in this request. What acts asks for one alone, in order
    to judge, and leads on; where it shows a page after all, the next question counts the others."""
    if label not in viewer.counted:
        left = tuple(one for one in lists_for(viewer) if one not in viewer.counted)
        is_alone = label not in left or (viewer.acts and not viewer.counted)
        wanted = (label,) if is_alone else left
        found = counts_for(viewer, wanted)
        viewer.counted.update({one: found.get(one, 0) for one in wanted})
    return viewer.counted[label]


def lists_for(viewer: Viewer) -> list[str]:
    """Most people are in no office, and what waits in offices is not counted for them. Who is in one has all lists counted: a statement
    for each office would be planned, and its plan kept, in each connection."""
    is_in_office = any(one.roles and one.is_shown_to(viewer) for one in lists.values())
    return [one.label for one in lists.values() if is_in_office or not one.roles]


def counts_for(viewer: Viewer, labels: tuple[str, ...]) -> dict[str, int]:
    """A list that cannot be counted is empty, and takes no other with it."""
    try:
        return counts_in(labels, viewer)
    except Exception:
        log.exception("what waits was counted list by list")
    found: dict[str, int] = {}
    for label in labels:
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
    labelled: QuerySet[Any] = lists[label].rows().order_by().annotate(label=Value(label)).values("label")
    found: QuerySet[Any] = labelled.annotate(number=Count("pk")).values_list("label", "number")
    return found
