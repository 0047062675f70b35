from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Revocation(models.Model):
    """The revocation list's line of a card: kept by triggers on the card (sql/revocations.sql), never by hand.

    `reason` is null for a card that was listed once and pays again.
    """

    class Reason(models.TextChoices):
        LOST = "lost", _("挂失")
        FROZEN = "frozen", _("冻结")
        EXPIRED = "expired", _("过期")
        REPLACED = "replaced", _("已补办")
        CLOSED = "closed", _("注销")

    card = models.OneToOneField("card.Card", primary_key=True, on_delete=models.PROTECT, related_name="+")
    uid = models.TextField()
    reason = models.TextField(choices=Reason, null=True)
    version = models.BigIntegerField(unique=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "card_revocation"
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["lost", "frozen", "expired", "replaced", "closed"]) | Q(reason__isnull=True),
                name="card_revocation_reason_is_known",
            )
        ]


class RevocationChange(models.Model):
    """Each change of the list, in the order of commits. Append-only."""

    version = models.BigIntegerField(primary_key=True)
    card = models.ForeignKey("card.Card", on_delete=models.PROTECT, related_name="+")
    action = models.TextField(choices=[("add", _("加入")), ("remove", _("移出"))])
    reason = models.TextField(choices=Revocation.Reason)
    at = models.DateTimeField()

    class Meta:
        db_table = "card_revocation_change"


class TerminalReport(models.Model):
    """What a terminal last said of itself: the list it holds, rows it keeps, the limits it sells by without a network."""

    terminal = models.OneToOneField("card.PosTerminal", primary_key=True, on_delete=models.PROTECT, related_name="+")
    list_version = models.BigIntegerField(default=0)
    list_at = models.DateTimeField(default=timezone.now, help_text="when it first said that it holds this version")
    software = models.TextField(default="", blank=True)
    stored_rows = models.IntegerField(default=0)
    stored_fen = models.BigIntegerField(default=0)
    card_fen = models.BigIntegerField(null=True, help_text="what one card may spend there without a network")
    total_fen = models.BigIntegerField(null=True)
    reported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_terminal_report"
