"""Definitions in versions; cases with their tokens, tasks and entries; delegations. What must hold is held by the database."""

from typing import Any, ClassVar, Final
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows.body import Body, decoded

PEOPLE = "people.Person"
UNITS = "people.OrgUnit"


@known(origin="flows_definition_origin", retention="flows_definition_retention")
class Definition(models.Model):
    """A service that people apply for, or a process of the house. Its versions say how it goes."""

    class Origin(models.TextChoices):
        CODE = "code", _("程序")
        BROWSER = "browser", _("网页")

    RETENTION: ClassVar = [("short", _("结束后一年")), ("normal", _("结束后五年")), ("record", _("永久"))]

    key = models.TextField(unique=True)
    name = models.TextField()
    summary = models.TextField(default="", blank=True)
    unit = models.ForeignKey(UNITS, null=True, on_delete=models.PROTECT, related_name="+")
    faces: Any = models.JSONField(default=list, help_text="student, staff: who may apply; empty: no page opens it")
    units: Any = models.JSONField(default=list, help_text="codes of units: who is of them may apply; empty: everybody")
    categories: Any = models.JSONField(
        default=list, help_text="codes of categories of persons: who is of one may apply; empty: everybody"
    )
    section = models.TextField(default="service")
    icon = models.TextField(default="file-text")
    promise = models.PositiveIntegerField(help_text="working minutes")
    prefix = models.TextField(help_text="of its cases' numbers")
    origin = models.TextField(choices=Origin, default=Origin.CODE)
    legal_basis = models.TextField(default="", blank=True)
    retention = models.TextField(choices=RETENTION, default="normal")
    fallback = models.TextField(
        default="", blank=True, help_text="what to do while the system stands still; empty: wait"
    )
    is_offered = models.BooleanField(default=True)
    edits = models.PositiveIntegerField(default=0, help_text="how often a draft of it was changed; never falls")
    usual_minutes = models.PositiveIntegerField(
        null=True, help_text="working minutes that half of the last 90 days took"
    )
    longer_minutes = models.PositiveIntegerField(null=True, help_text="that nine of ten took")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_definition"
        constraints = [
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z][a-z0-9_.]{1,59}$")
                & ~Q(name="")
                & Q(prefix__regex=r"^[A-Z]{2,4}$")
                & Q(promise__gt=0),
                name="flows_definition_is_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """How a definition goes, from a moment on. Its body never changes; the newest is what new cases begin with."""

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.TextField(help_text="nanhu.platforms.flows.body.Body as JSON")
    digest = models.TextField()
    change = models.TextField(default="", blank=True, help_text="what is new, in words")
    published_by_name = models.TextField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_version"
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="flows_version_once"),
            models.CheckConstraint(
                condition=Q(number__gt=0, digest__regex=r"^[0-9a-f]{64}$"), name="flows_version_is_numbered"
            ),
        ]

    @property
    def body(self) -> Body:
        return decoded(self.content)


class Case(models.Model):
    """One run of a process. Its row is locked by whoever moves it."""

    class State(models.TextChoices):
        RUNNING = "running", _("办理中")
        RETURNED = "returned", _("退回待改")
        CLOSED = "closed", _("已办结")

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("同意")
        REFUSED = "refused", _("不同意")
        WITHDRAWN = "withdrawn", _("已撤回")
        CANCELLED = "cancelled", _("已取消")
        EXPIRED = "expired", _("逾期作废")

    public_id = models.UUIDField(default=uuid4, unique=True)
    number = models.TextField(unique=True)
    token = models.UUIDField(unique=True, help_text="names the form that opened it")
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(PEOPLE, null=True, on_delete=models.PROTECT, related_name="+")
    applicant_name = models.TextField(default="", blank=True)
    opened_by_name = models.TextField()
    subject_key = models.TextField(default="", blank=True, help_text="whose it is: a room's own key")
    subject_id = models.TextField(default="", blank=True)
    twin = models.TextField(default="", blank=True, help_text="digest of the fields that two open cases may not share")
    state = models.TextField(choices=State, default=State.RUNNING)
    data: Any = models.JSONField(default=dict)
    sealed = EncryptedTextField(purpose="flows.case", null=True)
    opened_at = models.DateTimeField(default=timezone.now)
    promised = models.PositiveIntegerField(default=0, help_text="working minutes, as its process said when it began")
    due_at = models.DateTimeField(null=True, help_text="none while the clock stands")
    minutes_left = models.IntegerField(null=True, help_text="of the promise, while the clock stands")
    stopped_at = models.DateTimeField(null=True)
    stood: Any = models.JSONField(default=list, help_text="from when until when the clock stood, each time")
    returns = models.PositiveSmallIntegerField(default=0)
    outcome = models.TextField(choices=Outcome, default="", blank=True)
    closed_at = models.DateTimeField(null=True)
    is_on_paper = models.BooleanField(default=False, help_text="decided on paper and entered afterwards")
    percent = models.PositiveSmallIntegerField(default=0)
    used_minutes = models.PositiveIntegerField(null=True, help_text="working minutes until it was closed")
    rating = models.PositiveSmallIntegerField(null=True, help_text="1 to 5, said once by the applicant")
    rating_words = models.TextField(default="", blank=True)
    forgotten_at = models.DateTimeField(null=True, help_text="when what was said in it was taken away")
    archived = models.ForeignKey("printing.PrintedDocument", null=True, on_delete=models.PROTECT, related_name="+")
    said = ""
    """In a few words, once `presented.with_what_was_said` has looked."""

    class Meta:
        db_table = "flows_case"
        indexes = [
            models.Index(fields=["applicant", "-opened_at"], name="flows_case_of_applicant"),
            models.Index(fields=["definition", "-opened_at"], name="flows_case_of_definition"),
            models.Index(fields=["due_at"], name="flows_case_running", condition=Q(state="running")),
            models.Index(
                fields=["closed_at"],
                name="flows_case_measured",
                condition=Q(used_minutes__isnull=False),
                include=["definition", "used_minutes", "outcome"],
            ),
            models.Index(
                fields=["subject_key", "subject_id"], name="flows_case_of_subject", condition=~Q(subject_key="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "returned"], outcome="", closed_at=None)
                | Q(
                    state="closed",
                    outcome__in=["granted", "refused", "withdrawn", "cancelled", "expired"],
                    closed_at__isnull=False,
                ),
                name="flows_case_state",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False, minutes_left=None, stopped_at=None)
                | Q(due_at=None, minutes_left__isnull=False, stopped_at__isnull=False),
                name="flows_case_clock_runs_or_stands",
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="flows_case_percent"),
            models.CheckConstraint(
                condition=Q(rating=None, rating_words="") | Q(rating__range=(1, 5), applicant__isnull=False),
                name="flows_case_rating",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(state="closed", data={}, sealed__isnull=True),
                name="flows_case_forgotten",
            ),
            models.UniqueConstraint(
                fields=["definition", "applicant", "twin"],
                condition=Q(state__in=["running", "returned"]) & ~Q(twin=""),
                name="flows_case_no_twin",
            ),
        ]

    def __str__(self) -> str:
        return f"{term(self.definition.name)} {self.number}"

    @property
    def body(self) -> Body:
        if "version" in self._state.fields_cache:
            return self.version.body
        return body_of(self.version_id)


def body_of(version_id: int) -> Body:
    """Of a version, which never changes: read once in a process, and not with each of its cases."""
    known = BODIES()
    if version_id not in known:
        known[version_id] = Version.objects.get(pk=version_id).body
    return known[version_id]


BODIES: Final[Remembered[dict[int, Body]]] = Remembered(dict, seconds=86_400)


class Draft(models.Model):
    """What somebody has typed of a form and not sent: one a person and process. Sealed fields are not in it."""

    person = models.ForeignKey(PEOPLE, on_delete=models.CASCADE, related_name="+")
    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="+")
    data: Any = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "flows_draft"
        constraints = [models.UniqueConstraint(fields=["person", "definition"], name="flows_draft_once")]


class Token(models.Model):
    """The cursor: where a case stands. A case that runs has at least one, a branch of a step never two."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tokens")
    step = models.TextField()
    branch = models.TextField(default="", blank=True, help_text="/g1/b2: within which splits")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_token"
        constraints = [models.UniqueConstraint(fields=["case", "step", "branch"], name="flows_token_once")]


