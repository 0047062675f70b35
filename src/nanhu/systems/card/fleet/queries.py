"""Reads of this part."""

from django.db.models import QuerySet

from nanhu.systems.card.models import Card, LossReport

REPORTS_SHOWN = 20


def reports_of(card: Card) -> QuerySet[LossReport]:
    return LossReport.objects.filter(card=card).order_by("-reported_at")[:REPORTS_SHOWN]


def open_reports() -> QuerySet[LossReport]:
    rows = LossReport.objects.filter(ended_at__isnull=True, card__state=Card.State.LOST)
    return rows.select_related("card").order_by("-reported_at")
