from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import EncryptedTextField


class Application(models.Model):
    """An application (应用) that signs people in through us. Every protocol reads this one registry."""

    class UserName(models.TextChoices):
        STAFF_FIRST = "staff_first", _("工号优先")
        STUDENT_FIRST = "student_first", _("学号优先")
        AS_SIGNED_IN = "as_signed_in", _("登录时用的号")

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    owner = models.CharField(max_length=80)
    service_prefix = models.URLField(max_length=500, unique=True)
    logout_url = models.URLField(max_length=500, default="", blank=True)
    attributes: Any = models.JSONField(default=list)
    user_name = models.CharField(max_length=20, choices=UserName, default=UserName.STAFF_FIRST)
    has_attributes_in_cas2 = models.BooleanField(default=True)
    demands_second_factor = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_application"


class ServiceTicket(models.Model):
    """A CAS service ticket (服务票据) under way. Only its hash is kept; validation deletes the row, right or wrong.

    The table is UNLOGGED: a crash of the database empties it, which costs its owner one click and nobody any trust.
    """

    ticket_hash = models.BinaryField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey("identity.SsoSession", on_delete=models.CASCADE, related_name="+")
    service = models.TextField()
    is_primary = models.BooleanField()
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_service_ticket"


class SsoGrant(models.Model):
    """That an application signed somebody in by a session of ours: what single logout walks back, whatever the protocol.

    `ticket` is what the application knows its session by (CAS: the ticket; OIDC: the sid; SAML: the SessionIndex).
    """

    class Logout(models.TextChoices):
        OPEN = "open", _("使用中")
        WAITING = "waiting", _("正在通知退出")
        DONE = "done", _("已退出")
        UNREACHABLE = "unreachable", _("未能通知到")

    session = models.ForeignKey("identity.SsoSession", on_delete=models.PROTECT, related_name="grants")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    protocol = models.CharField(max_length=12, default="cas")
    service = models.TextField()
    user_name = models.CharField(max_length=40)
    facts: Any = models.JSONField(default=dict)
    ticket = EncryptedTextField(purpose="identity.sso_ticket")
    logout = models.CharField(max_length=12, choices=Logout, default=Logout.OPEN)
    logout_attempts = models.PositiveSmallIntegerField(default=0)
    logout_error = models.CharField(max_length=200, default="", blank=True)
    logout_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_sso_grant"
        constraints = [
            models.CheckConstraint(
                condition=Q(logout__in=["open", "waiting", "done", "unreachable"]), name="identity_grant_logout_known"
            )
        ]
        indexes = [
            models.Index(fields=["session"], name="identity_grant_open", condition=Q(logout__in=["open", "waiting"]))
        ]
