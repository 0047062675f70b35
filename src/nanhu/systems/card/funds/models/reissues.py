"""Replacing a card (补卡): once for each old card."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known


@known(reason="card_reissue_reason_is_known")
class CardReissue(models.Model):
    """From the moment a kiosk or clerk begins to make the new card. While `making` nothing has happened to the old one."""

    class Reason(models.TextChoices):
        LOST = "lost", _("遗失")
        DAMAGED = "damaged", _("损坏")

    class State(models.TextChoices):
        MAKING = "making", _("制卡中")
        DONE = "done", _("已补办")
        ABANDONED = "abandoned", _("未补办")

    public_id = models.UUIDField(default=uuid4, unique=True)
    key = models.TextField(unique=True)
    old_card = models.ForeignKey("card.Card", on_delete=models.PROTECT, related_name="+")
    new_card = models.OneToOneField("card.Card", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(choices=Reason)
    state = models.TextField(choices=State, default=State.MAKING)
    fee_fen = models.BigIntegerField(default=0)
    is_fee_cash = models.BooleanField(default=False)
    frozen_fen = models.BigIntegerField(default=0)
    claimable = models.OneToOneField("card_funds.Claimable", null=True, on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("terminals.Terminal", null=True, on_delete=models.PROTECT, related_name="+")
    clerk = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.TextField()
    place = models.TextField(default="", blank=True)
    document = models.TextField(default="", blank=True, help_text="kind and last digits of what was shown")
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_reissue"
        indexes = [
            models.Index(fields=["-begun_at"], name="card_reissue_newest"),
            models.Index(fields=["terminal", "begun_at"], name="card_reissue_of_terminal"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["old_card"], condition=Q(state="done"), name="card_reissue_once"),
            models.UniqueConstraint(
                fields=["old_card"], condition=Q(state="making"), name="card_reissue_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(fee_fen__gte=0, frozen_fen__gte=0), name="card_reissue_amounts"),
            models.CheckConstraint(
                condition=Q(state="making", new_card__isnull=True, ended_at__isnull=True)
                | Q(state="done", new_card__isnull=False, ended_at__isnull=False)
                | Q(state="abandoned", new_card__isnull=True, ended_at__isnull=False),
                name="card_reissue_state_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(frozen_fen=0, claimable__isnull=True) | Q(frozen_fen__gt=0, claimable__isnull=False),
                name="card_reissue_frozen_is_claimable",
            ),
        ]
