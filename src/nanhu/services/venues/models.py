"""Venues (场地), their opening and posts; applications and the bookings in them; who waits for a place."""

import secrets
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import called, term
from nanhu.platforms.campus import api as campus
from nanhu.services.venues.presets import USES

KEY_BYTES = 18


def new_sign_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


class Venue(models.Model):
    """A room that people may ask for. `turnover`: minutes between two bookings in the place of set-up and clear-up, which two then share."""

    what: ClassVar[Text] = _("这个场地")

    public_id = models.UUIDField(default=uuid4, unique=True)
    room = models.OneToOneField("campus.Room", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    name_en = models.TextField(default="", blank=True)
    uses = ArrayField(models.TextField())
    about = models.TextField(default="", blank=True)
    about_en = models.TextField(default="", blank=True)
    rules = models.TextField(default="", blank=True)
    rules_en = models.TextField(default="", blank=True)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+", help_text="keeps it")
    capacity = models.PositiveIntegerField()
    equipment = ArrayField(models.TextField(), default=list)
    set_up = models.PositiveSmallIntegerField(default=0)
    clear_up = models.PositiveSmallIntegerField(default=0)
    turnover = models.PositiveSmallIntegerField(null=True)
    notice_days = models.PositiveSmallIntegerField(default=0)
    ahead_days = models.PositiveSmallIntegerField(default=60)
    longest_minutes = models.PositiveSmallIntegerField(default=480)
    faces = ArrayField(models.TextField(), default=list, help_text="student, staff")
    only_unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    fee_fen = models.PositiveIntegerField(default=0, help_text="for an hour")
    fee_item = models.TextField(default="", blank=True)
    key_desk = models.TextField(default="", blank=True, help_text="where its key is; empty: none is handed out")
    key_desk_en = models.TextField(default="", blank=True)
    sign_key = models.TextField(default=new_sign_key, unique=True, help_text="opens its door sign and its calendar")
    searched = models.TextField(default="")
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "venues_venue"
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & Q(capacity__gte=1, uses__len__gte=1, faces__len__gte=1), name="venues_venue_is"
            ),
            models.CheckConstraint(
                condition=Q(set_up__lte=240, clear_up__lte=240, notice_days__lte=60, ahead_days__range=(1, 400))
                & Q(longest_minutes__range=(15, 1440))
                & (Q(turnover=None) | Q(turnover__lte=240)),
                name="venues_venue_minutes",
            ),
            models.CheckConstraint(condition=Q(fee_fen=0) | ~Q(fee_item=""), name="venues_venue_fee_item"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        return called(self.name, self.name_en)

    @property
    def about_shown(self) -> str:
        return called(self.about, self.about_en)

    @property
    def rules_shown(self) -> str:
        return called(self.rules, self.rules_en)

    @property
    def key_desk_shown(self) -> str:
        return called(self.key_desk, self.key_desk_en)

    @property
    def before(self) -> int:
        """Minutes held before a booking; with `turnover` it is all held behind it."""
        return self.set_up if self.turnover is None else 0

    @property
    def after(self) -> int:
        return self.clear_up if self.turnover is None else self.turnover

    @property
    def use_names(self) -> str:
        return "、".join(term(USES[one].name) for one in self.uses if one in USES)


class Opening(models.Model):
    """When a venue is open: on a weekday of a season, from minute to minute. A season without a row for a weekday: closed on it."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="openings")
    season = models.TextField(help_text="平时、寒假")
    during = DateRangeField()
    weekday = models.PositiveSmallIntegerField(help_text="1 Monday … 7 Sunday")
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "venues_opening"
        indexes = [models.Index(fields=["venue", "weekday"], name="venues_opening_of_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__range=(1, 7), closes__lte=1440, opens__lt=F("closes")), name="venues_opening_is"
            ),
            ExclusionConstraint(
                name="venues_opening_once",
                expressions=[
                    (F("venue"), RangeOperators.EQUAL),
                    (F("weekday"), RangeOperators.EQUAL),
                    (F("during"), RangeOperators.OVERLAPS),
                    (Func(F("opens"), F("closes"), function="int4range"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class VenuePost(models.Model):
    """A post that has a say in a venue, by duty; whoever holds it decides, and his successor after him."""

    class Duty(models.TextChoices):
        FIRST = "first", _("审批")
        SECOND = "second", _("终审")
        LAB = "lab", _("实验室主任")
        TECHNICIAN = "technician", _("技术员")

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="posts")
    duty = models.TextField(choices=Duty)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    office = models.TextField()

    class Meta:
        db_table = "venues_post"
        constraints = [
            models.UniqueConstraint(fields=["venue", "duty", "unit", "office"], name="venues_post_once"),
            models.CheckConstraint(
                condition=Q(duty__in=["first", "second", "lab", "technician"]) & ~Q(office=""), name="venues_post_duty"
            ),
        ]


class Picture(models.Model):
    """A picture of a venue, with what it shows in words."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="pictures")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    words = models.TextField(default="", blank=True)

    class Meta:
        db_table = "venues_picture"


class Application(models.Model):
    """What somebody asks for, with the case that decides it: one date, or a series of them."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    use = models.TextField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    person_name = models.TextField()
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    title = models.TextField(help_text="stands at the door")
    purpose = models.TextField()
    headcount = models.PositiveIntegerField()
    equipment = models.TextField(default="", blank=True)
    sponsor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    technician = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    details = models.JSONField(default=dict)
    needs_leader = models.BooleanField(default=False, help_text="three did not come this term")
    case_id = models.BigIntegerField(null=True, unique=True)
    number = models.TextField(default="", blank=True)
    held_until = models.DateTimeField(help_text="released when nobody decides until then")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "venues_application"
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(purpose="") & Q(headcount__gte=1), name="venues_application_says"
            ),
            models.CheckConstraint(
                condition=Q(headcount__lte=100) | Q(sponsor__isnull=False), name="venues_application_sponsor"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def use_name(self) -> str:
        return term(USES[self.use].name)


@known(state="venues_booking_state")
class Booking(models.Model):
    """Hours of a venue. What is held in campus.occupancy is these with set-up and clear-up (`held_from`, `held_to`)."""

    what: ClassVar[Text] = _("这次场地借用")

    class State(models.TextChoices):
        HELD = "held", _("待审批")
        APPROVED = "approved", _("已批准")
        IN_USE = "in_use", _("使用中")
        CLOSED = "closed", _("已结束")
        REFUSED = "refused", _("没有批准")
        RELEASED = "released", _("超时未批，已放开")
        CANCELLED = "cancelled", _("已取消")
        NO_SHOW = "no_show", _("未到场")
        DISPLACED = "displaced", _("被征用")

    public_id = models.UUIDField(default=uuid4, unique=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="bookings")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="bookings")
    state = models.TextField(choices=State, default=State.HELD)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    held_from = models.DateTimeField()
    held_to = models.DateTimeField()
    fee_fen = models.PositiveIntegerField(default=0, help_text="for an hour, as it was when it was asked for")
    fee_item = models.TextField(default="", blank=True)
    owes = models.BooleanField(default=False, help_text="closed, and its bills are not issued yet")
    is_late_cancel = models.BooleanField(default=False)
    reason = models.TextField(default="", blank=True)
    objection = models.TextField(default="", blank=True, help_text="of who applied: why it should not count")
    objected_at = models.DateTimeField(null=True, help_text="once a booking")
    objection_answer = models.TextField(default="", blank=True, help_text="why it counts all the same")
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="absent; null: the clock",
    )
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    key_out_at = models.DateTimeField(null=True)
    key_out_by_name = models.TextField(default="", blank=True)
    key_in_at = models.DateTimeField(null=True)
    key_in_by_name = models.TextField(default="", blank=True)
    meter_out = models.PositiveIntegerField(null=True)
    meter_in = models.PositiveIntegerField(null=True)
    damage = models.TextField(default="", blank=True)
    damage_fen = models.PositiveIntegerField(default=0)
    came_at = models.DateTimeField(null=True)
    door_rules = ArrayField(models.UUIDField(), default=list)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "venues_booking"
        indexes = [
            models.Index(fields=["venue", "begins_at"], name="venues_booking_of_venue"),
            models.Index(
                fields=["begins_at"],
                condition=Q(state__in=["held", "approved", "in_use"]),
                name="venues_booking_living",
            ),
            models.Index(fields=["id"], condition=Q(owes=True), name="venues_booking_owing"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(begins_at__lt=F("ends_at"), held_from__lte=F("begins_at"), held_to__gte=F("ends_at")),
                name="venues_booking_hours",
            ),
            models.CheckConstraint(
                condition=Q(key_in_at=None) | Q(key_out_at__isnull=False, key_in_at__gte=F("key_out_at")),
                name="venues_booking_key",
            ),
            models.CheckConstraint(condition=Q(damage_fen=0) | ~Q(damage=""), name="venues_booking_damage"),
            models.CheckConstraint(
                condition=Q(answered_by=None) | Q(marked_by=None) | ~Q(answered_by=F("marked_by")),
                name="venues_booking_answered_by_another",
            ),
            models.CheckConstraint(condition=Q(fee_fen=0) | ~Q(fee_item=""), name="venues_booking_fee_item"),
        ]

    def __str__(self) -> str:
        return f"{self.venue.name} {self.when}"

    @property
    def when(self) -> str:
        return campus.span_words(self.begins_at, self.ends_at)

    @property
    def is_key_out(self) -> bool:
        return self.key_out_at is not None and self.key_in_at is None

    @property
    def counts(self) -> bool:
        """As one of the three of a term."""
        return self.state == self.State.NO_SHOW or self.is_late_cancel

    @classmethod
    def counting(cls) -> Q:
        """The same of rows."""
        return Q(state=cls.State.NO_SHOW) | Q(is_late_cancel=True)

    @property
    def is_objected(self) -> bool:
        """And nobody has answered yet."""
        return self.counts and self.objected_at is not None and not self.objection_answer

    @property
    def is_coming(self) -> bool:
        return self.state in LIVING and self.ends_at > now()


class Waiting(models.Model):
    """Somebody who would take these hours: asked in the order of coming, two hours each, during which they are held for him."""

    what: ClassVar[Text] = _("这个候补")

    class State(models.TextChoices):
        WAITS = "waits", _("排队中")
        OFFERED = "offered", _("轮到您了")
        TAKEN = "taken", _("已约上")
        LAPSED = "lapsed", _("过时未接")
        LEFT = "left", _("退出了候补")

    public_id = models.UUIDField(default=uuid4, unique=True)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    person_name = models.TextField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.WAITS)
    offered_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "venues_waiting"
        indexes = [
            models.Index(
                fields=["venue", "created_at"], condition=Q(state__in=["waits", "offered"]), name="venues_waiting_line"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "person", "begins_at", "ends_at"],
                condition=Q(state__in=["waits", "offered"]),
                name="venues_waiting_once",
            ),
            models.CheckConstraint(condition=Q(begins_at__lt=F("ends_at")), name="venues_waiting_hours"),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_until__isnull=False), name="venues_waiting_offered"
            ),
        ]

    @property
    def when(self) -> str:
        return campus.span_words(self.begins_at, self.ends_at)


LIVING = (Booking.State.HELD, Booking.State.APPROVED, Booking.State.IN_USE)
"""Those that hold their hours."""


class VenueDraw(models.Model):
    """Hours of a venue that are given by lot: each place of the kernel's draw is a slot of it (`rules.slot_key`)."""

    what: ClassVar[Text] = _("这次抽签")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="draws")
    draw = models.OneToOneField("draw.Draw", on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(
        null=True, help_text="its result became applications and a line, or its hours came free"
    )
    times_told = models.PositiveSmallIntegerField(
        default=0, help_text="how often who keeps the venue was told that its value is known"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "venues_draw"
        indexes = [models.Index(fields=["venue"], condition=Q(settled_at=None), name="venues_draw_unsettled")]

    def __str__(self) -> str:
        return f"{self.draw.title}（{self.venue.name}）"

    @property
    def called(self) -> str:
        """Its title as somebody wrote it, and its venue as whoever reads it calls that."""
        return f"{self.draw.title} · {self.venue.called}"

    @property
    def slots(self) -> list[str]:
        return sorted(self.draw.seats)

    def key_of(self, slot: str) -> str:
        """Under which its hours are held."""
        return f"{self.public_id}.{slot}"


class DrawOrder(models.Model):
    """What somebody wants the hours for that he may draw. `order`: as his application says it then."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    venue_draw = models.ForeignKey(VenueDraw, on_delete=models.PROTECT, related_name="orders")
    entry = models.OneToOneField("draw.DrawEntry", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    person_name = models.TextField()
    order = models.JSONField()
    application = models.OneToOneField(Application, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "venues_draw_order"
        constraints = [models.UniqueConstraint(fields=["venue_draw", "person"], name="venues_draw_order_once")]
