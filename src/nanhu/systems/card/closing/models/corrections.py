from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.models import Receipt, Wallet


class Correction(models.Model):
    """A posted row is taken back by its mirror: one clerk asks, another decides. Nothing is ever changed."""

    class State(models.TextChoices):
        PENDING = "pending", _("待复核")
        POSTED = "posted", _("已更正")
        REFUSED = "refused", _("未同意")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    reason = models.TextField()
    state = models.TextField(choices=State, default=State.PENDING)
    requester = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    requester_name = models.TextField()
    approver = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    approver_name = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)
    posted = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_correction"
        indexes = [models.Index(fields=["-created_at"], name="card_correction_newest")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="card_correction_has_reason"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("requester")), name="card_correction_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", approver__isnull=True, posted__isnull=True)
                | Q(state="posted", approver__isnull=False, decided_at__isnull=False, posted__isnull=False)
                | Q(state="refused", approver__isnull=False, decided_at__isnull=False, posted__isnull=True),
                name="card_correction_decided",
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(state__in=["pending", "posted"]), name="card_correction_once_for_a_row"
            ),
        ]


class Dispute(models.Model):
    """A holder says that a row is not right; the card office answers."""

    class State(models.TextChoices):
        OPEN = "open", _("待答复")
        ANSWERED = "answered", _("已答复")

    public_id = models.UUIDField(default=uuid4, unique=True)
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="dispute", db_constraint=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    state = models.TextField(choices=State, default=State.OPEN)
    answer = models.TextField(default="", blank=True)
    answered_by = models.TextField(default="", blank=True)
    correction = models.ForeignKey(Correction, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_dispute"
        indexes = [models.Index(fields=["wallet", "-created_at"], name="card_dispute_of_wallet")]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="card_dispute_has_words"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True)
                | (Q(state="answered", answered_at__isnull=False) & ~Q(answer="")),
                name="card_dispute_answered",
            ),
        ]
