"""Bindings, consents, members of 企业微信, what was asked of it and what it told."""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.models import Retried
from nanhu.kernel.outgoing_words import in_words
from nanhu.kernel.registry import Text
from nanhu.platforms.messages.api import template_title
from nanhu.services.mobile import rules

OUTCOMES: dict[str, Text] = {
    "": _("待处理"),
    "joined": _("已加入"),
    "left": _("退出了"),
    "older": _("晚到的旧消息，没有采用"),
    "noted": _("无需改动"),
    "no_member": _("不是我们的成员"),
    "not_ours": _("与通讯录无关"),
}
MARKS: dict[str, Text] = {"single": _("攒着的一条消息"), "digest": _("几条消息合成一条")}
USES: dict[str, Text] = {"app": _("应用：消息和进门"), "contacts": _("通讯录同步")}
REASONS: dict[str, Text] = {
    "": "",
    "missing": _("我们推送过，那边没有"),
    "departments": _("部门不同"),
    "back": _("已移出的人又出现"),
    "adopt": _("那边已有同名账号，核对后认领"),
}


class Corp(models.Model):
    """The company (企业) of the school, one row: whether its contact book is kept by us yet, and since when."""

    corp_id = models.TextField(unique=True)
    started_at = models.DateTimeField(null=True, help_text="nothing is written there before somebody saw the dry run")
    started_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "mobile_corp"


class Token(models.Model):
    """An access token: one for what the application does, one for the contact book. Stopped, nobody is called until somebody looked."""

    use = models.TextField(unique=True)
    value = EncryptedTextField(purpose="mobile.token", null=True)
    secret_digest = models.BinaryField(max_length=32, null=True)
    refresh_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_code = models.IntegerField(default=0)

    class Meta:
        db_table = "mobile_token"

    @property
    def shown_use(self) -> Text:
        return USES.get(self.use, self.use)

    @property
    def shown_reason(self) -> str:
        """Why it was stopped, and what to do about it."""
        return rules.words_of(self.stopped_code, "")


class StandingConsents(models.Manager["Consent"]):
    """Those that are a word of their person: a yes, or a no where it was withdrawn."""

    def get_queryset(self) -> "models.QuerySet[Consent]":
        return super().get_queryset().filter(parted_at=None)


class Consent(models.Model):
    """What a person agreed to, in which words, and until when. `parted_at`: given while he and another were taken for one; since they were told
    apart it is neither's yes nor no, and stays as history."""

    class Purpose(models.TextChoices):
        BINDING = "binding", _("开通企业微信：姓名、单位、手机号交给腾讯")
        DOCUMENT = "document", _("用证件号码核对身份，核对后不保存")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    purpose = models.TextField(choices=Purpose)
    came_from = models.BigIntegerField(null=True, help_text="whose it was before two records became one")
    version = models.TextField()
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    parted_at = models.DateTimeField(null=True)

    objects = models.Manager["Consent"]()
    standing = StandingConsents()

    class Meta:
        db_table = "mobile_consent"
        indexes = [models.Index(fields=["person", "purpose"], name="mobile_consent_of")]


class Binding(models.Model):
    """Whose a userid is. It signs its person in."""

    class How(models.TextChoices):
        FORM = "form", _("填表核对")
        ACCOUNT = "account", _("登录后自己绑定")
        PHONE = "phone", _("手机号相符")
        RECORD = "record", _("人事记录")

    class End(models.TextChoices):
        UNDONE = "undone", _("本人撤销")
        GIVEN_UP = "given_up", _("本人解绑")
        MOVED = "moved", _("本人改绑")
        REMOVED = "removed", _("离校")
        LEFT = "left", _("本人退出企业微信")
        MERGED = "merged", _("两份记录合并")
        PARTED = "parted", _("合并撤销")

    what: ClassVar[Text] = _("这个绑定")
    public_id = models.UUIDField(default=uuid4, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    came_from = models.BigIntegerField(null=True, help_text="whose it was before two records became one")
    userid = models.TextField(help_text="lower case, as 企业微信 gives it back")
    how = models.TextField(choices=How)
    device = models.TextField(default="", blank=True)
    bound_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    end = models.TextField(choices=End, default="", blank=True)

    class Meta:
        db_table = "mobile_binding"
        constraints = [
            models.UniqueConstraint(fields=["userid"], condition=Q(ended_at=None), name="mobile_binding_userid_once"),
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="mobile_binding_person_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="mobile_binding_ends_for_a_reason",
            ),
        ]


