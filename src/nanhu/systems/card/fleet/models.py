from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Revocation(models.Model):
    """The revocation list's line of a card: kept by triggers on the card (sql/card_revocation_follow.sql), never by hand.

    `reason` is null for a card that was listed once and pays again.
    """

    class Reason(models.TextChoices):
        LOST = "lost", _("已挂失")
        FROZEN = "frozen", _("冻结")
        EXPIRED = "expired", _("过期")
        REPLACED = "replaced", _("已补办")
        CLOSED = "closed", _("已注销")

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

    terminal = models.OneToOneField("terminals.Terminal", primary_key=True, on_delete=models.PROTECT, related_name="+")
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


class TerminalWatch(models.Model):
    """How far the sequences of a terminal were looked through; how many came out of order or came again on `day`."""

    terminal = models.OneToOneField("terminals.Terminal", primary_key=True, on_delete=models.PROTECT, related_name="+")
    upto = models.BigIntegerField(default=0)
    day = models.DateField(null=True)
    reordered = models.IntegerField(default=0)
    repeated = models.IntegerField(default=0)

    class Meta:
        db_table = "card_terminal_watch"


class TerminalGap(models.Model):
    """Sequences that never came: a request lost, or a row not yet uploaded. Filled when it comes after all."""

    terminal = models.ForeignKey("terminals.Terminal", on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    noticed_at = models.DateTimeField(default=timezone.now)
    filled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_terminal_gap"
        constraints = [models.UniqueConstraint(fields=["terminal", "sequence"], name="card_terminal_gap_once")]


class FoundCard(models.Model):
    """A finder typed in a printed number. The owner is told; the finder learns nothing. Without a card where nobody has that number:
    each try counts alike."""

    card = models.ForeignKey("card.Card", null=True, on_delete=models.PROTECT, related_name="+")
    finder = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    kept_at = models.TextField(help_text="where the card waits for its owner")
    url = models.TextField(default="", blank=True, help_text="where its owner writes to whoever keeps it")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_found_card"
        indexes = [models.Index(fields=["card", "-at"], name="card_found_card_newest")]


class DeskAttempt(models.Model):
    """A caller whose answers did not fit: after a few of them nobody asks on for this person for an hour, by whichever number."""

    subject = models.TextField(help_text="person:<id>; refused-number:<fingerprint> where nobody has it")
    clerk = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_desk_attempt"
        indexes = [models.Index(fields=["subject", "-at"], name="card_desk_attempt_newest")]
