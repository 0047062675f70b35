from collections.abc import Callable
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.dated import DatedRule, dated_constraints
from nanhu.kernel.proposals import TAKEN_BACK, Event, Proposal, proposal_constraints
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.shared.declarations import PERSON, shared_tables


class Level(models.TextChoices):
    """What the gate says of a file."""

    GREEN = "green", _("正常")
    AMBER = "amber", _("要人看过")
    RED = "red", _("要负责部门和数据管理员看过")


class Batch(models.Model):
    """One file handed in by an office (批次). landing → landed → applied → rolled_back; or refused, or a dry run. Where its
    columns are not known it is unmapped until a steward says which is which; where it looks wrong it waits at the gate."""

    class State(models.TextChoices):
        LANDING = "landing", _("正在读入")
        UNMAPPED = "unmapped", _("待对应各列")
        LANDED = "landed", _("已读入，未生效")
        WAITING = "waiting", _("先不生效，等放行")
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
    headings: Any = models.JSONField(default=list, help_text="of the file, in its order")
    columns: Any = models.JSONField(default=dict, help_text="our field → header in the file")
    counts: Any = models.JSONField(default=dict)
    differences: Any = models.JSONField(default=list, help_text="a sample of what changes")
    change_sets: Any = models.JSONField(default=list, help_text="ids of people.ChangeSet, oldest first")
    gate: Any = models.JSONField(default=list, help_text="what was measured: see services/gate.py")
    gate_level = models.TextField(choices=Level, default="", blank=True)
    owner_unit = models.ForeignKey(
        "people.OrgUnit",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="of what waits: whose word it needs at red, see services/owners.py",
    )
    rules = models.TextField(default="", blank=True, help_text="the version of the rules that cleaned it")
    is_released = models.BooleanField(default=False, help_text="somebody saw what the gate says, and let it pass")
    account_id = models.BigIntegerField(null=True)
    actor = models.TextField()
    gone: Any = models.JSONField(default=list, help_text="what a whole list lacks: key and campus number of each row")
    is_repeat = models.BooleanField(default=False, help_text="the same file took effect before, and others since")
    progress_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    pruned_at = models.DateTimeField(null=True, help_text="when rows of it were pruned, by a rule")

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
        indexes = [
            models.Index(fields=["source", "-id"], name="datahub_batch_source"),
            models.Index(fields=["source", "created_at"], name="datahub_batch_day"),
            models.Index(fields=["source", "finished_at"], name="datahub_batch_finished"),
            models.Index(
                fields=["owner_unit"], condition=Q(state="waiting", gate_level="red"), name="datahub_batch_at_red"
            ),
        ]


class FilePiece(models.Model):
    """A piece of a file as it was handed in, byte for byte: packed, and sealed whole, for each of its cells may be anybody's number."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    place = models.PositiveIntegerField()
    packed = EncryptedTextField(purpose="datahub.file")

    class Meta:
        db_table = "datahub_file_piece"
        constraints = [models.UniqueConstraint(fields=["batch", "place"], name="datahub_file_piece_once")]


class HistoryFile(models.Model):
    """The Parquet of an office's batch in effect (`history/parquet.py`): its bytes, and by which keys its cells are sealed."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="history_file")
    sha256 = models.TextField()
    size_bytes = models.BigIntegerField()
    keys = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_history_file"
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="datahub_history_file_sha256")
        ]


class QualityDay(models.Model):
    """What the batches in effect of one source and day say together, written by the database as they come into effect and out of it.
    `last`: the newest of them; null where none is any more."""

    source = models.TextField()
    day = models.DateField()
    last = models.BigIntegerField(null=True)
    rows = models.BigIntegerField()
    accepted = models.BigIntegerField()
    batches = models.BigIntegerField()
    created = models.BigIntegerField()
    changed = models.BigIntegerField()
    removed = models.BigIntegerField()
    rejected = models.BigIntegerField()
    codes: Any = models.JSONField(help_text="how often each rule found something")

    class Meta:
        db_table = "datahub_quality_day"
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="datahub_quality_day_once")]


