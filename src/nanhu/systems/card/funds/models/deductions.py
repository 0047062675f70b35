"""Bills that a wallet paid (代扣), found without a search."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from nanhu.platforms.ledger.api import Bill


class Deduction(models.Model):
    """Append-only; the sum stands on the receipt as well. A bill has a second one where the first was booked wrongly and taken back."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="+")
    receipt_id = models.BigIntegerField(unique=True)
    wallet = models.ForeignKey("card.Wallet", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField()
    detail = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_deduction"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_deduction_amount"),
            models.CheckConstraint(condition=~Q(detail=""), name="card_deduction_is_named"),
        ]
