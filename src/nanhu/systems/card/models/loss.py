"""Cards reported lost."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.models.holding import Card
from nanhu.systems.card.proofs import PROOFS


class LossReport(models.Model):
    """A card reported lost, and how that ended: who, by which way, after which proof of identity."""

    class Way(models.TextChoices):
        WEB = "web", _("本人上网")
        KIOSK = "kiosk", _("自助终端")
        PHONE = "phone", _("电话")
        COUNTER = "counter", _("柜台")
        VENDOR = "vendor", _("开放接口")

    public_id = models.UUIDField(default=uuid4, unique=True)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    way = models.TextField(choices=Way)
    reason = models.TextField()
    proof = models.TextField(help_text="how the reporter's identity was checked")
    reporter = models.TextField(help_text="who did it, as in the audit")
    reported_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField(
        null=True, help_text="when the last terminal in the field said that it refuses the card"
    )
    document = models.TextField(default="", blank=True, help_text="what was shown when the report was taken back")
    ended_by = models.TextField(default="", blank=True)
    ended_for = models.TextField(default="", blank=True)

    class Meta:
        db_table = "card_loss_report"
        indexes = [models.Index(fields=["-reported_at"], name="card_loss_report_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["card"], condition=Q(ended_at__isnull=True), name="card_loss_report_open_once"
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(proof=""), name="card_loss_report_is_founded"),
        ]

    @property
    def shown_proofs(self) -> list[str | Promise]:
        """How the reporter was checked, in words; what no way of ours wrote stands as it is."""
        return [PROOFS.get(one, one) for one in self.proof.split(", ")]

    @property
    def shown_document(self) -> str | Promise:
        return PROOFS.get(self.document, self.document)
