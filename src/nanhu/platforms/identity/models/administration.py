"""What administration keeps in the core: suspensions that outlive people's events, and the log of sign-ins."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now


class Suspension(models.Model):
    """An account stopped by somebody's decision (人工停用). While it lives no event of people opens the account."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="suspensions")
    reason = models.CharField(max_length=200)
    suspended_by = models.TextField()
    created_at = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="", blank=True)
    lift_reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        db_table = "identity_suspension"
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(lifted_at=None), name="identity_suspended_once"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="identity_suspension_has_reason"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("created_at")), name="identity_suspension_ends_later"
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], name="identity_suspension_due", condition=Q(lifted_at=None, until__isnull=False)
            )
        ]


@known(kind="identity_sign_in_kind_known")
class SignInEvent(models.Model):
    """One line of the sign-in log (登录日志), partitioned by month; the audit log holds the same actions sealed.

    A refused name is kept as the keyed fingerprint that the audit log has: people type passwords into the name's box.
    No foreign keys: months are dropped whole, and the log outlives what it tells of.
    """

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", _("登录")
        RENEW = "renew", _("再次验证")
        REFUSED = "refused", _("拒绝")
        SIGN_OUT = "sign_out", _("退出")

    class Reason(models.TextChoices):
        WRONG = "wrong", _("密码不对")
        UNKNOWN = "unknown", _("没有这个账号")
        CLOSED = "closed", _("账号停用或未激活")
        THROTTLED = "throttled", _("尝试过多")
        SECOND_FACTOR = "second_factor", _("第二因素不对")
        OTHER = "other", _("其他")

    at = models.DateTimeField(default=now)
    kind = models.CharField(max_length=10, choices=Kind)
    account_id = models.BigIntegerField(null=True)
    campus_no = models.CharField(max_length=40, default="", blank=True)
    name_key = models.CharField(max_length=16, default="", blank=True)
    how = models.CharField(max_length=60, default="", blank=True)
    reason = models.CharField(max_length=20, choices=Reason, default="", blank=True)
    address = models.TextField(default="", blank=True)
    browser = models.CharField(max_length=300, default="", blank=True)
    application = models.CharField(max_length=60, default="", blank=True)
    session_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "identity_sign_in_event"
        indexes = [
            models.Index(fields=["-at", "-id"], name="identity_sign_in_at"),
            models.Index(
                fields=["account_id", "-at"], name="identity_sign_in_account", condition=Q(account_id__isnull=False)
            ),
            models.Index(fields=["address", "-at"], name="identity_sign_in_address"),
            models.Index(fields=["name_key", "-at"], name="identity_sign_in_name", condition=~Q(name_key="")),
            models.Index(fields=["-at"], name="identity_sign_in_refused", condition=Q(kind="refused")),
        ]
