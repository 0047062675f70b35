"""Proposals (一人经办、一人复核): what one person asks for and another decides. Whoever asked never decides.

The service says so in a sentence (`Proposal.decide`); the database holds it whatever wrote the row (`proposal_constraints`).
Both proved lately who they are (`refuse_stale`). What nobody decides for so many days (`days_to_decide`) is closed by a job.
Where the second person signs a record that lives on (a merchant, a shift), `refuse_same_person` says it alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, Self, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.errors import (
    NotTheAuthorError,
    ReasonMissingError,
    SamePersonError,
    StaleSignInError,
    WrongStateError,
)
from nanhu.kernel.once import made_by_form
from nanhu.kernel.registry import Text
from nanhu.kernel.school import school
from nanhu.kernel.school.tables import tables_in

TAKEN_BACK, REFUSED = "taken_back", "refused"
EXPIRY: Final = Actor.system("expiry")
"""Under whose name a proposal is refused that nobody decided in time: the job's alone (`kernel.expire_proposals`)."""
NOT_IN_TIME: Final = "逾期无人复核，自动关闭"
WITHDRAWN: Final = "制单人撤回"
"""The answer with which its author has his room refuse it, and so takes it back: what it kept is free. From nobody else it is an answer."""
USUAL_DAYS: Final = 30
MOST_DAYS: Final = 366


def read_days() -> list[tuple[date, int]]:
    """[[proposals.second_person]] of the school's file: how many days a proposal waits that is made from a day on."""
    tables = tables_in(school().raw, "proposals.second_person")
    for table in tables:
        table.only({"from", "days"})
    return sorted(
        (table.day("from", date.min), table.whole("days", USUAL_DAYS, least=1, most=MOST_DAYS)) for table in tables
    )


