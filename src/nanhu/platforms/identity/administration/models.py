from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now


class AccountNote(models.Model):
    """What a clerk wants the next clerk to know of an account. Stays as it was written."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    written_by = models.TextField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_account_note"
        ordering = ["-created_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(text__regex=r"\S"), name="identity_note_has_text")]


@known(kind="identity_bulk_kind_known")
class BulkAction(models.Model):
    """One action for many accounts (批量办理): listed and judged first, then confirmed, then done one by one."""

    class Kind(models.TextChoices):
        SUSPEND = "suspend", _("停用")
        RESUME = "resume", _("恢复")
        SIGN_OUT = "sign_out", _("全部退出登录")
        UNLOCK = "unlock", _("解锁")
        NEW_PASSWORD = "new_password", _("要求换密码")
        LETTERS = "letters", _("打印账号通知单")

    class State(models.TextChoices):
        PREVIEW = "preview", _("待确认")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEW)
    reason = models.CharField(max_length=200)
    until = models.DateTimeField(null=True)
    chosen_how = models.CharField(max_length=200, default="", blank=True)
    account_id = models.BigIntegerField()
    actor = models.TextField()
    address = models.TextField(default="", blank=True)
    progress_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=now)
    confirmed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_bulk_action"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="preview", confirmed_at=None, done_at=None)
                | Q(state="running", confirmed_at__isnull=False, done_at=None)
                | Q(state="done", confirmed_at__isnull=False, done_at__isnull=False),
                name="identity_bulk_state_dated",
            ),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="identity_bulk_has_reason"),
        ]


class BulkItem(models.Model):
    """One line of a bulk action. `skipped` says why it will not be done; `outcome` why it failed after all, "" where it did not."""

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    typed = models.CharField(max_length=60, default="", blank=True)
    account = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    skipped = models.CharField(max_length=200, default="", blank=True)
    outcome = models.CharField(max_length=200, default="", blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_bulk_item"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["action", "position"], name="identity_bulk_item_position"),
            models.UniqueConstraint(
                fields=["action", "account"],
                condition=Q(account__isnull=False, skipped=""),
                name="identity_bulk_item_once",
            ),
            models.CheckConstraint(
                condition=~Q(skipped="") | Q(account__isnull=False), name="identity_bulk_item_has_account"
            ),
            models.CheckConstraint(condition=Q(skipped="") | Q(done_at=None), name="identity_bulk_item_skipped_undone"),
        ]
        indexes = [
            models.Index(fields=["action"], name="identity_bulk_item_open", condition=Q(skipped="", done_at=None))
        ]
