from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import Retried
from nanhu.kernel.proposals import TAKEN_BACK, Event, Proposal, proposal_constraints
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.models.batches import Batch
from nanhu.platforms.datahub.shared.declarations import shared_tables

USUAL_ROWS_A_DAY = 200_000
SOON = timedelta(days=14)


class Grant(Proposal):
    """Which fields and rows of a shared table a vendor's programs may read (授权), what for, on what ground and until when. One
    asks, another agrees; one grant of a table holds for a vendor at a time. What a process asks for (数据共享申请) it alone decides."""

    what = _("这份授权")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        IN_CASE = "in_case", _("申请办理中")
        AGREED = "agreed", _("有效")
        REFUSED = "refused", _("未同意")
        VOID = "void", _("没有给出")
        TAKEN_BACK = TAKEN_BACK, _("已撤回")
        ENDED = "ended", _("已终止")

    class Basis(models.TextChoices):
        """PIPL, article 13."""

        CONSENT = "consent", _("本人同意")
        CONTRACT = "contract", _("订立、履行合同或人事管理所必需")
        DUTY = "duty", _("履行法定职责或法定义务所必需")
        EMERGENCY = "emergency", _("应对突发公共卫生事件或紧急情况")
        NOT_PERSONAL = "not_personal", _("不含个人信息")

    state = models.TextField(choices=State, default=State.ASKED)
    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    table_key = models.TextField()
    fields = ArrayField(models.TextField())
    masked = ArrayField(models.TextField(), default=list, help_text="those of its fields that are given masked")
    only: Any = models.JSONField(default=dict, help_text="of an open field the values that a row may have")
    past_from = models.DateField(
        null=True, help_text="from which day on earlier states may be read; null: today's alone"
    )
    rows_a_day = models.PositiveIntegerField(default=USUAL_ROWS_A_DAY)
    wants_news = models.BooleanField(
        default=False, help_text="the vendor's webhook is told that there is something new"
    )
    has_view = models.BooleanField(default=False, help_text="a view in SQL, for a database role of the vendor's own")
    purpose = models.TextField()
    basis = models.TextField(choices=Basis)
    expires_on = models.DateField()
    case_number = models.TextField(
        default="", blank=True, help_text="of the case that decides it; empty: two stewards do"
    )
    for_unit = models.ForeignKey(
        "people.OrgUnit",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="of whoever asked in its case: his colleagues there may renew it",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="who agreed in its case before the steward: of the table's owner",
    )
    owner_name = models.TextField(default="", blank=True)
    owner_side = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="accounts of all who had to do with the owner's word: who decided, handed it on, or was stood in for",
    )
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.TextField(default="", blank=True)
    read_to = models.BigIntegerField(
        null=True, help_text="the newest row of its table when it was last read to the end"
    )
    told_to = models.BigIntegerField(default=0, help_text="the newest row that its vendor was told of")
    views_read = models.BigIntegerField(
        default=0, help_text="reads of its view that were counted for the persons in it"
    )

    @classmethod
    def in_effect(cls) -> "models.QuerySet[Grant]":
        return cls.objects.filter(state=cls.State.AGREED, expires_on__gte=campus_today())

    @classmethod
    def ending(cls, moment: Any = None) -> "models.QuerySet[Grant]":
        """What ends within a fortnight, or gives nothing any more since its day, until it is renewed or ended."""
        begins: Any = moment or models.Value(now())
        until = models.ExpressionWrapper(begins + SOON, models.DateTimeField())
        return cls.objects.filter(state=cls.State.AGREED, expires_on__lte=TruncDate(until))

    @property
    def is_over(self) -> bool:
        """Agreed to, and its day is past: nobody ended it, and it gives nothing."""
        return self.state == self.State.AGREED and self.expires_on < campus_today()

    class Meta:
        db_table = "datahub_grant"
        constraints = [
            *proposal_constraints(
                "datahub_grant",
                undecided=["asked", "in_case"],
                decided=["agreed", "refused", "void", "ended"],
                can_be_taken_back=True,
            ),
            models.CheckConstraint(
                condition=Q(owner=None) | ~Q(owner=F("author")) & ~Q(owner=F("approver")),
                name="datahub_grant_three_people",
            ),
            models.CheckConstraint(
                condition=~Q(owner_side__contains=[F("approver")]), name="datahub_grant_steward_had_no_other_part"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & Q(fields__len__gt=0) & Q(fields__contains=F("masked")),
                name="datahub_grant_is_said",
            ),
            models.UniqueConstraint(
                fields=["vendor", "table_key"], condition=Q(state="agreed"), name="datahub_grant_one_holds"
            ),
            models.UniqueConstraint(
                fields=["vendor", "table_key"],
                condition=Q(state__in=["asked", "in_case"]),
                name="datahub_grant_one_waits",
            ),
        ]

    def __str__(self) -> str:
        table = shared_tables().get(self.table_key)
        return f"{self.vendor.company} · {words.term(table.name) if table else self.table_key}"

    @property
    def history(self) -> list[Event]:
        asked, *decided = super().history
        asked = Event(asked.what, asked.who, asked.at, self.purpose)
        if self.state not in {self.State.AGREED, self.State.VOID, self.State.ENDED}:
            return [asked, *decided]
        agreed = Event(_("同意"), self.approver_name, self.decided_at, self.owner_words)
        void = [Event(_("没有给出"), "", self.decided_at, self.answer)] if self.state == self.State.VOID else []
        ended = [Event(_("终止"), self.ended_by_name, self.ended_at, self.answer)] if self.ended_at else []
        return [asked, agreed, *void, *ended]

    @property
    def owner_words(self) -> Text:
        """Of what a case decided: who agreed to it first, and its number."""
        if not self.owner_name:
            return ""
        return format_lazy(_("{name}先已同意，申请 {number}"), name=self.owner_name, number=self.case_number)


