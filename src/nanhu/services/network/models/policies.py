"""Policies (上网策略): what a role gets in a service, from a day to a day."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.dated import DatedRule, dated_constraints


class Service(models.TextChoices):
    WIFI = "wifi", _("无线网")
    WIRED = "wired", _("有线网")
    VPN = "vpn", "VPN"
    EDUROAM = "eduroam", "eduroam"


class NetworkRole(models.TextChoices):
    """Kinds of affiliation, as identity's answer has them."""

    STUDENT = "student", _("学生")
    STAFF = "staff", _("教职工")
    TEMPORARY = "temporary", _("临时人员")
    GUEST = "guest", _("访客")


@known(role="network_policy_of", service="network_policy_of")
class Policy(DatedRule):
    """`vlan` goes out as Tunnel-Private-Group-Id, rates as WISPr-Bandwidth-Max in kbit/s; hours, where given, are those of a day."""

    key = ("role", "service")

    role = models.TextField(choices=NetworkRole)
    service = models.TextField(choices=Service)
    devices = models.PositiveSmallIntegerField(help_text="at once")
    session_seconds = models.PositiveIntegerField(default=8 * 3600)
    idle_seconds = models.PositiveIntegerField(default=1800)
    vlan = models.TextField(default="", blank=True)
    down_kbps = models.PositiveIntegerField(null=True, blank=True)
    up_kbps = models.PositiveIntegerField(null=True, blank=True)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        db_table = "network_policy"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    devices__range=(0, 50), session_seconds__range=(60, 604_800), idle_seconds__range=(60, 86_400)
                ),
                name="network_policy_bounds",
            ),
            models.CheckConstraint(condition=Q(vlan__regex=r"^[0-9A-Za-z_.-]{0,32}$"), name="network_policy_vlan"),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False) & ~Q(opens=F("closes")),
                name="network_policy_hours",
            ),
            *dated_constraints("network_policy", "role", "service"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.get_service_display()}"
