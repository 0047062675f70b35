import json
from typing import Any
from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Replace, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField

PASSPORT = "A"
"""Of SFZJLX. Each country numbers its own: two of them may have given the same one."""
CAMPUS_NO_SHAPE = r"^[0-9A-Za-z][0-9A-Za-z-]{1,19}$"


class ChangeSet(models.Model):
    """One write to the golden record, as a whole: what a batch, a merge or a correction did. Can be taken back."""

    class Kind(models.TextChoices):
        IMPORT = "import", _("导入")
        MERGE = "merge", _("归并")
        REBUILD = "rebuild", _("重建")
        CORRECTION = "correction", _("更正")
        REVERT = "revert", _("撤回")
        CALENDAR = "calendar", _("到期")

    kind = models.TextField(choices=Kind)
    source = models.TextField(help_text="key of the source, such as hr.staff")
    source_title = models.TextField(default="", blank=True)
    batch_no = models.BigIntegerField(null=True)
    actor = models.TextField()
    reason = models.TextField(default="", blank=True)
    reverts = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reverted_by")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "people_change_set"
        indexes = [models.Index(fields=["batch_no"], name="people_change_set_batch")]


class OrgUnit(models.Model):
    """A unit of the school (机构): school, department, college, major, class."""

    code = models.TextField(unique=True)
    name = models.TextField()
    short_name = models.TextField(default="", blank=True)
    kind = models.TextField(default="", blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    is_active = models.BooleanField(default=True)
    provenance: Any = models.JSONField(default=dict)
    created_in = models.ForeignKey(ChangeSet, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "people_org_unit"
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="people_unit_is_named"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="people_unit_is_not_its_own_parent"
            ),
        ]


