"""Tables of account recovery. No row tells whether the person who was asked about exists, but by its empty account."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import EncryptedTextField


class Challenge(models.Model):
    """A small work (or a picture) that shows that somebody takes trouble: for one subject, once, for three minutes."""

    public_id = models.UUIDField(default=uuid4, primary_key=True)
    subject = models.BinaryField()
    seed = models.CharField(max_length=64)
    bits = models.PositiveSmallIntegerField()
    answer_hash = models.BinaryField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_challenge"
        constraints = [
            models.CheckConstraint(condition=Q(bits__range=(1, 30)), name="identity_challenge_can_be_solved")
        ]


class ContactKind(models.TextChoices):
    PHONE = "phone", _("手机")
    MAIL = "mail", _("邮箱")


@known(kind="identity_contact_change_kind")
class ContactChange(models.Model):
    """A new phone or mail that waits for its code. The contact itself changes only when the code has come back."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ContactKind)
    address = EncryptedTextField(purpose="identity.contact_change")
    code_hash = models.BinaryField()
    tries_left = models.PositiveSmallIntegerField(default=5)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_contact_change"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind"], condition=Q(used_at=None), name="identity_one_live_contact_change"
            ),
        ]


@known(kind="identity_attempt_kind_known")
class Attempt(models.Model):
    """One browser's way through 查询账号 or 忘记密码. It exists as well for somebody who does not.

    `key_hash` is of a secret in the browser's session; `code_serial` says for which asking a code was made.
    """

    class Kind(models.TextChoices):
        FIND = "find", _("查询账号")
        RESET = "reset", _("忘记密码")

    key_hash = models.BinaryField(unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    subject = models.BinaryField()
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    password_changed_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=8, choices=ContactKind, default="", blank=True)
    code_serial = models.PositiveIntegerField(default=0)
    code_hash = models.BinaryField(null=True)
    code_expires_at = models.DateTimeField(null=True)
    tries_left = models.PositiveSmallIntegerField(default=0)
    proved_by = models.CharField(max_length=12, default="", blank=True)
    proved_at = models.DateTimeField(null=True)
    spent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_recovery_attempt"
        constraints = [
            models.CheckConstraint(
                condition=(Q(proved_at=None) & Q(proved_by="")) | (Q(proved_at__isnull=False) & ~Q(proved_by="")),
                name="identity_attempt_proof_says_how",
            ),
            models.CheckConstraint(
                condition=Q(proved_at=None) | Q(person__isnull=False), name="identity_attempt_nobody_proves_nothing"
            ),
            models.CheckConstraint(
                condition=Q(spent_at=None) | Q(proved_at__isnull=False), name="identity_attempt_spent_when_proved"
            ),
        ]
