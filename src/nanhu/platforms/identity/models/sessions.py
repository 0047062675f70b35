from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now


class SsoSession(models.Model):
    """One sign-in on one browser, from password to sign-out. Every protocol hangs on it; when it ends, all end."""

    class End(models.TextChoices):
        SIGNED_OUT = "signed_out", _("本人退出")
        ENDED_ELSEWHERE = "ended_elsewhere", _("本人从别处退出")
        IDLE = "idle", _("长时间未使用")
        TOO_OLD = "too_old", _("达到最长时限")
        REPLACED = "replaced", _("同一浏览器重新登录")
        CREDENTIALS_CHANGED = "credentials_changed", _("密码或密保已改")
        ACCOUNT_CLOSED = "account_closed", _("账号停用")
        ENDED_BY_CLERK = "ended_by_clerk", _("管理员代为退出")
        PARTED = "parted", _("两人的记录已分开")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    campus_no = models.CharField(max_length=40)
    address = models.TextField(default="", blank=True)
    user_agent = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(default=now)
    last_seen_at = models.DateTimeField(default=now)
    authenticated_at = models.DateTimeField(default=now)
    methods: Any = models.JSONField(default=list)  # how it was proved last: names of RFC 8176 ("pwd", "otp", "hwk", …)
    second_factor_at = models.DateTimeField(null=True)
    cookie_mark = models.BinaryField(null=True, max_length=32)  # marks.py; without them only Django finds it
    password_mark = models.BinaryField(null=True, max_length=32)
    parted_at = models.DateTimeField(null=True)  # of its account, as it was read before anything was proved
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=24, choices=End, default="", blank=True)

    class Meta:
        db_table = "identity_sso_session"
        constraints = [
            models.CheckConstraint(
                condition=(Q(ended_at=None) & Q(ended_how="")) | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
                name="identity_session_end_says_how",
            ),
            models.UniqueConstraint(fields=["cookie_mark"], name="identity_session_cookie_mark"),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="identity_session_account"),
            models.Index(fields=["last_seen_at"], name="identity_session_live", condition=Q(ended_at=None)),
        ]
