from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.models import Retried
from nanhu.platforms.payments.api import Agreement
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.models import Card


class Load(Retried):
    """A load (圈存): bank account → book → chip, as a state machine that the database itself keeps (sql/card_load_move.sql).

    asked → sent → debited | unknown | refused; unknown → debited | refused | reversing; reversing → reversed;
    debited → credited; credited → writing | unclaimed; writing → written | credited; unclaimed → writing | written.
    From `credited` on the money is the person's: nothing but a claim follows.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("已受理")
        SENT = "sent", _("已发往银行")
        UNKNOWN = "unknown", _("银行未答复，正在查询")
        DEBITED = "debited", _("银行已扣款")
        CREDITED = "credited", _("已入账，待领")
        WRITING = "writing", _("正在写卡")
        WRITTEN = "written", _("已写卡")
        UNCLAIMED = "unclaimed", _("圈存未领")
        REFUSED = "refused", _("银行未扣款")
        REVERSING = "reversing", _("正在向银行撤销")
        REVERSED = "reversed", _("已撤销，未扣款")

    number = models.TextField(unique=True, help_text="our request id at the bank")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey(Terminal, null=True, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    state = models.TextField(choices=State, default=State.ASKED)
    sentence = models.TextField(default="", blank=True)
    reference = models.TextField(default="", blank=True, help_text="the bank's number of the debit")
    settled_on = models.DateField(null=True, help_text="the bank's day")
    claimable = models.OneToOneField(Claimable, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_load"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="card_load_due"),
            models.Index(fields=["card", "-created_at"], name="card_load_of_card"),
            models.Index(fields=["settled_on"], name="card_load_of_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_load_amount"),
            models.CheckConstraint(
                condition=~Q(state__in=["debited", "credited", "writing", "written", "unclaimed"])
                | (~Q(reference="") & Q(settled_on__isnull=False)),
                name="card_load_debited_has_a_reference",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["credited", "writing", "written", "unclaimed"]) | Q(claimable__isnull=False),
                name="card_load_credited_has_its_claimable",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "sent", "unknown", "debited", "reversing", "credited", "writing"])
                | Q(due_at__isnull=True),
                name="card_load_ended_waits_for_nothing",
            ),
            models.UniqueConstraint(
                fields=["card"],
                condition=Q(state__in=["asked", "sent", "unknown", "debited", "reversing"]),
                name="card_one_load_under_way",
            ),
        ]


class LoadStep(models.Model):
    """Each step of each load, written by the trigger; append-only."""

    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="steps")
    from_state = models.TextField()
    to_state = models.TextField()
    sentence = models.TextField(default="", blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_load_step"
        indexes = [models.Index(fields=["load", "id"], name="card_step_of_load")]
