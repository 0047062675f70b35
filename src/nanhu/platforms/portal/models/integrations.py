"""Integrations (接入): pages, figures, to-dos and feeds of other systems, taken in by configuration."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.kernel.registry import Text

MOST_LINES: Final = 5
GOOD_TRIALS: Final = 3
READABLE: Final = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2110, 1, 1, tzinfo=UTC))
"""The database keeps years that no page can read; a row with one would spoil all others of its reader."""


class Integration(models.Model):
    """One of them. `version` grows with each change of what goes over the wire; what was cached under another is not shown.
    An empty audience list says nothing of whom it is for."""

    what: ClassVar[Text] = _("这项接入")

    class Kind(models.TextChoices):
        PAGE = "page", _("页面")
        DATA = "data", _("数据")
        TODO = "todo", _("待办")
        FEED = "feed", _("日程和资讯")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        TEST = "test", _("试用")
        LIVE = "live", _("在用")
        RESTING = "resting", _("维护中")
        RETIRED = "retired", _("已下线")

    class Section(models.TextChoices):
        PERSONAL = "personal", _("个人事务")
        WORK = "work", _("工作生活")
        STUDY = "study", _("学习生活")
        SERVICE = "service", _("服务大厅")

    class Mode(models.TextChoices):
        LINK = "link", _("直接打开")
        WINDOW = "window", _("新窗口")
        FRAME = "frame", _("嵌在门户里")

    class Sent(models.TextChoices):
        NOTHING = "nothing", _("什么也不带")
        NUMBER = "number", _("学工号")
        TOKEN = "token", _("签名令牌（60 秒，只给这一台主机）")

    class Method(models.TextChoices):
        GET = "GET", "GET"
        POST = "POST", "POST"

    class Format(models.TextChoices):
        ICALENDAR = "icalendar", _("日程（iCalendar），进日历订阅")
        RSS = "rss", _("资讯（RSS、Atom），进首页公告")

    public_id = models.UUIDField(default=uuid4, unique=True)
    kind = models.TextField(choices=Kind)
    state = models.TextField(choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=40)
    icon = models.CharField(max_length=60, default="app-window")
    description = models.CharField(max_length=80, default="", blank=True)
    order = models.PositiveSmallIntegerField(default=100)
    section = models.TextField(choices=Section, default=Section.SERVICE)
    system = models.TextField(default="", blank=True, help_text="which of the systems of /systems/ it belongs to")
    owner_unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    owner_office = models.TextField(default="", blank=True, help_text="key of the post that answers for it")
    faces = ArrayField(models.TextField(), default=list)
    roles = ArrayField(models.TextField(), default=list, blank=True)
    categories = ArrayField(models.TextField(), default=list, blank=True, help_text="by name: 统招本科")
    unit_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="with all below them")
    address = models.TextField(default="", blank=True)
    health_address = models.TextField(default="", blank=True, help_text="what the health probe asks, else the address")
    has_single_sign_on = models.BooleanField(default=False)
    mode = models.TextField(choices=Mode, default=Mode.LINK)
    sandbox = ArrayField(models.TextField(), default=list, blank=True)
    frame_refusal = models.TextField(default="", blank=True, help_text="why its page may not be framed")
    frame_checked_at = models.DateTimeField(null=True)
    method = models.TextField(choices=Method, default=Method.GET)
    sent = models.TextField(choices=Sent, default=Sent.NOTHING)
    header_name = models.TextField(default="", blank=True)
    secret: Any = EncryptedTextField(
        purpose="portal.integration_secret", null=True, help_text="the header's value, or what signs the token"
    )
    value_at = models.TextField(default="", blank=True)
    caption_at = models.TextField(default="", blank=True)
    time_at = models.TextField(default="", blank=True)
    lines_at = ArrayField(models.TextField(), default=list, blank=True)
    unit_word = models.CharField(max_length=8, default="", blank=True, help_text="after the value: 册, 元")
    format = models.TextField(choices=Format, default=Format.ICALENDAR)
    ttl_seconds = models.PositiveIntegerField(default=600)
    stale_seconds = models.PositiveIntegerField(default=86400)
    good_trials = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    good_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)
    told_at = models.DateTimeField(null=True, help_text="when its owner was told of this failure")
    words = models.CharField(max_length=80, default="", blank=True, help_text="what everybody reads while it rests")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "portal_integration"
        constraints = [
            models.CheckConstraint(
                condition=Q(faces__contained_by=["student", "staff"]) & Q(faces__len__gt=0),
                name="portal_integration_faces",
            ),
            models.CheckConstraint(
                condition=Q(address__regex=r"^https?://") | Q(address="", kind="todo"),
                name="portal_integration_address",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "test", "retired"])
                | Q(state__in=["live", "resting"], owner_unit__isnull=False) & ~Q(owner_office=""),
                name="portal_integration_live_has_an_owner",
            ),
            models.CheckConstraint(
                condition=~Q(state="retired") | Q(secret__isnull=True),
                name="portal_integration_retired_keeps_no_secret",
            ),
            models.CheckConstraint(
                condition=Q(lines_at__len__lte=MOST_LINES) & Q(section__in=["personal", "work", "study", "service"]),
                name="portal_integration_shape",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sends_person(self) -> bool:
        return self.sent != self.Sent.NOTHING


class IntegrationRelease(Proposal):
    """Going live where a person's number leaves the house: asked for by one, agreed by another."""

    what = _("这次上线")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        APPLIED = "applied", _("已上线")
        REFUSED = "refused", _("未同意")

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="releases")
    version = models.PositiveIntegerField()
    state = models.TextField(choices=State, default=State.ASKED)

    class Meta:
        db_table = "portal_integration_release"
        constraints = [
            models.UniqueConstraint(
                fields=["integration"], condition=Q(state="asked"), name="portal_integration_release_one_waits"
            ),
            *proposal_constraints("portal_integration_release", undecided=["asked"], decided=["applied", "refused"]),
        ]

    def __str__(self) -> str:
        return self.integration.name


class IntegrationValue(models.Model):
    """What one system said of one person under one campus number, encrypted; an empty text: it has nothing of him."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    campus_no = models.TextField()
    version = models.PositiveIntegerField()
    content: Any = EncryptedTextField(purpose="portal.integration_value")
    is_doubted = models.BooleanField(default=False, help_text="the last answer had nothing of him any more")
    as_of = models.DateTimeField()
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "portal_integration_value"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "integration", "campus_no", "version"], name="portal_integration_value_once"
            ),
            models.CheckConstraint(condition=Q(as_of__range=READABLE), name="portal_integration_value_readable"),
        ]


class IntegrationItem(models.Model):
    """An occurrence of a calendar or a piece of news, as its feed had it last."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="+")
    uid = models.TextField()
    title = models.TextField()
    url = models.TextField(default="", blank=True)
    place = models.TextField(default="", blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_whole_days = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "portal_integration_item"
        constraints = [
            models.UniqueConstraint(fields=["integration", "uid"], name="portal_integration_item_once"),
            models.CheckConstraint(
                condition=Q(starts_at__range=READABLE, ends_at__range=READABLE), name="portal_integration_item_readable"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NewsFollower(models.Model):
    """Who is told of what is new on a site (订阅)."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "portal_news_follower"
        constraints = [models.UniqueConstraint(fields=["integration", "person"], name="portal_news_follower_once")]
