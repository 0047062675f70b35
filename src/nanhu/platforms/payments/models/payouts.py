from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.models import Retried
from nanhu.platforms.payments.models.channels import Channel


class PayoutFile(models.Model):
    """A file of sums that the bank pays out for us (代付文件): made by one clerk, answered by the bank's result file."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    number = models.TextField(unique=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    maker = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    maker_name = models.TextField()
    row_count = models.PositiveIntegerField()
    sum_fen = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "payments_payout_file"


class BankPayout(Retried):
    """Money from our account to somebody's bank card, by file or by the live wire.

    asked → paid | returned. What it pays for is `subject` of `purpose`, which a room above knows.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("等银行付款")
        PAID = "paid", _("银行已付")
        RETURNED = "returned", _("银行退回")

    number = models.TextField(unique=True, help_text="our request id at the bank")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    purpose = models.TextField()
    subject = models.TextField()
    file = models.ForeignKey(PayoutFile, null=True, on_delete=models.PROTECT, related_name="payouts")
    token = EncryptedTextField(purpose="payments.payout_token")
    tail = models.TextField(default="", blank=True)
    name = models.TextField(default="", blank=True)
    amount_fen = models.BigIntegerField()
    words = models.TextField(
        default="", blank=True, help_text="why, as the bank reads it: the same whenever it is asked"
    )
    state = models.TextField(choices=State, default=State.ASKED)
    sentence = models.TextField(default="", blank=True)
    reference = models.TextField(default="", blank=True)
    settled_on = models.DateField(null=True)
    entry_id = models.BigIntegerField(null=True, unique=True, help_text="of the ledger: what moved for it")
    again_entry_id = models.BigIntegerField(
        null=True, unique=True, help_text="of the ledger: what credited its holder anew when it was returned"
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_payout"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="payments_payout_due"),
            models.Index(fields=["settled_on"], name="payments_payout_of_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payments_payout_amount"),
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(subject=""), name="payments_payout_pays_something"),
            models.CheckConstraint(
                condition=Q(file__isnull=True) | Q(due_at__isnull=True), name="payments_payout_by_file_or_wire"
            ),
            models.UniqueConstraint(
                fields=["purpose", "subject"], condition=~Q(state="returned"), name="payments_payout_once_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["purpose", "subject"], condition=Q(file__isnull=True), name="payments_payout_once_by_wire"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at__isnull=True)
                | Q(state="paid", ended_at__isnull=False, settled_on__isnull=False) & ~Q(reference="")
                | Q(state="returned", ended_at__isnull=False),
                name="payments_payout_state_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(again_entry_id__isnull=True) | Q(state="returned"), name="payments_payout_again_if_returned"
            ),
        ]
