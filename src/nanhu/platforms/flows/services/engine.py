"""The engine: moves the tokens of one case, whose row its caller has locked. All in the caller's transaction."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.db.models import F
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given, Prepared, insert, update
from nanhu.kernel.database.values import planned_rows
from nanhu.kernel.events import Event, publish
from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui.dates import lazy_day
from nanhu.kernel.ui.words import lazy_term
from nanhu.platforms.flows import conditions, hours
from nanhu.platforms.flows.assigning import Holder, holders_of, owners_of, signers_of
from nanhu.platforms.flows.body import END, FOR_OTHERS, HUMAN, Body, Step, facts_for_conditions
from nanhu.platforms.flows.errors import NobodyFoundError
from nanhu.platforms.flows.events import CaseClosed, TaskOpened
from nanhu.platforms.flows.models import Case, Definition, Entry, Task, Token
from nanhu.platforms.flows.rules import countersigned
from nanhu.platforms.flows.services import fees
from nanhu.platforms.flows.telling import tell
from nanhu.platforms.ledger import api as ledger

OPEN: Final = (Task.State.WAITING, Task.State.OPEN, Task.State.CLAIMED)
MOST_RETURNS: Final = 10
"""After which the owner decides, and nobody returns it any more."""
MOST_STOPS: Final = 50
"""Of a case's clock: so many are remembered."""
MOST_MOVES: Final = 200
"""Steps that follow each other without a person between them; more is a loop."""
STEPS: Final[Prepared[Any]] = Prepared(lambda: Token.objects.filter(case=Given("case")).values_list("step", flat=True))
LOCKED: Final = Prepared(lambda: Case.objects.select_for_update().filter(pk=Given("case")))
DEFINITION: Final = Prepared(lambda: Definition.objects.select_related("unit").filter(pk=Given("definition")))
TASKS: Final = Prepared(
    lambda: Task.objects.filter(token=Given("token")).exclude(state=Task.State.CANCELLED).order_by("pk")
)
DROP: Final = (Path(__file__).parent.parent / "sql" / "queries" / "drop_token.sql").read_text(encoding="utf-8")
actions: dict[str, Callable[[Case, Actor], str | None]] = {}
"""What automatic steps do, by name, and who moved the case there: in the transaction of the case, so it happens once. An error of the
house refuses the decision that led there. One that gives words did not do it: they say why, and the case is cancelled."""


def locked_case(case_id: int) -> Case:
    """Locked without a join: PostgreSQL loses a row for which it waited where what it was joined with has changed meanwhile
    (a case that is moved to another version)."""
    case = LOCKED.first(case=case_id)
    if case is None:
        raise Case.DoesNotExist(case_id)
    [case.definition] = DEFINITION(definition=case.definition_id)
    return case


