"""Roll-backs (回滚): a list that two brought in is taken back as a whole, by two. One asks; another decides, who neither asked, handed the
list in nor agreed to it.

A room has a subclass of `Rollback` that names its list (`batch`, related_name "rollbacks") and takes `rollback_constraints` into its Meta;
that no other way leads there holds `kernel_undone_by_a_third` before the list's own end. `undoing` (kernel.kit) has the pages.
"""

from collections.abc import Callable, Collection
from typing import Any, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.intake import DONE, UNDONE, IntakeBatch
from nanhu.kernel.proposals import Proposal, given, proposal_constraints


class Rollback(Proposal):
    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        DONE = "done", _("已回滚")
        REFUSED = "refused", _("未同意")

    batch: Any
    batch_id: Any
    state = models.TextField(choices=State, default=State.ASKED)
    reason = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.batch)

    @classmethod
    def waiting_for(cls, account_id: int) -> QuerySet[Self]:
        return super().waiting_for(account_id).exclude(batch__author=account_id).exclude(batch__approver=account_id)

    @property
    def others(self) -> Collection[int]:
        """Nobody's, as long as it names no list."""
        if self.batch_id is None:
            return ()
        return {one for one in (self.batch.author_id, self.batch.approver_id) if one is not None}

    @classmethod
    def with_lists(cls) -> QuerySet[Self]:
        return cls._default_manager.select_related("batch")


State = Rollback.State


def rollback_constraints(table: str) -> list[models.BaseConstraint]:
    return [
        *proposal_constraints(table, undecided=[State.ASKED.value], decided=[State.DONE.value, State.REFUSED.value]),
        models.UniqueConstraint(fields=["batch"], condition=Q(state=State.ASKED.value), name=f"{table}_one_at_a_time"),
        models.CheckConstraint(condition=~Q(reason=""), name=f"{table}_says_why"),
    ]


@transaction.atomic
def ask[R: Rollback](
    model: type[R], *, by: Actor, token: UUID, batch: IntakeBatch, reason: str, check: Callable[[Any], object]
) -> R:
    """Of a list that stands. `check` raises what hinders it now, of the list, locked: nobody asks in vain."""
    known = model.known(by, token)
    if known is not None:
        return known
    found = batch.locked_in({DONE})
    model.refuse_waiting(batch=found)
    check(found)
    asked = model.begun(by, token, batch=found, reason=given(reason))
    found.note(by, "ask_undo_{}", asked.reason)
    return asked


@transaction.atomic
def agree[T](*, by: Actor, rollback: Rollback, undo: Callable[[Any, str], T], end: str = UNDONE) -> T:
    """`undo` takes back what the list made, all or nothing, given the list, locked, and why. `end`: the list's state then, another one
    where `undo` only begins the work of a job."""
    batch = rollback.batch.locked_in({DONE})
    found = rollback.locked_in({State.ASKED}, rollback.with_lists())
    found.decide(by, state=State.DONE)
    found.save()
    undone = undo(batch, found.reason)
    batch.enter(by, end, "undo_{}", found.reason)
    return undone


@transaction.atomic
def refuse(*, by: Actor, rollback: Rollback, answer: str) -> None:
    """What the list made stands."""
    found = rollback.locked_in({State.ASKED}, rollback.with_lists())
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    found.batch.note(by, "keep_{}", found.answer)
