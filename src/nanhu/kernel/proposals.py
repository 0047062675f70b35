"""Proposals (一人经办、一人复核): what one person asks for and another decides. Whoever asked never decides.

The service says so in a sentence (`Proposal.decide`); the database holds it whatever wrote the row (`proposal_constraints`).
"""

from collections.abc import Collection
from typing import Any, ClassVar, Self, cast
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError


class OwnProposalError(CampusError):
    code = "own_proposal"
    http_status = 409
    sentence = _("须由另一位经办人复核，不能自己提出自己同意。")


class ProposalStateError(CampusError):
    code = "proposal_state"
    http_status = 409
    sentence = _("这一件{state}，不能再办理。")


class Proposal(models.Model):
    """A subclass names its states (`State`) and takes `proposal_constraints` into its Meta. Errors of its own say more."""

    own_error: ClassVar[type[CampusError]] = OwnProposalError
    state_error: ClassVar[type[CampusError]] = ProposalStateError

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

    def locked_in(self, states: Collection[str], rows: QuerySet[Self] | None = None) -> Self:
        """The row as it is now, locked until the transaction ends, if it is in one of these states. `rows`: with what is read along."""
        every = type(self)._default_manager.all() if rows is None else rows  # noqa: SLF001 - the manager of whichever model
        found = every.select_for_update(of=("self",)).get(pk=self.pk)
        if found.state not in states:
            raise self.state_error(state=found.state_word)
        return found

    @property
    def state_word(self) -> object:
        field = cast("models.Field[Any, Any]", self._meta.get_field("state"))
        return dict(field.flatchoices).get(self.state, self.state)

    def decide(self, by: Actor, *, state: str, answer: str = "") -> None:
        """Of a row that is locked and waits; the caller saves. A part of the program decides nothing."""
        if by.account_id is None or by.account_id == self.author_id:
            raise self.own_error
        self.state, self.answer, self.decided_at = state, answer, now()
        self.approver_id, self.approver_name = by.account_id, by.name


def proposal_constraints(
    table: str, *, undecided: Collection[str], decided: Collection[str]
) -> list[models.BaseConstraint]:
    """Two people; and whoever decided stands there from the moment on that it is decided, not before."""
    return [
        models.CheckConstraint(
            condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name=f"{table}_two_people"
        ),
        models.CheckConstraint(
            condition=Q(state__in=list(undecided), approver__isnull=True, decided_at__isnull=True)
            | Q(state__in=list(decided), approver__isnull=False, decided_at__isnull=False),
            name=f"{table}_decided",
        ),
    ]
