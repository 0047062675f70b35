"""Depreciation (折旧): by which plan, month by month, and the close of a month against finance's cards."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import start_of
from nanhu.kernel.intake import DECIDED, UNDECIDED, IntakeBatch
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.kernel.ui import dates
from nanhu.systems.assets.errors import BooksChangedError
from nanhu.systems.assets.models.moving import Movement
from nanhu.systems.assets.models.things import GONE, Asset
from nanhu.systems.assets.rules import MONTHS_KEY, month_after


class Plan(models.Model):
    """What is depreciated from a month on, over how many months. An improvement ends it and begins another."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="plans")
    from_month = models.DateField()
    until_month = models.DateField(null=True, help_text="the first that is not of it; null: to its end")
    base_fen = models.BigIntegerField()
    months = models.PositiveSmallIntegerField()
    by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_plan"
        constraints = [
            models.UniqueConstraint(fields=["asset"], condition=Q(until_month=None), name="assets_plan_one_goes_on"),
            models.CheckConstraint(
                condition=Q(base_fen__gte=0, months__range=(1, 1200), from_month__day=1)
                & (Q(until_month=None) | Q(until_month__gte=F("from_month"), until_month__day=1)),
                name="assets_plan_says_what",
            ),
        ]


class Depreciation(models.Model):
    """What a thing lost in a month. `booked_in` is a later month where it was registered late. Added, and never changed.

    Things are never removed, and a trigger asks once a statement whether thing and unit are there: millions of rows come at once."""

    asset = models.ForeignKey(
        Asset, on_delete=models.PROTECT, related_name="depreciation", db_index=False, db_constraint=False
    )
    month = models.DateField()
    booked_in = models.DateField()
    unit = models.ForeignKey(
        "people.OrgUnit", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    fen = models.BigIntegerField()

    class Meta:
        db_table = "assets_depreciation"
        constraints = [
            models.UniqueConstraint(fields=["asset", "month"], name="assets_depreciation_once_a_month"),
            models.CheckConstraint(
                condition=Q(fen__gte=0, month__day=1, booked_in__day=1, booked_in__gte=F("month")),
                name="assets_depreciation_says_what",
            ),
        ]
        indexes = [models.Index(fields=["booked_in"], name="assets_depreciation_booked")]


class BookedMonth(models.Model):
    """A month whose depreciation was booked, also one that had nothing to book. They follow one another without a gap."""

    month = models.DateField(unique=True)
    by_name = models.TextField()
    booked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_booked_month"
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="assets_booked_month_is_one")]


class Booked(models.Model):
    """What a thing lost by all its rows together. A trigger of them keeps it, and nobody else writes here."""

    asset = models.OneToOneField(
        Asset, primary_key=True, on_delete=models.PROTECT, related_name="booked", db_constraint=False
    )
    fen = models.BigIntegerField()

    class Meta:
        db_table = "assets_booked"


class BookedSum(models.Model):
    """What was booked in a month, kept by the same trigger; `late_count` of its rows are of earlier months."""

    month = models.DateField(primary_key=True)
    row_count = models.IntegerField()
    late_count = models.IntegerField()
    fen = models.BigIntegerField()

    class Meta:
        db_table = "assets_booked_sum"


def cards_at_end_of(month: date) -> list[tuple[str, str, int, int]]:
    """Number, name, value and what was lost of each card."""
    return list(standing_at_end_of(month, "number", "name"))


def standing_at_end_of(month: date, *fields: str) -> Iterator[Any]:
    """Of each card on the books these fields, its value and what was lost, as its last movement until then left it, less what was booked until then: of
    all that is booked, what came later is taken away, which is little."""
    last = Movement.on_the_books().filter(at__lt=start_of(month_after(month)))
    last = last.order_by("asset", "-at", "-pk").distinct("asset")
    since = Depreciation.objects.filter(booked_in__gt=month).values("asset").annotate(fen=Sum("fen")).order_by()
    later = dict(since.values_list("asset", "fen"))
    said = [f"asset__{one}" for one in fields]
    rows = last.values_list("asset", "to_state", "value_fen", "carried_fen", "asset__booked__fen", *said)
    for pk, state, value_fen, carried_fen, booked, *facts in rows.iterator():
        if state not in GONE:
            yield (*facts, value_fen, carried_fen + (booked or 0) - int(later.get(pk, 0)))


