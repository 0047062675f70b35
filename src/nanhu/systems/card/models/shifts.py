"""A clerk's shift at the till (交班): what should lie in the drawer, what does, and who looked twice."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Shift(models.Model):
    """From the opening float to the cash that was counted and handed over. A clerk has one that is not closed."""

    class State(models.TextChoices):
        OPEN = "open", _("当班")
        COUNTED = "counted", _("待复点")
        CLOSED = "closed", _("已交班")

    public_id = models.UUIDField(default=uuid4, unique=True)
    clerk = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    clerk_name = models.TextField()
    state = models.TextField(choices=State, default=State.OPEN)
    float_fen = models.BigIntegerField(default=0, help_text="change that was in the drawer at the start")
    opened_at = models.DateTimeField(default=timezone.now)
    expected_fen = models.BigIntegerField(null=True)
    counted_fen = models.BigIntegerField(null=True)
    reason = models.TextField(default="", blank=True, help_text="of a difference")
    counted_at = models.DateTimeField(null=True)
    checker = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    checker_name = models.TextField(default="", blank=True)
    closed_at = models.DateTimeField(null=True)
    entry_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        db_table = "card_shift"
        indexes = [models.Index(fields=["-opened_at"], name="card_shift_newest")]
        constraints = [
            models.UniqueConstraint(fields=["clerk"], condition=~Q(state="closed"), name="card_shift_one_open"),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("clerk")), name="card_shift_two_people"
            ),
            models.CheckConstraint(
                condition=Q(float_fen__gte=0) & (Q(counted_fen__isnull=True) | Q(counted_fen__gte=0)),
                name="card_shift_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(counted_fen=F("expected_fen")) | ~Q(reason=""),
                name="card_shift_difference_is_named",
            ),
            models.CheckConstraint(
                condition=Q(state="open", expected_fen__isnull=True, counted_fen__isnull=True, checker__isnull=True)
                | Q(
                    state="counted",
                    expected_fen__isnull=False,
                    counted_fen__isnull=False,
                    counted_at__isnull=False,
                    checker__isnull=True,
                )
                | Q(
                    state="closed",
                    expected_fen__isnull=False,
                    counted_fen__isnull=False,
                    checker__isnull=False,
                    closed_at__isnull=False,
                ),
                name="card_shift_state_is_whole",
            ),
        ]

    @property
    def difference_fen(self) -> int:
        """Above zero: more in the drawer than there should be."""
        return (self.counted_fen or 0) - (self.expected_fen or 0)


class ShiftCount(models.Model):
    """A count of a drawer as it was said, before anybody was shown what should be there. Append-only."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="counts")
    teller = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    teller_name = models.TextField()
    counted_fen = models.BigIntegerField()
    expected_fen = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_shift_count"
        constraints = [models.CheckConstraint(condition=Q(counted_fen__gte=0), name="card_shift_count_amount")]

    @property
    def difference_fen(self) -> int:
        return self.counted_fen - self.expected_fen
