"""What holders do with a task: claim, decide, hand over, add a signer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NoReturn

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given, Prepared, update
from nanhu.kernel.proposals import refuse_stale
from nanhu.kernel.ui.words import lazy_term
from nanhu.platforms.flows import history
from nanhu.platforms.flows.assigning import Holder, is_vacant, owners_of, signers_at
from nanhu.platforms.flows.body import Step, misfits, parted, sealed_with
from nanhu.platforms.flows.errors import (
    AddedSignerError,
    CannotTakeTaskError,
    DataRefusedError,
    NotYoursError,
    OneByOneError,
    OwnCaseError,
    PapersCameError,
    ReasonTooShortError,
    ReturnedTooOftenError,
    TaskChangedError,
    VotedError,
)
from nanhu.platforms.flows.events import TaskDone
from nanhu.platforms.flows.models import Case, Entry, Task
from nanhu.platforms.flows.policies import LIVING, Capacity, barred_from, capacity_for
from nanhu.platforms.flows.services.attaching import with_files_kept
from nanhu.platforms.flows.services.cases import SHORTEST_REASON, wrong_state
from nanhu.platforms.flows.services.engine import MOST_RETURNS, OPEN, Walk, locked_case
from nanhu.platforms.flows.telling import tell
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people

DECISIONS: Final[Mapping[str, frozenset[str]]] = {
    "approve": frozenset({"agree", "refuse", "return"}),
    "countersign": frozenset({"agree", "refuse"}),
    "work": frozenset({"done", "return"}),
    "confirm": frozenset({"done"}),
    "fill": frozenset({"done"}),
}
"""By the kind of step."""
SHUT_OUT: Final = frozenset({"suspended", "ended"})
"""Accounts that can do nothing."""
OPINIONS: Final = frozenset({"agree", "refuse"})
"""All that a signer may say whom the holder added."""
WITH_REASON: Final = frozenset({"refuse", "return"})
WITH_TOKEN: Final = Prepared(lambda: Task.objects.select_related("token").filter(pk=Given("task")))
type Where = Literal["before", "after"]


def locked_task(task: Task, *, by: Actor, person_id: int, revision: int | None) -> tuple[Walk, Task, Capacity]:
    """The case locked, then the task as it is now, if this person may do it and nobody was faster."""
    case = locked_case(task.case_id)
    row = WITH_TOKEN(task=task.pk)[0]
    row.case = case
    if person_id in barred_from(row):
        raise OwnCaseError
    if row.state not in LIVING:
        raise_changed(row)
    capacity = capacity_for(row, person_id)
    if capacity is None:
        if (row.claimed_by_id is not None and row.person_id is None) or had_it(row, person_id):
            raise_changed(row)
        raise NotYoursError
    if revision is not None and revision != row.revision:
        raise_changed(row)
    return Walk(case, by=by, person_id=person_id), row, capacity


def had_it(row: Task, person_id: int) -> bool:
    """Who handed it over, and presses a second time."""
    return Entry.objects.filter(case=row.case_id, step=row.step, person_id=person_id, verb="transferred").exists()


def raise_changed(task: Task) -> NoReturn:
    """Says who was faster, or who has it now, and what became of it; or that it waits as before with more papers."""
    last = Entry.objects.filter(case=task.case_id).order_by("-pk").values_list("verb", flat=True).first()
    if task.state in LIVING and last == "added":
        raise PapersCameError
    who = people.person_card(task.done_by_id or task.claimed_by_id or task.person_id or 0)
    what = task.get_decision_display() or task.get_state_display()
    raise TaskChangedError(who=f"（{who.name}）" if who else "", what=what)


@transaction.atomic
def claim(*, by: Actor, person_id: int, task: Task) -> Task:
    """A pool's task is this member's until he releases it; a delegate claims it for the member in whose place he stands."""
    walk, row, capacity = locked_task(task, by=by, person_id=person_id, revision=None)
    if row.person_id is not None or row.claimed_by_id == capacity.person_id:
        return row
    row.state, row.claimed_by_id = Task.State.CLAIMED, capacity.person_id
    note_change(walk, row, "flows.claim", capacity)
    return changed(walk, row, "claimed", in_place_of(capacity, person_id))


@transaction.atomic
def release(*, by: Actor, person_id: int, task: Task) -> Task:
    walk, row, capacity = locked_task(task, by=by, person_id=person_id, revision=None)
    if row.claimed_by_id is None or row.claimed_by_id != capacity.person_id:
        raise NotYoursError
    row.state, row.claimed_by_id = Task.State.OPEN, None
    note_change(walk, row, "flows.release", capacity)
    return changed(walk, row, "released", in_place_of(capacity, person_id))


def note_change(walk: Walk, row: Task, action: str, capacity: Capacity, *, reason: str = "", to_id: int = 0) -> None:
    """The audit line of what a holder did with his task, with whom he stood in for and who has it now."""
    stood_in_for = capacity.person_id if capacity.person_id != walk.person_id else 0
    persons = [one for one in (stood_in_for, to_id) if one]
    facts = {"step": walk.body.step(row.step).name, "person_ids": persons}
    audit.record(by=walk.by, action=action, target=f"case:{walk.case.number}", reason=reason, facts=facts)


def changed(walk: Walk, row: Task, verb: str, words: str = "") -> Task:
    row.revision += 1
    update(row)
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
    to_step: str = "",
) -> Case:
    """The holder's, a pool member's or a delegate's word, and all that follows from it, or nothing. `revision`: of the page on
    which it was decided; whoever comes second reads who was faster. `to_step`: an earlier one to which it is returned, in the place of the applicant."""
    walk, row, capacity = locked_task(task, by=by, person_id=person_id, revision=revision)
    back = history.earlier_steps(row) if to_step else {}
    if walk.body.step(row.step).proves:
        refuse_stale(by)
    refuse_decision(row, walk, decision, comment.strip(), is_back=to_step in back)
    if to_step and (to_step not in back or decision != Task.Decision.RETURN):
        raise NotYoursError
    refuse_second_vote(row, person_id)
    public, sealed = typed_in_step(row, walk, data or {})
    row.state, row.decision, row.comment = Task.State.DONE, decision, comment.strip()
    row.done_by_id, row.done_at = person_id, now()
    row.done_for_id = capacity.person_id if capacity.person_id != person_id else None
    row.data = public
    row.revision += 1
    update(row)
    walk.note("sent_back" if to_step else decision, step=to_step or row.step, words=words_of(row))
    walk.case.data = {**walk.case.data, **public}
    walk.case.sealed = sealed_with(walk.case.sealed, sealed)
    walk.happened.append(
        TaskDone(
            definition=walk.case.definition.key,
            case_id=walk.case.pk,
            task_id=row.pk,
            step=row.step,
            decision=decision,
        )
    )
    if decision == Task.Decision.RETURN and to_step:
        walk.case.returns += 1
        walk.go_back(to_step, back[to_step])
    elif decision == Task.Decision.RETURN:
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


@transaction.atomic
def decide_at(*, by: Actor, person_id: int, case_id: int, step: str, decision: str, comment: str = "") -> Case:
    """On a page of the room whose case it is, and which answers for it that he may: also where this step did not ask him."""
    walk = Walk(locked_case(case_id), by=by, person_id=person_id)
    rows = list(Task.objects.filter(case=walk.case, step=step, state__in=LIVING).select_related("token").order_by("pk"))
    token = next((row.token for row in rows), None)
    if token is None:
        raise wrong_state(walk.case)
    for row in rows:
        row.case = walk.case
    mine = next((row for row in rows if not row.is_added and capacity_for(row, person_id)), None)
    if mine is None:
        mine = walk.open_task(token, walk.body.step(step), Holder(why="resolver", person_id=person_id))
    return decide(by=by, person_id=person_id, task=mine, decision=decision, comment=comment)


def words_of(row: Task) -> str:
    """With whom it was decided for: 李 代 王."""
    return f"{in_place_of_words(row.done_for_id)}　{row.comment}".strip() if row.done_for_id else row.comment


def in_place_of(capacity: Capacity, person_id: int) -> str:
    return in_place_of_words(capacity.person_id) if capacity.person_id != person_id else ""


def in_place_of_words(owner_id: int) -> str:
    owner = people.person_card(owner_id)
    return _("代%(name)s") % {"name": owner.name} if owner else ""


def typed_in_step(row: Task, walk: Walk, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the step asks, in the open and sealed; a signer who was added fills in nothing."""
    fields = () if row.is_added else walk.body.step(row.step).fields
    data = with_files_kept(by=walk.by, number=walk.case.number, fields=fields, data=data)
    if wrong := misfits(fields, data):
        raise DataRefusedError(fields="、".join(wrong))
    return parted(fields, data)


