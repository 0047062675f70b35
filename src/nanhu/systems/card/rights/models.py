from django.db import models
from django.db.models import Q
from django.utils import timezone

from nanhu.kernel.dated import DatedRule, dated_constraints
from nanhu.systems.card.models import Card


class RightRule(DatedRule):
    """From a day, until a day, a class or sub-class has a right or has it not."""

    key = ("card_class", "sub_class", "right")

    card_class = models.TextField(choices=Card.Class)
    sub_class = models.TextField(default="", blank=True, help_text="empty: the whole class; one of its own wins")
    right = models.TextField()
    is_allowed = models.BooleanField()

    class Meta:
        db_table = "card_right_rule"
        indexes = [models.Index(fields=["card_class", "right", "-starts_on"], name="card_right_rule_lookup")]
        constraints = [
            models.CheckConstraint(condition=Q(card_class__in=Card.Class.values), name="card_right_rule_class"),
            *dated_constraints("card_right_rule", "card_class", "sub_class", "right"),
        ]


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
