from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.platforms.payments.api import Channel
from nanhu.systems.card.codes.models import CodeDevice


@known(state="card_binding_state_known")
class Binding(models.Model):
    """A virtual card (电子校园卡) in an outside app on one phone: asked for by name, number and ID, confirmed by a code sent
    to the phone on record, shown to its holder and revocable by them at any moment."""

    class State(models.TextChoices):
        ASKED = "asked", _("待短信确认")
        ACTIVE = "active", _("使用中")
        REVOKED = "revoked", _("已解除")

    public_id = models.UUIDField(default=uuid4, unique=True)
    app = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    app_user = models.TextField(help_text="how the app calls its user")
    app_phone = EncryptedTextField(purpose="card.app_phone", default="")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    virtual_no = models.TextField(unique=True, help_text="the number of the virtual card")
    device = models.TextField(help_text="the phone as it calls itself")
    code_device = models.OneToOneField(CodeDevice, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.ASKED)
    code_hash = models.BinaryField(default=b"")
    code_expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=3)
    created_at = models.DateTimeField(default=timezone.now)
    bound_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    reason = models.TextField(default="", blank=True)

    class Meta:
        db_table = "card_binding"
        indexes = [models.Index(fields=["person", "-created_at"], name="card_binding_of_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["app", "person"], condition=Q(state="active"), name="card_one_active_binding"
            ),
            models.UniqueConstraint(
                fields=["app", "app_user"], condition=Q(state="active"), name="card_app_user_binds_one"
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(bound_at__isnull=False, revoked_at__isnull=True),
                name="card_binding_active_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked") | Q(revoked_at__isnull=False), name="card_binding_revoked_has_a_moment"
            ),
        ]


class BindingLock(models.Model):
    """How often somebody failed to say who they are; three times locks. The key is a keyed hash of an app and a number, a
    user or an hour (`services/app_bounds.py`)."""

    key = models.BinaryField(primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(default=timezone.now)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_binding_lock"


class Appeal(models.Model):
    """Somebody says that a card is bound to an app that is not theirs (误绑申诉); a clerk decides after looking at papers."""

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        REVOKED = "revoked", _("已解除绑定")
        REFUSED = "refused", _("未予支持")

    public_id = models.UUIDField(default=uuid4, unique=True)
    app = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    campus_no = models.TextField()
    name = models.TextField()
    phone = EncryptedTextField(purpose="card.appeal_phone")
    text = models.TextField()
    state = models.TextField(choices=State, default=State.OPEN)
    answer = models.TextField(default="", blank=True)
    clerk = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_binding_appeal"
        indexes = [models.Index(fields=["-created_at"], condition=Q(state="open"), name="card_appeal_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | ~Q(state="open") & Q(decided_at__isnull=False, clerk__isnull=False) & ~Q(answer=""),
                name="card_appeal_decided_by_a_clerk",
            ),
        ]
