from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now


class RememberedBrowser(models.Model):
    """A browser its owner trusts for thirty days (记住的设备): its cookie stands for the second step, for one account."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    token_hash = models.BinaryField(unique=True)
    user_agent = models.CharField(max_length=300, default="", blank=True)
    address = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_remembered_browser"
        indexes = [
            models.Index(fields=["account"], name="identity_remembered_live", condition=Q(revoked_at=None)),
        ]


class ScanRequest(models.Model):
    """A desktop that waits for a phone to let it in (扫码登录). Two secrets: one in the picture, one in the desktop's session.

    waiting → claimed (one phone opened it) → approved → used; refused or run out at any time before.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等待扫码")
        CLAIMED = "claimed", _("已扫码")
        APPROVED = "approved", _("已确认")
        REFUSED = "refused", _("已拒绝")
        USED = "used", _("已登录")

    token_hash = models.BinaryField(unique=True)
    poll_hash = models.BinaryField(unique=True)
    number = models.PositiveSmallIntegerField()
    address = models.TextField(default="", blank=True)
    user_agent = models.CharField(max_length=300, default="", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    claimed_by = models.ForeignKey("identity.SsoSession", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_scan_request"
        constraints = [
            models.CheckConstraint(condition=Q(number__range=(10, 99)), name="identity_scan_two_digits"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "refused"]) | Q(claimed_by__isnull=False),
                name="identity_scan_says_who",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "claimed"], decided_at=None)
                | Q(state__in=["approved", "refused", "used"], decided_at__isnull=False),
                name="identity_scan_says_when",
            ),
        ]


class NewDevice(models.Model):
    """That an account was signed in from a browser not seen before (新设备提醒), and what its owner said to that."""

    class Answer(models.TextChoices):
        MINE = "mine", _("是我")
        NOT_MINE = "not_mine", _("不是我")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    session = models.OneToOneField("identity.SsoSession", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer, default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_new_device"
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | (Q(answer__in=["mine", "not_mine"]) & Q(answered_at__isnull=False)),
                name="identity_new_device_answer",
            )
        ]
        indexes = [models.Index(fields=["account", "-created_at"], name="identity_new_device_account")]
