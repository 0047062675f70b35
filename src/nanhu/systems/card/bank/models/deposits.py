from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.payments.api import Channel


class Deposit(models.Model):
    """Money that came to our account at the bank from ourselves: cash out of the safe, or what UnionPay owed us, less its fee.

    asked → booked | refused, by two people. `reference` is the bank's own number of it, as its file of the day tells it.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        BOOKED = "booked", _("已入账")
        REFUSED = "refused", _("未同意")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    acquirer = models.ForeignKey(
        Channel, null=True, on_delete=models.PROTECT, related_name="+", help_text="None for cash"
    )
    day = models.DateField(help_text="the bank's")
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField(default=0)
    reference = models.TextField()
    state = models.TextField(choices=State, default=State.ASKED)
    author = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    approver = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    approver_name = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)
    entry_id = models.BigIntegerField(null=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_bank_deposit"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "reference"], condition=~Q(state="refused"), name="card_deposit_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, fee_fen__gte=0) & ~Q(reference=""), name="card_deposit_sum"
            ),
            models.CheckConstraint(
                condition=Q(acquirer__isnull=False) | Q(fee_fen=0), name="card_deposit_cash_has_no_fee"
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name="card_deposit_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", approver__isnull=True, entry_id__isnull=True)
                | Q(state="booked", approver__isnull=False, entry_id__isnull=False)
                | Q(state="refused", approver__isnull=False, entry_id__isnull=True),
                name="card_deposit_decided",
            ),
        ]
