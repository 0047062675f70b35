"""Duties (值班), the lists they come by (值班表), and exchanges of two (换班)."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.clock import now
from nanhu.kernel.intake import RowList, row_list_constraints
from nanhu.kernel.registry import Text
from nanhu.platforms.campus.api import span_words
from nanhu.services.directory import rules
from nanhu.services.directory.models.book import NUMBER_SHAPE


class DutyList(RowList):
    """A roster handed in as a file: of the units and days that it names it says all, once a second person agreed, and gives back
    what stood there when it is rolled back."""

    what, key, job = _("这份值班表"), "directory.duty_list", "directory.take_duty_list"

    class State(models.TextChoices):
        CHECKED = "checked", _("待提交")
        SUBMITTED = "submitted", _("待复核")
        POSTING = "posting", _("写入中")
        POSTED = "posted", _("已发布")
        REFUSED = "refused", _("未同意")
        DISCARDED = "discarded", _("已作废")
        UNDONE = "undone", _("已回滚")

    state = models.TextField(choices=State, default=State.CHECKED)

    class Meta:
        db_table = "directory_duty_list"
        constraints = row_list_constraints("directory_duty_list")


class DutyRollback(rollbacks.Rollback):
    """A roster taken back as a whole (回滚): what stood there before comes back."""

    what = _("这次值班表回滚")
    batch = models.ForeignKey(DutyList, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "directory_duty_rollback"
        constraints = rollbacks.rollback_constraints("directory_duty_rollback")


class Duty(models.Model):
    """Who answers for a unit, from a moment to a moment: a person, or whoever holds a post of the unit then. `day` is the one on which
    it begins. It is replaced or removed and never deleted; `revision` grows with each change."""

    what: ClassVar[Text] = _("这个班次")

    class State(models.TextChoices):
        PLANNED = "planned", _("待发布")
        STANDING = "standing", _("已发布")
        REPLACED = "replaced", _("已换表")
        REMOVED = "removed", _("已去掉")

    public_id = models.UUIDField(default=uuid4, unique=True)
    state = models.TextField(choices=State, default=State.STANDING)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    task = models.TextField(help_text="值班, 带班")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    person_name = models.TextField(default="", blank=True)
    office = models.TextField(default="", blank=True, help_text="of the unit's post, whoever holds it")
    phone = models.TextField(default="", blank=True)
    place = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    roster = models.ForeignKey(DutyList, null=True, on_delete=models.PROTECT, related_name="rows")
    line = models.IntegerField(null=True, help_text="of the roster")
    replaced_by = models.ForeignKey(DutyList, null=True, on_delete=models.PROTECT, related_name="replaced")
    searched = models.TextField()
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    office_name = ""
    """Once `queries.with_holders` has looked; so, too, who holds the post."""
    holders_of_post: Sequence[tuple[int, str]] = ()

    class Meta:
        db_table = "directory_duty"
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(state="standing"), name="directory_duty_by_time"),
            models.Index(fields=["person", "day"], condition=Q(state="standing"), name="directory_duty_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(person__isnull=False, office="") & ~Q(person_name=""))
                | (Q(person=None, person_name="") & ~Q(office="")),
                name="directory_duty_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")) & ~Q(task="") & (Q(phone="") | Q(phone__regex=NUMBER_SHAPE)),
                name="directory_duty_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="replaced", replaced_by__isnull=False) | (~Q(state="replaced") & Q(replaced_by=None)),
                name="directory_duty_replaced_by",
            ),
            models.UniqueConstraint(
                fields=["unit", "office", "task", "begins_at"],
                condition=Q(state="standing", person=None),
                name="directory_duty_post_once",
            ),
            ExclusionConstraint(
                name="directory_duty_one_place",
                expressions=[
                    (F("person"), RangeOperators.EQUAL),
                    (Func(F("begins_at"), F("ends_at"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="standing"),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.task} {self.when}"

    @property
    def when(self) -> str:
        """9月1日 周二 08:00–20:00."""
        return span_words(self.begins_at, self.ends_at)

    @property
    def has_begun(self) -> bool:
        """From then on it is history: neither changed nor taken away."""
        return self.begins_at <= now()

    @property
    def dialled(self) -> str:
        return rules.dialled(self.phone)

    @property
    def holders(self) -> Sequence[tuple[int, str]]:
        """(person, name)."""
        return [(self.person_id, self.person_name)] if self.person_id else self.holders_of_post

    @property
    def who(self) -> str:
        """周敏; 负责人（周敏）."""
        names = "、".join(name for _person, name in self.holders)
        if self.person_id:
            return names
        office = self.office_name or self.office
        return f"{office}（{names}）" if names else office


class DutyExchange(models.Model):
    """Two give each other a duty each (换班): one asks, the other accepts, and then only."""

    what: ClassVar[Text] = _("这次换班")

    class State(models.TextChoices):
        OPEN = "open", _("等对方答复")
        ACCEPTED = "accepted", _("已换班")
        DECLINED = "declined", _("对方不换")
        WITHDRAWN = "withdrawn", _("已收回")
        LAPSED = "lapsed", _("班次变了，没有换成")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    state = models.TextField(choices=State, default=State.OPEN)
    given = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="+")
    taken = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    other = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    other_name = models.TextField()
    reason = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "directory_duty_exchange"
        constraints = [
            models.CheckConstraint(
                condition=~Q(author=F("other")) & ~Q(given=F("taken")), name="directory_exchange_is_of_two"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="directory_exchange_decided",
            ),
            models.UniqueConstraint(fields=["given"], condition=Q(state="open"), name="directory_exchange_one_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.given} ⇄ {self.taken}"
