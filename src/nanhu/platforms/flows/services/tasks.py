"""What holders do with a task: claim, decide, hand over, add a signer."""

from collections.abc import Mapping
from typing import Any, Final, Literal, NoReturn

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.flows.assigning import Holder, holders_of, is_vacant, owners_of
from nanhu.platforms.flows.errors import (
    CannotTakeTaskError,
    NotYoursError,
    OwnCaseError,
    ReasonTooShortError,
    ReturnedTooOftenError,
    TaskChangedError,
)
from nanhu.platforms.flows.events import TaskDone
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.policies import LIVING, Capacity, capacity_for
from nanhu.platforms.flows.services.engine import OPEN, Walk, locked_case
from nanhu.platforms.flows.telling import tell
from nanhu.platforms.people import api as people

SHORTEST_REASON: Final = 5
MOST_RETURNS: Final = 10
DECISIONS: Final[Mapping[str, frozenset[str]]] = {
    "approve": frozenset({"agree", "refuse", "return"}),
    "countersign": frozenset({"agree", "refuse"}),
    "work": frozenset({"done", "return"}),
    "fill": frozenset({"done"}),
}
"""By the kind of step."""
WITH_REASON: Final = frozenset({"refuse", "return"})
type Where = Literal["before", "after"]


def locked_task(task: Task, *, by: Actor, person_id: int, revision: int | None) -> tuple[Walk, Task, Capacity]:
    """The case locked, then the task as it is now, if this person may do it and nobody was faster."""
    case = locked_case(task.case_id)
    row = Task.objects.select_related("token").get(pk=task.pk)
    row.case = case
    if row.applicant_id == person_id and row.kind != "fill":
        raise OwnCaseError
    if row.state not in LIVING:
        raise_changed(row)
    capacity = capacity_for(row, person_id)
    if capacity is None:
        if row.claimed_by_id is not None and row.person_id is None:
            raise_changed(row)
        raise NotYoursError
    if revision is not None and revision != row.revision:
        raise_changed(row)
    return Walk(case, by=by, person_id=person_id), row, capacity


def raise_changed(task: Task) -> NoReturn:
    """Says who was faster, and what became of it."""
    who = people.person_card(task.done_by_id or task.claimed_by_id or 0)
    what = task.get_decision_display() or task.get_state_display()
    raise TaskChangedError(who=f"（{who.name}）" if who else "", what=what)


@transaction.atomic
def claim(*, by: Actor, person_id: int, task: Task) -> Task:
    """A pool's task is this member's until he releases it."""
    walk, row, _capacity = locked_task(task, by=by, person_id=person_id, revision=None)
    if row.person_id is not None or row.claimed_by_id == person_id:
        return row
    row.state, row.claimed_by_id = Task.State.CLAIMED, person_id
    return changed(walk, row, "claimed")


@transaction.atomic
def release(*, by: Actor, person_id: int, task: Task) -> Task:
    walk, row, _capacity = locked_task(task, by=by, person_id=person_id, revision=None)
    if row.claimed_by_id != person_id:
        raise NotYoursError
    row.state, row.claimed_by_id = Task.State.OPEN, None
    return changed(walk, row, "released")


def changed(walk: Walk, row: Task, verb: str, words: str = "") -> Task:
    row.revision += 1
    row.save()
    walk.note(verb, step=row.step, words=words)
    return row


