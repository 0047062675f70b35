from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.proposals import TAKEN_BACK, Event, Proposal, proposal_constraints
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.shared.declarations import PERSON, shared_tables


class Batch(models.Model):
    """One file handed in by an office (批次). landing → landed → applied → rolled_back; or refused, or a dry run."""

    class State(models.TextChoices):
        LANDING = "landing", _("正在读入")
        LANDED = "landed", _("已读入，未生效")
        APPLIED = "applied", _("已生效")
        REHEARSED = "rehearsed", _("已试运行")
        REFUSED = "refused", _("整个文件被拒")
        ROLLED_BACK = "rolled_back", _("已回退")

    source = models.TextField()
    file_name = models.TextField()
    sha256 = models.TextField()
    size_bytes = models.BigIntegerField()
    state = models.TextField(choices=State, default=State.LANDING)
    is_dry_run = models.BooleanField(default=False)
    note = models.TextField(default="", blank=True, help_text="encoding or sheet, or why the file was refused")
    columns: Any = models.JSONField(default=dict, help_text="our field → header in the file")
    counts: Any = models.JSONField(default=dict)
    differences: Any = models.JSONField(default=list, help_text="a sample of what changes")
    change_sets: Any = models.JSONField(default=list, help_text="ids of people.ChangeSet, oldest first")
    account_id = models.BigIntegerField(null=True)
    actor = models.TextField()
    gone: Any = models.JSONField(default=list, help_text="what a whole list lacks: key and campus number of each row")
    is_repeat = models.BooleanField(default=False, help_text="the same file took effect before, and others since")
    progress_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "datahub_batch"
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gte=0), name="datahub_batch_size"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="datahub_batch_sha256"),
            models.CheckConstraint(
                condition=~Q(is_dry_run=True) | ~Q(state__in=["applied", "rolled_back"]),
                name="datahub_dry_run_is_never_applied",
            ),
            models.UniqueConstraint(
                fields=["source", "sha256"],
                condition=Q(state="applied", is_repeat=False),
                name="datahub_file_applied_once",
            ),
        ]
        indexes = [models.Index(fields=["source", "-id"], name="datahub_batch_source")]


class LandingRow(models.Model):
    """A row as it came (落地): never changed. What a clerk mends stands beside it. Sensitive cells are sealed."""

    class State(models.TextChoices):
        LANDED = "landed", _("待处理")
        ACCEPTED = "accepted", _("已采用")
        REJECTED = "rejected", _("已拒绝")
        HELD = "held", _("待核对")
        SKIPPED = "skipped", _("不是数据")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows")
    line = models.IntegerField()
    raw: Any = models.JSONField()
    sealed = EncryptedTextField(purpose="datahub.landing", null=True)
    mended = EncryptedTextField(purpose="datahub.mended", null=True)
    state = models.TextField(choices=State, default=State.LANDED)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_landing_row"
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="datahub_landing_line_once"),
            models.CheckConstraint(condition=Q(line__gte=1), name="datahub_landing_line"),
        ]
        indexes = [
            models.Index(fields=["batch", "state", "line"], name="datahub_landing_state"),
            models.Index(fields=["person"], name="datahub_landing_person"),
        ]