class LandingRow(models.Model):
    """A row as it came (落地): never changed. What a clerk mends stands beside it. Sensitive cells are sealed."""

    class State(models.TextChoices):
        LANDED = "landed", _("待处理")
        ACCEPTED = "accepted", _("已采用")
        REJECTED = "rejected", _("已拒绝")
        HELD = "held", _("待核对")
        SKIPPED = "skipped", _("不是数据")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows", db_index=False)
    sheet = models.TextField(
        default="", blank=True, help_text="of a workbook from whose several sheets rows were taken"
    )
    line = models.IntegerField()
    raw: Any = models.JSONField()
    sealed = EncryptedTextField(purpose="datahub.landing", null=True)
    mended = EncryptedTextField(purpose="datahub.mended", null=True)
    state = models.TextField(choices=State, default=State.LANDED)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_landing_row"
        constraints = [
            models.UniqueConstraint(fields=["batch", "sheet", "line"], name="datahub_landing_line_once"),
            models.CheckConstraint(condition=Q(line__gte=1), name="datahub_landing_line"),
        ]
        indexes = [
            models.Index(
                fields=["batch", "state", "line"],
                condition=Q(state__in=["rejected", "held", "skipped"]),
                name="datahub_landing_state",
            ),
            models.Index(fields=["person"], condition=~Q(person=None), name="datahub_landing_person"),
        ]


class Issue(models.Model):
    """A finding about a row, until it is resolved."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="issues", db_index=False)
    row = models.ForeignKey(LandingRow, on_delete=models.PROTECT, related_name="issues", db_index=False)
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
    """Two persons who may be one, or a row the evidence tears between two (`row`), or a row whose number is `left`'s and whose
    name and birth are not (no `right`; `alias`: what the row calls them). A human decides (核对)."""

    class State(models.TextChoices):
        OPEN = "open", _("待核对")
        SAME = "same", _("是同一人")
        DIFFERENT = "different", _("不是同一人")

    public_id = models.UUIDField(default=uuid4, unique=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="reviews")
    row = models.ForeignKey(LandingRow, null=True, on_delete=models.PROTECT, related_name="+")
    left = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    alias = models.TextField(default="", blank=True)
    reasons: Any = models.JSONField(default=list)
    score = models.SmallIntegerField(default=0, help_text="of a hundred")
    model = models.TextField(default="", blank=True, help_text="the version of the matching model that says so")
    state = models.TextField(choices=State, default=State.OPEN)
    change_set_id = models.BigIntegerField(null=True)
    decided_by = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_review"
        constraints = [
            models.CheckConstraint(
                condition=Q(right__isnull=False, left__lt=F("right"), alias="")
                | Q(right=None, row__isnull=False) & ~Q(alias=""),
                name="datahub_review_is_ordered",
            ),
            models.UniqueConstraint(fields=["left", "right"], condition=Q(row=None), name="datahub_review_pair_once"),
            models.UniqueConstraint(fields=["row"], condition=~Q(row=None), name="datahub_review_row_once"),
        ]
        indexes = [models.Index(fields=["state", "id"], name="datahub_review_state")]


class KnownDocument(models.Model):
    """A document number a person also had: a later file with the old one must still find them. `campus_no`: whose row brought it."""

    index = models.BinaryField(max_length=32)
    kind = models.TextField(default="", blank=True)
    nationality = models.TextField(default="", blank=True)
    campus_no = models.TextField(default="", blank=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_known_document"
        constraints = [
            models.UniqueConstraint(fields=["index", "kind", "nationality"], name="datahub_known_document_once")
        ]


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


class CodeAlias(models.Model):
    """Another spelling of a code (别名), added by a steward; of one source, or (empty) of all."""

    table = models.TextField()
    spelling = models.TextField(help_text="without spaces, width and case")
    code = models.TextField()
    source = models.TextField(default="", blank=True)
    actor = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_code_alias"
        constraints = [
            models.UniqueConstraint(fields=["table", "spelling", "source"], name="datahub_code_alias_once"),
            models.CheckConstraint(condition=~Q(spelling=""), name="datahub_code_alias_is_spelt"),
        ]


class CodeRule(DatedRule):
    """A code of the school's own from a day to a day, or (`is_valid` is false) days on which a code is out of use."""

    key = ("table", "code")

    table = models.TextField()
    code = models.TextField()
    name = models.TextField(default="", blank=True)
    note = models.TextField(default="", blank=True, help_text="of a status: the state of the affiliation")
    is_valid = models.BooleanField(default=True)

    class Meta:
        db_table = "datahub_code_rule"
        constraints = [
            *dated_constraints("datahub_code_rule", "table", "code"),
            models.CheckConstraint(
                condition=~Q(code="") & (Q(is_valid=False, name="", note="") | Q(is_valid=True) & ~Q(name="")),
                name="datahub_code_rule_is_named",
            ),
        ]


