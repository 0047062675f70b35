"""What becomes of tasks, cases and delegations when records turn out to be one person, and when people leave."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.flows.models import Case, Delegation, Task
from nanhu.platforms.flows.services.engine import OPEN
from nanhu.platforms.flows.services.tasks import assign_anew
from nanhu.platforms.people import api as people

BY = Actor.system("flows.holders")


@transaction.atomic
def merge(*, kept_id: int, gone_id: int) -> None:
    """Everything of the gone record is the kept one's; a task that both held once is held once. Again: nothing is left to do."""
    twice = Task.objects.filter(person_id=kept_id, state__in=OPEN).values("token_id")
    Task.objects.filter(person_id=gone_id, state__in=OPEN, token_id__in=twice).update(
        state=Task.State.CANCELLED, token=None, claimed_by=None, revision=F("revision") + 1
    )
    for column in ("person_id", "claimed_by_id"):
        Task.objects.filter(**{column: gone_id}).update(**{column: kept_id})
    both = Q(applicant_id__in=[kept_id, gone_id]) & ~Q(kind="fill")
    for column in ("done_by_id", "done_for_id"):
        Task.objects.filter(**{column: gone_id}).exclude(both).update(**{column: kept_id})
    decided_own = Task.objects.filter(Q(done_by_id=kept_id) | Q(done_for_id=kept_id))
    Task.objects.filter(applicant_id=gone_id).exclude(pk__in=decided_own.values("pk")).update(applicant_id=kept_id)
    open_twins = Case.objects.filter(applicant_id=kept_id).exclude(state=Case.State.CLOSED).exclude(twin="")
    Case.objects.filter(applicant_id=gone_id, twin__in=open_twins.values("twin")).update(twin="")
    Case.objects.filter(applicant_id=gone_id).update(applicant_id=kept_id)
    merge_delegations(kept_id, gone_id)


def merge_delegations(kept_id: int, gone_id: int) -> None:
    """Living ones of the gone record end: whose day they would take from one of the kept cannot be told."""
    pair = Q(owner_id=gone_id) | Q(delegate_id=gone_id)
    Delegation.objects.filter(pair, ended_at=None).update(ended_at=now())
    for column, other in (("owner_id", "delegate_id"), ("delegate_id", "owner_id")):
        rows = Delegation.objects.filter(**{column: gone_id}).exclude(**{other: kept_id})
        rows.update(**{column: kept_id})


def assign_tasks_of_leavers(*, person_ids: Collection[int]) -> int:
    """Their open tasks go to whom the steps find today."""
    cards = people.person_cards(person_ids)
    gone = [one for one in person_ids if one not in cards or not any(tie.is_live for tie in cards[one].affiliations)]
    now_gone = Q(person_id__in=gone) | Q(claimed_by_id__in=gone)
    tasks = list(Task.objects.filter(now_gone, state__in=OPEN).values_list("pk", flat=True))
    Task.objects.filter(claimed_by_id__in=gone, person=None, state=Task.State.CLAIMED).update(
        state=Task.State.OPEN, claimed_by=None, revision=F("revision") + 1
    )
    return sum(assign_anew(one, by=BY) for one in tasks)


def assign_vacant() -> int:
    """Tasks of posts that nobody holds any more. Each pool is asked once."""
    pools = Task.objects.filter(state__in=OPEN, person=None).values_list("pool_unit_id", "pool_office").distinct()
    moved = 0
    for unit_id, office in pools:
        if people.find_post(unit_id, office) is None:
            rows = Task.objects.filter(state__in=OPEN, person=None, pool_unit_id=unit_id, pool_office=office)
            moved += sum(assign_anew(one, by=BY) for one in list(rows.values_list("pk", flat=True)))
    return moved