def refuse_second_vote(row: Task, person_id: int) -> None:
    """In a countersigning each person has one vote, also where he holds two posts or stands in for another signer."""
    votes = Task.objects.filter(token=row.token, kind="countersign", is_added=False, state=Task.State.DONE)
    if row.kind == "countersign" and not row.is_added and votes.filter(done_by_id=person_id).exists():
        raise VotedError


def refuse_decision(row: Task, walk: Walk, decision: str, comment: str, *, is_back: bool) -> None:
    """`is_back`: returned to an earlier step and not to the applicant."""
    if decision not in DECISIONS.get(row.kind, frozenset()):
        raise NotYoursError
    if row.is_added and decision not in OPINIONS:
        raise NotYoursError
    if decision in WITH_REASON and len(comment) < SHORTEST_REASON:
        raise ReasonTooShortError
    if decision == Task.Decision.RETURN:
        if (walk.case.applicant_id is None and not is_back) or not walk.body.step(row.step).can_return:
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
    tell([applicant], walk.case, _lazy("退回修改"))


@transaction.atomic
def transfer(*, by: Actor, person_id: int, task: Task, to_id: int, comment: str, revision: int | None = None) -> Task:
    """Hand a task over to somebody else, who holds it alone."""
    walk, row, capacity = locked_task(task, by=by, person_id=person_id, revision=revision)
    if row.kind in {"fill", "confirm"}:
        raise NotYoursError
    if to_id == person_id != capacity.person_id:
        raise CannotTakeTaskError(reason=_("是您自己"))
    name = refuse_taker(row, to_id, person_id)
    row.person_id, row.pool_unit_id, row.pool_office = to_id, None, ""
    row.state, row.claimed_by_id, row.why, row.seen_at = Task.State.OPEN, None, "transfer", None
    changed(walk, row, "transferred", " ".join(filter(None, [in_place_of(capacity, person_id), name, comment.strip()])))
    tell([Holder(why="transfer", person_id=to_id)], walk.case, _lazy("转交给您"))
    note_change(walk, row, "flows.transfer", capacity, reason=comment, to_id=to_id)
    return row


