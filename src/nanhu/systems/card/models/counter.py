"""Cash at the counter: what was taken, and what two clerks allowed."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.models.holding import Card
from nanhu.systems.card.models.receipts import Receipt


class CashException(models.Model):
    """One clerk asks to take cash from somebody to whom ruling 6 does not give it, another decides; used once."""

    class State(models.TextChoices):
        PENDING = "pending", _("待复核")
        APPROVED = "approved", _("已同意")
        REFUSED = "refused", _("未同意")
        USED = "used", _("已收款")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reason = models.TextField()
    state = models.TextField(choices=State, default=State.PENDING)
    requester = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    requester_name = models.TextField()
    approver = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    approver_name = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_cash_exception"
        indexes = [models.Index(fields=["-created_at"], name="card_exception_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_cash_exception_amount"),
            models.CheckConstraint(condition=~Q(reason=""), name="card_cash_exception_has_reason"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("requester")), name="card_cash_exception_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", approver__isnull=True, decided_at__isnull=True)
                | Q(state__in=["approved", "refused", "used"], approver__isnull=False, decided_at__isnull=False),
                name="card_cash_exception_decided",
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
