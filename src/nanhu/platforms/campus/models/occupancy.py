"""Occupancy (占用): who stands in a room, from when to when. Nobody else at the same time; the database holds it."""

from datetime import date, datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import term
from nanhu.platforms.campus.models.places import Room
from nanhu.platforms.campus.models.terms import Term


class Occupancy(models.Model):
    """`source` and `key` name the row of another room that it stands for: "academic.meeting", "37/2026-10-10". With `term` it belongs to
    the set of that source that is replaced as a whole. Released, it stays as what was, and hinders nobody."""

    class Kind(models.TextChoices):
        LESSON = "lesson", _("上课")
        EXAM = "exam", _("考试")
        BOOKING = "booking", _("借用")
        MEETING = "meeting", _("会议")
        UPKEEP = "upkeep", _("检修")

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    during = DateTimeRangeField()
    kind = models.TextField(choices=Kind)
    source = models.TextField()
    key = models.TextField()
    what = models.TextField(help_text="as people read it")
    term = models.ForeignKey(Term, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    held = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "campus_occupancy"
        indexes = [
            models.Index(fields=["room"], name="campus_occupancy_of_room"),
            models.Index(fields=["source", "key"], name="campus_occupancy_of_row"),
            models.Index(fields=["term", "source"], condition=Q(term__isnull=False), name="campus_occupancy_of_term"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="campus_occupancy_has_ends",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["lesson", "exam", "booking", "meeting", "upkeep"])
                & ~Q(source="")
                & ~Q(key="")
                & ~Q(what=""),
                name="campus_occupancy_says_what",
            ),
            ExclusionConstraint(
                name="campus_occupancy_one_at_a_time",
                expressions=[(F("room"), RangeOperators.EQUAL), (F("during"), RangeOperators.OVERLAPS)],
                condition=Q(held=True),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def hours(self) -> str:
        return span_words(self.during.lower, self.during.upper)

    @property
    def public_words(self) -> str:
        """What everybody may read of it: lessons and exams by their name, of the rest the kind alone."""
        is_told = self.kind in {self.Kind.LESSON, self.Kind.EXAM}
        return " ".join(map(term, self.what.split(" "))) if is_told else str(self.get_kind_display())


def span_words(begins_at: datetime, ends_at: datetime) -> str:
    """10月10日 周六 08:00–09:40; the last day as well where it is another one, and 24:00 where it is midnight."""
    return f"{dates.time_words(begins_at)}–{end_words(begins_at, ends_at)}"


def clock_words(begins_at: datetime, ends_at: datetime) -> str:
    """08:00–09:40 where the day is said elsewhere; over days with both."""
    if campus_time(begins_at).date() != last_day(ends_at):
        return span_words(begins_at, ends_at)
    return f"{campus_time(begins_at):%H:%M}–{end_words(begins_at, ends_at)}"


def end_words(begins_at: datetime, ends_at: datetime) -> str:
    last = last_day(ends_at)
    clock = "24:00" if campus_time(ends_at).date() != last else f"{campus_time(ends_at):%H:%M}"
    return clock if campus_time(begins_at).date() == last else f"{dates.day(last, campus_today().year)} {clock}"


def last_day(ends_at: datetime) -> date:
    """The end is not part of it: midnight ends the day before."""
    return campus_time(ends_at - timedelta(microseconds=1)).date()
