"""Devices (设备): what somebody comes on line with, recognised by cookie, certificate, or MAC while that stays the same."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.registry import Text


@known(kind="network_device_kind")
class Device(models.Model):
    """`recognised_by`: "mac:02…", "cookie:<hash>", "certificate:<hash>", or "at:<address>" of a tunnel that was kicked.
    `kept_off_at`: kicked by its owner, and not let in again since. Taken away by its owner it stays until its sessions are forgotten."""

    what: ClassVar[Text] = _("这台设备")

    class Kind(models.TextChoices):
        PHONE = "phone", _("手机")
        TABLET = "tablet", _("平板")
        COMPUTER = "computer", _("笔记本、台式机")
        OTHER = "other", _("其他设备")

    public_id = models.UUIDField(default=uuid4, unique=True)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.TextField(default="", blank=True)
    name = models.TextField(default="", blank=True)
    kind = models.TextField(choices=Kind, default=Kind.OTHER)
    recognised_by = models.TextField()
    macs = ArrayField(models.TextField(), default=list)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)
    kept_off_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "network_device"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "guest", "recognised_by"],
                condition=Q(removed_at=None),
                nulls_distinct=False,
                name="network_device_once",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, guest="") | Q(person=None) & ~Q(guest=""),
                name="network_device_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.default_name

    @property
    def default_name(self) -> str:
        """What knows no more of itself than its MAC came by 802.1X: no browser told what it is."""
        is_bare = self.kind == self.Kind.OTHER and self.recognised_by.startswith("mac:")
        tail = self.macs[-1][-5:] if self.macs else ""
        return f"{_('802.1X 设备') if is_bare else self.get_kind_display()} {tail}".strip()