class Issue(models.Model):
    """A finding about a row, until it is resolved."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="issues")
    row = models.ForeignKey(LandingRow, on_delete=models.PROTECT, related_name="issues")
    line = models.IntegerField()
    code = models.TextField()
    column = models.TextField(default="", blank=True)
    severity = models.TextField()
    facts: Any = models.JSONField(default=dict)
    resolved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_issue"
        constraints = [
            models.CheckConstraint(
                condition=Q(severity__in=["reject", "review", "notice"]), name="datahub_issue_severity"
            )
        ]
        indexes = [
            models.Index(fields=["batch", "severity", "code", "line"], name="datahub_issue_batch"),
            models.Index(fields=["row"], name="datahub_issue_row"),
        ]


class Review(models.Model):
    """Two persons who may be one, or a row the evidence tears between two (`row`). A human decides (核对)."""

    class State(models.TextChoices):
        OPEN = "open", _("待核对")
        SAME = "same", _("是同一人")
        DIFFERENT = "different", _("不是同一人")

    public_id = models.UUIDField(default=uuid4, unique=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="reviews")
    row = models.ForeignKey(LandingRow, null=True, on_delete=models.PROTECT, related_name="+")
    left = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    reasons: Any = models.JSONField(default=list)
    score = models.SmallIntegerField(default=0)
    state = models.TextField(choices=State, default=State.OPEN)
    change_set_id = models.BigIntegerField(null=True)
    decided_by = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_review"
        constraints = [
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="datahub_review_is_ordered"),
            models.UniqueConstraint(fields=["left", "right"], condition=Q(row=None), name="datahub_review_pair_once"),
            models.UniqueConstraint(fields=["row"], condition=~Q(row=None), name="datahub_review_row_once"),
        ]
        indexes = [models.Index(fields=["state", "id"], name="datahub_review_state")]


class KnownDocument(models.Model):
    """A document number a person also had: a later file with the old one must still find them."""

    index = models.BinaryField(max_length=32, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_known_document"


class StandardCode(models.Model):
    """The code tables of the information standard, for joins and for the page; loaded from `standard/*.tsv`."""

    table = models.TextField()
    code = models.TextField()
    name = models.TextField()
    aliases: Any = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_code"
        constraints = [models.UniqueConstraint(fields=["table", "code"], name="datahub_code_once")]


class SharedTable(models.Model):
    """A shared table (共享表) as the database knows it: its row is locked by whoever writes into it or changes its writer."""

    key = models.TextField(primary_key=True)
    last_at = models.DateTimeField(default=timezone.now, help_text="of its last write: later ones are later")
    fields: Any = models.JSONField(
        default=list, help_text="of its open fields name, type, length, and whether a row needs it"
    )

    class Meta:
        db_table = "datahub_shared_table"


class SharedRow(models.Model):
    """A row of a shared table from a moment to a moment. Rows are added and ended, never changed; a removed one is a row as well."""

    table_key = models.TextField(db_collation="C")
    key = models.TextField(db_collation="C", help_text="the values of its key fields")
    data: Any = models.JSONField(help_text="its open fields")
    sealed = EncryptedTextField(purpose="datahub.shared", null=True)
    sealed_index = models.BinaryField(max_length=32, null=True)
    is_removed = models.BooleanField(default=False)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.TextField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        db_table = "datahub_shared_row"
        constraints = [
            models.UniqueConstraint(
                fields=["table_key", "key"], condition=Q(valid_to=None), name="datahub_shared_row_living"
            ),
            models.UniqueConstraint(fields=["table_key", "key", "valid_from"], name="datahub_shared_row_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="datahub_shared_row_span"
            ),
            models.CheckConstraint(
                condition=Q(is_removed=False) | Q(data={}, sealed__isnull=True), name="datahub_shared_row_removed"
            ),
            models.CheckConstraint(
                condition=Q(sealed__isnull=True, sealed_index=None)
                | Q(sealed__isnull=False, sealed_index__isnull=False),
                name="datahub_shared_row_sealed",
            ),
        ]
        indexes = [
            models.Index(fields=["batch"], condition=~Q(batch=None), name="datahub_shared_row_batch"),
            models.Index(
                F("table_key"), KT(f"data__{PERSON}"), condition=Q(valid_to=None), name="datahub_shared_row_person"
            ),
        ]

    @classmethod
    def living(cls, table_key: str) -> "models.QuerySet[SharedRow]":
        """What a table says today."""
        return cls.objects.filter(table_key=table_key, valid_to=None, is_removed=False)


class WriterSwitch(Proposal):
    """From a day on, another writes a shared table: a source, or (empty) the system in the box. One asks, another agrees."""

    what = _("这次切换")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        AGREED = "agreed", _("已同意")
        REFUSED = "refused", _("未同意")
        OVERRULED = "overruled", _("已被取代")
        TAKEN_BACK = TAKEN_BACK, _("已撤回")

    state = models.TextField(choices=State, default=State.ASKED)
    table_key = models.TextField()
    source = models.TextField(default="", blank=True)
    starts_on = models.DateField()
    reason = models.TextField()

    class Meta:
        db_table = "datahub_writer_switch"
        constraints = [
            *proposal_constraints(
                "datahub_writer_switch",
                undecided=["asked"],
                decided=["agreed", "refused", "overruled"],
                can_be_taken_back=True,
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="datahub_writer_switch_has_reason"),
            models.UniqueConstraint(
                fields=["table_key"], condition=Q(state="asked"), name="datahub_writer_switch_one_waits"
            ),
        ]

    def __str__(self) -> str:
        table = shared_tables().get(self.table_key)
        return words.term(table.name) if table else self.table_key

    @property
    def history(self) -> list[Event]:
        first, *rest = super().history
        return [Event(first.what, first.who, first.at, self.reason), *rest]
