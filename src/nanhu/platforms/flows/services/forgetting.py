"""Retention (保存期限): what was said in a case is taken away a year (short) or five (normal) after its end; what is of record is kept."""

from datetime import timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.platforms.flows.models import Case, Entry, PaperEntry, Task
from nanhu.platforms.flows.models.papers import EMPTY

KEPT: Final = {"short": timedelta(days=366), "normal": timedelta(days=5 * 365 + 2)}
BATCH: Final = 500


def forget_contents() -> int:
    """Number, applicant, outcome and times stay, and who did what when; forms, opinions and words go."""
    return sum(forget_of(retention, kept) for retention, kept in KEPT.items())


def forget_of(retention: str, kept: timedelta) -> int:
    over = Case.objects.filter(definition__retention=retention, state=Case.State.CLOSED, forgotten_at=None)
    ids = list(over.filter(closed_at__lt=now() - kept).order_by("pk").values_list("pk", flat=True))
    return sum(forget(ids[first : first + BATCH], retention) for first in range(0, len(ids), BATCH))


@transaction.atomic
def forget(case_ids: list[int], retention: str) -> int:
    """With the rows locked, and only what is over still: a case may have been reopened meanwhile, and closed again."""
    over = Case.objects.filter(state=Case.State.CLOSED, forgotten_at=None, definition__retention=retention)
    closed = over.filter(pk__in=case_ids, closed_at__lt=now() - KEPT[retention]).select_for_update(of=("self",))
    ids = list(closed.order_by("pk").values_list("pk", flat=True))
    rows = Case.objects.filter(pk__in=ids)
    rows.update(forgotten_at=now(), data={}, sealed=None, twin="", rating_words="")
    Task.objects.filter(case_id__in=ids).update(data={}, comment="")
    Entry.objects.filter(case_id__in=ids).exclude(words="").update(words="")
    PaperEntry.objects.filter(made_id__in=ids).update(**EMPTY)
    return len(ids)
