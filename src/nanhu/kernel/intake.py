"""Lists handed in as a file (批次): checked as a whole, submitted by their author, decided by another, worked off by a job.

This is the head of a list and its way through the states. The rows stand in tables of the room, where the database holds what
each must be; `desk.intake` (kernel.kit) has the pages.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotTheAuthorError
from nanhu.kernel.jobs import defer, start_progress
from nanhu.kernel.proposals import Event, Proposal, given, proposal_constraints, refuse_stale

CHECKED, SUBMITTED, WORKING, DONE = "checked", "submitted", "posting", "posted"
REFUSED, DISCARDED, UNDONE = "refused", "discarded", "undone"
UNDECIDED, DECIDED = (CHECKED, SUBMITTED, DISCARDED), (WORKING, DONE, REFUSED)


class IntakeBatch(Proposal):
    """A subclass names these states in its own words (and further ones). `key` ("card.payout") is that of its audit and its
    progress, `job` the name of the job that works it off, given `batch_id`; it may run twice."""

    waits_in = SUBMITTED
    key: ClassVar[str]
    job: ClassVar[str]

    title = models.TextField()
    file_name = models.TextField(default="", blank=True)
    progress_id = models.UUIDField(null=True)
    submitted_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def size(self) -> int:
        """How many rows are to be worked off."""
        raise NotImplementedError

    @property
    def waits_since(self) -> datetime:
        return self.submitted_at or self.created_at

    @property
    def is_at_work(self) -> bool:
        """Its job runs, and its page tells how far it is."""
        return self.state == WORKING

    @property
    def step(self) -> int:
        """How far it came: file, check, submission, second person, work; 6 when all is done, 0 where it was given up."""
        return {CHECKED: 3, SUBMITTED: 4, WORKING: 5, DONE: 6}.get(self.state, 0)

    @property
    def history(self) -> list[Event]:
        made, *later = super().history
        submitted = [Event(_("提交"), self.author_name, self.submitted_at)] if self.submitted_at else []
        posted = [Event(_("办完"), "", self.posted_at)] if self.posted_at else []
        return [made, *submitted, *later, *posted]

    def facts(self) -> Mapping[str, object]:
        """For the audit."""
        raise NotImplementedError

    def refuse_work(self) -> None:
        """Raises what would hinder its work, before it is approved."""

    def let_go(self) -> None:
        """It will never be worked off: what it kept from other lists is free."""

    def begin_work(self, by: Actor, *, job: str = "", total: int | None = None) -> None:
        """Whoever began it sees how far it is; the caller saves."""
        rows = self.size if total is None else total
        self.progress_id = start_progress(kind=self.key, title=self.title, total=rows, by=by).public_id
        defer(job or self.job, batch_id=self.pk)

    def enter(self, by: Actor, state: str, action: str, reason: str = "") -> None:
        """Saved in this state, and noted."""
        self.state = state
        self.save()
        self.note(by, action, reason)

    def note(self, by: Actor, action: str, reason: str = "") -> None:
        """In the audit: "submit_{}" as "card.submit_payout" of "payout:…"."""
        room, noun = self.key.split(".")
        target = f"{noun}:{self.public_id}"
        audit.record(
            by=by, action=f"{room}.{action.format(noun)}", target=target, reason=reason, facts=dict(self.facts())
        )


class RowList(IntakeBatch):
    """One that keeps how many rows it has, and can be rolled back."""

    class State(models.TextChoices):
        CHECKED = CHECKED, _("待提交")
        SUBMITTED = SUBMITTED, _("待复核")
        POSTING = WORKING, _("写入中")
        POSTED = DONE, _("已写入")
        REFUSED = REFUSED, _("未同意")
        DISCARDED = DISCARDED, _("已作废")
        UNDONE = UNDONE, _("已回滚")

    row_count = models.IntegerField()
    state = models.TextField(choices=State, default=State.CHECKED)

    class Meta:
        abstract = True

    @property
    def size(self) -> int:
        return self.row_count

    def facts(self) -> Mapping[str, object]:
        return {"count": self.row_count}


def row_list_constraints(table: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=Q(row_count__gt=0) & ~Q(title=""), name=f"{table}_says_what"),
        *proposal_constraints(table, undecided=UNDECIDED, decided=[*DECIDED, UNDONE]),
    ]


@transaction.atomic
def submit[B: IntakeBatch](*, by: Actor, batch: B) -> B:
    refuse_stale(by)
    locked = batch.locked_in({CHECKED})
    locked.submitted_at = now()
    locked.enter(by, SUBMITTED, "submit_{}")
    return locked


@transaction.atomic
def discard[B: IntakeBatch](*, by: Actor, batch: B) -> B:
    """By its author; whoever else may decide it refuses it, with a reason."""
    locked = batch.locked_in({CHECKED, SUBMITTED})
    if by.account_id is None or by.account_id != locked.author_id:
        raise NotTheAuthorError
    locked.let_go()
    locked.enter(by, DISCARDED, "discard_{}")
    return locked


@transaction.atomic
def approve[B: IntakeBatch](*, by: Actor, batch: B) -> B:
    """From here the worker works it off."""
    locked = batch.locked_in({SUBMITTED})
    locked.refuse_work()
    locked.decide(by, state=WORKING)
    locked.begin_work(by)
    locked.enter(by, WORKING, "approve_{}")
    return locked


@transaction.atomic
def refuse[B: IntakeBatch](*, by: Actor, batch: B, answer: str) -> B:
    """Also one that its author never submitted: it may keep things from other lists."""
    why = given(answer)
    locked = batch.locked_in({CHECKED, SUBMITTED})
    locked.decide(by, state=REFUSED, answer=why)
    locked.let_go()
    locked.enter(by, REFUSED, "refuse_{}", why)
    return locked
