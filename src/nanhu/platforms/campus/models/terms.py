"""The school's calendar: terms (学期), period tables (节次), days whose lessons are those of another day (调休)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import DateField, ExpressionWrapper, F, Func, Q, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.dated import DatedRule, dated_constraints
from nanhu.platforms.campus.models.places import Place

DASH = Value("-", output_field=TextField())
WEEKS = F("teaching_weeks") + F("exam_weeks")


class Term(models.Model):
    """A term by its key `2026-2027-1`: weeks of teaching, then weeks of exams, from its first Monday on. It goes planned → open → closed
    → archived, one open at a time, none without a first Monday; a trigger holds it."""

    class Season(models.IntegerChoices):
        AUTUMN = 1, _("秋季学期")
        SPRING = 2, _("春季学期")
        SUMMER = 3, _("夏季学期")

    class State(models.TextChoices):
        PLANNED = "planned", _("筹备中")
        OPEN = "open", _("已开学")
        CLOSED = "closed", _("已结束")
        ARCHIVED = "archived", _("已归档")

    year = models.PositiveSmallIntegerField(help_text="in which the academic year begins")
    season = models.PositiveSmallIntegerField(choices=Season)
    key = models.GeneratedField(
        expression=Concat(
            Cast("year", TextField()),
            DASH,
            Cast(F("year") + 1, TextField()),
            DASH,
            Cast("season", TextField()),
        ),
        output_field=TextField(),
        db_persist=True,
        unique=True,
    )
    name = models.TextField()
    first_monday = models.DateField(null=True)
    teaching_weeks = models.PositiveSmallIntegerField(default=16)
    exam_weeks = models.PositiveSmallIntegerField(default=2)
    ends_on = models.GeneratedField(
        expression=ExpressionWrapper(F("first_monday") + WEEKS * 7 - 1, output_field=DateField()),
        output_field=DateField(null=True),
        db_persist=True,
    )
    state = models.TextField(choices=State, default=State.PLANNED)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="counts its changes, by a trigger")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now, editable=False, help_text="set by the trigger")

    class Meta:
        db_table = "campus_term"
        constraints = [
            models.CheckConstraint(
                condition=Q(year__range=(2000, 2100), season__in=[1, 2, 3]) & ~Q(name=""), name="campus_term_is_named"
            ),
            models.CheckConstraint(
                condition=Q(teaching_weeks__range=(1, 30), exam_weeks__lte=6), name="campus_term_weeks"
            ),
            models.CheckConstraint(
                condition=Q(first_monday=None) | Q(first_monday__iso_week_day=1), name="campus_term_begins_on_monday"
            ),
            models.CheckConstraint(
                condition=Q(first_monday=None)
                | Q(first_monday__gte=Func(F("year"), 7, 1, function="make_date"))
                & Q(first_monday__lt=Func(F("year") + 1, 9, 1, function="make_date")),
                name="campus_term_begins_in_its_year",
            ),
            models.CheckConstraint(
                condition=Q(state="planned") | Q(state__in=["open", "closed", "archived"], first_monday__isnull=False),
                name="campus_term_open_has_monday",
            ),
            models.UniqueConstraint(fields=["state"], condition=Q(state="open"), name="campus_term_one_is_open"),
            ExclusionConstraint(
                name="campus_term_no_overlap",
                expressions=[
                    (Func(F("first_monday"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS)
                ],
                condition=Q(first_monday__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def weeks(self) -> int:
        return self.teaching_weeks + self.exam_weeks


class PeriodTable(DatedRule):
    """When the periods (节次) of a campus begin and end, of a season from a day to a day. `starts[0]` and `ends[0]` are period 1; a trigger
    holds their order."""

    key = ("campus_id",)

    campus = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    season = models.TextField(help_text="as people call it: 夏季作息")
    starts = ArrayField(models.TimeField())
    ends = ArrayField(models.TimeField())

    class Meta:
        db_table = "campus_period_table"
        constraints = [
            models.CheckConstraint(condition=~Q(season=""), name="campus_period_table_is_named"),
            *dated_constraints("campus_period_table", "campus"),
        ]


class MovedDay(models.Model):
    """What the school decided of a day (调休): the lessons of which week and weekday are held on it, or (both empty) none. Taken back it
    counts no longer and stays, so that `version` goes on when the day is decided again."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(unique=True)
    week = models.PositiveSmallIntegerField(null=True)
    weekday = models.PositiveSmallIntegerField(null=True, help_text="1 is Monday")
    reason = models.TextField()
    decided_by_name = models.TextField()
    decided_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="counts its changes, by a trigger")

    class Meta:
        db_table = "campus_moved_day"
        constraints = [
            models.CheckConstraint(
                condition=Q(week=None, weekday=None)
                | Q(week__isnull=False, week__range=(1, 36), weekday__isnull=False, weekday__range=(1, 7)),
                name="campus_moved_day_follows_a_day",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="campus_moved_day_has_reason"),
            models.UniqueConstraint(
                fields=["term", "week", "weekday"],
                condition=Q(withdrawn_at=None),
                name="campus_moved_day_is_followed_once",
            ),
        ]
