from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.platforms.campus.api import Place
from nanhu.platforms.terminals.api import Terminal


@known(mode="access_anti_passback_mode")
class AntiPassback(models.Model):
    """What the doors of a place do to who goes in without having gone out; without a row, nothing."""

    class Mode(models.TextChoices):
        OFF = "off", _("不限")
        SOFT = "soft", _("放行并标记")
        HARD = "hard", _("拒绝")

    place = models.OneToOneField(Place, primary_key=True, on_delete=models.PROTECT, related_name="+")
    mode = models.TextField(choices=Mode)

    class Meta:
        db_table = "access_anti_passback"


class Door(models.Model):
    """A door controller at a place, with a reader outside (`in`) and one inside (`out`); the rest is what it last said."""

    terminal = models.OneToOneField(Terminal, primary_key=True, on_delete=models.PROTECT, related_name="door")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    open_seconds = models.PositiveSmallIntegerField(default=5)
    list_salt = models.TextField(
        help_text="hexadecimal; the numbers of credentials are hashed with it in the door's list"
    )
    said_at = models.DateTimeField(null=True, help_text="when it last asked for its list")
    said_version = models.BigIntegerField(default=0)
    said_open = models.BooleanField(default=False, help_text="it stands open because of an emergency")
    said_stored = models.PositiveIntegerField(default=0, help_text="off-line passages it has not sent yet")
    contact_at = models.DateTimeField(null=True, help_text="of its contacts the one that began the running hour")
    contact_before = models.DateTimeField(null=True, help_text="the one that began the hour before in which it spoke")

    class Meta:
        db_table = "access_door"
        constraints = [
            models.CheckConstraint(condition=Q(open_seconds__gte=1, open_seconds__lte=60), name="access_door_seconds"),
            models.CheckConstraint(condition=Q(list_salt__regex=r"^[0-9a-f]{32}$"), name="access_door_salt"),
        ]


class DoorRule(models.Model):
    """Who may, or may not, pass the doors of a place, of all below it too unless told otherwise, when. See docs/decisions/0010.

    One of: a person; a unit with all below it (of one class, where given); a class or sub-class of holders; everybody. Rows
    are never changed but for `withdrawn_*`.
    """

    public_id = models.UUIDField(default=uuid4, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    covers_below = models.BooleanField(
        default=True, help_text="false: the doors of this place alone, not of rooms in it"
    )
    is_allowed = models.BooleanField()
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    holder_class = models.TextField(
        default="", blank=True, help_text="of who holds the credential; as its issuer names it"
    )
    sub_class = models.TextField(default="", blank=True)
    weekdays = models.PositiveSmallIntegerField(
        default=127, help_text="bits: 1 Monday … 64 Sunday, of the day it begins"
    )
    from_time = models.TimeField(help_text="equal to until_time: the whole day; later than it: over midnight")
    until_time = models.TimeField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.TextField()
    created_by = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    created_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "access_rule"
        indexes = [models.Index(fields=["place"], condition=Q(withdrawn_at=None), name="access_rule_living")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="access_rule_has_reason"),
            models.CheckConstraint(condition=Q(weekdays__gte=1, weekdays__lte=127), name="access_rule_weekdays"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="access_rule_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(holder_class__regex=r"^[a-z_]{0,20}$"), name="access_rule_class"),
            models.CheckConstraint(
                condition=Q(person=None) | Q(unit=None, holder_class="", sub_class=""), name="access_rule_names_one"
            ),
            models.CheckConstraint(
                condition=Q(sub_class="") | ~Q(holder_class=""), name="access_rule_sub_class_has_a_class"
            ),
        ]


class DoorEmergency(models.Model):
    """The doors of a place and of all below it stand open, from a moment until it ends by itself or by hand."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    opened_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    opened_by = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    opened_by_name = models.TextField()
    closed_at = models.DateTimeField(null=True, help_text="by hand, before its end")
    closed_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "access_emergency"
        indexes = [models.Index(fields=["ends_at"], condition=Q(closed_at=None), name="access_emergency_open")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="access_emergency_has_reason"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="access_emergency_ends"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by_name="") | Q(closed_at__isnull=False) & ~Q(closed_by_name=""),
                name="access_emergency_closed_by_somebody",
            ),
        ]


@known(direction="access_passage_direction", means="access_passage_means")
class Passage(models.Model):
    """What a door decided once, on line or by itself; `sequence` is the door's. Append-only, kept half a year."""

    class Direction(models.TextChoices):
        IN = "in", _("进")
        OUT = "out", _("出")

    class Means(models.TextChoices):
        CARD = "card", _("刷卡")
        CODE = "code", _("门禁码")
        BUTTON = "button", _("出门按钮")

    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="passages")
    sequence = models.BigIntegerField()
    fingerprint = models.BinaryField()
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    credential = models.TextField(
        default="", blank=True, help_text="its issuer's name of what was presented; empty: unknown"
    )
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    direction = models.TextField(choices=Direction)
    means = models.TextField(choices=Means)
    is_opened = models.BooleanField()
    code = models.TextField(help_text="why: see reasons.py")
    remark = models.TextField(default="", blank=True, help_text="what the guard should see, though the door opened")
    rule = models.ForeignKey(DoorRule, null=True, on_delete=models.PROTECT, related_name="+")
    is_offline = models.BooleanField(default=False)
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "access_passage"
        indexes = [
            models.Index(fields=["place", "-at"], name="access_passage_at_place"),
            models.Index(fields=["person", "-at"], name="access_passage_of_person"),
            models.Index(fields=["received_at"], name="access_passage_received"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["door", "sequence"], name="access_passage_once"),
        ]


class Presence(models.Model):
    """On which side of a place's doors a person was last seen, for anti-passback; the latest passage counts, not the last sent."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    is_inside = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        db_table = "access_presence"
        constraints = [models.UniqueConstraint(fields=["place", "person"], name="access_presence_once")]


class DoorList(models.Model):
    """What a door was last told for the time without network. `stamp` says of what it was made."""

    door = models.OneToOneField(Door, primary_key=True, on_delete=models.PROTECT, related_name="list")
    version = models.BigIntegerField(default=0)
    stamp = models.TextField(default="", blank=True)
    profiles: Any = models.JSONField(default=dict, help_text="windows by profile, pairs of Unix seconds")
    profiles_tag = models.TextField(default="", blank=True)
    ends_at = models.DateTimeField(null=True, help_text="after it the list opens nothing")
    built_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_list"


class DoorListRow(models.Model):
    """A credential in a door's list: the rules that speak of it there (its profile), and the version that brought it."""

    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="list_rows")
    hashed = models.TextField(help_text="its number, under the door's salt")
    profile = models.TextField(help_text="the ids of its rules; empty: gone from the list")
    valid_from = models.DateField()
    valid_until = models.DateField()
    version = models.BigIntegerField()

    class Meta:
        db_table = "access_list_row"
        indexes = [models.Index(fields=["door", "version"], name="access_list_row_version")]
        constraints = [models.UniqueConstraint(fields=["door", "hashed"], name="access_list_row_once")]