def sums_at_end_of(month: date) -> tuple[int, int]:
    cards = cards_at_end_of(month)
    return sum(card[2] for card in cards), sum(card[3] for card in cards)


class Improvement(Proposal):
    """A new value and new months of a thing (改造增值): asked by one of the office, agreed by another."""

    what = _("这次改造增值")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        DONE = "done", _("已改值")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    value_fen = models.BigIntegerField(help_text="before it")
    added_fen = models.BigIntegerField()
    months = models.PositiveSmallIntegerField(help_text="over how many it is depreciated from then on")
    reason = models.TextField()

    class Meta:
        db_table = "assets_improvement"
        constraints = [
            *proposal_constraints("assets_improvement", undecided=["asked"], decided=["done", "refused"]),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(state="asked"), name="assets_improvement_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(value_fen__gt=0, added_fen__gt=0, months__range=(1, 1200)) & ~Q(reason=""),
                name="assets_improvement_says_what",
            ),
        ]

    def __str__(self) -> str:
        return str(self.asset)


class MonthClose(IntakeBatch):
    """The close of a month (月结): finance's cards beside ours; each that differs is named with its reason, and two sign."""

    what, key, job = _("这次月结"), "assets.month_close", "assets.close_month"

    class State(models.TextChoices):
        CHECKED = "checked", _("待提交")
        SUBMITTED = "submitted", _("待复核")
        POSTING = "posting", _("结账中")
        POSTED = "posted", _("已结账")
        REFUSED = "refused", _("未同意")
        DISCARDED = "discarded", _("已作废")

    state = models.TextField(choices=State, default=State.CHECKED)
    month = models.DateField()
    card_count = models.IntegerField()
    value_fen = models.BigIntegerField()
    accumulated_fen = models.BigIntegerField()
    difference_count = models.IntegerField()
    ours_value_fen = models.BigIntegerField()
    ours_accumulated_fen = models.BigIntegerField()

    class Meta:
        db_table = "assets_month_close"
        constraints = [
            *proposal_constraints("assets_month_close", undecided=UNDECIDED, decided=DECIDED),
            models.UniqueConstraint(
                fields=["month"], condition=~Q(state__in=["refused", "discarded"]), name="assets_month_close_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1) & ~Q(title=""), name="assets_month_close_says_what"),
        ]

    def __str__(self) -> str:
        return dates.month_words(self.month)

    @property
    def size(self) -> int:
        return self.card_count

    def facts(self) -> dict[str, object]:
        return {"title": self.title, "rows": self.card_count, "differing": self.difference_count}

    def refuse_work(self) -> None:
        """The second person signs what was compared: where the books of the month moved since, it is compared anew."""
        lock_key(MONTHS_KEY)
        if sums_at_end_of(self.month) != (self.ours_value_fen, self.ours_accumulated_fen):
            raise BooksChangedError


class ClosedLine(models.Model):
    """A card on which finance and we differ, and why."""

    close = models.ForeignKey(MonthClose, on_delete=models.PROTECT, related_name="lines")
    number = models.TextField()
    name = models.TextField()
    value_fen = models.BigIntegerField()
    accumulated_fen = models.BigIntegerField()
    ours_value_fen = models.BigIntegerField()
    ours_accumulated_fen = models.BigIntegerField()
    why = models.TextField()

    class Meta:
        db_table = "assets_closed_line"
        constraints = [
            models.UniqueConstraint(fields=["close", "number"], name="assets_closed_line_once"),
            models.CheckConstraint(condition=~Q(why=""), name="assets_closed_line_says_why"),
        ]
