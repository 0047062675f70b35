from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField


@known(kind="payments_channel_kind_is_known")
class Channel(models.Model):
    """A party outside the school (渠道) with whom messages are signed: the bank, the acquirer, an app."""

    class Kind(models.TextChoices):
        BANK = "bank", _("银行")
        ACQUIRER = "acquirer", _("银联")
        APP = "app", _("外部应用")

    key = models.TextField(unique=True)
    kind = models.TextField(choices=Kind)
    name = models.TextField()
    address = models.TextField(default="", blank=True)
    our_id = models.TextField(default="", blank=True, help_text="our institution or merchant number with them")
    our_key = EncryptedTextField(purpose="payments.channel_key", default="", help_text="what we sign with")
    our_certificate = models.TextField(default="", blank=True)
    their_key = EncryptedTextField(
        purpose="payments.channel_their_key",
        default="",
        help_text="what we check their signatures by: a public key, a certificate of their authority, a shared secret",
    )
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "payments_channel"
        constraints = [
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z][a-z0-9_]{1,30}$"), name="payments_channel_key_shape"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AppRequest(models.Model):
    """Each question of an app once: a recorded one cannot be played again. The answer of one that changed something is kept,
    so that an app which lost it hears it again."""

    app = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    request = models.TextField()
    fingerprint = models.BinaryField(default=b"", help_text="SHA-256 of what was asked")
    answer = EncryptedTextField(purpose="payments.app_answer", default="")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "payments_app_request"
        constraints = [models.UniqueConstraint(fields=["app", "request"], name="payments_app_request_once")]
