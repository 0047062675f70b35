"""Places: where everything stands."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.ui.words import term

KEY_SHAPE = r"^[0-9a-z][0-9a-z.-]{0,39}$"


@known(kind="campus_place_kind")
class Place(models.Model):
    """A campus, a building, a room. What holds at a place may hold for all below it. Never removed; closed when no longer used."""

    class Kind(models.TextChoices):
        CAMPUS = "campus", _("校区")
        DORM = "dorm", _("宿舍")
        LIBRARY = "library", _("图书馆")
        TEACHING = "teaching", _("教学楼")
        LAB = "lab", _("实验室")
        ROOM = "room", _("房间")
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

    @property
    def full_name(self) -> str:
        """ "南院1栋宿舍 305", in the reader's language: a room says little without its building."""
        building = [self.parent.name] if self.kind == self.Kind.ROOM and self.parent else []
        return " ".join(term(name) for name in (*building, self.name))


@known(kind="campus_room_kind", lock="campus_room_lock")
class Room(models.Model):
    """What is known of a place that is a room: how big, for whom, with what in it. Its building is the place above it."""

    class Kind(models.TextChoices):
        CLASSROOM = "classroom", _("普通教室")
        MEDIA = "media", _("多媒体教室")
        HALL = "hall", _("报告厅")
        COMPUTERS = "computers", _("机房")
        LAB = "lab", _("实验室")
        MEETING = "meeting", _("会议室")
        OFFICE = "office", _("办公室")
        BEDROOM = "bedroom", _("寝室")
        SPORTS = "sports", _("运动场馆")
        OTHER = "other", _("其他")

    class Lock(models.TextChoices):
        NONE = "none", _("无锁")
        KEY = "key", _("机械锁")
        CARD = "card", _("刷卡锁")
        CODE = "code", _("密码锁")

    place = models.OneToOneField(Place, primary_key=True, on_delete=models.PROTECT, related_name="room")
    floor = models.SmallIntegerField(help_text="-1 is the first basement")
    kind = models.TextField(choices=Kind)
    seats = models.PositiveSmallIntegerField(default=0)
    exam_seats = models.PositiveSmallIntegerField(default=0)
    area_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    owner = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    equipment = ArrayField(models.TextField(), default=list)
    lock = models.TextField(choices=Lock, default=Lock.NONE)

    class Meta:
        db_table = "campus_room"
        constraints = [
            models.CheckConstraint(
                condition=Q(floor__range=(-9, 99), seats__lte=20_000, exam_seats__lte=F("seats")),
                name="campus_room_floor_and_seats",
            ),
            models.CheckConstraint(condition=Q(area_m2=None) | Q(area_m2__gt=0), name="campus_room_area"),
        ]

    def __str__(self) -> str:
        return self.place.name
