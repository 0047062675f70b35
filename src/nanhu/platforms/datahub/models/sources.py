from typing import Any, Final
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.registry import Text
from nanhu.platforms.datahub.models.batches import Batch

LEAST_MINUTES: Final = 1


class DataSource(models.Model):
    """A system that is read on a schedule (数据源): where it stands and how it is asked, whose it is, what is expected of it.

    What it says is a file of `fills`: of one that offices hand in, or of a shared table, and goes the same way. `due_at`,
    `attempts` and `error` are those of `kernel.retries`; `good_at`: when it last said what is in effect now."""

    what: Text = _("这个数据源")

    class Kind(models.TextChoices):
        FILE = "file", _("手工交文件")
        HTTP = "http", _("HTTP 接口（JSON）")
        POSTGRES = "postgres", _("PostgreSQL 数据库")
        MARIADB = "mariadb", _("MariaDB、MySQL 数据库")
        SFTP = "sftp", _("SFTP 文件夹")
        STREAM = "stream", _("PostgreSQL 变更流")
        BINLOG = "binlog", _("MariaDB 变更流（二进制日志）")

    class State(models.TextChoices):
        DRAFT = "draft", _("未启用")
        LIVE = "live", _("在用")
        RESTING = "resting", _("暂停")
        RETIRED = "retired", _("停用")

    class Paging(models.TextChoices):
        NONE = "none", _("不分页")
        PAGE = "page", _("页码")
        OFFSET = "offset", _("起始行")
        NEXT = "next", _("回答里有下一页的地址")

    public_id = models.UUIDField(default=uuid4, unique=True)
    key = models.TextField(unique=True)
    name = models.TextField()
    office = models.TextField(help_text="whose system it is")
    kind = models.TextField(choices=Kind)
    state = models.TextField(choices=State, default=State.DRAFT)
    fills = models.TextField(help_text="key of a source of files, or of a shared table")
    address = models.TextField(default="", blank=True, help_text="an URL, or host:port/database, or host:port/folder")
    user_name = models.TextField(
        default="", blank=True, help_text="of the database, or the header that holds the secret"
    )
    secret: Any = EncryptedTextField(purpose="datahub.source_secret", null=True)
    host_key = models.TextField(default="", blank=True, help_text="of an SFTP server, as ssh-keygen -l prints it")
    query = models.TextField(
        default="",
        blank=True,
        help_text="the SELECT that a database is asked, a table that is followed, or what the names of files are like",
    )
    tls_roots = models.TextField(
        default="", blank=True, help_text="certificates (PEM) by one of which a database is known"
    )
    done_mark = models.TextField(default="", blank=True, help_text="a file of this ending says that another is whole")
    position: Any = models.JSONField(default=dict, help_text="how far it was read")
    paging = models.TextField(choices=Paging, default=Paging.NONE)
    page_name = models.TextField(
        default="", blank=True, help_text="parameter of the page, or where the next address stands"
    )
    size_name = models.TextField(default="", blank=True)
    page_size = models.PositiveIntegerField(default=500)
    rows_at = models.TextField(default="", blank=True, help_text="where in the answer the rows stand: data.list")
    total_at = models.TextField(default="", blank=True, help_text="where it says how many there are")
    columns: Any = models.JSONField(default=dict, help_text="our field → its name there")
    values: Any = models.JSONField(default=dict, help_text="of a shared table, by field: its word → our code")
    is_whole = models.BooleanField(default=True, help_text="what it does not say any more is gone")
    keeps_empty = models.BooleanField(default=False, help_text="an empty cell says nothing; else it empties the field")
    expected_rows = models.PositiveIntegerField(null=True)
    tolerance = models.PositiveSmallIntegerField(default=20, help_text="percent, up and down")
    every_minutes = models.PositiveIntegerField(default=15)
    stale_minutes = models.PositiveIntegerField(default=60)
    due_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    good_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text="since when it fails")
    rows = models.PositiveIntegerField(null=True, help_text="that it last said")
    sha256 = models.TextField(default="", blank=True, help_text="of what is in effect")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    tried_at = models.DateTimeField(null=True, help_text="when it was last tried, and was good, as it is")
    changed_at = models.DateTimeField(default=timezone.now)
    made_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "datahub_source"
        constraints = [
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z][a-z0-9]{1,19}\.[a-z][a-z0-9_]{1,39}$"), name="datahub_source_key"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(office="") & ~Q(fills="") & (Q(kind="file") | ~Q(address="")),
                name="datahub_source_is_said",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["file", "http"]) | ~Q(query=""), name="datahub_source_has_query"
            ),
            models.CheckConstraint(condition=~Q(kind="sftp") | ~Q(host_key=""), name="datahub_source_knows_its_host"),
            models.CheckConstraint(
                condition=Q(
                    every_minutes__gte=LEAST_MINUTES, stale_minutes__gte=F("every_minutes"), tolerance__lte=100
                ),
                name="datahub_source_schedule",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(state="live") & ~Q(kind="file"), name="datahub_source_due_lives"
            ),
            models.CheckConstraint(
                condition=~Q(state="retired") | Q(secret__isnull=True), name="datahub_source_retired_keeps_no_secret"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=~Q(due_at=None), name="datahub_source_due")]

    def __str__(self) -> str:
        return self.name
