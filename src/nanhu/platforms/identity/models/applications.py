from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now


@known(menu_section="identity_application_section_known")
class Application(models.Model):
    """An application (应用) that signs people in through us. Every protocol reads this one registry.

    `attributes` is what it is given now: the names of its granted releases, kept by the database. Who may use it stands
    in `access_rules`, where it lives in `addresses`.
    """

    class UserName(models.TextChoices):
        STAFF_FIRST = "staff_first", _("工号优先")
        STUDENT_FIRST = "student_first", _("学号优先")
        AS_SIGNED_IN = "as_signed_in", _("登录时用的号")

    class Section(models.TextChoices):
        PERSONAL = "personal", _("个人事务")
        WORK = "work", _("工作生活")
        STUDY = "study", _("学习生活")
        SERVICE = "service", _("服务大厅")

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, default="", blank=True)
    owner = models.CharField(max_length=80)
    owner_unit = models.ForeignKey("people.OrgUnit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey("identity.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    contact_text = models.CharField(max_length=120, default="", blank=True)  # phone or mail the refused may turn to
    home_url = models.URLField(max_length=500, default="", blank=True)
    health_url = models.URLField(max_length=500, default="", blank=True)  # empty: the home is asked
    menu_section = models.CharField(max_length=12, choices=Section, default="", blank=True)  # empty: not in the menu
    logout_url = models.URLField(max_length=500, default="", blank=True)
    proxy_prefixes: Any = models.JSONField(default=list, blank=True)  # pgtUrl may lie here; empty: may not proxy
    proxy_targets: Any = models.JSONField(default=list, blank=True)  # keys of applications it may get proxy tickets for
    attributes: Any = models.JSONField(default=list, blank=True)
    entitlements: Any = models.JSONField(default=list, blank=True)  # values of eduPersonEntitlement
    user_name = models.CharField(max_length=20, choices=UserName, default=UserName.STAFF_FIRST)
    has_attributes_in_cas2 = models.BooleanField(default=True)
    demands_second_factor = models.BooleanField(default=False)
    admits_grace = models.BooleanField(default=False)  # also who has left and whose account is open for some days more
    is_enabled = models.BooleanField(default=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_application"
        constraints = [
            models.CheckConstraint(
                condition=Q(menu_section="") | ~Q(home_url=""), name="identity_application_in_menu_has_home"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def service_prefix(self) -> str:
        """The first of its addresses, "" when it has none."""
        first = self.addresses.first()
        return first.prefix if first else ""


class ApplicationAddress(models.Model):
    """Where an application lives (允许地址): it gets tickets for this address and everything below it.

    `origin` ("https://oa.example.edu.cn:443") and `path` ("/oa", "" for all of it) are how it is compared; no two
    applications, and no application twice, hold the same.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="addresses")
    prefix = models.URLField(max_length=500)
    origin = models.CharField(max_length=300)
    path = models.CharField(max_length=500, default="", blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_application_address"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "path"], name="identity_address_once"),
            models.CheckConstraint(
                condition=Q(origin__regex=r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}$"),
                name="identity_address_origin_is_one",
            ),
            models.CheckConstraint(
                condition=Q(path="") | Q(path__regex=r"^/.*[^/]$"), name="identity_address_path_is_bare"
            ),
        ]


@known(state="identity_release_state_known")
class AttributeRelease(models.Model):
    """That an application gets an attribute (属性释放), and why. A sensitive one waits for a second person."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待批准")
        GRANTED = "granted", _("已释放")
        REFUSED = "refused", _("未批准")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="releases")
    name = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    is_sensitive = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.GRANTED)
    requester = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.TextField()
    decider = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_attribute_release"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "name"], name="identity_release_once"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="identity_release_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(is_sensitive=False) | ~Q(decided_by=""),
                name="identity_release_sensitive_is_decided",
            ),
            models.CheckConstraint(
                condition=Q(decider=None) | Q(requester=None) | ~Q(decider=F("requester")),
                name="identity_release_by_two",
            ),
        ]
