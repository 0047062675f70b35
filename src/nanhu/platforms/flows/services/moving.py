"""Moving running cases to a newer version: asked for, judged, moved, undone; each case in a transaction of its own."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.jobs.progress import open_progress, start_progress
from nanhu.kernel.jobs.queue import defer
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.flows import hours
from nanhu.platforms.flows.assigning import Holder, asking_once
from nanhu.platforms.flows.errors import MappingRefusedError, MoveAtWorkError
from nanhu.platforms.flows.judging import ASKS, BREAKS, STOPPED, Judge, failed_words
from nanhu.platforms.flows.models import Case, Move, MoveRow, Task, Token, Version
from nanhu.platforms.flows.policies import posts_of
from nanhu.platforms.flows.services.cases import holders_now
from nanhu.platforms.flows.services.engine import OPEN, Walk, locked_case
from nanhu.platforms.flows.services.tasks import assign_anew
from nanhu.platforms.flows.telling import tell
from nanhu.platforms.people import api as people

CHUNK: Final = 500
WORK: Final = "flows.work_off_move"
log = logging.getLogger(__name__)


@transaction.atomic
def ask(*, by: Actor, source: Version, target: Version, mapping: Mapping[str, str], reason: str) -> Move:
    """Begin the dry run over all that is open under `source`. Steps of `mapping` stand in both bodies."""
    if source.definition_id != target.definition_id or source.number >= target.number:
        raise MappingRefusedError(name=f"{source.number} → {target.number}")
    for old, new in mapping.items():
        if not source.body.has(old) or not target.body.has(new):
            raise MappingRefusedError(name=f"{old}={new}")
    move = Move(source=source, target=target, mapping=dict(mapping), reason=given(reason))
    move.asked_by_id, move.asked_by_name = by.account_id, by.name
    save_alone(move)
    note(by, "flows.ask_move", move)
    set_to_work(by, move, Move.State.CHECKING)
    return move


@transaction.atomic
def move(*, by: Actor, move: Move) -> None:
    """What is safe goes on under the new version, what asks goes back to its applicant, what breaks stays. By another than who
    asked for the dry run."""
    locked = locked_in(move, Move.State.CHECKED)
    refuse_same_person(by, locked.asked_by_id)
    locked.moved_by_id, locked.moved_by_name = by.account_id, by.name
    note(by, "flows.move_cases", locked)
    set_to_work(by, locked, Move.State.MOVING)


@transaction.atomic
def undo(*, by: Actor, move: Move) -> None:
    """Cases at which nobody did anything since are put back as they stood."""
    locked = locked_in(move, Move.State.MOVED)
    note(by, "flows.undo_move", locked)
    set_to_work(by, locked, Move.State.UNDOING)


@transaction.atomic
def go_on(*, by: Actor, move: Move) -> None:
    """Work that came to a stand is begun again: what is done already is not done twice."""
    locked = locked_in(move, *Move.AT_WORK)
    note(by, "flows.go_on_with_move", locked)
    set_to_work(by, locked, Move.State(locked.state))


def note(by: Actor, action: str, move: Move) -> None:
    facts = {"flow": move.source.definition.name, "from_version": move.source.number, "to_version": move.target.number}
    audit.record(by=by, action=action, target=f"move:{move.public_id}", facts=facts, reason=move.reason)


def locked_in(move: Move, *states: Move.State) -> Move:
    locked = Move.objects.select_for_update(of=("self",)).select_related("source__definition", "target").get(pk=move.pk)
    if locked.state not in states:
        raise WrongStateError(what=str(locked), state=locked.get_state_display())
    return locked


def set_to_work(by: Actor, move: Move, state: Move.State) -> None:
    total = cases_of(move).count() if state == Move.State.CHECKING else move.rows.count()
    move.state = state
    move.progress_id = start_progress(kind=WORK, title=str(move), total=total, by=by).public_id
    save_alone(move)
    defer(WORK, move_id=move.pk, by_name=by.name)


def save_alone(move: Move) -> None:
    """Refused while another one of its source is at work."""
    with refused_as(MoveAtWorkError, by="flows_move_one_at_work"):
        move.save()


def cases_of(move: Move) -> Any:
    return Case.objects.filter(version=move.source_id).exclude(state=Case.State.CLOSED)


def work_off(*, move_id: int, by_name: str) -> None:
    """What the worker does. Begun again after a break it goes on: a case that is judged, moved or put back is so once."""
    move = Move.objects.select_related("source", "target").get(pk=move_id)
    worker = Worker(move, Actor(account_id=None, name=by_name))
    steps: dict[str, tuple[Callable[[], None], Move.State]] = {
        Move.State.CHECKING: (worker.judge_all, Move.State.CHECKED),
        Move.State.MOVING: (worker.move_all, Move.State.MOVED),
        Move.State.UNDOING: (worker.undo_all, Move.State.UNDONE),
    }
    if move.state not in steps:
        return
    work, after = steps[move.state]
    work()
    Move.objects.filter(pk=move.pk, state=move.state).update(state=after)
    worker.progress.finish("")


class Worker:
    """One part of a move, case by case."""

    def __init__(self, move: Move, by: Actor) -> None:
        self.move, self.by = move, by
        self.judge = Judge(move.source.body, move.target.body, move.mapping)
        self.progress = open_progress(move.progress_id or UUID(int=0))

    def judge_all(self) -> None:
        known = self.move.rows.values("case_id")
        cases = cases_of(self.move).exclude(pk__in=known).select_related("definition").order_by("pk")
        done, chunk = self.move.rows.count(), []
        with asking_once():
            for case in cases.prefetch_related("tokens").iterator(chunk_size=CHUNK):
                case.version = self.move.source
                found = self.judge.safely(case)
                chunk.append(MoveRow(move=self.move, case=case, verdict=found.verdict, words=found.words))
                if len(chunk) == CHUNK:
                    done += len(MoveRow.objects.bulk_create(chunk, ignore_conflicts=True))
                    chunk = []
                    self.progress.advance(done)
            MoveRow.objects.bulk_create(chunk, ignore_conflicts=True)

    def move_all(self) -> None:
        rows = self.move.rows.filter(state=MoveRow.State.KEPT).exclude(verdict=BREAKS).order_by("pk")
        self.each(rows, self.move_row)

    def undo_all(self) -> None:
        self.each(self.move.rows.filter(state=MoveRow.State.MOVED).order_by("pk"), self.undo_row)

    def each(self, rows: Any, do: Callable[[MoveRow], None]) -> None:
        for done, row_id in enumerate(list(rows.values_list("pk", flat=True)), 1):
            self.one(rows, row_id, do)
            self.progress.advance(done)

    def one(self, rows: Any, row_id: int, do: Callable[[MoveRow], None]) -> None:
        """A case that fails stays as it is, with why; the others go on. Whoever works at the same did it meanwhile, or does not."""
        try:
            with transaction.atomic():
                row = rows.select_for_update().filter(pk=row_id).first()
                if row is not None:
                    do(row)
        except STOPPED:
            raise
        except Exception as error:
            log.exception("row %s of move %s failed", row_id, self.move.pk)
            MoveRow.objects.filter(pk=row_id).update(words=failed_words(error))

    def move_row(self, row: MoveRow) -> None:
        """Judged again as it stands now, with its row locked."""
        case = locked_case(row.case_id)
        if case.version_id != self.move.source_id or case.state == Case.State.CLOSED:
            row.words = _("试算以后已经办完或换过版本")
            row.save(update_fields=["words"])
            return
        tokens = list(Token.objects.filter(case=case).order_by("pk"))
        found = self.judge.of(case, tokens)
        row.verdict, row.words = found.verdict, found.words
        if found.verdict != BREAKS:
            row.before = standing(case, tokens)
            row.state, row.moved_at = MoveRow.State.MOVED, now()
            self.carry(case, tokens, found.words if found.verdict == ASKS else "")
        row.save()

    def carry(self, case: Case, tokens: list[Token], asked: str) -> None:
        walk = Walk(case, by=self.by)
        words = _("第 %(number)s 版") % {"number": self.move.target.number}
        if asked:
            walk.drop_all()
            case.state, case.percent = Case.State.RETURNED, 0
            words = f"{words}　" + _("请补填：%(fields)s") % {"fields": asked}
            tell([Holder(why="applicant", person_id=case.applicant_id)], case, _lazy("请按新版本补填"))
        else:
            for token in tokens:
                rename(token, self.judge.step_for(token.step), self.judge.branch_for(token.branch))
        case.version = self.move.target
        walk.body = case.body
        walk.note("moved", words=words)
        walk.finish()

    def undo_row(self, row: MoveRow) -> None:
        case = locked_case(row.case_id)
        if not self.is_untouched(case, row):
            row.words = _("新版本下已有人办过，不再放回")
            row.save(update_fields=["words"])
            return
        reopened = put_back(case, row.before, row.moved_at or now())
        case.version = self.move.source
        walk = Walk(case, by=self.by)
        words = _("第 %(number)s 版") % {"number": self.move.source.number}
        walk.note("moved_back", words=words)
        walk.finish()
        for task_id in reopened:
            assign_anew(task_id, by=self.by)
        if reopened:
            tell([Holder(why="applicant", person_id=case.applicant_id)], case, _lazy("不用补填了"))
            tell(holders_now(case), case, _lazy("又到了您这里"))
        row.state = MoveRow.State.UNDONE
        row.save(update_fields=["state"])

    def is_untouched(self, case: Case, row: MoveRow) -> bool:
        """Nobody decided, sent again or ended it since it was moved."""
        state = Case.State.RETURNED if row.verdict == ASKS else row.before["state"]
        here = {(one.step, one.branch) for one in Token.objects.filter(case=case)}
        left = (
            set()
            if row.verdict == ASKS
            else {
                (self.judge.step_for(one["step"]), self.judge.branch_for(one["branch"])) for one in row.before["tokens"]
            }
        )
        decided = Task.objects.filter(case=case, done_at__gt=row.moved_at).exists()
        return case.version_id == self.move.target_id and case.state == state and here == left and not decided


def standing(case: Case, tokens: list[Token]) -> dict[str, Any]:
    """Where a case stands, and who holds it."""
    return {
        "state": case.state,
        "percent": case.percent,
        "tokens": [
            {
                "id": token.pk,
                "step": token.step,
                "branch": token.branch,
                "tasks": list(token.tasks.order_by("pk").values("id", "state", "claimed_by_id")),
            }
            for token in tokens
        ],
    }


def rename(token: Token, step: str, branch: str) -> None:
    """The cursor, and what is open at it, under the names of another version."""
    Token.objects.filter(pk=token.pk).update(step=step, branch=branch)
    Task.objects.filter(token=token, state__in=OPEN).update(step=step, branch=branch, revision=F("revision") + 1)


def put_back(case: Case, before: Mapping[str, Any], moved_at: datetime) -> list[int]:
    """The tasks that are open again because the applicant was to be asked."""
    case.state, case.percent = before["state"], before["percent"]
    reopened: list[int] = []
    for one in before["tokens"]:
        token = Token.objects.filter(pk=one["id"]).first()
        if token is not None:
            rename(token, one["step"], one["branch"])
            continue
        token = Token.objects.create(case=case, step=one["step"], branch=one["branch"])
        was = {task["id"]: task for task in one["tasks"]}
        give_back_votes(token, [key for key, task in was.items() if task["state"] not in OPEN])
        reopened += reopen(token, {key: task for key, task in was.items() if task["state"] in OPEN}, moved_at)
    return reopened


def give_back_votes(token: Token, task_ids: list[int]) -> None:
    """Of two votes of persons who turned out to be one, the first."""
    voted: set[int] = set()
    for row in Task.objects.filter(pk__in=task_ids).order_by("pk"):
        is_vote = row.kind == "countersign" and not row.is_added and row.done_by_id is not None
        if not is_vote or row.done_by_id not in voted:
            Task.objects.filter(pk=row.pk).update(token=token)
        if is_vote and row.done_by_id is not None:
            voted.add(row.done_by_id)


def reopen(token: Token, was: Mapping[int, Mapping[str, Any]], moved_at: datetime) -> list[int]:
    """As they stood. Persons who turned out to be one meanwhile hold one of them, as after `persons.join_tasks`."""
    rows = list(Task.objects.filter(pk__in=was).order_by("is_added", "pk"))
    first: dict[int, int] = {}
    stays = {row.pk: first.setdefault(row.person_id, row.pk) if row.person_id else row.pk for row in rows}
    back = [row for row in rows if stays[row.pk] == row.pk]
    for row in back:
        row.state, row.token, row.revision = was[row.pk]["state"], token, row.revision + 1
        row.behind_id = stays.get(row.behind_id, row.behind_id) if row.behind_id else None
        if row.behind_id == row.pk:
            row.state, row.behind_id = Task.State.OPEN, None
        row.claimed_by_id = claimer_now(row, was[row.pk]["claimed_by_id"])
        if row.state == Task.State.CLAIMED and row.claimed_by_id is None:
            row.state = Task.State.OPEN
        if row.due_at is not None and row.due_at > moved_at:
            unit = hours.unit_of(token.case)
            row.due_at = hours.due_after(now(), hours.minutes_between(moved_at, row.due_at, unit), unit)
        row.save()
    return [row.pk for row in back]


def claimer_now(row: Task, person_id: int | None) -> int | None:
    """By the record that is kept, if he holds the post still."""
    card = people.person_card(person_id) if person_id else None
    if card is None or card.person_id == row.applicant_id:
        return None
    return card.person_id if (row.pool_unit_id, row.pool_office) in posts_of(card.person_id) else None


def movable() -> list[tuple[Version, Version, int]]:
    """Versions under which cases are open although there is a newer one, with the newest and how many."""
    open_cases = Case.objects.exclude(state=Case.State.CLOSED).order_by()
    counts = dict(open_cases.values_list("version_id").annotate(count=Count("pk")))
    newest = {one.definition_id: one for one in Version.objects.order_by("number").select_related("definition")}
    rows = Version.objects.filter(pk__in=counts).select_related("definition").order_by("definition__name", "number")
    return [(one, newest[one.definition_id], counts[one.pk]) for one in rows if newest[one.definition_id].pk != one.pk]
