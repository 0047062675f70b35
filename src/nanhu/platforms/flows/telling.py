"""Telling people that something waits for them, that it is late, or what became of it."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db.models import DateField, F, Q, QuerySet

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.registry import Text
from nanhu.platforms.flows.assigning import Holder
from nanhu.platforms.flows.models import Case, Delegation
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people


def tell(holders: Iterable[Holder], case: Case, words: Text) -> None:
    """And who stands in for them today; in the caller's transaction. The case's contents stay out of messages. The applicant is led to his case and others to what waits for them; as a member of a pool he is told nothing of his own case."""
    holders = list(holders)
    asked = {one.person_id for one in holders if one.why == "applicant" and one.person_id is not None}
    members = {person for one in holders if one.why != "applicant" for person in members_of(one)}
    others = (members | stand_ins(members, case)) - asked - {case.applicant_id}
    messages.tell(asked, "flows.progress", {"words": words, "what": case, "case": case.public_id})
    messages.tell(others, "flows.task", {"words": words, "what": case})


def delegates() -> QuerySet[Any]:
    today = Given("today", DateField())
    given = Delegation.objects.filter(AnyOf(F("owner_id"), Given("owners")), ended_at=None)
    one_of = Q(definition=None) | Q(definition_id=Given("definition"))
    return given.filter(one_of, starts_on__lte=today, ends_on__gte=today).values_list("delegate_id", flat=True)


DELEGATES: Final = Prepared(delegates)


def stand_ins(owners: Collection[int], case: Case) -> set[int]:
    today = campus_today()
    return set(DELEGATES(owners=list(owners), today=today, definition=case.definition_id)) if owners else set()


def members_of(holder: Holder) -> tuple[int, ...]:
    if holder.person_id is not None:
        return (holder.person_id,)
    if holder.members is not None:
        return holder.members
    found = people.find_post(holder.unit_id, holder.office) if holder.unit_id else None
    return found.person_ids if found else ()
