"""Searches that found nothing (没搜到的词): words alone, with how many persons asked; the office makes synonyms of them. What may name somebody
(digits, as in numbers of documents and phones) is not kept, nor is more than twenty words of a person and day."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Max

from nanhu.kernel.clock import campus_today
from nanhu.kernel.crypto import blind_index
from nanhu.platforms.portal.models import SearchMiss

KEPT: Final = timedelta(days=30)
MOST_A_DAY: Final = 20
LEAST_PERSONS: Final = 5
"""What fewer asked may say who they are, and is shown to nobody."""


def note(text: str, *, account_id: int) -> None:
    """Once a person and word, with the last day; whoever reads the table learns words and no names."""
    today, asker = campus_today(), blind_index(f"{account_id}", purpose="portal.search_asker")
    is_full = SearchMiss.objects.filter(asker=asker, day=today).count() >= MOST_A_DAY
    if is_full or any(letter.isdigit() for letter in text):
        return
    SearchMiss.objects.bulk_create(
        [SearchMiss(word=text, day=today, asker=asker)],
        update_conflicts=True,
        unique_fields=["word", "asker"],
        update_fields=["day"],
    )


def words_missed() -> list[dict[str, Any]]:
    rows = SearchMiss.objects.filter(day__gt=campus_today() - KEPT).values("word")
    counted = rows.annotate(persons=Count("asker"), last=Max("day"))
    return [dict(one) for one in counted.filter(persons__gte=LEAST_PERSONS).order_by("-persons", "word")]


def forget_old() -> int:
    removed, _by_model = SearchMiss.objects.filter(day__lte=campus_today() - KEPT).delete()
    return removed
