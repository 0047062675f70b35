"""Portal gateways (门户网关), sign-ins at the captive page (上网认证), and what the diagnosis found and cured (上网自检)."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.registry import Text


class PortalGateway(models.Model):
    """A NAS that leads who is not on line to our page. `name` is what it calls itself there, `networks` are those of its clients. A
    retired one leads nobody here, and its agent closes whom it let in; its row stays, for sign-ins stand on it.

    `host`: openNDS, where a browser behind it reaches it ("10.20.0.1:2050"). `port`: Portal 2.0, its UDP port. `secret`: faskey, or the
    secret shared with the controller.
    """

    what: ClassVar[Text] = _("这个门户网关")

    class Kind(models.TextChoices):
        OPENNDS = "opennds", "openNDS"
        PORTAL20 = "portal20", _("Portal 2.0（H3C、华为、锐捷）")

    public_id = models.UUIDField(default=uuid4, unique=True)
    nas = models.ForeignKey("network.Nas", on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(choices=Kind)
    name = models.TextField()
    host = models.TextField(default="", blank=True)
    port = models.PositiveIntegerField(default=2000)
    networks = ArrayField(models.TextField())
    secret = EncryptedTextField(purpose="network_portal.gateway_secret")
    told_at = models.DateTimeField(null=True, help_text="when its agent last told who is let through")
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "network_portal_gateway"
        constraints = [
            models.UniqueConstraint(fields=["nas"], condition=Q(retired_at=None), name="network_portal_gateway_of_nas"),
            models.UniqueConstraint(fields=["name"], condition=Q(retired_at=None), name="network_portal_gateway_once"),
            models.CheckConstraint(
                condition=Q(kind="portal20", port__range=(1, 65535)) | Q(kind="opennds") & ~Q(host=""),
                name="network_portal_gateway_is",
            ),
            models.CheckConstraint(condition=~Q(name="") & Q(networks__len__gt=0), name="network_portal_gateway_named"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def living(cls) -> "models.QuerySet[PortalGateway]":
        return cls.objects.select_related("nas").filter(retired_at=None, nas__withdrawn_at=None)


class SignIn(models.Model):
    """One's way in at the page: asked of the gateway, open, or given up; then out again. `browser`: hash of the device cookie."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等网关放行")
        OPEN = "open", pgettext_lazy("wifi", "在线")
        FAILED = "failed", _("网关没有放行")
        LEAVING = "leaving", _("等网关断开")
        LEFT = "left", pgettext_lazy("wifi", "已下线")

    public_id = models.UUIDField(default=uuid4, unique=True)
    gateway = models.ForeignKey(PortalGateway, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    campus_no = models.TextField()
    grant = models.TextField(help_text="its Class value")
    browser = models.BinaryField(max_length=32)
    mac = models.TextField()
    address = models.GenericIPAddressField()
    ssid = models.TextField(default="", blank=True)
    hid = models.TextField(default="", blank=True)
    state = models.TextField(choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField()
    cause = models.TextField(default="", blank=True)
    heard_at = models.DateTimeField(
        null=True, help_text="when its session was last accounted for a gateway without RADIUS"
    )

    class Meta:
        db_table = "network_portal_sign_in"
        indexes = [
            models.Index(fields=["gateway", "mac"], name="network_portal_live", condition=Q(ended_at=None)),
            models.Index(fields=["browser", "-asked_at"], name="network_portal_browser"),
            models.Index(fields=["person", "-asked_at"], name="network_portal_person"),
            models.Index(fields=["asked_at"], name="network_portal_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "mac"], condition=Q(ended_at=None), name="network_portal_one_lives"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "open", "leaving"], ended_at=None)
                | Q(state__in=["failed", "left"], ended_at__isnull=False),
                name="network_portal_ended",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("asked_at")), name="network_portal_ends"),
        ]


class Trust(models.Model):
    """A browser in which this person typed the password: it goes on line by one tap until a day, until the password changes, its owner
    ends it, or a kick does. `app_password`: by which of these it was proved, where it was; then it lives no longer than that.
    `password_changed_at`: of the password that was typed, so that it is none for another also before anybody heard of the change."""

    what: ClassVar[Text] = _("这个记住的浏览器")
    public_id = models.UUIDField(default=uuid4, unique=True)
    browser = models.BinaryField(max_length=32, unique=True)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")
    campus_no = models.TextField()
    kind = models.TextField(default="other")
    device_id = models.BigIntegerField(null=True, help_text="of the network, as which it was on line last")
    app_password = models.UUIDField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    until = models.DateTimeField()
    proved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "network_portal_trust"
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("proved_at")), name="network_portal_trust_ends")]


class Cure(models.Model):
    """A cure that somebody took on the page 为什么上不了网: what was found, what was pressed, and whether it went away."""

    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    finding = models.TextField()
    cure = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    is_solved = models.BooleanField(null=True)

    class Meta:
        db_table = "network_portal_cure"
        indexes = [models.Index(fields=["-at"], name="network_portal_cure_age")]