@transaction.atomic
def add_signer(
    *, by: Actor, person_id: int, task: Task, signer_id: int, where: Where, comment: str, revision: int | None = None
) -> Task:
    """加签: somebody gives an opinion before the holder decides, or signs after him."""
    walk, row, capacity = locked_task(task, by=by, person_id=person_id, revision=revision)
    if row.kind not in {"approve", "countersign"} or row.token is None:
        raise NotYoursError
    if row.is_added:
        raise AddedSignerError
    if signer_id == person_id:
        raise CannotTakeTaskError(reason=_("是您自己"))
    name = refuse_taker(row, signer_id, person_id)
    is_first = where == "before"
    added = walk.open_task(
        row.token,
        walk.body.step(row.step),
        Holder(why="signer", person_id=signer_id, place=row.place),
        is_added=True,
        state=Task.State.OPEN if is_first else Task.State.WAITING,
        behind=None if is_first else row,
    )
    if is_first:
        row.state, row.behind, row.claimed_by_id = Task.State.WAITING, added, None
    said = [in_place_of(capacity, person_id), name, comment.strip()]
    changed(walk, row, f"signer_{where}", " ".join(filter(None, said)))
    tell([Holder(why="signer", person_id=signer_id)], walk.case, _lazy("请您会签"))
    note_change(walk, row, "flows.add_signer", capacity, reason=comment, to_id=signer_id)
    return added


def refuse_taker(row: Task, to_id: int, from_id: int) -> str:
    """Somebody who is here, and neither the applicant nor at it already; gives the name."""
    card = people.person_card(to_id)
    if to_id == row.applicant_id or to_id in barred_from(row):
        raise CannotTakeTaskError(reason=_("他就是申请人"))
    if to_id == from_id and row.person_id == from_id:
        raise CannotTakeTaskError(reason=_("已经在他手里"))
    if card is None or not any(tie.is_live and tie.kind == "staff" for tie in card.affiliations):
        raise CannotTakeTaskError(reason=_("不是在职教职工"))
    if is_at_it(row, to_id):
        raise CannotTakeTaskError(reason=_("这一步已经在等他"))
    return card.name


