"""Phones of units (校内电话), changes of emergency numbers, official accounts (公众号), questions and answers (常见问答)."""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.calendar.hours import Timetable
from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import called
from nanhu.services.directory import rules

NUMBER_SHAPE = r"^[+0-9][0-9 -]{2,22}$"
EXTENSION_SHAPE = r"^[0-9]{0,6}$"


class UnitOwned(models.Model):
    """What a unit keeps of itself: confirmed once a year, taken away and never removed. `kind` stands in addresses and in the log."""

    what: ClassVar[Text]
    kind: ClassVar[str]
    says: ClassVar[tuple[str, ...]] = ()
    """What one reads before one changes it, where it has no `revision`."""
    public_id = models.UUIDField(default=uuid4, unique=True)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    searched = models.TextField(help_text="everything it answers to, folded, with pinyin and initials")
    confirmed_on = models.DateField()
    confirmed_by_name = models.TextField()
    removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    @property
    def title(self) -> str:
        raise NotImplementedError

    @property
    def words(self) -> str:
        """What it answers to besides its title and its unit."""
        raise NotImplementedError


class Phone(UnitOwned):
    """A desk or a post that answers. `hours` on working days and `other_hours` on the rest, as "08:30-12:00 14:30-17:30"; empty: nobody is there."""

    what: ClassVar[Text] = _("这个电话")
    kind = "phone"
    says = ("name", "name_en", "number", "extension", "place", "hours", "other_hours", "languages", "keywords")

    name = models.TextField(help_text="what it is for: 校园卡管理办公室")
    name_en = models.TextField(default="", blank=True)
    number = models.TextField()
    extension = models.TextField(default="", blank=True)
    place = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    hours = models.TextField(default="", blank=True)
    other_hours = models.TextField(default="", blank=True)
    is_emergency = models.BooleanField(default=False, help_text="rings by day and night; two change it")
    languages = models.TextField(default="", blank=True, help_text="besides Chinese, in which it answers")
    keywords = models.TextField(default="", blank=True)
    timetable = Timetable()
    """Of its unit, once `queries.with_hours` has looked; so, too, who has duty now where it is for emergencies."""
    on_duty = ""

    class Meta:
        db_table = "directory_phone"
        indexes = [models.Index(fields=["unit"], condition=Q(removed_at=None), name="directory_phone_of_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=NUMBER_SHAPE, extension__regex=EXTENSION_SHAPE) & ~Q(name=""),
                name="directory_phone_says_what",
            ),
            models.UniqueConstraint(
                fields=["unit", "name", "number", "extension"],
                condition=Q(removed_at=None),
                name="directory_phone_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @property
    def title(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        return f"{self.keywords} {self.languages} {self.name_en} {self.number.replace(' ', '').replace('-', '')} {self.extension}"

    @property
    def called(self) -> str:
        return called(self.name, self.name_en)

    @property
    def full_number(self) -> str:
        return f"{self.number} {self.extension}".strip()

    @property
    def dialled(self) -> str:
        return rules.dialled(self.number, self.extension)


class EmergencyChange(Proposal):
    """A new number for an emergency phone, or its end (`number` empty): asked for by one, agreed by another."""

    what = _("这次改号")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        APPLIED = "applied", _("已生效")
        REFUSED = "refused", _("未同意")

    phone = models.ForeignKey(Phone, on_delete=models.PROTECT, related_name="changes")
    state = models.TextField(choices=State, default=State.ASKED)
    number = models.TextField(blank=True)
    extension = models.TextField(default="", blank=True)
    before = models.TextField()

    class Meta:
        db_table = "directory_emergency_change"
        constraints = [
            models.UniqueConstraint(fields=["phone"], condition=Q(state="asked"), name="directory_change_one_waits"),
            models.CheckConstraint(
                condition=Q(number="") | Q(number__regex=NUMBER_SHAPE, extension__regex=EXTENSION_SHAPE),
                name="directory_change_is_a_number",
            ),
            *proposal_constraints("directory_emergency_change", undecided=["asked"], decided=["applied", "refused"]),
        ]

    def __str__(self) -> str:
        return f"{self.phone.name} {self.number}"


class Account(UnitOwned):
    """An official account (公众号): what it is for, and the address behind its code, from which the code is drawn anew."""

    what: ClassVar[Text] = _("这个公众号")
    kind = "account"
    says = ("name", "name_en", "handle", "intro", "intro_en")

    name = models.TextField()
    name_en = models.TextField(default="", blank=True)
    handle = models.TextField(default="", blank=True, help_text="微信号")
    intro = models.TextField()
    intro_en = models.TextField(default="", blank=True)
    address = models.TextField(help_text="what its QR code says")

    class Meta:
        db_table = "directory_account"
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(intro="") & ~Q(address=""), name="directory_account_says"
            ),
            models.UniqueConstraint(fields=["address"], condition=Q(removed_at=None), name="directory_account_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        return f"{self.handle} {self.name_en}"

    @property
    def called(self) -> str:
        return called(self.name, self.name_en)

    @property
    def intro_shown(self) -> str:
        return called(self.intro, self.intro_en)


class Answer(UnitOwned):
    """A question that people ask, and the unit's answer (常见问答). `revision` grows with each change."""

    what: ClassVar[Text] = _("这条问答")
    kind = "answer"

    question = models.TextField()
    answer = models.TextField()
    question_en = models.TextField(default="", blank=True)
    answer_en = models.TextField(default="", blank=True)
    keywords = models.TextField(default="", blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "directory_answer"
        constraints = [
            models.CheckConstraint(condition=~Q(question="") & ~Q(answer=""), name="directory_answer_says"),
            models.UniqueConstraint(
                fields=["unit", "question"], condition=Q(removed_at=None), name="directory_answer_once"
            ),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def title(self) -> str:
        return self.question

    @property
    def words(self) -> str:
        return f"{self.keywords} {self.question_en}"

    @property
    def called(self) -> str:
        return called(self.question, self.question_en)

    @property
    def answer_shown(self) -> str:
        return called(self.answer, self.answer_en)


KINDS: dict[str, type[Any]] = {model.kind: model for model in (Phone, Account, Answer)}
