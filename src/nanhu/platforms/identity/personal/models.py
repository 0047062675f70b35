from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now


class AccessToken(models.Model):
    """A personal access token (个人访问令牌): reads some of its owner's own data, until it ends. Only its hash is kept."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    scopes: Any = models.JSONField()
    token_hash = models.BinaryField(unique=True, max_length=32)
    ending = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.TextField(default="", blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_personal_access_token"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="identity_token_ends_after_start"),
            models.CheckConstraint(condition=~Q(scopes=[]), name="identity_token_has_a_scope"),
        ]
        indexes = [models.Index(fields=["account", "-created_at"], name="identity_token_account")]


@known(service="identity_app_password_service")
class AppPassword(models.Model):
    """A password for one program that cannot sign in on a page (应用专用密码): made by us, so long that a hash will do."""

    class Service(models.TextChoices):
        MAIL = "mail", _("邮件客户端")
        NETWORK = "network", _("Wi-Fi 与 VPN")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    service = models.CharField(max_length=12, choices=Service)
    secret_hash = models.BinaryField(unique=True, max_length=32)
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.TextField(default="", blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_personal_app_password"
        indexes = [models.Index(fields=["account", "-created_at"], name="identity_app_password_account")]


class DataCopy(models.Model):
    """A copy of everything rooms keep about a person, made once on request and kept for a week."""

    class State(models.TextChoices):
        WAITING = "waiting", _("正在准备")
        READY = "ready", _("可以下载")
        FAILED = "failed", _("没有做成")
        GONE = "gone", _("已过期")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    size_bytes = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_personal_data_copy"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="waiting"), name="identity_one_copy_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(ready_at__isnull=False, expires_at__isnull=False),
                name="identity_copy_ready_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["account", "-created_at"], name="identity_copy_account")]
