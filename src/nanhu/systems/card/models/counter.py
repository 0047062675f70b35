"""Cash at the counter: what was taken, and what two clerks allowed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.systems.card.models.holding import Card
from nanhu.systems.card.models.receipts import Receipt


class CashException(Proposal):
    """One clerk asks to take cash from somebody to whom ruling 6 does not give it, another decides; used once."""

    waits_in, what = "pending", _("这条特批")

    class State(models.TextChoices):
        PENDING = "pending", _("待复核")
        APPROVED = "approved", _("已同意")
        REFUSED = "refused", _("未同意")
        USED = "used", _("已收款")

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reason = models.TextField()
    state = models.TextField(choices=State, default=State.PENDING)

    class Meta:
        db_table = "card_cash_exception"
        indexes = [models.Index(fields=["-created_at"], name="card_exception_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_cash_exception_amount"),
            models.CheckConstraint(condition=~Q(reason=""), name="card_cash_exception_has_reason"),
            *proposal_constraints(
                "card_cash_exception", undecided=["pending"], decided=["approved", "refused", "used"]
            ),
        ]


class TopUp(models.Model):
    """Cash taken at the counter, once per form (`token`). Append-only; the sum stands on the receipt."""

    receipt = models.OneToOneField(Receipt, primary_key=True, on_delete=models.PROTECT, related_name="top_up")
    token = models.UUIDField(unique=True)
    clerk = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    clerk_name = models.TextField()
    amount_fen = models.BigIntegerField()
    settled_fen = models.BigIntegerField(default=0, help_text="what of it went to a debt at once")
    balance_fen = models.BigIntegerField(help_text="after the debt was settled")
    exception = models.OneToOneField(CashException, null=True, on_delete=models.PROTECT, related_name="top_up")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_top_up"
        indexes = [models.Index(fields=["clerk", "-created_at"], name="card_top_up_of_clerk")]
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_top_up_amount")]