class Member(Retried):
    """One person in the contact book of 企业微信. `task` is what is to be done there; `pushed` is what stands there, as a digest."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待开通")
        FAILED = "failed", _("未开通")
        REVIEW = "review", _("待核对")
        INVITED = "invited", _("已邀请")
        ACTIVE = "active", _("已加入")
        LEFT = "left", _("本人已退出")
        REMOVED = "removed", _("已移出")

    class Task(models.TextChoices):
        NONE = "", _("无")
        CREATE = "create", _("新建")
        UPDATE = "update", _("修改")
        DELETE = "delete", _("移出通讯录")

    what: ClassVar[Text] = _("这个成员")
    public_id = models.UUIDField(default=uuid4, unique=True)
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="+")
    came_from = models.BigIntegerField(null=True, help_text="whose it was before two records became one")
    userid = models.TextField()
    state = models.TextField(choices=State, default=State.WAITING)
    task = models.TextField(choices=Task, default=Task.CREATE, blank=True)
    name = models.TextField()
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    departments: Any = models.JSONField(default=list, help_text="numbers of departments there")
    wanted = models.BinaryField(max_length=32)
    pushed = models.BinaryField(max_length=32, null=True)
    leaves_on = models.DateField(null=True, help_text="the last affiliation has ended: removed on this day")
    pushed_from = models.DateTimeField(null=True, help_text="staff are told first: not pushed earlier")
    told_at = models.DateTimeField(
        null=True, help_text="the time of the last callback about it: an older one is no news"
    )
    created_at = models.DateTimeField(default=timezone.now)
    joined_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mobile_member"
        indexes = [
            models.Index(fields=["due_at"], name="mobile_member_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["state"], name="mobile_member_state"),
            models.Index(fields=["unit"], name="mobile_member_unit"),
            models.Index(fields=["leaves_on"], name="mobile_member_leaves", condition=Q(leaves_on__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["userid"], condition=~Q(state="removed"), name="mobile_member_userid_once"),
            models.CheckConstraint(condition=~Q(task="") | Q(due_at=None), name="mobile_member_due_has_a_task"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="mobile_member_failed_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.userid}"


class Department(models.Model):
    """A unit of the school as a department there, under a number of ours."""

    unit = models.OneToOneField("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField(unique=True)
    name = models.TextField()
    parent = models.BigIntegerField()
    pushed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mobile_department"


class VendorCall(models.Model):
    """A call to 企业微信 and its answer. Of a body only what it was about is kept: no phone, no text of a message."""

    api = models.TextField()
    about = models.TextField(default="", blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    errcode = models.IntegerField(null=True, help_text="null: no answer")
    words = models.TextField(default="", blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "mobile_vendor_call"

    @property
    def shown_about(self) -> Text:
        """Of a message to how many, and which; of a token what it opens; else the account or the department itself."""
        if self.api != "message/send":
            return USES.get(self.about, self.about) if self.api == "gettoken" else self.about
        count, _dot, mark = self.about.partition(" · ")
        return say("%(count)s 人 · %(what)s") % {"count": count, "what": MARKS.get(mark) or template_title(mark)}

    @property
    def shown_words(self) -> Text:
        """Of what went well their "ok"; of the rest what is wrong, and what to do."""
        if self.errcode is None:
            return in_words(self.words)
        return rules.meaning_of(self.errcode, self.words) if self.errcode else self.words


class Callback(models.Model):
    """What 企业微信 told, once each."""

    digest = models.BinaryField(max_length=32, unique=True)
    event = models.TextField()
    change = models.TextField(default="", blank=True)
    userid = models.TextField(default="", blank=True)
    status = models.IntegerField(null=True)
    told_at = models.DateTimeField(help_text="by their clock")
    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    handled_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="", blank=True)

    class Meta:
        db_table = "mobile_callback"

    @property
    def shown_outcome(self) -> Text:
        return OUTCOMES.get(self.outcome, self.outcome)


class Attempt(models.Model):
    """A filled-in form of binding (学生认证). The document number was compared and is not here; the verdict is told only to who has the code."""

    token = models.UUIDField(default=uuid4, unique=True)
    number_digest = models.BinaryField(max_length=32)
    phone_digest = models.BinaryField(max_length=32)
    network_digest = models.BinaryField(max_length=32)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    code_hash = models.BinaryField(max_length=32)
    tries_left = models.PositiveSmallIntegerField(default=5)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    is_bound = models.BooleanField(default=False)
    is_newcomer = models.BooleanField(default=False)

    class Meta:
        db_table = "mobile_attempt"
        indexes = [
            models.Index(fields=["number_digest", "made_at"], name="mobile_attempt_number"),
            models.Index(fields=["phone_digest", "made_at"], name="mobile_attempt_phone"),
        ]


class Newcomer(models.Model):
    """A new colleague whom the personnel office does not have yet (新进教职工登记). It makes nobody a member: the office's record does."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("手机号未验证")
        WAITING = "waiting", _("待人事处核对")
        ENTERED = "entered", _("人事记录已有")
        REFUSED = "refused", _("不属实")

    what: ClassVar[Text] = _("这份登记")
    public_id = models.UUIDField(default=uuid4, unique=True)
    name = models.TextField()
    campus_no = models.TextField()
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    phone = EncryptedTextField(purpose="mobile.newcomer_phone")
    phone_masked = models.TextField()
    state = models.TextField(choices=State, default=State.UNCONFIRMED)
    attempt = models.OneToOneField(Attempt, null=True, on_delete=models.SET_NULL, related_name="newcomer")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)

    class Meta:
        db_table = "mobile_newcomer"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""), name="mobile_newcomer_refused_with_words"
            ),
        ]