class Walk:
    """One move of one case, from a decision until people are asked again. `person_id`: who moves it."""

    def __init__(self, case: Case, *, by: Actor, person_id: int | None = None) -> None:
        self.case, self.by, self.person_id = case, by, person_id
        self.body: Body = case.body
        self.moves = 0
        self.happened: list[Event] = []

    def note(self, verb: str, *, step: str = "", words: str = "") -> None:
        insert(Entry(case=self.case, actor=self.by.name, person_id=self.person_id, verb=verb, step=step, words=words))

    def begin(self) -> None:
        self.enter(self.body.steps[0].key, "")

    def enter(self, key: str, branch: str) -> None:
        """Put a token before a step and see what the step is."""
        self.moves += 1
        if self.moves > MOST_MOVES:
            raise RuntimeError(f"case {self.case.number} goes round in circles at {key}")
        if key == END:
            self.end_branch(branch)
            return
        step = self.body.step(key)
        token = insert(Token(case=self.case, step=key, branch=branch))
        if step.kind in HUMAN:
            self.open_tasks(token, step)
        elif step.kind == "split":
            self.split(token, step)
        elif step.kind == "join":
            self.join(token, step)
        elif step.kind == "pay":
            self.charge(token, step)
        elif step.kind != "wait":
            self.pass_through(token, step)

    def end_branch(self, branch: str) -> None:
        """The end of a branch is its join; the end of the case is where no token is left."""
        if branch:
            split = branch.rpartition("/")[2].partition(".")[0]
            self.enter(self.body.step(split).join, branch)

    def split(self, token: Token, step: Step) -> None:
        token.delete()
        for number, first in enumerate(step.branches):
            if self.case.state != Case.State.CLOSED:  # by an action that the branch before it began with
                self.enter(first, f"{token.branch}/{step.key}.{number}")

    def join(self, token: Token, step: Step) -> None:
        """Goes on when the last branch has come."""
        above, _slash, last = token.branch.rpartition("/")
        split = self.body.step(last.partition(".")[0])
        here = Token.objects.filter(case=self.case, step=step.key, branch__startswith=f"{above}/{split.key}.")
        if here.count() == len(split.branches):
            here.delete()
            self.enter(self.next_of(step), above)

    def charge(self, token: Token, step: Step) -> None:
        """Waits until it is paid; not where it was before, or where nobody applied."""
        if self.case.applicant_id is None or not self.bill(step, visit=token.pk).is_owed:
            self.leave(token, step)

    def bill(self, step: Step, *, visit: int) -> ledger.Bill:
        """The applicant is told what he has to pay, and by when."""
        bill = fees.charged(self.by, self.case, step, visit=visit)
        if bill.is_owed:
            self.note("billed", step=step.key, words=format_yuan(bill.owed_fen))
            applicant = Holder(why="applicant", person_id=self.case.applicant_id)
            day, owed = lazy_day(fees.last_day(bill), None), format_yuan(bill.owed_fen)
            tell([applicant], self.case, format_lazy(_("请在 {day} 前缴费 {sum}"), day=day, sum=owed))
        return bill

    def pass_through(self, token: Token, step: Step) -> None:
        """A step that nobody is asked at; the case ends here where its action could not be done."""
        why = self.run(step)
        if why:
            self.note("cancelled", step=step.key, words=why)
            self.close(Case.Outcome.CANCELLED)
            return
        self.note(step.kind, step=step.key)
        self.leave(token, step)

    def run(self, step: Step) -> str | None:
        if step.kind == "automatic":
            return actions[step.action](self.case, self.by)
        tell(signers_of(step.who, self.case), self.case, lazy_term(step.name))
        return None

    def open_tasks(self, token: Token, step: Step) -> None:
        holders = self.holders_at(step)
        if not holders:
            raise NobodyFoundError(step=step.name)
        if any(one.why == "owner" for one in holders):
            self.note("nobody", step=step.key)
        self.set_clock(runs=True)
        made = [self.open_task(token, step, holder) for holder in holders]
        tell(holders, self.case, lazy_term(step.name))
        self.happened += [
            TaskOpened(definition=self.case.definition.key, case_id=self.case.pk, task_id=one.pk, step=step.key)
            for one in made
        ]

    def holders_at(self, step: Step) -> list[Holder]:
        """Of a case that went to and fro too often, an approval is the owner's."""
        if step.kind == "countersign":
            return signers_of(step.who, self.case)
        if step.kind == "approve" and self.case.returns >= MOST_RETURNS and (owners := owners_of(self.case)):
            return [replace(one, why="returned") for one in owners]
        return holders_of(step.who, self.case)

    def open_task(self, token: Token, step: Step, holder: Holder, **more: Any) -> Task:
        due = hours.due_after(now(), step.promise, hours.unit_of(self.case)) if step.promise else self.case.due_at
        task = Task(
            case=self.case,
            applicant_id=self.case.applicant_id,
            token=token,
            step=step.key,
            branch=token.branch,
            kind=step.kind,
            person_id=holder.person_id,
            pool_unit_id=holder.unit_id,
            pool_office=holder.office,
            why=holder.why,
            due_at=due,
            place=holder.place,
            **more,
        )
        return insert(task)

    def settle(self, task: Task) -> None:
        """A task was decided: whoever stands behind it comes next, else the step is done as soon as nothing can change its result."""
        token, step = task.token, self.body.step(task.step)
        if token is None:
            return
        tasks = TASKS(token=token.pk)
        if any(one.behind_id == task.pk and one.state == Task.State.WAITING for one in tasks):
            if self.open_followers(task):
                return
            tasks = TASKS(token=token.pk)
        main = [one for one in tasks if not one.is_added]
        answers = [answer for one in main if (answer := self.answer_of(one, tasks))]
        result = countersigned(
            answers, len(main), step.needed if step.kind == "countersign" or step.needed == "first" else "any"
        )
        if result is None and len(answers) == len(main):
            result = "refuse"
        if result is not None:
            self.leave(token, step, is_refused=result == "refuse")

    @staticmethod
    def open_followers(task: Task) -> bool:
        """Whoever waited for this one: also after a refusal, unless it was to sign what is refused now."""
        waiting = Task.objects.filter(behind=task, state=Task.State.WAITING)
        if task.decision == Task.Decision.REFUSE:
            waiting.filter(is_added=True).update(state=Task.State.CANCELLED, token=None, revision=F("revision") + 1)
        return bool(waiting.update(state=Task.State.OPEN, opened_at=now(), revision=F("revision") + 1, seen_by=[]))

    @staticmethod
    def answer_of(task: Task, tasks: Iterable[Task]) -> Any:
        """What a signer said; a signer added behind him says the last word for both, or nothing yet."""
        if task.state != Task.State.DONE:
            return None
        behind = [one for one in tasks if one.is_added and one.behind_id == task.pk]
        if any(one.state != Task.State.DONE for one in behind):
            return None
        said = [task, *behind]
        return "refuse" if any(one.decision == Task.Decision.REFUSE for one in said) else "agree"

    def leave(self, token: Token, step: Step, *, is_refused: bool = False) -> None:
        """The step is done: on along the first edge that holds. Only a person refuses; what did not come lets the case expire."""
        self.drop(token)
        self.case.percent = max(self.case.percent, self.percent_after(step))
        if not is_refused:
            self.enter(self.next_of(step), token.branch)
        elif step.on_refuse:
            self.enter(step.on_refuse, token.branch)
        else:
            self.close(Case.Outcome.REFUSED if step.kind in HUMAN else Case.Outcome.EXPIRED)

    def percent_after(self, step: Step) -> int:
        place = [one.key for one in self.body.steps].index(step.key) + 1
        return min(99, place * 100 // len(self.body.steps))

    def percent_before(self, key: str) -> int:
        return [one.key for one in self.body.steps].index(key) * 100 // len(self.body.steps)

    def next_of(self, step: Step) -> str:
        facts = facts_for_conditions(self.case.data, self.body.fields())
        for edge in step.edges:
            if not edge.when or conditions.holds(conditions.parse(edge.when), facts):
                return edge.to
        if step.edges:
            raise LookupError(f"case {self.case.number}: no way leads on from {step.key}")
        return self.body.after(step.key)

    def drop(self, token: Token) -> None:
        """What is still open of the step is cancelled with its token."""
        planned_rows(DROP, [token.pk])

    def drop_all(self) -> None:
        self.drop_within("")

    def drop_within(self, branch: str) -> None:
        """All that stands in this branch, and in the branches that went apart from it."""
        for token in Token.objects.filter(case=self.case, branch__startswith=branch):
            if not branch or token.branch == branch or token.branch.startswith(f"{branch}/"):
                self.drop(token)

    def go_back(self, key: str, branch: str) -> None:
        """An earlier step is done again, by whom it finds today; what stands within its branch is void."""
        self.drop_within(branch)
        self.case.percent = min(self.case.percent, self.percent_before(key))
        self.enter(key, branch)

    def close(self, outcome: Case.Outcome) -> None:
        self.drop_all()
        self.end(outcome)

    def end(self, outcome: Case.Outcome) -> None:
        """Of a case that has no token left. The applicant is told, unless it was he who ended it."""
        if paid := fees.forgive_owed(self.by, self.case) if outcome != Case.Outcome.GRANTED else 0:
            self.note("paid_before", words=format_yuan(paid))
        self.case.used_minutes = hours.used_of_case(self.case, now())
        self.case.state, self.case.outcome, self.case.closed_at = Case.State.CLOSED, outcome, now()
        self.case.percent = 100
        self.note(f"closed_{outcome}")
        if outcome != Case.Outcome.WITHDRAWN and self.case.applicant_id is not None:
            applicant = Holder(why="applicant", person_id=self.case.applicant_id)
            tell([applicant], self.case, Case.Outcome(outcome).label)
        self.happened.append(
            CaseClosed(
                definition=self.case.definition.key,
                case_id=self.case.pk,
                number=self.case.number,
                subject_key=self.case.subject_key,
                subject_id=self.case.subject_id,
                outcome=outcome,
            )
        )

    def finish(self) -> Case:
        """Once at the end of each move: the case is closed where no token is left; its clock runs while a person is awaited."""
        steps = STEPS(case=self.case.pk)
        if self.case.state == Case.State.RUNNING and not steps:
            self.end(Case.Outcome.GRANTED)
        if self.case.state != Case.State.CLOSED:
            is_working = any(self.body.step(one).kind not in {*FOR_OTHERS, "join"} for one in steps)
            self.set_clock(runs=self.case.state == Case.State.RUNNING and is_working)
        update(self.case)
        publish(*self.happened)
        return self.case

    def set_clock(self, *, runs: bool) -> None:
        """Time in which the school waits for somebody else does not count."""
        case = self.case
        if runs and case.stopped_at is not None:
            case.stood = [*case.stood, [case.stopped_at.isoformat(), now().isoformat()]][-MOST_STOPS:]
            case.due_at = hours.due_after(now(), max(case.minutes_left or 0, 0), hours.unit_of(case))
            case.minutes_left = case.stopped_at = None
        elif not runs and case.due_at is not None:
            case.minutes_left = hours.minutes_between(now(), case.due_at, hours.unit_of(case))
            case.stopped_at = now()
            case.due_at = None
