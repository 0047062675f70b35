from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.systems.card.models import Receipt, Wallet


class Correction(Proposal):
    """A posted row is taken back by its mirror: one clerk asks, another decides. Nothing is ever changed."""

    waits_in, what = "pending", _("这条更正")

    class State(models.TextChoices):
        PENDING = "pending", _("待复核")
        POSTED = "posted", _("已更正")
        REFUSED = "refused", _("未同意")

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    reason = models.TextField()
    is_owed_again = models.BooleanField(
        default=False, help_text="of a row that paid a bill: it was booked wrongly, and the bill is owed again"
    )
    state = models.TextField(choices=State, default=State.PENDING)
    posted = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        db_table = "card_correction"
        indexes = [models.Index(fields=["-created_at"], name="card_correction_newest")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="card_correction_has_reason"),
            *proposal_constraints("card_correction", undecided=["pending"], decided=["posted", "refused"]),
            models.CheckConstraint(
                condition=Q(state="posted", posted__isnull=False) | (~Q(state="posted") & Q(posted__isnull=True)),
                name="card_correction_posted",
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
