from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.platforms.payments.api import Channel


class Deposit(Proposal):
    """Money that came to our account at the bank from ourselves: cash out of the safe, or what UnionPay owed us, less its fee.

    asked → booked | refused, by two people. `reference` is the bank's own number of it, as its file of the day tells it.
    """

    what = _("这笔到账")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        BOOKED = "booked", _("已入账")
        REFUSED = "refused", _("未同意")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    acquirer = models.ForeignKey(
        Channel, null=True, on_delete=models.PROTECT, related_name="+", help_text="None for cash"
    )
    day = models.DateField(help_text="the bank's")
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField(default=0)
    reference = models.TextField()
    state = models.TextField(choices=State, default=State.ASKED)
    entry_id = models.BigIntegerField(null=True, unique=True)

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
            *proposal_constraints("card_deposit", undecided=["asked"], decided=["booked", "refused"]),
            models.CheckConstraint(
                condition=Q(state="booked", entry_id__isnull=False) | (~Q(state="booked") & Q(entry_id__isnull=True)),
                name="card_deposit_booked",
            ),
        ]