class HeadingMap(models.Model):
    """Which column of a file is which field, as a steward said of the first file with these headings."""

    source = models.TextField()
    signature = models.TextField(help_text="SHA-256 of its headings")
    columns: Any = models.JSONField(help_text="our field → heading")
    actor = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_heading_map"
        constraints = [models.UniqueConstraint(fields=["source", "signature"], name="datahub_heading_map_once")]


class GateLimit(DatedRule):
    """From which share on (in thousandths) a measure of a file makes it wait for a steward, or for two; of one source, or (empty)
    of all. `amber_rows`: or from so many rows on."""

    key = ("source", "measure")

    class Measure(models.TextChoices):
        GONE = "gone", _("文件里没有了的人")
        NEW = "new", _("新增的人")
        NAME = "name", _("改了姓名")
        ENDED = "ended", _("结束了身份")
        CHANGED = "changed", _("某一列改了的人")
        REFUSED = "refused", _("拒绝的行")
        BIRTH = "birth", _("证件号码与出生日期、性别不符")
        IDENTITY = "identity", _("证件与人对不上")
        CLEARED = "cleared", _("某一列空了的行")
        HEADING = "heading", _("少了的列")

    source = models.TextField(default="", blank=True)
    measure = models.TextField(choices=Measure)
    amber = models.PositiveIntegerField()
    red = models.PositiveIntegerField()
    amber_rows = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "datahub_gate_limit"
        constraints = [
            *dated_constraints("datahub_gate_limit", "source", "measure"),
            models.CheckConstraint(condition=Q(red__gte=F("amber")), name="datahub_gate_limit_in_order"),
        ]


class KeepRule(DatedRule):
    """After how many days landing rows of a kind are pruned (保存规定)."""

    key = ("what",)

    class What(models.TextChoices):
        NO_EFFECT = "no_effect", _("试运行、被拒、作废和回退了的批次")
        UNCHANGED = "unchanged", _("共享表的批次里没有带来变化的行")

    what = models.TextField(choices=What)
    days = models.PositiveIntegerField()

    class Meta:
        db_table = "datahub_keep_rule"
        constraints = [
            *dated_constraints("datahub_keep_rule", "what"),
            models.CheckConstraint(condition=Q(days__gte=30), name="datahub_keep_rule_days"),
        ]


class LimitRequest(Proposal):
    """A limit of the gate that lets more pass (放宽放行标准): one steward asks, another agrees."""

    what = _("这次放宽")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        AGREED = "agreed", _("已同意")
        REFUSED = "refused", _("未同意")
        TAKEN_BACK = TAKEN_BACK, _("已撤回")

    state = models.TextField(choices=State, default=State.ASKED)
    source = models.TextField(default="", blank=True)
    measure = models.TextField(choices=GateLimit.Measure)
    amber = models.PositiveIntegerField()
    red = models.PositiveIntegerField()
    amber_rows = models.PositiveIntegerField(null=True)
    reason = models.TextField()
    before: Any = models.JSONField(
        null=True, help_text="agreed to: what held until then, and holds on for files of an office that has not seen it"
    )

    class Meta:
        db_table = "datahub_limit_request"
        constraints = [
            *proposal_constraints(
                "datahub_limit_request", undecided=["asked"], decided=["agreed", "refused"], can_be_taken_back=True
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(red__gte=F("amber")), name="datahub_limit_request_is_said"
            ),
            models.UniqueConstraint(
                fields=["source", "measure"], condition=Q(state="asked"), name="datahub_limit_request_one_waits"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_measure_display())

    @property
    def history(self) -> list[Event]:
        first, *rest = super().history
        return [Event(first.what, first.who, first.at, self.reason), *rest]


class LimitNotice(models.Model):
    """That a limit was loosened, for the office whose files it lets pass more easily (放宽告知). Until whoever speaks for it has seen that,
    its files are measured by what held before. Where it was made as strict again meanwhile, there is nothing to see any more
    (`superseded_at`)."""

    what: Text = _("这次放宽")

    request = models.ForeignKey(LimitRequest, on_delete=models.PROTECT, related_name="notices", db_index=False)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+", db_index=False)
    heard_at = models.DateTimeField(null=True)
    heard_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    heard_by_name = models.TextField(default="", blank=True)
    superseded_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_limit_notice"
        constraints = [
            models.UniqueConstraint(fields=["request", "unit"], name="datahub_limit_notice_once"),
            models.CheckConstraint(
                condition=Q(heard_at=None, heard_by=None) | Q(heard_at__isnull=False, heard_by__isnull=False),
                name="datahub_limit_notice_is_heard_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(heard_at=None) | Q(superseded_at=None), name="datahub_limit_notice_ends_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit"], condition=Q(heard_at=None, superseded_at=None), name="datahub_limit_notice_waits"
            )
        ]

    @classmethod
    def waiting(cls) -> "QuerySet[LimitNotice]":
        return cls._default_manager.filter(heard_at=None, superseded_at=None)

    @property
    def waits(self) -> bool:
        return self.heard_at is None and self.superseded_at is None


class SourceOwner(models.Model):
    """Whose a source is (负责部门), as two people said (`OwnerChange`), or one steward of a source that was nobody's: the unit that speaks
    for its files at red. Where nobody did, the unit of the name that its office bears. Whoever said it, or agreed, is not the second person
    there."""

    source = models.TextField(unique=True)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_by_name = models.TextField()
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_by_name = models.TextField(default="", blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_source_owner"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="datahub_source_owner_has_reason"),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("changed_by")), name="datahub_source_owner_two_people"
            ),
        ]