class Reading(models.Model):
    """What was just given by a grant: written with the page, counted for its persons within a minute, and then gone."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    actor = models.TextField()
    address = models.TextField(default="", blank=True)
    day = models.DateField()
    at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    numbers = ArrayField(models.TextField(), help_text="campus numbers, of removed rows as well")
    looked = ArrayField(models.TextField(), help_text="those whose sensitive fields went out in the clear")
    read_to = models.BigIntegerField(null=True, help_text="at the end: the newest row of the table")

    class Meta:
        db_table = "datahub_reading"


class Delivery(models.Model):
    """How often a person's rows went out by a grant on a day: what 谁看过我 and the lineage page tell."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    campus_no = models.TextField()
    day = models.DateField()
    times = models.PositiveIntegerField(default=1, help_text="readings: pages of one minute are one")
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, help_text="null: nobody was known by this number yet")

    class Meta:
        db_table = "datahub_delivery"
        constraints = [models.UniqueConstraint(fields=["campus_no", "grant", "day"], name="datahub_delivery_once")]
        indexes = [
            models.Index(fields=["grant", "day"], name="datahub_delivery_grant"),
            models.Index(fields=["day"], condition=Q(told_at=None), name="datahub_delivery_untold"),
        ]


class SharingDay(models.Model):
    """How much went out by a grant on a day: counted with each page, before it is given."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="days", db_index=False)
    day = models.DateField()
    pages = models.PositiveIntegerField()
    rows = models.PositiveBigIntegerField()
    read_to = models.BigIntegerField(null=True, help_text="as that of a reading, the furthest of the day")

    class Meta:
        db_table = "datahub_sharing_day"
        constraints = [models.UniqueConstraint(fields=["grant", "day"], name="datahub_sharing_day_once")]


class LineageRun(Retried):
    """A batch, or what was read by a grant on a day, that a lineage catalogue is told of."""

    batch = models.OneToOneField(Batch, null=True, on_delete=models.PROTECT, related_name="lineage_run")
    shared = models.OneToOneField(SharingDay, null=True, on_delete=models.PROTECT, related_name="lineage_run")
    told_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "datahub_lineage_run"
        constraints = [
            models.CheckConstraint(condition=Q(batch=None) ^ Q(shared=None), name="datahub_lineage_run_is_of_one")
        ]
        indexes = [models.Index(fields=["due_at"], condition=~Q(due_at=None), name="datahub_lineage_due")]