def days_to_decide(day: date) -> int:
    """Of a proposal that is made on this day."""
    return next((days for since, days in reversed(read_days()) if since <= day), USUAL_DAYS)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a case: a line of its timeline. `words`: what was said with it."""

    what: Text
    who: str
    at: datetime | None
    words: Text = ""


class Proposal(models.Model):
    """A subclass names its states (`State`), says what it is (`what`, as in "没有找到这笔退款") and takes `proposal_constraints`
    into its Meta. In the state `waits_in` it waits to be decided; `taken_back` is the end that its author gave it before that."""

    what: ClassVar[Text] = _("这一件")
    waits_in: ClassVar[str] = "asked"

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    state = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approver_name = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def waiting_for(cls, account_id: int) -> QuerySet[Self]:
        """What this person may decide."""
        return cls._default_manager.filter(state=cls.waits_in).exclude(author_id=account_id)

    @classmethod
    def known(cls, by: Actor, token: UUID) -> Self | None:
        """What this person's form made before; asked first in the transaction of the action, which is then alone with the form.
        Where it made nothing yet, he is about to propose: he proved lately who he is."""
        found = made_by_form(cls, token, author_id=by.account_id)
        if found is None:
            refuse_stale(by)
        return found

    @classmethod
    def begun(cls, by: Actor, token: UUID, **facts: Any) -> Self:
        """A new one of this person's form, where `known` found none."""
        return cls._default_manager.create(token=token, author_id=account_of(by), author_name=by.name, **facts)

    @classmethod
    def refuse_waiting(cls, **which: Any) -> None:
        """Where one of these waits already; of rows that are locked."""
        waits = cls._default_manager.filter(state=cls.waits_in, **which).first()
        if waits is not None:
            raise waits.wrong_state()

    def locked_in(self, states: Collection[str], rows: QuerySet[Self] | None = None) -> Self:
        """The row as it is now, locked until the transaction ends, if it is in one of these states. `rows`: with what is read along."""
        every = type(self)._default_manager.all() if rows is None else rows  # noqa: SLF001 - the manager of whichever model
        found = every.select_for_update(of=("self",)).get(pk=self.pk)
        if found.state not in states:
            raise found.wrong_state()
        return found

    def wrong_state(self, word: object = "") -> WrongStateError:
        """`word`: what it is, where the state alone does not say it (已过期)."""
        return WrongStateError(what=self.what, state=word or self.state_word)

    @property
    def others(self) -> Collection[int]:
        """Accounts that may not decide it either, beside its author's: whose work it would undo."""
        return ()

    @property
    def waits_since(self) -> datetime:
        return self.created_at

    @property
    def expires_at(self) -> datetime:
        return self.waits_since + timedelta(days=days_to_decide(campus_time(self.waits_since).date()))

    @property
    def is_overdue(self) -> bool:
        """It waits, and nobody may decide it any more."""
        return self.state == self.waits_in and now() >= self.expires_at

    @property
    def is_expired(self) -> bool:
        """Refused by nobody: its time was over."""
        return self.ended_alone and self.answer != WITHDRAWN

    @property
    def is_withdrawn(self) -> bool:
        """Its author took it back before anybody decided."""
        return self.state == TAKEN_BACK or (self.ended_alone and self.answer == WITHDRAWN)

    @property
    def ended_alone(self) -> bool:
        return self.state == REFUSED and self.decided_at is not None and self.approver_id is None

    @property
    def state_word(self) -> object:
        if self.is_expired:
            return _("已过期")
        if self.is_withdrawn:
            return _("已撤回")
        field = cast("models.Field[Any, Any]", self._meta.get_field("state"))
        return dict(field.flatchoices).get(self.state, self.state)

    @property
    def requested(self) -> tuple[str, datetime]:
        """Who waits for an answer, and since when."""
        return self.author_name, self.waits_since

    @property
    def ended_by(self) -> str:
        """Whose answer it is: the approver's, or its author's who took it back."""
        return self.approver_name or (self.author_name if self.decided_at and not self.is_expired else "")

    @property
    def history(self) -> list[Event]:
        """In its order, as its page tells it."""
        events = [Event(_("制单"), self.author_name, self.created_at)]
        if self.decided_at is not None:
            taken_back, refused, agreed = _("撤回"), _("不同意"), _("同意")
            what = taken_back if self.is_withdrawn else refused if self.answer else agreed
            words = "" if self.is_withdrawn and self.answer == WITHDRAWN else self.answer
            if self.is_expired:
                is_too_late = self.answer in {"", NOT_IN_TIME}
                too_late = _("逾期无人复核，自动关闭。需要办理的，请重新提出。")
                events.append(Event(_("过期"), "", self.decided_at, too_late if is_too_late else self.answer))
            else:
                events.append(Event(what, self.ended_by, self.decided_at, words))
        return events

    def decide(self, by: Actor, *, state: str, answer: str = "") -> None:
        """Of a row that is locked and waits; the caller saves. A part of the program decides nothing, but for the one that closes
        what is overdue: it refuses. So does its author who takes it back (`WITHDRAWN`)."""
        is_closed = by == EXPIRY and self.is_overdue
        is_mine = by.account_id is not None and by.account_id == self.author_id and answer == WITHDRAWN
        if state != REFUSED or not (is_closed or is_mine):
            for one in (self.author_id, *self.others):
                refuse_same_person(by, one)
            refuse_stale(by)
            if self.is_overdue:
                raise self.wrong_state(_("已过期"))
            self.approver_id, self.approver_name = by.account_id, by.name
        self.state, self.answer, self.decided_at = state, answer.strip(), now()

    def take_back(self, by: Actor, *, answer: str = "") -> None:
        """The other end of a row that is locked and waits, for its author alone; the caller saves."""
        if by.account_id is None or by.account_id != self.author_id:
            raise NotTheAuthorError
        self.state, self.answer, self.decided_at = TAKEN_BACK, answer.strip(), now()


def refuse_same_person(by: Actor, first_id: int | None) -> None:
    """`first_id`: whose work `by` is about to sign. A part of the program is nobody's second person."""
    if by.account_id is None or by.account_id == first_id:
        raise SamePersonError


def refuse_stale(by: Actor) -> None:
    """Whoever proposes or decides proved it is he; in the service, so that no page forgets it."""
    if not by.is_fresh:
        raise StaleSignInError


def given(answer: str) -> str:
    """Why something is refused: never empty."""
    if not answer.strip():
        raise ReasonMissingError
    return answer.strip()


def proposal_constraints(
    table: str, *, undecided: Collection[str], decided: Collection[str], can_be_taken_back: bool = False
) -> list[models.BaseConstraint]:
    """Two people; and whoever decided stands there from the moment on that it is decided, not before. What its author took back, or
    what was refused because its time was over, nobody decided."""
    known = Q(state__in=list(undecided), approver__isnull=True, decided_at__isnull=True)
    known |= Q(state__in=list(decided), approver__isnull=False, decided_at__isnull=False)
    ends_alone = [REFUSED, *([TAKEN_BACK] if can_be_taken_back else [])]
    known |= Q(state__in=ends_alone, approver__isnull=True, decided_at__isnull=False)
    return [
        models.CheckConstraint(
            condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name=f"{table}_two_people"
        ),
        models.CheckConstraint(condition=known, name=f"{table}_decided"),
    ]