class Release(Proposal):
    """A file that the gate holds at red, to be let pass: its owner office says that it is right, a data steward agrees. Where the office
    has nobody who can speak (`vacancy`), another steward stands in for it. `in_place_of`: for whom a delegate (代理) spoke; the two are one."""

    what = _("这次放行")

    class Vacancy(models.TextChoices):
        NO_UNIT = "no_unit", _("机构名册里没有这个部门")
        NOBODY = "nobody", _("没有负责人、副职或书记在任")
        NO_ACCOUNT = "no_account", _("在任的人都没有在用的账号")
        NOBODY_ELSE = "nobody_else", _("除申请人以外没有别人能替它说话")
        BOTH_SIDES = "both_sides", _("能替它说话的人也替改后的部门说话")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        AGREED = "agreed", _("已放行")
        REFUSED = "refused", _("未同意")
        TAKEN_BACK = TAKEN_BACK, _("已撤回")

    state = models.TextField(choices=State, default=State.ASKED)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="releases")
    unit = models.ForeignKey(
        "people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+", help_text="the owner office"
    )
    vacancy = models.TextField(choices=Vacancy, default="", blank=True)
    in_place_of = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    in_place_of_name = models.TextField(default="", blank=True)
    reason = models.TextField()

    class Meta:
        db_table = "datahub_release"
        constraints = [
            *proposal_constraints(
                "datahub_release", undecided=["asked"], decided=["agreed", "refused"], can_be_taken_back=True
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="datahub_release_has_reason"),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | ~Q(vacancy=""), name="datahub_release_office_or_stand_in"
            ),
            models.CheckConstraint(
                condition=Q(in_place_of=None)
                | Q(vacancy="") & ~Q(in_place_of=F("author")) & ~Q(in_place_of=F("approver")),
                name="datahub_release_delegate_and_owner_are_one",
            ),
            models.UniqueConstraint(fields=["batch"], condition=Q(state="asked"), name="datahub_release_one_waits"),
        ]

    def __str__(self) -> str:
        return f"#{self.batch_id} {self.batch.file_name}"

    @classmethod
    def waiting_for(cls, account_id: int) -> "QuerySet[Release]":
        named_by_him = SourceOwner.objects.filter(Q(changed_by_id=account_id) | Q(agreed_by_id=account_id))
        waiting = super().waiting_for(account_id).exclude(batch__source__in=named_by_him.values("source"))
        return waiting.filter(Q(in_place_of=None) | ~Q(in_place_of_id=account_id))

    @property
    def others(self) -> list[int]:
        """Who named the office that spoke, and who agreed to that: else they alone would choose both; and in whose place was spoken. Nobody,
        as long as it names no batch."""
        if not self.batch_id:
            return []
        named = SourceOwner.objects.filter(source=self.batch.source).values_list("changed_by_id", "agreed_by_id")
        return [one for row in [*named, (self.in_place_of_id,)] for one in row if one is not None]

    @property
    def history(self) -> list[Event]:
        first, *rest = super().history
        what: Text = _("数据管理员代为申请") if self.vacancy else _("负责部门确认文件无误")
        if self.in_place_of_name:
            what = format_lazy(_("代{name}确认文件无误"), name=self.in_place_of_name)
        return [Event(what, first.who, first.at, self.reason), *rest]


