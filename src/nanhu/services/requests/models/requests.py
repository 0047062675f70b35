"""A request (服务请求) and what happened to it."""

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.files.models import StoredFile
from nanhu.services.requests.models.crews import Crew, FaultClass
from nanhu.services.requests.models.topics import Topic

REPAIRS = ("repair", "network")
QUESTIONS = ("service", "policy")
CONFIDENTIAL = ("complaint", "opinion")
OPEN = ("new", "assigned", "working", "waiting")


class Request(models.Model):
    """Its key is made by chance: a counted one would say when an anonymous request came. Such a request has a day and no moment, no
    account, no name and no phone, which the database holds."""

    class Kind(models.TextChoices):
        REPAIR = "repair", _("后勤报修")
        NETWORK = "network", _("网络报修")
        SERVICE = "service", _("信息服务")
        POLICY = "policy", _("政策咨询")
        COMPLAINT = "complaint", _("投诉受理")
        OPINION = "opinion", _("舆情反映")

    class State(models.TextChoices):
        NEW = "new", _("已收到")
        ASSIGNED = "assigned", _("已派单")
        WORKING = "working", _("处理中")
        WAITING = "waiting", _("等报修人约时间")
        DONE = "done", _("已办")
        CLOSED = "closed", _("已结束")
        MERGED = "merged", _("已并入")
        WITHDRAWN = "withdrawn", _("已撤回")

    class System(models.TextChoices):
        WECOM = "wecom", _("企业微信")
        MICRO = "micro", _("湖理微校园")
        MAIL = "mail", _("企业邮箱")
        OA = "oa", _("办公系统 OA")
        PORTAL = "portal", _("信息门户")
        OTHER = "other", _("其他系统")

    class Cause(models.TextChoices):
        WEAR = "wear", _("正常老化")
        MISUSE = "misuse", _("人为损坏")
        QUALITY = "quality", _("材料或施工质量")
        OUTSIDE = "outside", _("停水停电等外部原因")
        NONE = "none", _("没有发现故障")

    what = _("这件请求")
    public_id = models.UUIDField(primary_key=True, default=uuid4)
    number = models.TextField(unique=True)
    kind = models.TextField(choices=Kind)
    state = models.TextField(choices=State, default=State.NEW)
    words = models.TextField(blank=True)
    is_anonymous = models.BooleanField(default=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    requester_name = models.TextField(default="", blank=True)
    phone = EncryptedTextField[str | None, str | None](purpose="requests.phone", null=True)
    day = models.DateField()
    created_at = models.DateTimeField(null=True)

    place = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    fault_class = models.ForeignKey(FaultClass, null=True, on_delete=models.PROTECT, related_name="+")
    is_urgent = models.BooleanField(default=False)
    window = models.TextField(default="", blank=True, help_text="when it suits")
    may_enter = models.BooleanField(default=False, help_text="also while nobody is there")
    system = models.TextField(choices=System, default="", blank=True)
    device = models.TextField(default="", blank=True, help_text="port, IP and MAC")
    heat = models.PositiveIntegerField(default=0, help_text="how many said 我也是")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="twins")

    crew = models.ForeignKey(Crew, null=True, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    is_proved = models.BooleanField(default=False, help_text="whoever came read the code that hangs there")
    proposed = ArrayField(models.TextField(), default=list, help_text="windows that the worker offers")
    cause = models.TextField(choices=Cause, default="", blank=True)
    minutes = models.PositiveIntegerField(default=0, help_text="of work")
    bills = models.ManyToManyField("ledger.Bill", related_name="+", help_text="one for each who pays a part")

    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    accused_unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    accused_person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    accused_words = models.TextField(default="", blank=True, help_text="whom its author wrote that he means")
    barred = ArrayField(models.BigIntegerField(), default=list, help_text="units whose people never see it")
    is_extended = models.BooleanField(default=False)
    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="requests")

    origin = models.TextField(
        default="", blank=True, help_text="the row of a shared table that it came of: assets.repair/12"
    )
    routed = models.PositiveSmallIntegerField(default=0)
    is_with_leader = models.BooleanField(default=False)
    reopened = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="null: its clock stands")
    minutes_left = models.IntegerField(null=True, help_text="of the promise while the clock stands")
    is_told_late = models.BooleanField(
        default=False, help_text="whoever answers for it was told that the promise is broken"
    )
    warned_for = models.DateTimeField(null=True, help_text="the end of the promise of which was told that it is near")
    done_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    rating_words = models.TextField(default="", blank=True)
    reply_digest = models.BinaryField(null=True, unique=True, help_text="SHA-256 of the reply code")
    reply_key = models.BinaryField(null=True, help_text="X25519, derived from the reply code")

    class Meta:
        db_table = "requests_request"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN, is_told_late=False), name="requests_due"),
            models.Index(fields=["person"], name="requests_of_person"),
            models.Index(fields=["place", "fault_class"], condition=Q(state__in=OPEN), name="requests_open_at_place"),
            models.Index(fields=["crew"], condition=Q(state__in=OPEN), name="requests_open_of_crew"),
            models.Index(fields=["kind", "state"], name="requests_kind_and_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    is_anonymous=True,
                    kind__in=["policy", "complaint", "opinion"],
                    account=None,
                    person=None,
                    requester_name="",
                    phone__isnull=True,
                    created_at=None,
                    rating=None,
                    reply_digest__isnull=False,
                    reply_key__isnull=False,
                )
                | Q(
                    is_anonymous=False,
                    account__isnull=False,
                    person__isnull=False,
                    created_at__isnull=False,
                    reply_digest=None,
                    reply_key=None,
                ),
                name="requests_anonymous_names_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=REPAIRS) | Q(place__isnull=False, fault_class__isnull=False),
                name="requests_repair_has_a_place",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[*REPAIRS, "opinion"]) | Q(unit__isnull=False), name="requests_has_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | ~Q(state="merged") & Q(merged_into=None),
                name="requests_merged_into_one",
            ),
            models.CheckConstraint(
                condition=Exact(Func(F("reply_key"), function="octet_length", output_field=models.IntegerField()), 32),
                name="requests_reply_key_is_one",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__range=(1, 5), state="closed"), name="requests_rating"
            ),
            models.UniqueConstraint(fields=["origin"], condition=~Q(origin=""), name="requests_one_of_an_origin"),
            models.CheckConstraint(
                condition=Q(worker=None) | Q(crew__isnull=False), name="requests_worker_is_of_a_crew"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        """What a list says of it: never its words, which are for who works on it."""
        if self.kind in REPAIRS and self.place and self.fault_class:
            return f"{self.place.full_name} · {self.fault_class.name}"
        return str(self.get_system_display() or self.get_kind_display())

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Entry(models.Model):
    """A line of its timeline; `is_inner` ones are for the offices alone."""

    class What(models.TextChoices):
        FILED = "filed", _("提交")
        ASSIGNED = "assigned", _("派单")
        ROUTED = "routed", _("转办")
        ARRIVED = "arrived", _("到场")
        NO_ENTRY = "no_entry", _("进不了门")
        WINDOW = "window", _("约好时间")
        DONE = "done", _("办完")
        ANSWERED = "answered", _("答复")
        REOPENED = "reopened", _("没有修好")
        MERGED = "merged", _("并入同一件")
        EXTENDED = "extended", _("延期")
        BILLED = "billed", _("开出缴费单")
        JUDGED = "judged", _("归入专题")
        RATED = "rated", _("评价")
        WITHDRAWN = "withdrawn", _("撤回")
        CLOSED = "closed", _("结束")
        ME_TOO = "me_too", _("我也是")

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField(default=timezone.now)
    what = models.TextField(choices=What)
    who = models.TextField()
    account_id = models.BigIntegerField(null=True)
    words = models.TextField(default="", blank=True)
    is_inner = models.BooleanField(default=False)

    class Meta:
        db_table = "requests_entry"
        ordering = ("at", "id")


class Photo(models.Model):
    """Of the fault, or of what was mended (`is_after`). `follower`: who joined with it, which its requester does not see."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="photos")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    is_after = models.BooleanField(default=False)
    follower = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "requests_photo"
        ordering = ("is_after", "id")


class Material(models.Model):
    """What a repair took, and at which price."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="materials")
    item = models.TextField()
    quantity = models.PositiveIntegerField()
    price_fen = models.PositiveIntegerField(help_text="of one")

    class Meta:
        db_table = "requests_material"
        constraints = [
            models.CheckConstraint(condition=~Q(item="") & Q(quantity__gt=0), name="requests_material_is_something")
        ]

    @property
    def sum_fen(self) -> int:
        return self.quantity * self.price_fen


class MeToo(models.Model):
    """Who has the same trouble: each counts once in the heat of a request."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="me_too")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "requests_me_too"
        constraints = [models.UniqueConstraint(fields=["request", "person"], name="requests_me_too_once")]