class Task(models.Model):
    """What one person, or whoever holds a post (pool), has to do. `revision` counts its changes: a stale form is refused."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等前一位")
        OPEN = "open", _("待办")
        CLAIMED = "claimed", _("已认领")
        DONE = "done", _("已办")
        CANCELLED = "cancelled", _("已取消")

    class Decision(models.TextChoices):
        AGREE = "agree", _("同意")
        REFUSE = "refuse", _("不同意")
        RETURN = "return", _("退回")
        DONE = "done", _("办好")

    public_id = models.UUIDField(default=uuid4, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    applicant = models.ForeignKey(PEOPLE, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    token = models.ForeignKey(Token, null=True, on_delete=models.PROTECT, related_name="tasks")
    step = models.TextField()
    branch = models.TextField(default="", blank=True)
    kind = models.TextField()
    person = models.ForeignKey(PEOPLE, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    pool_unit = models.ForeignKey(UNITS, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    pool_office = models.TextField(default="", blank=True)
    why = models.TextField(help_text="why this holder: post, own_post, person, resolver, signer, transfer, owner")
    state = models.TextField(choices=State, default=State.OPEN)
    behind = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    is_added = models.BooleanField(default=False, help_text="a signer whom the holder added")
    place = models.PositiveSmallIntegerField(default=0, help_text="for which assignee of its step it stands")
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)
    level = models.PositiveSmallIntegerField(default=0, help_text="per cent of the promise that were told")
    urged_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by: Any = models.JSONField(default=list, help_text="ids of the persons who opened it")
    claimed_by = models.ForeignKey(PEOPLE, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    done_by = models.ForeignKey(PEOPLE, null=True, on_delete=models.PROTECT, related_name="+")
    done_for = models.ForeignKey(PEOPLE, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True)
    decision = models.TextField(choices=Decision, default="", blank=True)
    comment = models.TextField(default="", blank=True)
    data: Any = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "flows_task"
        indexes = [
            models.Index(
                fields=["person", "due_at"],
                name="flows_task_of_person",
                condition=Q(state__in=["open", "claimed"], person__isnull=False),
            ),
            models.Index(
                fields=["pool_unit", "pool_office", "due_at"],
                name="flows_task_of_pool",
                condition=Q(state__in=["open", "claimed"], person=None),
            ),
            models.Index(fields=["due_at"], name="flows_task_due", condition=Q(state__in=["open", "claimed"])),
            models.Index(
                fields=["person", "due_at"],
                name="flows_task_ended_of_person",
                condition=Q(state__in=["done", "cancelled"], person__isnull=False),
            ),
            models.Index(
                fields=["pool_unit", "pool_office", "due_at"],
                name="flows_task_ended_of_pool",
                condition=Q(state__in=["done", "cancelled"], person=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, pool_unit=None, pool_office="")
                | (Q(person=None, pool_unit__isnull=False) & ~Q(pool_office="")),
                name="flows_task_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "open"], claimed_by=None, done_by=None, decision="", done_at=None)
                | Q(state="claimed", claimed_by__isnull=False, done_by=None, decision="", done_at=None)
                | Q(state="cancelled", done_by=None, decision="")
                | Q(
                    state="done",
                    done_by__isnull=False,
                    done_at__isnull=False,
                    decision__in=["agree", "refuse", "return", "done"],
                ),
                name="flows_task_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "cancelled"]) | Q(token__isnull=False), name="flows_task_has_a_token"
            ),
            models.CheckConstraint(
                condition=Q(applicant=None)
                | Q(kind="fill")
                | ((Q(done_by=None) | ~Q(done_by=F("applicant"))) & (Q(done_for=None) | ~Q(done_for=F("applicant")))),
                name="flows_task_decider_is_not_the_applicant",
            ),
            models.UniqueConstraint(
                fields=["token", "person"],
                condition=Q(state__in=["waiting", "open", "claimed"], person__isnull=False),
                name="flows_task_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["token", "done_by"],
                condition=Q(kind="countersign", is_added=False, done_by__isnull=False),
                name="flows_task_one_vote_a_person",
            ),
        ]


class Entry(models.Model):
    """A line of a case's timeline: added, never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField(default=timezone.now)
    actor = models.TextField()
    person = models.ForeignKey(PEOPLE, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    verb = models.TextField()
    step = models.TextField(default="", blank=True)
    words = models.TextField(default="", blank=True)

    class Meta:
        db_table = "flows_entry"
        indexes = [models.Index(fields=["case", "id"], name="flows_entry_of_case")]


class Delegation(models.Model):
    """Somebody's tasks may be decided by another from a day to a day. It never chains, and never reaches the case's applicant."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    owner = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="+")
    delegate = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="+")
    definition = models.ForeignKey(Definition, null=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_delegation"
        indexes = [models.Index(fields=["delegate", "ends_on"], name="flows_delegation_to", condition=Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(owner=F("delegate")) & Q(ends_on__gte=F("starts_on")) & ~Q(reason=""),
                name="flows_delegation_is_to_another",
            ),
            ExclusionConstraint(
                name="flows_delegation_one_a_day",
                expressions=[
                    (F("owner"), RangeOperators.EQUAL),
                    (Coalesce(F("definition"), Value(0), output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    (Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
            ),
        ]
