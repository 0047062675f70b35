"""Whatever people do in whatever order, and wherever a worker is killed, no token and no event is lost or doubled (a state machine)."""

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from nanhu.kernel.errors import CampusError
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.flows.models import Case, Entry, Task, Token
from nanhu.platforms.flows.services import cases, tasks

from .conftest import SYSTEM, School

PEOPLE = ("T1", "T2", "T3", "T4", "T5", "S1")
WORDS = "一二三四五"


class KilledError(Exception):
    """The process is gone before its transaction was kept."""


class Moves(RuleBasedStateMachine):
    """A case with two branches, a countersigning of three and a wait, in the hands of six people who press anything."""

    school: School
    case: Case

    @initialize()
    def begin(self) -> None:
        self.case = self.school.apply("S1", "test.both", colleague=self.school["T5"])

    def attempt(self, move: Any, **more: Any) -> None:
        """Refused is refused whole."""
        try:
            with transaction.atomic():
                move(**more)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except CampusError:
            pass

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), what=st.sampled_from(["agree", "refuse", "return", "done"]))
    def decide(self, data: Any, who: str, what: str) -> None:
        rows = list(Task.objects.filter(case=self.case).order_by("pk"))
        self.attempt(
            tasks.decide,
            by=SYSTEM,
            person_id=self.school[who],
            task=data.draw(st.sampled_from(rows)),
            decision=what,
            comment=WORDS,
        )

    @rule(
        data=st.data(),
        who=st.sampled_from(PEOPLE),
        to=st.sampled_from(PEOPLE),
        where=st.sampled_from(["before", "after", ""]),
    )
    def hand_on(self, data: Any, who: str, to: str, where: str) -> None:
        row = data.draw(st.sampled_from(list(Task.objects.filter(case=self.case).order_by("pk"))))
        given = {"by": SYSTEM, "person_id": self.school[who], "task": row, "comment": ""}
        if where:
            self.attempt(tasks.add_signer, **given, signer_id=self.school[to], where=where)
        else:
            self.attempt(tasks.transfer, **given, to_id=self.school[to])

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), what=st.sampled_from(["agree", "refuse", "return", "done"]))
    def decide_and_be_killed(self, data: Any, who: str, what: str) -> None:
        """Between the decision with its event and the commit: nothing of either is there."""
        row = data.draw(st.sampled_from(list(Task.objects.filter(case=self.case).order_by("pk"))))
        before = self.standing()
        with pytest.raises((CampusError, KilledError)), transaction.atomic():
            tasks.decide(by=SYSTEM, person_id=self.school[who], task=row, decision=what, comment=WORDS)
            raise KilledError
        assert self.standing() == before

    def standing(self) -> list[Any]:
        mine = {"case": self.case}
        return [
            list(Case.objects.filter(pk=self.case.pk).values_list("state", "outcome", "percent", "due_at")),
            list(Token.objects.filter(**mine).order_by("pk").values_list("step", "branch")),
            list(Task.objects.filter(**mine).order_by("pk").values_list("pk", "state", "revision")),
            Entry.objects.filter(**mine).count(),
            OutboxEvent.objects.count(),
        ]

    @rule()
    def deliver(self) -> None:
        """The worker hands out what was published, as often as it likes."""
        deliver_pending()

    @rule(who=st.sampled_from(["T3", "S1", "T4"]))
    def reopen(self, who: str) -> None:
        self.attempt(cases.reopen, by=SYSTEM, person_id=self.school[who], case=self.case, reason=WORDS)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), is_claim=st.booleans())
    def claim(self, data: Any, who: str, is_claim: bool) -> None:
        row = data.draw(st.sampled_from(list(Task.objects.filter(case=self.case).order_by("pk"))))
        self.attempt(tasks.claim if is_claim else tasks.release, by=SYSTEM, person_id=self.school[who], task=row)

    @rule()
    def pay(self) -> None:
        self.attempt(cases.go_on, by=SYSTEM, case_id=self.case.pk, step="pay")

    @rule(who=st.sampled_from(["S1", "S2"]))
    def resubmit(self, who: str) -> None:
        data = {"colleague": self.school["T5"]}
        self.attempt(cases.resubmit, by=SYSTEM, person_id=self.school[who], case=self.case, data=data)

    @rule(who=st.sampled_from(["S1", "S2"]), is_sure=st.integers(0, 9))
    def withdraw(self, who: str, is_sure: int) -> None:
        if is_sure == 0:
            self.attempt(cases.withdraw, by=SYSTEM, person_id=self.school[who], case=self.case)

    @invariant()
    def it_is_whole(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        tokens = list(Token.objects.filter(case=case))
        living = Task.objects.filter(case=case, state__in=["waiting", "open", "claimed"])
        assert bool(tokens) is (case.state == "running"), "it stands somewhere exactly while it runs"
        assert bool(case.outcome) is (case.state == "closed")
        ends = Entry.objects.filter(case=case, verb__startswith="closed_").count()
        told = OutboxEvent.objects.filter(name__endswith="CaseClosed", payload__case_id=case.pk).count()
        assert ends == told, "each end is told once"
        assert ends == Entry.objects.filter(case=case, verb="reopened").count() + (case.state == "closed")
        for token in tokens:
            step = case.body.step(token.step)
            waits = living.filter(token=token)
            if step.kind in {"approve", "countersign", "work"}:
                assert waits.filter(state__in=["open", "claimed"]).exists(), "somebody can go on"
            else:
                assert not waits.exists()
        assert living.exclude(token__in=tokens).count() == 0, "nobody works where no token stands"
        assert {one.branch for one in tokens} in (set(), {""}, {"/start.0"}, {"/start.1"}, {"/start.0", "/start.1"})
        assert not Task.objects.filter(case=case, done_by_id=self.school["S1"]).exists()


@pytest.mark.slow
def test_no_token_is_lost_or_doubled_whatever_people_press(school):
    run_state_machine_as_test(
        type("MovesHere", (Moves,), {"school": school}),
        settings=settings(max_examples=25, stateful_step_count=20, phases=[Phase.generate]),
    )
