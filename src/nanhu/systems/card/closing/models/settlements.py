from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.closing.models.contracts import Contract, DayRange
from nanhu.systems.card.models import Merchant


class Payout(models.Model):
    """A file that tells the bank to pay merchants, and the bank's word on it; the second by another person.

    made → confirmed | unpaid. `total_fen` and `rows` are what was paid, or what was asked for where nothing was.
    """

    class State(models.TextChoices):
        MADE = "made", _("已生成，待银行付款")
        CONFIRMED = "confirmed", _("已付款")
        UNPAID = "unpaid", _("银行全部未付")

    number = models.TextField(unique=True)
    state = models.TextField(choices=State, default=State.MADE)
    total_fen = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    maker = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    maker_name = models.TextField()
    confirmer = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    confirmer_name = models.TextField(default="", blank=True)
    bank_reference = models.TextField(default="", blank=True)
    unpaid = ArrayField(models.TextField(), default=list, blank=True, help_text="settlements that the bank did not pay")
    entry_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_payout_file"
        constraints = [
            models.CheckConstraint(condition=Q(total_fen__gt=0) & Q(rows__gt=0), name="card_payout_file_is_not_empty"),
            models.CheckConstraint(
                condition=Q(confirmer__isnull=True) | Q(maker__isnull=True) | ~Q(confirmer=F("maker")),
                name="card_payout_file_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="made", confirmed_at__isnull=True, entry_id__isnull=True)
                | Q(state="confirmed", confirmed_at__isnull=False, entry_id__isnull=False, confirmer__isnull=False)
                | Q(state="unpaid", confirmed_at__isnull=False, entry_id__isnull=True, confirmer__isnull=False)
                & ~Q(unpaid=[]),
                name="card_payout_file_confirmed",
            ),
        ]


class Settlement(models.Model):
    """Takings of a merchant from one day to another, summed when it was settled; a day is settled once.

    `takings_fen` is everything not settled before, so that a row posted late and refunds above sales are carried on by themselves.
    What was sold under a contract and came after its last settlement is a late one of the same contract (补结).
    """

    number = models.TextField(unique=True)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    is_late = models.BooleanField(default=False, help_text="of sales that came in after the contract had ended")
    takings_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField()
    payable_fen = models.BigIntegerField()
    entry_id = models.BigIntegerField(null=True)
    payout = models.ForeignKey(Payout, null=True, on_delete=models.PROTECT, related_name="settlements")
    settled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_settlement"
        indexes = [models.Index(fields=["merchant", "-last"], name="card_settlement_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="card_settlement_days"),
            models.CheckConstraint(
                condition=Q(
                    takings_fen=F("fee_fen") + F("payable_fen"), takings_fen__gte=0, fee_fen__gte=0, payable_fen__gte=0
                ),
                name="card_settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(takings_fen=0, entry_id__isnull=True) | Q(takings_fen__gt=0, entry_id__isnull=False),
                name="card_settlement_has_its_entry",
            ),
            ExclusionConstraint(
                name="card_settlement_once",
                condition=Q(is_late=False),
                expressions=[
                    ("merchant", RangeOperators.EQUAL),
                    (DayRange("first", "last"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
