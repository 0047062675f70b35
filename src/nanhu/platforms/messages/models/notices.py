import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.school import school
from nanhu.kernel.ui.words import term
from nanhu.platforms.messages import rules


def stored_at(attachment: "Attachment", filename: str) -> str:  # noqa: ARG001 - the storage's name is ours alone
    """Under the media folder, by month and a name nobody can guess; the reader's file name is only a column."""
    return f"notices/{attachment.created_at:%Y-%m}/{attachment.public_id.hex}"


@known(audience="messages_notice_audience", state="messages_notice_state")
class Notice(models.Model):
    """An announcement (校内公告) of an office to a part of the school."""

    class Audience(models.TextChoices):
        ALL = "all", _("全校师生")
        STUDENTS = "students", _("全体学生")
        STAFF = "staff", _("全体教职工")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        WITHDRAWN = "withdrawn", _("已撤回")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=120)
    body = models.TextField()
    """Markdown; `body.body_html` makes it safe to show."""
    office = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, null=True, related_name="+")
    """In whose name it is published; null is the school itself."""
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """Who wrote it; null when a program did."""
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.ALL)
    for_units = models.BooleanField(default=False)
    """Only for the units in NoticeUnit (and what is below them); kept here so that reading needs no join."""
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    pinned = models.BooleanField(default=False)
    must_read = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    """Goes up with each change, so that two editors do not overwrite each other."""
    revised_at = models.DateTimeField(null=True)
    """The last change of the text after it was published."""
    told_at = models.DateTimeField(null=True)
    """When its audience was told; null: the next look tells them."""
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=200, blank=True)
    origin_key = models.CharField(max_length=80, null=True, unique=True)
    """The name an import gave it: the same import twice adds nothing."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "messages_notice"
        constraints = (
            models.CheckConstraint(name="messages_notice_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="messages_notice_published_has_time",
                condition=(Q(state="draft") & Q(published_at=None))
                | (~Q(state="draft") & Q(published_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="messages_notice_withdrawn_has_time",
                condition=~Q(state="withdrawn") | Q(withdrawn_at__isnull=False),
            ),
            models.CheckConstraint(
                name="messages_notice_expires_later",
                condition=Q(expires_at=None) | Q(published_at=None) | Q(expires_at__gt=F("published_at")),
            ),
        )
        indexes = (
            models.Index(
                F("pinned").desc(),
                F("published_at").desc(),
                F("id").desc(),
                name="messages_notice_reading",
                condition=Q(state="published"),
            ),
            models.Index(
                fields=["published_at"], name="messages_notice_untold", condition=Q(state="published", told_at=None)
            ),
            models.Index(F("published_at").desc(nulls_first=True), F("id").desc(), name="messages_notice_desk"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="messages_notice_title_trgm"),
        )

    @property
    def office_name(self) -> str:
        """In whose name it speaks; the school's where no office is named."""
        return term(self.office.name) if self.office else school().name


class NoticeUnit(models.Model):
    """A unit a notice is meant for."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="for_unit_rows")
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "messages_notice_unit"
        constraints = (models.UniqueConstraint(fields=["notice", "unit"], name="messages_notice_unit_once"),)


class Attachment(models.Model):
    """A file that goes with a notice; given out only to those who may see the notice."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=rules.LONGEST_NAME)
    size = models.PositiveIntegerField()
    sha256 = models.BinaryField(max_length=32)
    file = models.FileField(upload_to=stored_at, max_length=200)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        db_table = "messages_attachment"
        constraints = (
            models.CheckConstraint(
                name="messages_attachment_size", condition=Q(size__gt=0, size__lte=rules.LARGEST_ATTACHMENT)
            ),
            models.UniqueConstraint(fields=["notice", "name"], name="messages_attachment_name_once"),
        )


class Receipt(models.Model):
    """This account has read this notice (已读回执). Append-only, held so by the database."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messages_receipt"
        constraints = (models.UniqueConstraint(fields=["account", "notice"], name="messages_receipt_once"),)
        indexes = (models.Index(fields=["notice", "read_at"], name="messages_receipt_by_notice"),)
