"""How many proposals wait for a viewer, in each list of the kit: one query a request, however many lists there are."""

from functools import cache
from typing import Any, Final

from django.db.models import Count, QuerySet, Value

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.proposals import Proposal
from nanhu.kernel.registry import Viewer

ACCOUNT: Final = Given("account")
listed: list[type[Proposal]] = []
"""What the lists of the house hold."""


def count_waiting(viewer: Viewer, model: type[Proposal]) -> int:
    """Of `model`; those of all other lists are counted along, for whoever asks next in this request."""
    if not viewer.counted:
        found = dict(waiting_in(tuple(listed))(account=viewer.account_id))
        viewer.counted.update({label: found.get(label, 0) for label in map(label_of, listed)})
    return viewer.counted[label_of(model)]


def label_of(model: type[Proposal]) -> str:
    return str(model._meta.label)  # noqa: SLF001 - Django's own name for what describes a model


@cache
def waiting_in(models: tuple[type[Proposal], ...]) -> Prepared[Any]:
    first, *others = (rows_of(model) for model in models)
    return Prepared(lambda: first.union(*others, all=True))


def rows_of(model: type[Proposal]) -> QuerySet[Any]:
    rows = model.waiting_for(ACCOUNT)  # type: ignore[arg-type]  # an account that comes with each call
    labelled = rows.order_by().annotate(label=Value(label_of(model))).values("label")
    return labelled.annotate(number=Count("pk")).values_list("label", "number")
