from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import EncryptedTextField


class TotpFactor(models.Model):
    """An authenticator app (动态口令) of an account: at most one that counts, and one that waits for its first code.

    `last_step` is the time step (30 s) of the last code taken: a code of it or of an earlier one is a replay.
    """

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    secret = EncryptedTextField(purpose="identity.totp_secret")
    last_step = models.BigIntegerField(default=-1)
    confirmed_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_totp_factor"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(confirmed_at__isnull=False), name="identity_totp_one_counts"
            ),
            models.UniqueConstraint(fields=["account"], condition=Q(confirmed_at=None), name="identity_totp_one_waits"),
        ]


class Passkey(models.Model):
    """A passkey (通行密钥): the public half only. `suspect_at`: its counter ran backwards, somebody may hold a copy."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    transports: Any = models.JSONField(default=list)
    is_synced = models.BooleanField(default=False)
    suspect_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_passkey"
        indexes = [models.Index(fields=["account"], name="identity_passkey_account")]


class PasskeyChallenge(models.Model):
    """A question to a passkey: answered once, by the session it was asked in, for the purpose it was asked for."""

    class Purpose(models.TextChoices):
        REGISTER = "register", _("登记")
        SIGN_IN = "sign_in", _("登录")
        SECOND = "second", _("第二步")

    public_id = models.UUIDField(default=uuid4, primary_key=True, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose)
    account = models.ForeignKey("identity.Account", null=True, on_delete=models.CASCADE, related_name="+")
    challenge = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_passkey_challenge"


class RecoveryCode(models.Model):
    """One of ten codes on paper (恢复码), for the day the phone is lost. Kept as a keyed hash, used once."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    code_hash = models.BinaryField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_recovery_code"
        constraints = [models.UniqueConstraint(fields=["account", "code_hash"], name="identity_recovery_code_once")]


class ContactFactor(models.Model):
    """That its owner wants a code to the verified phone or mail asked for at sign-in (短信验证码): the weaker factor."""

    account = models.OneToOneField("identity.Account", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_contact_factor"


class ContactCode(models.Model):
    """A code under way to a verified phone or mail. A new one replaces the one before it; five wrong tries kill it."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    code_hash = models.BinaryField()
    tries_left = models.PositiveSmallIntegerField(default=5)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_contact_code"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(used_at=None), name="identity_contact_code_one_live"
            )
        ]
