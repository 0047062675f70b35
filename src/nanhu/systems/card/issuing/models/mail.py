"""What came to the office's mailbox (ecard@…), once for each mail."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.systems.card.issuing.models.orders import CardOrder


@known(outcome="card_incoming_mail_outcome")
class IncomingMail(models.Model):
    """`digest` is of the whole mail: delivered twice or read again after a crash it is one mail and one order."""

    class Outcome(models.TextChoices):
        ORDERED = "ordered", _("已成草稿")
        REFUSED = "refused", _("已退回")
        STRANGER = "stranger", _("发件人不认识")

    digest = models.TextField(unique=True)
    sender = models.TextField()
    subject = models.TextField(default="", blank=True)
    outcome = models.TextField(choices=Outcome)
    why = models.TextField(default="", blank=True)
    order = models.OneToOneField(CardOrder, null=True, on_delete=models.PROTECT, related_name="mail")
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_incoming_mail"
        indexes = [models.Index(fields=["-received_at"], name="card_incoming_mail_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="ordered", order__isnull=False) | (~Q(outcome="ordered") & Q(order=None)),
                name="card_incoming_mail_order",
            ),
        ]
