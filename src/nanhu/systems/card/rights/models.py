from django.db import models

from nanhu.kernel.choices import known
from nanhu.kernel.dated import DatedRule, dated_constraints
from nanhu.systems.card.models import Card


@known(card_class="card_right_rule_class")
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
        constraints = dated_constraints("card_right_rule", "card_class", "sub_class", "right")