class Comparison(models.Model):
    """The contact book there beside ours, at one moment: what would be made, changed, removed, and whom nobody here knows."""

    made_at = models.DateTimeField(default=timezone.now)
    made_by_name = models.TextField()
    creates = models.PositiveIntegerField()
    changes = models.PositiveIntegerField()
    removes = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    same = models.PositiveIntegerField()

    class Meta:
        db_table = "mobile_comparison"

    @property
    def is_empty(self) -> bool:
        return not (self.creates or self.changes or self.removes)


class Difference(models.Model):
    """A line of a comparison of the school's members with those of 企业微信."""

    class Kind(models.TextChoices):
        CREATE = "create", _("将新建")
        CHANGE = "change", _("将修改")
        REMOVE = "remove", _("将移出")
        UNKNOWN = "unknown", _("那边有，学校没有")

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="lines")
    kind = models.TextField(choices=Kind)
    userid = models.TextField()
    name = models.TextField(default="", blank=True)
    words = models.TextField(default="", blank=True)

    class Meta:
        db_table = "mobile_difference"

    @property
    def reason(self) -> Text:
        return REASONS.get(self.words, self.words)


class Outgoing(Retried):
    """A message of one batch for one member: that it went is known once; what waits for room has its words, and is told with the rest."""

    class State(models.TextChoices):
        SENDING = "sending", _("正在发")
        WAITING = "waiting", _("合并待发")
        DELIVERED = "delivered", _("已送达")
        FAILED = "failed", _("未送达")

    public_id = models.UUIDField(default=uuid4, unique=True)
    batch = models.UUIDField()
    userid = models.TextField()
    state = models.TextField(choices=State)
    title = EncryptedTextField(purpose="mobile.outgoing_title", null=True)
    text = EncryptedTextField(purpose="mobile.outgoing_text", null=True)
    url = models.TextField(default="", blank=True)
    carrier = models.BigIntegerField(null=True, help_text="the row that takes it along")
    called_at = models.DateTimeField(null=True, help_text="when it may have gone out first")
    reference = models.TextField(default="", blank=True, help_text="theirs of the message that it was alone in")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "mobile_outgoing"
        indexes = [
            models.Index(fields=["due_at"], name="mobile_outgoing_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["userid"], name="mobile_outgoing_waits", condition=Q(state="waiting")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "userid"], name="mobile_outgoing_once"),
            models.CheckConstraint(condition=Q(due_at=None) | Q(state="waiting"), name="mobile_outgoing_due_waits"),
        ]


class Bucket(models.Model):
    """How many messages of our application a member got: of this minute, of this hour. Smaller than Tencent's, so that none is dropped."""

    userid = models.TextField(primary_key=True)
    minute = models.DateTimeField()
    in_minute = models.PositiveSmallIntegerField(default=0)
    hour = models.DateTimeField()
    in_hour = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "mobile_bucket"