def is_at_it(row: Task, person_id: int | None) -> bool:
    """Whether this step waits for the person in another task, or has his vote already."""
    others = Task.objects.filter(token=row.token).exclude(pk=row.pk)
    voted = Q(state=Task.State.DONE, done_by_id=person_id, kind="countersign", is_added=False)
    waits = Q(state__in=OPEN, person_id=person_id)
    return person_id is not None and others.filter(waits if row.is_added else waits | voted).exists()


def is_taken(row: Task, holder: Holder) -> bool:
    """Whether another task of this step is the holder's, or his pool's."""
    if holder.person_id is not None:
        return is_at_it(row, holder.person_id)
    same = Task.objects.filter(token=row.token, pool_unit_id=holder.unit_id, pool_office=holder.office)
    return row.kind == "countersign" and same.exclude(pk=row.pk).exclude(state=Task.State.CANCELLED).exists()


@transaction.atomic
def see(*, task: Task, person_id: int) -> None:
    """Somebody who may do it opens it; `seen_at` is the first time."""
    if person_id not in task.seen_by:
        rows = Task.objects.select_for_update().filter(pk=task.pk, state__in=LIVING)
        for row in rows.only("pk", "seen_at", "seen_by"):
            row.seen_at, row.seen_by = row.seen_at or now(), sorted({*row.seen_by, person_id})
            row.save(update_fields=["seen_at", "seen_by"])


@transaction.atomic
def agree_to_several(*, by: Actor, person_id: int, tasks: Sequence[Task]) -> int:
    """All or none: each as it was shown, where its step allows it and this very person opened it."""
    for task in tasks:
        if why := why_one_by_one(task, is_opened=person_id in task.seen_by):
            raise OneByOneError(number=task.case.number, reason=why)
        decide(by=by, person_id=person_id, task=task, decision="agree", revision=task.revision)
    return len(tasks)


def why_one_by_one(task: Task, *, is_opened: bool) -> str:
    """Why it is no part of several; nothing where it may be. `is_opened`: by who would agree."""
    if task.is_added or not task.case.body.step(task.step).agrees_in_bulk:
        return _("这一步要一件一件办")
    return "" if is_opened else _("您还没有打开看过")


def assign_anew(task_id: int, *, by: Actor) -> bool:
    """A task whose holder has left, or whose post is vacant, goes to whom the step finds today; what he was to confirm, nobody confirms."""
    with transaction.atomic():
        case = locked_case(Task.objects.values_list("case_id", flat=True).get(pk=task_id))
        row = Task.objects.select_related("token").get(pk=task_id)
        if row.state not in OPEN or row.token is None or not is_orphaned(row):
            return False
        if row.kind == "confirm":
            walk = Walk(case, by=by)
            walk.close(Case.Outcome.CANCELLED)
            walk.finish()
            return True
        step, walk = case.body.step(row.step), Walk(case, by=by)
        others = (one for one in successors(row, step, walk) if one.person_id is None or one.person_id != row.person_id)
        holder = next((one for one in others if not is_taken(row, one)), None)
        if holder is None:
            return False
        row.person_id, row.pool_unit_id, row.pool_office = holder.person_id, holder.unit_id, holder.office
        row.claimed_by_id, row.why, row.seen_at = None, holder.why, None
        row.state = Task.State.OPEN if row.state == Task.State.CLAIMED else row.state
        changed(walk, row, "reassigned")
        tell([holder], case, lazy_term(step.name))
        return True


def successors(row: Task, step: Step, walk: Walk) -> list[Holder]:
    """Who may take a task over: whom the assignee finds for whom it stands, then the owner's head; not of an approving by several, which
    the others have as well."""
    case = walk.case
    if row.is_added:
        return owners_of(case)
    found = signers_at(row.place, step.who, case) if step.kind == "countersign" else walk.holders_at(step)
    return found if step.needed == "first" else [*found, *owners_of(case)]


def is_orphaned(row: Task) -> bool:
    """Nobody who is here may do it: its holder has left, or turned out to be the applicant."""
    barred = barred_from(row)
    if row.person_id in barred:
        return True
    if row.person_id is None and row.pool_unit_id is not None:
        return is_vacant(row.pool_unit_id, row.pool_office, without=barred)
    card = people.person_card(row.person_id) if row.person_id else None
    return card is None or not any(tie.is_live for tie in card.affiliations) or is_shut_out(card.person_id)


def is_shut_out(person_id: int) -> bool:
    """Whose account was suspended or ended."""
    account = identity.account_of(person_id)
    return account is not None and account.state in SHUT_OUT
