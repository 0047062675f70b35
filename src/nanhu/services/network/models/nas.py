"""NAS (接入设备): what lets devices into the network and reports to us; its secret is sealed, its address is the only one we call."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.registry import Text


def of_wifi() -> list[str]:
    """The application 校园无线网, which every campus has."""
    return ["wifi"]


@known(kind="network_nas_kind")
class Nas(models.Model):
    """`style`: how a session is ended there, a key of `api.gateways`. `identifier` is its NAS-Identifier, where several share an address.
    `applications`: whose key at the RADIUS endpoint speaks for it; any other's is a stranger's. Of a vendor's system that stays (深澜, 锐捷, an
    older FreeRADIUS) sessions are bound by the account name: it has checked the password, and knows no grant of ours."""

    what: ClassVar[Text] = _("这台接入设备")

    class Kind(models.TextChoices):
        CONTROLLER = "ac", _("无线控制器")
        SWITCH = "switch", _("交换机")
        OCSERV = "ocserv", _("VPN 网关")
        OPENNDS = "opennds", _("openNDS 网关")
        PORTAL = "portal20", _("Portal 控制器")
        VENDOR = "vendor", _("旧认证系统")

    public_id = models.UUIDField(default=uuid4, unique=True)
    name = models.TextField()
    address = models.GenericIPAddressField()
    identifier = models.TextField(default="", blank=True)
    applications = ArrayField(models.TextField(), default=of_wifi)
    kind = models.TextField(choices=Kind)
    place = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    secret = EncryptedTextField(purpose="network.nas_secret", default="")
    coa_port = models.PositiveIntegerField(default=3799)
    style = models.TextField(default="session-id")
    interim_seconds = models.PositiveIntegerField(default=300)
    last_heard_at = models.DateTimeField(null=True)
    unknown_on = models.DateField(null=True, help_text="of its last session behind which nobody stands")
    unknown_count = models.PositiveIntegerField(default=0, db_default=0, help_text="of such ones on that day")
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "network_nas"
        constraints = [
            models.UniqueConstraint(
                fields=["address", "identifier"], condition=Q(withdrawn_at=None), name="network_nas_once"
            ),
            models.CheckConstraint(
                condition=Q(coa_port__range=(1, 65535), interim_seconds__range=(60, 3600)) & ~Q(name=""),
                name="network_nas_is",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StrangeNas(models.Model):
    """Accounting from an address that nobody registered, or by a key that does not speak for it: counted, nothing of it is kept."""

    address = models.TextField(unique=True)
    count = models.BigIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "network_strange_nas"


class ApPlace(models.Model):
    """Where the access point with this MAC hangs: sessions heard from it stand there and not at its controller."""

    mac = models.TextField(unique=True)
    name = models.TextField(default="", blank=True)
    place = models.ForeignKey("campus.Place", on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True, help_text="by the controller's own list")
    listed_at = models.DateTimeField(null=True, help_text="when that list was made: whom it saw last")

    class Meta:
        db_table = "network_ap_place"
