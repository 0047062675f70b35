"""Money back to the bank card of who leaves (余额退回银行): one clerk asks, another approves, the bank pays."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField


class Withdrawal(models.Model):
    """`account_token` is the bank's token of the card or account, never its number (ruling 12)."""

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        APPROVED = "approved", _("待银行付款")
        REFUSED = "refused", _("未同意")
        PAID = "paid", _("已付款")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True)
    card = models.ForeignKey("card.Card", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    bank = models.TextField()
    account_tail = models.TextField()
    account_token = EncryptedTextField(purpose="card.withdrawal_account")
    reason = models.TextField()
    state = models.TextField(choices=State, default=State.ASKED)
    requester = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    requester_name = models.TextField()
    approver = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    approver_name = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)
    receipt_id = models.BigIntegerField(null=True, unique=True)
    bank_reference = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_withdrawal"
        indexes = [models.Index(fields=["-created_at"], name="card_withdrawal_newest")]
        constraints = [
            models.UniqueConstraint(fields=["card"], condition=Q(state="asked"), name="card_withdrawal_one_asked"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_withdrawal_amount"),
            models.CheckConstraint(condition=Q(account_tail__regex=r"^[0-9]{4}$"), name="card_withdrawal_tail"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("requester")), name="card_withdrawal_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", approver__isnull=True, receipt_id__isnull=True)
                | Q(state="refused", approver__isnull=False, receipt_id__isnull=True)
                | Q(state="approved", approver__isnull=False, receipt_id__isnull=False, paid_at__isnull=True)
                | Q(state="paid", approver__isnull=False, receipt_id__isnull=False, paid_at__isnull=False),
                name="card_withdrawal_state_is_whole",
            ),
        ]
