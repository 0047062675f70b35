"""What becomes of tasks, cases and delegations when records turn out to be one person, and when people leave."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import alone
from nanhu.platforms.flows.models import Case, Delegation, Draft, PaperEntry, Task
from nanhu.platforms.flows.services.engine import OPEN, locked_case
from nanhu.platforms.flows.services.tasks import SHUT_OUT, assign_anew
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people

BY = Actor.system("flows.holders")


@transaction.atomic
def merge(*, kept_id: int, gone_id: int) -> None:
    """Everything of the gone record is the kept one's; a task that both held once is held once, and one on his own case goes to
    another. Again: nothing is left to do."""
    lock_cases_of(kept_id, gone_id)
    join_tasks(kept_id, gone_id)
    for column in ("person_id", "claimed_by_id"):
        Task.objects.filter(**{column: gone_id}).update(**{column: kept_id})
    both = Q(applicant_id__in=[kept_id, gone_id]) & ~Q(kind="fill")
    voted = Task.objects.filter(kind="countersign", done_by_id=kept_id, token__isnull=False)
    twice = Q(kind="countersign", token_id__in=list(voted.values_list("token_id", flat=True)))
    Task.objects.filter(done_by_id=gone_id).exclude(both).exclude(twice).update(done_by_id=kept_id)
    Task.objects.filter(done_for_id=gone_id).exclude(both).update(done_for_id=kept_id)
    decided_own = Task.objects.filter(Q(done_by_id=kept_id) | Q(done_for_id=kept_id))
    Task.objects.filter(applicant_id=gone_id).exclude(pk__in=decided_own.values("pk")).update(applicant_id=kept_id)
    open_twins = Case.objects.filter(applicant_id=kept_id).exclude(state=Case.State.CLOSED).exclude(twin="")
    Case.objects.filter(applicant_id=gone_id, twin__in=open_twins.values("twin")).update(twin="")
    Case.objects.filter(applicant_id=gone_id).update(applicant_id=kept_id)
    merge_papers(kept_id, gone_id)
    merge_delegations(kept_id, gone_id)
    kept = Draft.objects.filter(person_id=kept_id).values("definition_id")
    Draft.objects.filter(person_id=gone_id).exclude(definition_id__in=kept).update(person_id=kept_id)
    own = Task.objects.filter(person_id=kept_id, applicant_id=kept_id, state__in=OPEN).exclude(kind="fill")
    for task_id in list(own.values_list("pk", flat=True)):
        assign_anew(task_id, by=BY)


def merge_papers(kept_id: int, gone_id: int) -> None:
    """A paper whose applicant turns out to be who entered or decided it keeps the record that it named, and is agreed to no more
    (`papering.refuse_own`); a check that the applicant turns out to hold goes to another."""
    others = PaperEntry.objects.exclude(decider_id=kept_id).exclude(entered_by_id=kept_id)
    others.filter(applicant_id=gone_id).update(applicant_id=kept_id)
    for column in ("decider_id", "entered_by_id"):
        PaperEntry.objects.exclude(applicant_id=kept_id).filter(**{column: gone_id}).update(**{column: kept_id})
    for task_id in list(checks_of([kept_id, gone_id]).values_list("pk", flat=True)):
        assign_anew(task_id, by=BY)


def checks_of(person_ids: Collection[int] | None = None) -> QuerySet[Task]:
    """Living tasks in which papers of these persons are checked, or of all."""
    waiting = PaperEntry.objects.filter(made=None, ended_at=None)
    found = waiting if person_ids is None else waiting.filter(applicant_id__in=person_ids)
    keys = [str(one) for one in found.values_list("public_id", flat=True)]
    return Task.objects.filter(case__subject_key=PaperEntry.CHECK, case__subject_id__in=keys, state__in=OPEN)


def lock_cases_of(*person_ids: int) -> None:
    """All that these persons applied for or hold something of, in one order, so that nobody moves them meanwhile."""
    held = Task.objects.filter(case=OuterRef("pk"), state__in=OPEN)
    holds = Exists(held.filter(Q(person_id__in=person_ids) | Q(claimed_by_id__in=person_ids)))
    rows = Case.objects.select_for_update().filter(Q(applicant_id__in=person_ids) | holds).order_by("pk")
    list(rows.values_list("pk", flat=True))


def join_tasks(kept_id: int, gone_id: int) -> None:
    """Where both hold a task of one step: the one that counts stays, the other is cancelled, and who waited behind it waits behind
    what stays."""
    theirs = Task.objects.filter(person_id=kept_id, state__in=OPEN)
    for kept in list(
        theirs.filter(token_id__in=Task.objects.filter(person_id=gone_id, state__in=OPEN).values("token_id"))
    ):
        gone = Task.objects.get(person_id=gone_id, token=kept.token, state__in=OPEN)
        stays, goes = (gone, kept) if kept.is_added and not gone.is_added else (kept, gone)
        Task.objects.filter(pk=goes.pk).update(
            state=Task.State.CANCELLED, token=None, claimed_by=None, revision=F("revision") + 1
        )
        Task.objects.filter(behind=goes, state=Task.State.WAITING).exclude(pk=stays.pk).update(behind=stays)
        Task.objects.filter(pk=stays.pk, behind=goes, state=Task.State.WAITING).update(
            state=Task.State.OPEN, behind=None, opened_at=now(), revision=F("revision") + 1
        )


def merge_delegations(kept_id: int, gone_id: int) -> None:
    """Living ones of the gone record end: whose day they would take from one of the kept cannot be told."""
    pair = Q(owner_id=gone_id) | Q(delegate_id=gone_id)
    Delegation.objects.filter(pair, ended_at=None).update(ended_at=now())
    for column, other in (("owner_id", "delegate_id"), ("delegate_id", "owner_id")):
        rows = Delegation.objects.filter(**{column: gone_id}).exclude(**{other: kept_id})
        rows.update(**{column: kept_id})


def assign_tasks_of_leavers(*, person_ids: Collection[int]) -> int:
    """Their open tasks go to whom the steps find today; they stand in for nobody, and nobody for them."""
    cards = people.person_cards(person_ids)
    gone = [one for one in person_ids if one not in cards or not any(tie.is_live for tie in cards[one].affiliations)]
    pair = Q(owner_id__in=gone) | Q(delegate_id__in=gone)
    Delegation.objects.filter(pair, ended_at=None).update(ended_at=now())
    release_claims(Q(claimed_by_id__in=gone))
    return assign_each(Task.objects.filter(person_id__in=gone, state__in=OPEN))


def assign_each(rows: QuerySet[Task]) -> int:
    """A task that cannot be moved keeps no other; the hour looks at it again."""
    moved = 0
    for task_id in list(rows.values_list("pk", flat=True)):
        with alone("flows.task_not_reassigned", task=task_id):
            moved += assign_anew(task_id, by=BY)
    return moved


def assign_tasks_of_closed(*, person_ids: Collection[int]) -> int:
    """Whose account is closed can do nothing: claims are free again, tasks go to others, and nobody is stood in for by them."""
    Delegation.objects.filter(delegate_id__in=person_ids, ended_at=None).update(ended_at=now())
    release_claims(Q(claimed_by_id__in=person_ids))
    return assign_each(Task.objects.filter(person_id__in=person_ids, state__in=OPEN))


def assign_left() -> int:
    """Whoever holds something and has left or was shut out meanwhile, also where the event was missed."""
    held = Task.objects.filter(state__in=OPEN, person__isnull=False).exclude(kind="confirm")
    holders = set(held.values_list("person_id", flat=True))
    closed = [one.person_id for one in identity.accounts_of(holders) if one.state in SHUT_OUT]
    own = Task.objects.filter(state__in=OPEN, person_id=F("applicant_id")).exclude(kind="fill")
    moved = assign_tasks_of_leavers(person_ids=holders) + assign_tasks_of_closed(person_ids=closed)
    return moved + assign_each(own) + assign_each(checks_of())


def release_claims(rows: Q) -> None:
    """A pool's tasks that their claimers can do no more are everybody's of the pool again."""
    for task_id, case_id in Task.objects.filter(rows, person=None, state=Task.State.CLAIMED).values_list(
        "pk", "case_id"
    ):
        with alone("flows.claim_not_released", task=task_id):
            locked_case(case_id)
            Task.objects.filter(rows, pk=task_id, person=None, state=Task.State.CLAIMED).update(
                state=Task.State.OPEN, claimed_by=None, revision=F("revision") + 1
            )


def assign_vacant() -> int:
    """Tasks of posts that nobody holds any more, or nobody but the applicant; claims of who is no member any more are released. Each
    pool is asked once."""
    pools = Task.objects.filter(state__in=OPEN, person=None).values_list("pool_unit_id", "pool_office").distinct()
    moved = 0
    for unit_id, office in list(pools):
        found = people.find_post(unit_id, office)
        members = found.person_ids if found else ()
        pool = Q(person=None, pool_unit_id=unit_id, pool_office=office)
        release_claims(pool & ~Q(claimed_by_id__in=members))
        rows = Task.objects.filter(pool, state__in=OPEN)
        if len(members) == 1:
            rows = rows.filter(applicant_id=members[0])
        if len(members) <= 1:
            moved += assign_each(rows)
    return moved
