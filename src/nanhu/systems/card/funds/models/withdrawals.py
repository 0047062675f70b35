"""Money back to the bank card of who leaves (余额退回银行): one clerk asks, another approves, the bank pays."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.proposals import Proposal, proposal_constraints


class Withdrawal(Proposal):
    """`account_token` is the bank's token of the card or account, never its number (ruling 12)."""

    what = _("这笔退款")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        APPROVED = "approved", _("待银行付款")
        REFUSED = "refused", _("未同意")
        PAID = "paid", _("已付款")

    card = models.ForeignKey("card.Card", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    bank = models.TextField()
    account_tail = models.TextField()
    account_token = EncryptedTextField(purpose="card.withdrawal_account")
    reason = models.TextField()
    state = models.TextField(choices=State, default=State.ASKED)
    receipt_id = models.BigIntegerField(null=True, unique=True)
    bank_reference = models.TextField(default="", blank=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_withdrawal"
        indexes = [models.Index(fields=["-created_at"], name="card_withdrawal_newest")]
        constraints = [
            models.UniqueConstraint(fields=["card"], condition=Q(state="asked"), name="card_withdrawal_one_asked"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_withdrawal_amount"),
            models.CheckConstraint(condition=Q(account_tail__regex=r"^[0-9]{4}$"), name="card_withdrawal_tail"),
            *proposal_constraints("card_withdrawal", undecided=["asked"], decided=["refused", "approved", "paid"]),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "refused"], receipt_id__isnull=True)
                | Q(state="approved", receipt_id__isnull=False, paid_at__isnull=True)
                | Q(state="paid", receipt_id__isnull=False, paid_at__isnull=False),
                name="card_withdrawal_state_is_whole",
            ),
        ]
