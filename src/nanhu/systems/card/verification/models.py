from django.db import models
from django.db.models import Q
from django.utils import timezone

from nanhu.systems.card.models import Card


class VerificationCode(models.Model):
    """What a holder shows to a guard (核验码): eight digits for two minutes, instead of a number that stays."""

    code = models.TextField(unique=True)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_verification_code"
        indexes = [models.Index(fields=["card", "-expires_at"], name="card_verification_of_card")]
        constraints = [models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{8}$"), name="card_verification_shape")]