class Person(models.Model):
    """A human being the school knows, once. `provenance` says for each field which source and change set it is from."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    name = models.TextField()
    pinyin = models.TextField(default="", blank=True)
    initials = models.TextField(default="", blank=True)
    sex = models.TextField(default="0", help_text="GB/T 2261.1")
    birth_date = models.DateField(null=True)
    nationality = models.TextField(default="", blank=True, help_text="GB/T 2659, three letters")
    ethnicity = models.TextField(default="", blank=True, help_text="GB/T 3304, two digits")
    document_kind = models.TextField(default="", blank=True, help_text="SFZJLX of JY/T 1001")
    id_number = EncryptedTextField(purpose="people.id_number", null=True)
    id_number_index = models.BinaryField(null=True, max_length=32)
    phone = EncryptedTextField(purpose="people.phone", null=True)
    phone_index = models.BinaryField(null=True, max_length=32)
    email = models.TextField(default="", blank=True)
    photo_path = models.TextField(default="", blank=True)
    portrait_path = models.TextField(db_default="", blank=True, help_text="set by himself; the photo is the office's")
    is_void = models.BooleanField(
        default=False, help_text="only batches that were rolled back spoke of them: nobody, until one brings them again"
    )
    provenance: Any = models.JSONField(default=dict)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    created_in = models.ForeignKey(ChangeSet, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "people_person"
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"^\S(.*\S)?$"), name="people_person_is_named"),
            models.CheckConstraint(condition=Q(sex__in=["0", "1", "2", "9"]), name="people_person_sex_is_standard"),
            models.CheckConstraint(
                condition=Q(nationality="") | Q(nationality__regex=r"^[A-Z]{3}$"),
                name="people_person_nationality_is_standard",
            ),
            models.CheckConstraint(
                condition=Q(ethnicity="") | Q(ethnicity__regex=r"^[0-9]{2}$"),
                name="people_person_ethnicity_is_standard",
            ),
            models.CheckConstraint(
                condition=Q(birth_date=None) | Q(birth_date__gte="1900-01-01", birth_date__lte="2100-01-01"),
                name="people_person_birth_is_plausible",
            ),
            models.CheckConstraint(
                condition=Q(id_number__isnull=True, id_number_index=None)
                | Q(id_number__isnull=False, id_number_index__isnull=False),
                name="people_person_id_number_is_indexed",
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index=None) | Q(phone__isnull=False, phone_index__isnull=False),
                name="people_person_phone_is_indexed",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="people_person_is_not_merged_into_itself"
            ),
            models.UniqueConstraint(
                fields=["id_number_index", "document_kind"],
                condition=Q(merged_into=None) & ~Q(document_kind=PASSPORT),
                name="people_person_document_once",
            ),
            models.UniqueConstraint(
                fields=["id_number_index", "nationality"],
                condition=Q(merged_into=None, document_kind=PASSPORT),
                name="people_person_passport_once",
            ),
            models.CheckConstraint(
                condition=Q(is_void=False) | Q(id_number_index=None, phone_index=None),
                name="people_person_void_is_bare",
            ),
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="people_person_phone"),
            models.Index(fields=["name", "birth_date"], name="people_person_name_birth"),
            models.Index(fields=["merged_into"], name="people_person_merged", condition=~Q(merged_into=None)),
            GinIndex(fields=["name", "pinyin"], opclasses=["gin_trgm_ops"] * 2, name="people_person_search"),
            models.Index(fields=["initials"], opclasses=["text_pattern_ops"], name="people_person_initials"),
            models.Index(
                OpClass("name", name="text_pattern_ops"), name="people_person_name_start", condition=Q(merged_into=None)
            ),
            models.Index(
                OpClass(Replace("pinyin", Value(" "), Value("")), name="text_pattern_ops"),
                name="people_person_pinyin_start",
                condition=Q(merged_into=None),
            ),
        ]


@known(kind="people_affiliation_kind", state="people_affiliation_state")
class Affiliation(models.Model):
    """What ties a person to the school, under a campus number, from a day to a day (both included)."""

    class Kind(models.TextChoices):
        STUDENT = "student", _("学生")
        STAFF = "staff", _("教职工")
        TEMPORARY = "temporary", _("临时人员")
        GUEST = "guest", _("来宾")

    class State(models.TextChoices):
        PLANNED = "planned", _("未开始")
        ACTIVE = "active", _("正常")
        SUSPENDED = "suspended", _("暂停")
        ENDED = "ended", _("已结束")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="affiliations")
    kind = models.TextField(choices=Kind)
    campus_no = models.TextField()
    unit = models.ForeignKey(OrgUnit, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.TextField(default="", blank=True, help_text="code of the category")
    category_name = models.TextField(default="", blank=True)
    status_name = models.TextField(default="", blank=True, help_text="在读, 休学, 在职, 退休, …")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    state = models.TextField(choices=State, default=State.ACTIVE)
    provenance: Any = models.JSONField(default=dict)
    created_in = models.ForeignKey(ChangeSet, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "people_affiliation"
        constraints = [
            models.CheckConstraint(
                condition=Q(campus_no__regex=CAMPUS_NO_SHAPE), name="people_affiliation_campus_no_shape"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="people_affiliation_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ends_on__isnull=False), name="people_affiliation_ended_has_a_day"
            ),
            models.UniqueConstraint(
                fields=["campus_no"], condition=~Q(state="ended"), name="people_affiliation_live_campus_no_once"
            ),
            ExclusionConstraint(
                name="people_affiliation_no_overlap",
                expressions=[
                    (F("person"), RangeOperators.EQUAL),
                    (F("kind"), RangeOperators.EQUAL),
                    (F("campus_no"), RangeOperators.EQUAL),
                    (Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["campus_no"], opclasses=["text_pattern_ops"], name="people_affiliation_campus_no"),
            models.Index(OpClass(Upper("campus_no"), name="text_pattern_ops"), name="people_affiliation_number"),
            models.Index(
                fields=["person"], name="people_affiliation_alive", condition=Q(state__in=["active", "suspended"])
            ),
            models.Index(fields=["unit", "kind"], name="people_affiliation_unit"),
        ]


class Change(models.Model):
    """What one row held before a change set touched it: `before` and `sources` by column, sensitive values in `sealed`."""

    change_set = models.ForeignKey(ChangeSet, on_delete=models.PROTECT, related_name="changes")
    entity = models.TextField(choices=[("person", "person"), ("affiliation", "affiliation"), ("unit", "unit")])
    entity_id = models.BigIntegerField()
    before: Any = models.JSONField()
    sources: Any = models.JSONField(default=dict)
    sealed = EncryptedTextField(purpose="people.change", null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "people_change"
        constraints = [
            models.UniqueConstraint(fields=["change_set", "entity", "entity_id"], name="people_change_once_per_set")
        ]
        indexes = [models.Index(fields=["entity", "entity_id", "-id"], name="people_change_of")]

    def values_before(self) -> dict[str, Any]:
        """By column, the sensitive ones opened."""
        secret: dict[str, Any] = json.loads(self.sealed) if self.sealed else {}
        return {**self.before, **secret}


class Parting(models.Model):
    """Two who were taken for one were told apart: between `since` (None: that is not on record) and `until` what happened to the record of
    `holder` may have been meant of `restored`."""

    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    restored = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "people_parting"
        constraints = [
            models.CheckConstraint(condition=~Q(holder=F("restored")), name="people_parting_of_two"),
            models.CheckConstraint(condition=Q(since=None) | Q(until__gte=F("since")), name="people_parting_in_time"),
        ]
