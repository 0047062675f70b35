from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEY_SHAPE = r"^[0-9a-z][0-9a-z.-]{0,39}$"


class Place(models.Model):
    """A campus, a building, a room. What holds at a place may hold for all below it. Never removed; closed when no longer used."""

    class Kind(models.TextChoices):
        CAMPUS = "campus", _("校区")
        DORM = "dorm", _("宿舍")
        LIBRARY = "library", _("图书馆")
        TEACHING = "teaching", _("教学楼")
        LAB = "lab", _("实验室")
        OTHER = "other", _("其他")

    key = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(choices=Kind)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, help_text="closes all below it, too")
    closed_by_name = models.TextField(default="", blank=True)
    why_closed = models.TextField(default="", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="counts its changes, by a trigger")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "campus_place"
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=KEY_SHAPE) & ~Q(name=""), name="campus_place_is_named"),
            models.CheckConstraint(
                condition=Q(kind__in=["campus", "dorm", "library", "teaching", "lab", "other"]),
                name="campus_place_kind",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="campus_place_is_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by_name="", why_closed="")
                | Q(closed_at__isnull=False) & ~Q(closed_by_name="") & ~Q(why_closed=""),
                name="campus_place_is_closed_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name
