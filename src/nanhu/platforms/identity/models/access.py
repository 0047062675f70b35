"""Who may use an application, and when nobody may."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now


@known(effect="identity_rule_effect_known")
class AccessRule(models.Model):
    """One rule of an application (准入规则). All conditions that are set must hold, for one live affiliation.

    `sql/identity_access.sql` judges: a rule for a single person beats one for many, among equals a denial beats an allowance. An
    application with an allowing rule is closed to everybody else, one without is open to students, staff and temporary
    staff, but not to guests.
    A `tester` passes during maintenance; `role` gives the value `grants` to the application as an attribute.
    """

    class Effect(models.TextChoices):
        ALLOW = "allow", _("允许")
        DENY = "deny", _("禁止")
        TESTER = "tester", _("维护时可进")
        ROLE = "role", _("授予应用内角色")

    application = models.ForeignKey("identity.Application", on_delete=models.CASCADE, related_name="access_rules")
    effect = models.CharField(max_length=8, choices=Effect, default=Effect.ALLOW)
    affiliation_kind = models.CharField(max_length=12, default="", blank=True)
    category = models.CharField(max_length=40, default="", blank=True)
    unit = models.ForeignKey("people.OrgUnit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60, default="", blank=True)
    account = models.ForeignKey("identity.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    grants = models.CharField(max_length=60, default="", blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, default="", blank=True)
    created_by = models.TextField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_access_rule"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(affiliation_kind__in=["", "student", "staff", "temporary", "guest"]),
                name="identity_rule_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(affiliation_kind="")
                | ~Q(category="")
                | Q(unit__isnull=False)
                | ~Q(role="")
                | Q(account__isnull=False),
                name="identity_rule_says_who",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="identity_rule_ends_after_start",
            ),
            models.CheckConstraint(
                condition=(Q(effect="role") & ~Q(grants="")) | (~Q(effect="role") & Q(grants="")),
                name="identity_rule_grants_if_role",
            ),
        ]


class Maintenance(models.Model):
    """A planned rest of an application (维护): people read the notice instead of a broken page."""

    application = models.ForeignKey("identity.Application", on_delete=models.CASCADE, related_name="maintenances")
    notice = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_by = models.TextField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_maintenance"
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="identity_maintenance_ends_later"),
            models.CheckConstraint(condition=Q(notice__regex=r"\S"), name="identity_maintenance_has_notice"),
        ]
        indexes = [models.Index(fields=["application", "ends_at"], name="identity_maintenance_due")]