@transaction.atomic
def decide(
    *,
    by: Actor,
    person_id: int,
    task: Task,
    decision: str,
    comment: str = "",
    revision: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Case:
    """The holder's, a pool member's or a delegate's word, and all that follows from it, or nothing. `revision`: of the page on
    which it was decided; whoever comes second reads who was faster."""
    walk, row, capacity = locked_task(task, by=by, person_id=person_id, revision=revision)
    refuse_decision(row, walk, decision, comment.strip())
    row.state, row.decision, row.comment = Task.State.DONE, decision, comment.strip()
    row.done_by_id, row.done_at = person_id, now()
    row.done_for_id = capacity.person_id if capacity.person_id != person_id else None
    row.data = dict(data or {})
    changed(walk, row, decision, words_of(row))
    walk.case.data = {**walk.case.data, **row.data}
    walk.happened.append(
        TaskDone(
            definition=walk.case.definition.key,
            case_id=walk.case.pk,
            task_id=row.pk,
            step=row.step,
            decision=decision,
        )
    )
    if decision == Task.Decision.RETURN:
        send_back(walk)
    else:
        walk.settle(row)
    audit.record(
        by=by,
        action="flows.decide",
        target=f"case:{walk.case.number}",
        reason=row.comment,
        facts={
            "step": walk.body.step(row.step).name,
            "decision": decision,
            "person_ids": [row.done_for_id] if row.done_for_id else [],
        },
    )
    return walk.finish()


def words_of(row: Task) -> str:
    """With whom it was decided for: 李 代 王."""
    owner = people.person_card(row.done_for_id) if row.done_for_id else None
    return f"{_('代 %(name)s') % {'name': owner.name}}　{row.comment}".strip() if owner else row.comment


def refuse_decision(row: Task, walk: Walk, decision: str, comment: str) -> None:
    if decision not in DECISIONS.get(row.kind, frozenset()):
        raise NotYoursError
    if decision in WITH_REASON and len(comment) < SHORTEST_REASON:
        raise ReasonTooShortError
    if decision == Task.Decision.RETURN:
        if walk.case.applicant_id is None or not walk.body.step(row.step).can_return:
            raise NotYoursError
        if walk.case.returns >= MOST_RETURNS:
            raise ReturnedTooOftenError(count=walk.case.returns)


def send_back(walk: Walk) -> None:
    """To the applicant; the clock stands until he sends it again."""
    walk.drop_all()
    walk.case.state = Case.State.RETURNED
    walk.case.returns += 1
    walk.case.percent = 0
    applicant = Holder(why="applicant", person_id=walk.case.applicant_id)
    tell([applicant], walk.case, _("退回修改：%(case)s") % {"case": walk.case})


@transaction.atomic
def transfer(*, by: Actor, person_id: int, task: Task, to_id: int, comment: str, revision: int | None = None) -> Task:
    """Hand a task over to somebody else, who holds it alone."""
    walk, row, _capacity = locked_task(task, by=by, person_id=person_id, revision=revision)
    if row.kind == "fill":
        raise NotYoursError
    name = refuse_taker(row, to_id, person_id)
    row.person_id, row.pool_unit_id, row.pool_office = to_id, None, ""
    row.state, row.claimed_by_id, row.why, row.seen_at = Task.State.OPEN, None, "transfer", None
    changed(walk, row, "transferred", f"{name}　{comment}".strip())
    tell([Holder(why="transfer", person_id=to_id)], walk.case, _("转交给您：%(case)s") % {"case": walk.case})
    audit.record(
        by=by,
        action="flows.transfer",
        target=f"case:{walk.case.number}",
        reason=comment,
        facts={"step": walk.body.step(row.step).name, "person_ids": [to_id]},
    )
    return row


@transaction.atomic
def add_signer(
    *, by: Actor, person_id: int, task: Task, signer_id: int, where: Where, comment: str, revision: int | None = None
) -> Task:
    """加签: somebody gives an opinion before the holder decides, or signs after him."""
    walk, row, _capacity = locked_task(task, by=by, person_id=person_id, revision=revision)
    if row.kind not in {"approve", "countersign"} or row.token is None:
        raise NotYoursError
    if signer_id == person_id:
        raise CannotTakeTaskError(reason=_("是您自己"))
    name = refuse_taker(row, signer_id, person_id)
    is_first = where == "before"
    added = walk.open_task(
        row.token,
        walk.body.step(row.step),
        Holder(why="signer", person_id=signer_id),
        is_added=True,
        state=Task.State.OPEN if is_first else Task.State.WAITING,
        behind=None if is_first else row,
    )
    if is_first:
        row.state, row.behind, row.claimed_by_id = Task.State.WAITING, added, None
    changed(walk, row, f"signer_{where}", f"{name}　{comment}".strip())
    tell([Holder(why="signer", person_id=signer_id)], walk.case, _("请您会签：%(case)s") % {"case": walk.case})
    audit.record(
        by=by,
        action="flows.add_signer",
        target=f"case:{walk.case.number}",
        reason=comment,
        facts={"step": walk.body.step(row.step).name, "person_ids": [signer_id]},
    )
    return added


def refuse_taker(row: Task, to_id: int, from_id: int) -> str:
    """Somebody who is here, and neither the applicant nor at it already; gives the name."""
    card = people.person_card(to_id)
    if to_id == row.applicant_id:
        raise CannotTakeTaskError(reason=_("他就是申请人"))
    if to_id == from_id and row.person_id == from_id:
        raise CannotTakeTaskError(reason=_("已经在他手里"))
    if card is None or not any(tie.is_live and tie.kind == "staff" for tie in card.affiliations):
        raise CannotTakeTaskError(reason=_("不是在职教职工"))
    if is_at_it(row, to_id):
        raise CannotTakeTaskError(reason=_("这一步已经在等他"))
    return card.name


def is_at_it(row: Task, person_id: int | None) -> bool:
    """Whether this step waits for the person in another task."""
    others = Task.objects.filter(token=row.token, state__in=OPEN).exclude(pk=row.pk)
    return person_id is not None and others.filter(person_id=person_id).exists()


@transaction.atomic
def see(*, task: Task) -> None:
    """The first time its holder opens it."""
    if task.seen_at is None:
        Task.objects.filter(pk=task.pk, seen_at=None, state__in=LIVING).update(seen_at=now())


def assign_anew(task_id: int, *, by: Actor) -> bool:
    """A task whose holder has left, or whose post is vacant, goes to whom the step finds today."""
    with transaction.atomic():
        case = locked_case(Task.objects.values_list("case_id", flat=True).get(pk=task_id))
        row = Task.objects.select_related("token").get(pk=task_id)
        if row.state not in OPEN or row.token is None or not is_orphaned(row):
            return False
        step = case.body.step(row.step)
        holder = next(iter([] if row.is_added else holders_of(step.who, case)), None)
        if holder is None or is_at_it(row, holder.person_id):
            holder = next(iter(owners_of(case)), None)
        if holder is None:
            return False
        row.person_id, row.pool_unit_id, row.pool_office = holder.person_id, holder.unit_id, holder.office
        row.claimed_by_id, row.why, row.seen_at = None, holder.why, None
        row.state = Task.State.OPEN if row.state == Task.State.CLAIMED else row.state
        changed(Walk(case, by=by), row, "reassigned")
        tell([holder], case, f"{step.name}：{case}")
        return True


def is_orphaned(row: Task) -> bool:
    """Nobody who is here may do it."""
    if row.person_id is None and row.pool_unit_id is not None:
        return is_vacant(row.pool_unit_id, row.pool_office, without=row.applicant_id)
    card = people.person_card(row.person_id) if row.person_id else None
    return card is None or not any(tie.is_live for tie in card.affiliations)
