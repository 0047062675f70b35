from typing import ClassVar, Final
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.intake import RowList, row_list_constraints
from nanhu.kernel.models import Retried
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Text
from nanhu.platforms.parties.errors import QuotasChangedError
from nanhu.platforms.parties.parties import CHOICES, FILED, Verdict


class Inquiry(Retried):
    """A question to a party, asked by the worker until it is answered or nobody waits any more. `question` and `answer` are JSON, sealed:
    they may name a person. Of one question one at most is on its way; asked again later, it is another row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待答复")
        ANSWERED = "answered", _("已有答复")
        GIVEN_UP = "given_up", _("没有答复")

    public_id = models.UUIDField(default=uuid4, unique=True)
    party = models.TextField(choices=CHOICES)
    subject = models.TextField(help_text="what it is found by: a number that is nobody's secret")
    key = models.TextField(help_text="of the whole question")
    question = EncryptedTextField(purpose="parties.question")
    state = models.TextField(choices=State, default=State.WAITING)
    verdict = models.TextField(choices=Verdict, default="", blank=True)
    answer = EncryptedTextField(purpose="parties.answer", default="")
    due_at = models.DateTimeField(null=True, default=timezone.now)
    lane = models.BigIntegerField(help_text="its party by number: one that is slow holds up no other")
    asked_by = ArrayField(models.BigIntegerField(), default=list, help_text="accounts: who asked the same joins")
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "parties_inquiry"
        indexes = [
            models.Index(fields=["lane", "due_at"], condition=Q(due_at__isnull=False), name="parties_inquiry_due"),
            models.Index(fields=["party", "subject", "-id"], name="parties_inquiry_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "key"], condition=Q(state="waiting"), name="parties_inquiry_once_on_its_way"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", due_at__isnull=False, ended_at=None, verdict="")
                | Q(state="answered", due_at=None, ended_at__isnull=False) & ~Q(verdict="")
                | Q(state="given_up", due_at=None, ended_at__isnull=False, verdict=""),
                name="parties_inquiry_state",
            ),
        ]


class Batch(Retried):
    """Lines that went to a party as one file under one number, and what came back. What was sent and not answered clearly stays SENT
    until a return file says of each line what became of it: it is never sent again by itself."""

    what: ClassVar[Text] = _("这一批")

    class State(models.TextChoices):
        MADE = "made", _("待送出")
        SENT = "sent", _("已送出，待回盘")
        REFUSED = "refused", _("整批被退回")
        WITHDRAWN = "withdrawn", _("已撤回")
        DONE = "done", _("已回盘")

    public_id = models.UUIDField(default=uuid4, unique=True)
    party = models.TextField(choices=FILED)
    key = models.TextField(help_text="its caller's own: hr.payroll:2026-11")
    number = models.TextField(unique=True)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    digest = models.TextField(help_text="SHA-256 of its lines as they were given")
    line_count = models.PositiveIntegerField()
    sum_fen = models.BigIntegerField(null=True)
    state = models.TextField(choices=State, default=State.MADE)
    reference = models.TextField(default="", blank=True, help_text="the party's own, where it gave one")
    is_unknown = models.BooleanField(
        default=False, help_text="the party says that it has no file of this number; until it goes out again"
    )
    due_at = models.DateTimeField(null=True, default=timezone.now)
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, help_text="written before the first byte goes out")
    heard_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "parties_batch"
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="parties_batch_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "key"], condition=~Q(state="withdrawn"), name="parties_batch_once"
            ),
            models.CheckConstraint(
                condition=Q(state="made")
                | Q(state="sent", sent_at__isnull=False)
                | Q(state="withdrawn", due_at=None, sent_at=None)
                | Q(state__in=["refused", "done"], due_at=None, heard_at__isnull=False),
                name="parties_batch_state",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BatchLine(models.Model):
    """One line by its own key (a campus number of a month, a candidate's number); what the party said of it."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("没有回盘")
        DONE = "done", _("办成")
        FAILED = "failed", _("没办成")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="lines")
    party = models.TextField(choices=FILED)
    key = models.TextField()
    amount_fen = models.BigIntegerField(null=True)
    outcome = models.TextField(choices=Outcome, default=Outcome.OPEN)
    code = models.TextField(default="", blank=True)
    sentence = models.TextField(default="", blank=True)
    result = EncryptedTextField(
        purpose="parties.result", default="", help_text="JSON: what else its line of the return said"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "parties_batch_line"
        constraints = [
            models.UniqueConstraint(fields=["batch", "key"], name="parties_batch_line_once_in_a_batch"),
            models.UniqueConstraint(
                fields=["party", "key"], condition=~Q(outcome="failed"), name="parties_batch_line_never_twice"
            ),
            models.CheckConstraint(
                condition=Q(outcome="open", ended_at=None) | Q(outcome__in=["done", "failed"], ended_at__isnull=False),
                name="parties_batch_line_outcome",
            ),
        ]


class Quota(models.Model):
    """What a quota (指标) says, by the names of 预算管理一体化."""

    number = models.TextField(help_text="bgt_id")
    document = models.TextField(help_text="cor_bgt_doc_no")
    year = models.PositiveSmallIntegerField()
    agency = models.TextField()
    fund_type = models.TextField()
    function = models.TextField(help_text="exp_func_code")
    government_class = models.TextField(help_text="gov_bgt_eco_code")
    department_class = models.TextField(help_text="dep_bgt_eco_code")
    project = models.TextField(default="", blank=True)
    amount_fen = models.BigIntegerField()
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        abstract = True


TAKING: Final = "parties.quota_lists"
SAID: Final = tuple(one.name for one in Quota._meta.local_fields)  # noqa: SLF001 - its fields are what it says


class QuotaList(RowList):
    """Quotas that came on paper, handed in as a file by one of the finance office and agreed by another."""

    what, key, job = _("这份指标表"), "parties.quota_list", "parties.take_quota_list"

    class Meta:
        db_table = "parties_quota_list"
        constraints = row_list_constraints("parties_quota_list")

    def refuse_work(self) -> None:
        """The second person signs what was compared: where another list has said something of one of its quotas since, or is about to, it
        is compared anew. What the treasury says itself meanwhile stands before it in any case."""
        lock_key(TAKING)
        own = self.rows.values("number")
        taken = QuotaLine.objects.filter(number__in=own, received_at__gt=self.created_at).exclude(quota_list=None)
        rows = QuotaListRow.objects.filter(number__in=own, batch__state=self.State.POSTING).exclude(batch=self)
        for said in (taken, rows):
            if (one := said.order_by("number").first()) is not None:
                raise QuotasChangedError(number=one.number)


class QuotaListRow(Quota):
    """A line of it, beside what stood as it was handed in; `is_taken`: it became a version of its quota."""

    class Change(models.TextChoices):
        NEW = "new", _("新增")
        CHANGED = "changed", _("改动")
        WITHDRAWN = "withdrawn", _("撤销")
        SAME = "same", _("没有变")

    batch = models.ForeignKey(QuotaList, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    change = models.TextField(choices=Change)
    before_fen = models.BigIntegerField(null=True)
    is_taken = models.BooleanField(default=False)

    class Meta:
        db_table = "parties_quota_list_row"
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="parties_quota_list_row_once"),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(document="") & ~Q(agency=""), name="parties_quota_list_row_says_what"
            ),
        ]


class QuotaLine(Quota):
    """A quota as the treasury handed it down, or as a list says that it did (`quota_list`); changed, it comes as another version. Append-only."""

    version = models.TextField(help_text="update_time; of a list when it was taken")
    quota_list = models.ForeignKey(QuotaList, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "parties_quota_line"
        constraints = [models.UniqueConstraint(fields=["number", "version"], name="parties_quota_line_once")]
