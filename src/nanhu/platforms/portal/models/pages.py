"""Preferences, shortcuts, calendar addresses, and the index of the search."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Text, fact_copies
from nanhu.kernel.ui.dates import short_day


@known(theme="portal_preference_theme", type_size="portal_preference_type_size")
class Preference(models.Model):
    """How an account wants its pages; no row means all defaults."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("跟随系统")
        LIGHT = "light", _("浅色")
        DARK = "dark", _("深色")

    class TypeSize(models.TextChoices):
        NORMAL = "normal", _("标准字号")
        LARGE = "large", _("大字")

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    theme = models.TextField(choices=Theme, default=Theme.SYSTEM)
    type_size = models.TextField(choices=TypeSize, default=TypeSize.NORMAL)
    language = models.TextField(default="", blank=True)
    face = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "portal_preference"
        constraints = [
            models.CheckConstraint(name="portal_preference_face", condition=Q(face__in=["", "student", "staff"])),
        ]


class Shortcut(models.Model):
    """An application as one account uses it: a favourite at a place of the row (`position`), or only opened lately."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    application_key = models.TextField()
    position = models.PositiveSmallIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "portal_shortcut"
        constraints = [
            models.UniqueConstraint(name="portal_shortcut_once", fields=["account", "application_key"]),
            models.CheckConstraint(name="portal_shortcut_key", condition=~Q(application_key="")),
            models.CheckConstraint(
                name="portal_shortcut_of_use", condition=Q(position__isnull=False) | Q(opened_at__isnull=False)
            ),
        ]


class CalendarAddress(models.Model):
    """The secret address (日历订阅地址) at which a person's programs read his calendar without signing in. Only its digest is kept."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(unique=True, max_length=32)
    leaves_out = ArrayField(
        models.TextField(), default=list, blank=True, help_text="keys of feeds that are not given out"
    )
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, help_text="when a program last came, to the hour")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "portal_calendar_address"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(revoked_at=None), name="portal_calendar_address_one_a_person"
            )
        ]


class FieldOwner(models.Model):
    """Which post answers for a field of 个人信息 (谁负责更正)."""

    field = models.TextField(unique=True)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    office = models.TextField()
    changed_by_name = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "portal_field_owner"


class Correction(models.Model):
    """A field of 个人信息 that its person says is wrong (更正): what it said then, and when it said something else. Its course is the case's."""

    case = models.OneToOneField("flows.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    first_person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    field = models.TextField()
    number = models.TextField(default="", blank=True, help_text="the campus number whose unit or status it is")
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    seen = models.TextField(null=True, help_text="unknown: nothing is concluded")
    now = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    watched_at = models.DateTimeField(null=True, help_text="since its owner says that it is mended at the source")
    arrived_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True, help_text="since the old value is back after the end")
    appealed_at = models.DateTimeField(null=True, help_text="when its person would not take a refusal")
    override = models.OneToOneField(
        "people.Override",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="the source cannot follow: the new value stands until a day",
    )

    class Meta:
        db_table = "portal_correction"
        indexes = [models.Index(fields=["person"], condition=Q(closed_at=None), name="portal_correction_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(arrived_at=None) | ~Q(seen=models.F("now")), name="portal_correction_arrived_is_another"
            )
        ]

    @property
    def words(self) -> str:
        if self.override is not None and self.override.ending in {"", "over", "lifted"}:
            return self.words_of(self.override)
        if self.returned_at:
            return str(_("又变回原来的值"))
        if self.arrived_at:
            return str(_("已改好") if self.closed_at else _("新的值已到，等副本跟上"))
        if self.watched_at:
            return str(_("部门说已改，等新的值到达"))
        if self.appealed_at:
            return str(_("不同意，已申诉"))
        return str(self.case.get_outcome_display() or _("部门在核对"))

    @staticmethod
    def words_of(override: Any) -> str:
        if override.ended_at:
            return str(_("临时更正已结束，又以来源为准"))
        day = short_day(override.until, campus_today().year)
        return str(_("已临时更正，到 %(day)s 为止；来源还没改") % {"day": day})

    @property
    def may_appeal(self) -> bool:
        return self.case.outcome == "refused" and self.appealed_at is None


class CorrectionCopy(models.Model):
    """A place where the corrected value stood, too (副本): `source` of `registry.fact_copies`, and when it followed."""

    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="copies")
    source = models.TextField()
    what = models.TextField(default="", blank=True)
    followed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "portal_correction_copy"
        constraints = [
            models.UniqueConstraint(fields=["correction", "source", "what"], name="portal_correction_copy_once")
        ]

    def __str__(self) -> str:
        source = fact_copies.get(self.source)
        return " · ".join(filter(None, [str(source.title) if source else self.source, self.what]))

    @property
    def follows_when(self) -> Text:
        """What makes it follow, where its person does."""
        source = fact_copies.get(self.source)
        return source.how if source else ""


BYTES = ["text_pattern_ops"]
"""An index by which what begins with a text is found."""


class SearchEntry(models.Model):
    """A thing of the index (检索条目). `searched`: title in both languages and further words, folded, with their pinyin and initials; `grams`: its pairs of letters, and its source (§notices).
    Empty `faces`, `roles` or `unit_ids` say nothing of whom it is for."""

    source = models.TextField()
    object_key = models.TextField()
    title = models.TextField()
    detail = models.TextField(blank=True)
    url = models.TextField()
    icon = models.TextField(blank=True)
    folded = models.TextField(help_text="the title")
    title_en = models.TextField(default="", blank=True, help_text="where English readers read another")
    detail_en = models.TextField(default="", blank=True)
    folded_en = models.TextField(default="", blank=True)
    pinyin = models.TextField(blank=True, help_text="of the title, and the English one")
    searched = models.TextField()
    grams = ArrayField(models.TextField())
    faces = ArrayField(models.TextField(), default=list)
    roles = ArrayField(models.TextField(), default=list)
    unit_ids = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "portal_search_entry"
        constraints = [
            models.UniqueConstraint(fields=["source", "object_key"], name="portal_search_entry_once"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(url=""), name="portal_search_entry_leads_somewhere"),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="portal_search_grams"),
            GinIndex(fields=["pinyin"], opclasses=["gin_trgm_ops"], name="portal_search_pinyin"),
            models.Index(fields=["source", "folded"], opclasses=BYTES * 2, name="portal_search_title"),
            models.Index(fields=["source", "folded_en"], opclasses=BYTES * 2, name="portal_search_title_en"),
            models.Index(fields=["pinyin"], opclasses=BYTES, name="portal_search_sound"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchSynonym(models.Model):
    """What people call it (补卡) and what it is called (校园卡补办)."""

    word = models.TextField(help_text="folded")
    means = models.TextField()
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "portal_search_synonym"
        constraints = [
            models.UniqueConstraint(fields=["word", "means"], name="portal_search_synonym_once"),
            models.CheckConstraint(condition=~Q(word="") & ~Q(means=""), name="portal_search_synonym_says"),
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.means}"


class SearchMiss(models.Model):
    """A search that found nothing: the words, the day, and a digest of the account, so that persons can be counted and not named."""

    word = models.TextField()
    day = models.DateField()
    asker = models.BinaryField()

    class Meta:
        db_table = "portal_search_miss"
        constraints = [models.UniqueConstraint(fields=["word", "asker"], name="portal_search_miss_once")]
        indexes = [models.Index(fields=["asker", "day"], name="portal_search_miss_of_day")]
