from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.kernel.registry import Text
from nanhu.platforms.payments.deposit_sources import deposit_sources
from nanhu.platforms.payments.models.channels import Channel


class Deposit(Proposal):
    """Money that came to our account at the bank from ourselves (到账): out of a safe, or what an acquirer owed us, less its fee.

    asked → booked | refused, by two people. `reference` is the bank's own number of it, as its file of the day tells it.
    """

    what = _("这笔到账")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        BOOKED = "booked", _("已入账")
        REFUSED = "refused", _("未同意")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    source = models.TextField(default="", blank=True, help_text="a registered one; empty for an acquirer's settlement")
    acquirer = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="the bank's")
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField(default=0)
    reference = models.TextField()
    state = models.TextField(choices=State, default=State.ASKED)
    entry_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        db_table = "payments_deposit"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "reference"], condition=~Q(state="refused"), name="payments_deposit_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, fee_fen__gte=0) & ~Q(reference=""), name="payments_deposit_sum"
            ),
            models.CheckConstraint(
                condition=Q(acquirer__isnull=False, source="") | Q(acquirer__isnull=True, fee_fen=0) & ~Q(source=""),
                name="payments_deposit_comes_from_somewhere",
            ),
            *proposal_constraints("payments_deposit", undecided=["asked"], decided=["booked", "refused"]),
            models.CheckConstraint(
                condition=Q(state="booked", entry_id__isnull=False) | (~Q(state="booked") & Q(entry_id__isnull=True)),
                name="payments_deposit_booked",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def source_name(self) -> Text:
        if self.acquirer is not None:
            return self.acquirer.name
        known = deposit_sources.get(self.source)
        return known.name if known else self.source
