"""Posts (岗位): who holds which office of a unit, from a day to a day. What is approved names posts, never persons."""

from collections.abc import Mapping
from datetime import date
from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.intake import DECIDED, UNDECIDED, UNDONE, IntakeBatch
from nanhu.kernel.proposals import proposal_constraints
from nanhu.platforms.people.models.golden import OrgUnit, Person

OFFICE_KEY_SHAPE = r"^[a-z][a-z0-9_]{1,39}$"


class Office(models.Model):
    """A kind of post that units have (职务): head, secretary, counsellor. A code table; a school adds its own."""

    key = models.TextField(unique=True)
    name = models.TextField(unique=True)
    order = models.PositiveSmallIntegerField(default=100)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "people_office"
        ordering = ("order", "key")
        constraints = [
            models.CheckConstraint(
                condition=Q(key__regex=OFFICE_KEY_SHAPE) & ~Q(name=""), name="people_office_is_named"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """Both days included. It ends and is never removed; one that was ended before it began is withdrawn. Where two records of
    one person held the same, `joined_into` stands for both while they are merged."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    appointed = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", help_text="the record that was appointed, before a merge"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    document = models.TextField(help_text="the decision that appoints")
    appointed_by_name = models.TextField()
    ended_by_name = models.TextField(default="", blank=True)
    why_ended = models.TextField(default="", blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    joined_into = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="parts",
        help_text="stands for it while two records are merged; until they part, this one is withdrawn",
    )
    start_published_at = models.DateTimeField(null=True, help_text="when PostStarted was sent")
    end_published_at = models.DateTimeField(null=True, help_text="when PostEnded was sent")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "people_post"
        indexes = [
            models.Index(fields=["unit", "office"], name="people_post_of_unit", condition=Q(withdrawn_at=None)),
            models.Index(fields=["person"], name="people_post_of_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(document=""), name="people_post_has_a_decision"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="people_post_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ended_by_name="", why_ended="") | (~Q(ended_by_name="") & ~Q(why_ended="")),
                name="people_post_ends_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(joined_into=None) | Q(withdrawn_at__isnull=False), name="people_post_joined_is_withdrawn"
            ),
            ExclusionConstraint(
                name="people_post_once",
                expressions=[
                    (F("unit"), RangeOperators.EQUAL),
                    (F("office"), RangeOperators.EQUAL),
                    (F("person"), RangeOperators.EQUAL),
                    (Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.office.name}"

    @property
    def last(self) -> date:
        return self.ends_on or date.max


class PostList(IntakeBatch):
    """Posts handed in as a file, valid as a whole, once a second person agreed."""

    what, key, job = _("这份岗位名单"), "people.post_list", "people.take_post_list"

    class State(models.TextChoices):
        CHECKED = "checked", _("待提交")
        SUBMITTED = "submitted", _("待复核")
        POSTING = "posting", _("写入中")
        POSTED = "posted", _("已生效")
        REFUSED = "refused", _("未同意")
        DISCARDED = "discarded", _("已作废")
        UNDONE = "undone", _("已回滚")

    state = models.TextField(choices=State, default=State.CHECKED)
    document = models.TextField()
    row_count = models.IntegerField()

    class Meta:
        db_table = "people_post_list"
        indexes = [models.Index(fields=["-created_at"], name="people_post_list_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(row_count__gt=0) & ~Q(title="") & ~Q(document=""), name="people_post_list_says_what"
            ),
            *proposal_constraints("people_post_list", undecided=UNDECIDED, decided=[*DECIDED, UNDONE]),
        ]

    @property
    def size(self) -> int:
        return self.row_count

    def facts(self) -> Mapping[str, object]:
        return {"count": self.row_count}


class PostRollback(rollbacks.Rollback):
    """A list of posts taken back as a whole (回滚)."""

    what = _("这次岗位名单回滚")
    batch = models.ForeignKey(PostList, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "people_post_rollback"
        constraints = rollbacks.rollback_constraints("people_post_rollback")


class PostListRow(models.Model):
    """A line of an approved list of posts, and the post it became, or why it became none."""

    post_list = models.ForeignKey(PostList, on_delete=models.PROTECT, related_name="rows")
    line = models.IntegerField()
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    post = models.OneToOneField(Post, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(default="", blank=True, help_text="why it became no post")

    class Meta:
        db_table = "people_post_list_row"
        constraints = [
            models.UniqueConstraint(fields=["post_list", "line"], name="people_post_list_row_once"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="people_post_list_row_ends_after_start"
            ),
        ]
