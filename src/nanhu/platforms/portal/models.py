from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Preference(models.Model):
    """How an account wants its pages; no row means all defaults."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("跟随系统")
        LIGHT = "light", _("浅色")
        DARK = "dark", _("深色")

    class TypeSize(models.TextChoices):
        NORMAL = "normal", _("标准字号")
        LARGE = "large", _("大字")

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    theme = models.TextField(choices=Theme, default=Theme.SYSTEM)
    type_size = models.TextField(choices=TypeSize, default=TypeSize.NORMAL)
    language = models.TextField(default="", blank=True)
    face = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "portal_preference"
        constraints = [
            models.CheckConstraint(name="portal_preference_theme", condition=Q(theme__in=["system", "light", "dark"])),
            models.CheckConstraint(name="portal_preference_type_size", condition=Q(type_size__in=["normal", "large"])),
            models.CheckConstraint(name="portal_preference_face", condition=Q(face__in=["", "student", "staff"])),
        ]


class Shortcut(models.Model):
    """An application as one account uses it: a favourite at a place of the row (`position`), or only opened lately."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    application_key = models.TextField()
    position = models.PositiveSmallIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "portal_shortcut"
        constraints = [
            models.UniqueConstraint(name="portal_shortcut_once", fields=["account", "application_key"]),
            models.CheckConstraint(name="portal_shortcut_key", condition=~Q(application_key="")),
            models.CheckConstraint(
                name="portal_shortcut_of_use", condition=Q(position__isnull=False) | Q(opened_at__isnull=False)
            ),
        ]
