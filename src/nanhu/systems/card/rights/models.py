from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from nanhu.systems.card.models import Card


class RightRule(models.Model):
    """From a day, until a day (both included, open where unknown), a class or sub-class has a right or has it not.

    Rows are never changed but for `withdrawn_*`: a change of the rules withdraws what it meets and writes the pieces
    that remain anew (`replaces`), so that every state the table ever had can be read.
    """

    public_id = models.UUIDField(default=uuid4, unique=True)
    card_class = models.TextField(choices=Card.Class)
    sub_class = models.TextField(default="", blank=True, help_text="empty: the whole class; one of its own wins")
    right = models.TextField()
    is_allowed = models.BooleanField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.TextField(help_text="the office's document that asks for it")
    created_by = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    created_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "card_right_rule"
        indexes = [models.Index(fields=["card_class", "right", "-starts_on"], name="card_right_rule_lookup")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="card_right_rule_has_reason"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="card_right_rule_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(card_class__in=["teacher", "student", "ordinary"]), name="card_right_rule_class"
            ),
            ExclusionConstraint(
                name="card_right_rule_no_overlap",
                expressions=[
                    (F("card_class"), RangeOperators.EQUAL),
                    (F("sub_class"), RangeOperators.EQUAL),
                    (F("right"), RangeOperators.EQUAL),
                    (Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at=None),
            ),
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