class OwnerChange(Proposal):
    """Another owner for a source (改负责部门): a steward asks for it, and the office whose it is agrees; where nobody else can speak for that
    (`vacancy`), another steward does. A file that waits at red stays with the office that it waits for."""

    what = _("这次改负责部门")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        AGREED = "agreed", _("已同意")
        REFUSED = "refused", _("未同意")
        TAKEN_BACK = TAKEN_BACK, _("已撤回")

    state = models.TextField(choices=State, default=State.ASKED)
    source = models.TextField()
    source_name = models.TextField(help_text="as it was called when it was asked for")
    before = models.ForeignKey(
        "people.OrgUnit", on_delete=models.PROTECT, related_name="+", db_index=False, help_text="whose it is"
    )
    unit = models.ForeignKey(
        "people.OrgUnit", on_delete=models.PROTECT, related_name="+", help_text="whose it shall be"
    )
    vacancy = models.TextField(
        choices=Release.Vacancy, default="", blank=True, help_text="as it was when it was asked for, or decided"
    )
    reason = models.TextField()

    class Meta:
        db_table = "datahub_owner_change"
        constraints = [
            *proposal_constraints(
                "datahub_owner_change", undecided=["asked"], decided=["agreed", "refused"], can_be_taken_back=True
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(source_name="") & ~Q(unit=F("before")), name="datahub_owner_change_is_said"
            ),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state="asked"), name="datahub_owner_change_one_waits"
            ),
        ]
        indexes = [models.Index(fields=["before"], condition=Q(state="asked"), name="datahub_owner_change_waits")]

    def __str__(self) -> str:
        return self.source_name

    decided_by_others: ClassVar[Callable[[int], Q]]
    """Of rows: whether they wait for somebody else than a steward (his account). Said by `services.owner_changes`, which knows who speaks for an
    office."""

    @classmethod
    def waiting_for(cls, account_id: int) -> "QuerySet[OwnerChange]":
        """What a steward may decide: where the office can speak, it waits for that."""
        return super().waiting_for(account_id).exclude(cls.decided_by_others(account_id))

    @property
    def history(self) -> list[Event]:
        first, *rest = super().history
        return [Event(first.what, first.who, first.at, self.reason), *rest]


class Missing(models.Model):
    """A campus number that a whole list named before and lacks now (缺席): missing since a batch, ended after some, back when it
    is named again."""

    source = models.TextField()
    kind = models.TextField(help_text="of the affiliation")
    campus_no = models.TextField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    lacked_by: Any = models.JSONField(default=list, help_text="ids of the batches that lacked it, oldest first")
    since = models.DateTimeField()
    ended_in = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)
    back_in = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_missing"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "campus_no"], condition=Q(back_in=None), name="datahub_missing_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_in=None, ended_on=None) | Q(ended_in__isnull=False, ended_on__isnull=False),
                name="datahub_missing_ended",
            ),
        ]


class SharedTable(models.Model):
    """A shared table (共享表) as the database knows it: its row is locked by whoever writes into it or changes its writer."""

    key = models.TextField(primary_key=True)
    last_at = models.DateTimeField(default=timezone.now, help_text="of its last write: later ones are later")
    fields: Any = models.JSONField(
        default=list, help_text="of its open fields name, type, length, and whether a row needs it"
    )
    seen = models.BigIntegerField(
        default=0, help_text="of a derived table: the last change set of people that is in it"
    )

    class Meta:
        db_table = "datahub_shared_table"


class SharedRow(models.Model):
    """A row of a shared table from a moment to a moment. Rows are added and ended, never changed; a removed one is a row as well. Of one that
    ended, fields may be forgotten that its table forgets (`shared_rows.forgetting`)."""

    table_key = models.TextField(db_collation="C")
    key = models.TextField(db_collation="C", help_text="the values of its key fields")
    data: Any = models.JSONField(help_text="its open fields")
    sealed = EncryptedTextField(purpose="datahub.shared", null=True)
    sealed_index = models.BinaryField(max_length=32, null=True)
    is_removed = models.BooleanField(default=False)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    landing = models.ForeignKey(LandingRow, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor = models.TextField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True, help_text="when fields of it were last forgotten")

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
                condition=Q(forgotten_at=None) | Q(valid_to__isnull=False, forgotten_at__gt=F("valid_to")),
                name="datahub_shared_row_forgotten",
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
            models.Index(fields=["landing"], condition=~Q(landing=None), name="datahub_shared_row_landing"),
            models.Index(fields=["table_key", "id"], condition=Q(valid_to=None), name="datahub_shared_row_cursor"),
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
