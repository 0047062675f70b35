from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from nanhu.platforms.terminals.api import Terminal


class TerminalDay(models.Model):
    """What a terminal says it did on a day of its own (`day/total`); its latest word counts, by its sequence.

    `stored` are all sales without a network, `waiting` those of them that it still keeps.
    """

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    payments = models.PositiveIntegerField(default=0)
    payments_fen = models.BigIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    stored_fen = models.BigIntegerField(default=0)
    reversals = models.PositiveIntegerField(default=0)
    reversals_fen = models.BigIntegerField(default=0)
    refunds = models.PositiveIntegerField(default=0)
    refunds_fen = models.BigIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    waiting_fen = models.BigIntegerField(default=0)
    sequence = models.BigIntegerField()
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_terminal_day"
        indexes = [models.Index(fields=["day"], name="card_terminal_day_of_day")]
        constraints = [
            models.UniqueConstraint(fields=["terminal", "day"], name="card_terminal_day_once"),
            models.CheckConstraint(
                condition=Q(
                    payments_fen__gte=0, stored_fen__gte=0, reversals_fen__gte=0, refunds_fen__gte=0, waiting_fen__gte=0
                ),
                name="card_terminal_day_sums",
            ),
            models.CheckConstraint(
                condition=Q(waiting__lte=F("stored"), waiting_fen__lte=F("stored_fen")),
                name="card_terminal_day_waiting",
            ),
        ]
