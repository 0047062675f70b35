from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField


class CodeDevice(models.Model):
    """A phone that makes codes for its owner. The keys differ by right: one pays, one opens doors; 64 hexadecimal digits."""

    class Ending(models.TextChoices):
        OWNER = "owner", _("本人停用")
        LOST = "lost", _("手机丢失")
        REPLACED = "replaced", _("换了手机")
        OFFICE = "office", _("校园卡管理办公室停用")
        PARTED = "parted", _("两人的记录已分开")

    public_id = models.UUIDField(default=uuid4, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    number = models.TextField(unique=True, help_text="as it stands in the codes")
    name = models.TextField()
    pay_key = EncryptedTextField(purpose="card.code_pay_key")
    door_key = EncryptedTextField(purpose="card.code_door_key")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ending = models.TextField(choices=Ending, default="", blank=True)

    class Meta:
        db_table = "card_code_device"
        indexes = [models.Index(fields=["person", "-created_at"], name="card_code_device_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-HJKMNP-TV-Z]{8}$"), name="card_code_device_number"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | Q(ended_at__isnull=False) & ~Q(ending=""),
                name="card_code_device_ended_for_a_reason",
            ),
        ]


class CodeUse(models.Model):
    """A code that a terminal took: once, by the database's own hand. A till's use ends the door's part of it, and the other way round."""

    device = models.ForeignKey(CodeDevice, on_delete=models.PROTECT, related_name="uses")
    kind = models.TextField()
    step = models.BigIntegerField()
    nonce = models.TextField()
    terminal = models.ForeignKey("terminals.Terminal", on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "card_code_use"
        indexes = [models.Index(fields=["device", "-at"], name="card_code_use_of_device")]
        constraints = [
            models.UniqueConstraint(fields=["device", "step", "nonce"], name="card_code_is_used_once"),
            models.CheckConstraint(condition=Q(kind__in=["pay", "door"]), name="card_code_use_kind"),
        ]
