"""What is done again: a return to an earlier step, a case that is reopened; what is kept meanwhile (drafts), and what is said after it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.flows import hours
from nanhu.platforms.flows.body import Body, Edge, OwnPost, PostOf, Step, faults_of
from nanhu.platforms.flows.errors import NotYoursError, ReasonTooShortError, ReturnedTooOftenError, TwinCaseError
from nanhu.platforms.flows.history import earlier_steps
from nanhu.platforms.flows.models import Case, Definition, Draft, Task, Token
from nanhu.platforms.flows.services import cases, definitions, persons, watching
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.people import api as people

from .conftest import LEAVE, SYSTEM

WHY = "材料不全，请再看"
CHAIN = replace(
    LEAVE,
    key="test.chain",
    name="三步",
    prefix="SB",
    body=Body(
        form=LEAVE.body.form,
        steps=(
            Step(key="counsellor", name="辅导员", kind="approve", who=(OwnPost(office="counsellor"),)),
            Step(key="head", name="学院", kind="approve", who=(OwnPost(office="head"),)),
            Step(key="office", name="主管单位", kind="work", who=(PostOf(office="head"),)),
        ),
        reopens_at="head",
        may_object=True,
    ),
)
SAID = {"kind": "事假", "days": {"first": "2026-12-01", "last": "2026-12-02"}, "reason": "回家看看"}
FORM = {"kind": "事假", "days_first": "2026-12-01", "days_last": "2026-12-02", "reason": "回家看看"}


@pytest.fixture
def chain(monkeypatch, school):
    monkeypatch.setitem(specs, CHAIN.key, CHAIN)
    definitions.publish_all()
    return school


def begun(school, **more):
    return school.apply("S1", "test.chain", **SAID, **more)


def living(case):
    return Task.objects.get(case=case, state__in=["open", "claimed"])


def at_office(school):
    case = begun(school)
    school.decide("T1", living(case))
    school.decide("T2", living(case))
    return case


def closed(school):
    case = at_office(school)
    return school.decide("T3", living(case), "done")


@pytest.mark.capability("A007.1")
def test_what_three_offices_decide_is_one_application_under_one_number(chain):
    case = begun(chain)
    for who, decision in (("T1", "agree"), ("T2", "agree"), ("T3", "done")):
        office = chain.client(who)
        assert case.applicant_name in office.get("/flows/").content.decode()
        assert case.number in office.get(f"/flows/tasks/{living(case).public_id}/").content.decode()
        case = chain.decide(who, living(case), decision)
    assert case.outcome == "granted"
    assert list(Case.objects.values_list("number", flat=True)) == [case.number]


class TestReturnToAnEarlierStep:
    def test_its_holder_does_it_again_and_all_after_it(self, chain):
        case = at_office(chain)
        assert list(earlier_steps(living(case))) == ["counsellor", "head"]
        case = chain.decide("T3", living(case), "return", WHY, to_step="counsellor")
        task = living(case)
        assert (case.state, case.returns, task.step, task.pool_office) == ("running", 1, "counsellor", "counsellor")
        assert Token.objects.get(case=case).step == "counsellor"
        assert case.due_at is not None, "the school works on; the clock runs"
        assert list(earlier_steps(task)) == [], "what lies ahead is no earlier step"
        chain.decide("T1", task)
        chain.decide("T2", living(case))
        assert chain.decide("T3", living(case), "done").outcome == "granted"
        lines = list(case.entries.order_by("pk").values_list("verb", "step", "words"))
        assert ("sent_back", "counsellor", WHY) in lines

    def test_it_has_a_reason_an_end_and_only_steps_that_were_done(self, chain):
        case = at_office(chain)
        task = living(case)
        with pytest.raises(ReasonTooShortError):
            chain.decide("T3", task, "return", "改", to_step="head")
        for step in ("office", "nothing"):
            with pytest.raises(NotYoursError):
                chain.decide("T3", task, "return", WHY, to_step=step)
        with pytest.raises(NotYoursError):
            chain.decide("T3", task, "done", WHY, to_step="head")
        Case.objects.filter(pk=case.pk).update(returns=10)
        with pytest.raises(ReturnedTooOftenError):
            chain.decide("T3", task, "return", WHY, to_step="head")
        task.refresh_from_db()
        assert (task.state, task.revision) == ("open", 1), "nothing changed"

    def test_other_branches_of_the_split_go_on(self, school):
        case = school.apply("S1", "test.both", colleague=school["T5"])
        school.decide("T5", Task.objects.get(case=case, step="right"))
        row = Task.objects.get(case=case, step="left")
        assert earlier_steps(row) == {}, "what another branch did is not before it"

    def test_before_the_split_all_its_branches_are_void(self, chain, monkeypatch):
        first = Step(key="first", name="先看", kind="approve", who=(OwnPost(office="head"),))
        split = Step(key="start", name="分开", kind="split", branches=("left", "right"), join="meet")
        left = Step(key="left", name="左", kind="approve", who=(PostOf(office="head"),))
        to_meet = (Edge(to="meet"),)
        more = Step(key="more", name="左二", kind="approve", who=(PostOf(office="head"),), edges=to_meet)
        right = Step(key="right", name="右", kind="approve", who=(OwnPost(office="counsellor"),), edges=to_meet)
        meet = Step(key="meet", name="汇合", kind="join")
        steps = (first, split, left, more, right, meet)
        spec = replace(CHAIN, key="test.split", prefix="FK", body=Body(form=CHAIN.body.form, steps=steps))
        monkeypatch.setitem(specs, spec.key, spec)
        definitions.publish_all()
        case = chain.apply("S1", "test.split", **SAID)
        chain.decide("T2", living(case))
        chain.decide("T3", Task.objects.get(case=case, step="left"))
        row = Task.objects.get(case=case, step="more")
        assert earlier_steps(row) == {"first": "", "left": "/start.0"}
        chain.decide("T3", row, "return", WHY, to_step="left")
        assert set(Token.objects.filter(case=case).values_list("step", flat=True)) == {"left", "right"}
        chain.decide("T1", Task.objects.get(case=case, step="right"))
        chain.decide("T3", Task.objects.get(case=case, step="left", state="open"))
        row = Task.objects.get(case=case, step="more", state="open")
        chain.decide("T3", row, "return", WHY, to_step="first")
        assert list(Token.objects.filter(case=case).values_list("step", "branch")) == [("first", "")]
        assert not Task.objects.filter(case=case, state__in=["open", "waiting"]).exclude(step="first").exists()

    def test_nothing_is_returned_past_what_is_done_for_good(self, chain, monkeypatch):
        monkeypatch.setitem(actions, "test.bill", lambda _case, _by: None)
        counsellor, head, office = CHAIN.body.steps
        bill = Step(key="bill", name="开单", kind="automatic", action="test.bill")
        body = Body(form=CHAIN.body.form, steps=(counsellor, bill, head, office))
        monkeypatch.setitem(specs, "test.bill", replace(CHAIN, key="test.bill", body=body))
        definitions.publish_all()
        case = chain.apply("S1", "test.bill", **SAID)
        chain.decide("T1", living(case))
        chain.decide("T2", living(case))
        assert list(earlier_steps(living(case))) == ["head"]

    def test_the_page_offers_it_and_strangers_cannot(self, chain):
        case = at_office(chain)
        task, office = living(case), chain.client("T3")
        page = office.get(f"/flows/tasks/{task.public_id}/").content.decode()
        assert "退回给谁" in page
        assert "申请人" in page
        sent = {"decision": "return", "comment": WHY, "to_step": "head", "revision": task.revision}
        assert chain.client("T4").post(f"/flows/tasks/{task.public_id}/decide/", sent).status_code == 404
        assert office.post(f"/flows/tasks/{task.public_id}/decide/", sent).status_code == 302
        assert living(case).step == "head"
        seen = chain.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
        assert "学院：退回到这一步" in seen
        assert WHY in seen


class TestReopening:
    def test_who_leads_the_owner_begins_it_again_at_the_named_step(self, chain):
        case = closed(chain)
        again = cases.reopen(by=chain.actor("T3"), person_id=chain["T3"], case=case, reason=WHY)
        assert (again.state, again.outcome, again.closed_at, living(case).step) == ("running", "", None, "head")
        chain.decide("T2", living(case), "refuse", WHY)
        case.refresh_from_db()
        assert (case.state, case.outcome) == ("closed", "refused")
        assert AuditEntry.objects.filter(action="flows.reopen").count() == 1

    def test_its_applicant_may_within_seven_days(self, chain):
        case = closed(chain)
        Case.objects.filter(pk=case.pk).update(closed_at=now() - timedelta(days=7, minutes=1))
        with pytest.raises(WrongStateError):
            cases.reopen(by=chain.actor("S1"), person_id=chain["S1"], case=case, reason=WHY)
        Case.objects.filter(pk=case.pk).update(closed_at=now() - timedelta(days=6))
        assert cases.reopen(by=chain.actor("S1"), person_id=chain["S1"], case=case, reason=WHY).state == "running"

    @pytest.mark.parametrize("who", ["T1", "T2", "T4", "S2"])
    def test_nobody_else_may(self, chain, who):
        case = closed(chain)
        with pytest.raises(WrongStateError):
            cases.reopen(by=chain.actor(who), person_id=chain[who], case=case, reason=WHY)
        assert Case.objects.get(pk=case.pk).state == "closed"

    def test_what_was_withdrawn_or_names_no_step_stays_closed(self, chain):
        case = begun(chain)
        cases.withdraw(by=chain.actor("S1"), person_id=chain["S1"], case=case)
        with pytest.raises(WrongStateError):
            cases.reopen(by=chain.actor("T3"), person_id=chain["T3"], case=case, reason=WHY)
        other = chain.apply("S1")
        chain.decide("T1", living(other))
        with pytest.raises(WrongStateError):
            cases.reopen(by=chain.actor("T3"), person_id=chain["T3"], case=other, reason=WHY)

    def test_not_while_a_twin_of_it_runs(self, chain):
        case = closed(chain)
        begun(chain)
        with pytest.raises(TwinCaseError):
            cases.reopen(by=chain.actor("T3"), person_id=chain["T3"], case=case, reason=WHY)
        assert Case.objects.get(pk=case.pk).state == "closed"

    def test_on_the_page_with_a_reason(self, chain):
        case, student = closed(chain), chain.client("S1")
        assert (
            f"/flows/cases/{case.public_id}/reopen/" in student.get(f"/flows/cases/{case.public_id}/").content.decode()
        )
        assert student.post(f"/flows/cases/{case.public_id}/reopen/", {"reason": "不"}).status_code == 422
        assert student.post(f"/flows/cases/{case.public_id}/reopen/", {"reason": WHY}).status_code == 302
        assert Case.objects.get(pk=case.pk).state == "running"
        assert chain.client("S2").post(f"/flows/cases/{case.public_id}/reopen/", {"reason": WHY}).status_code == 404

    def test_a_body_names_a_step_at_which_somebody_works_outside_a_split(self):
        body = CHAIN.body
        assert faults_of(body) == []
        assert faults_of(Body(form=body.form, steps=body.steps, reopens_at="nothing"))
        assert faults_of(Body(form=body.form, steps=body.steps, may_object=True))


class TestRating:
    @pytest.mark.slow
    def test_it_is_asked_once_of_the_applicant_alone(self, chain):
        case, student = closed(chain), chain.client("S1")
        address = f"/flows/cases/{case.public_id}/"
        assert "评价这次办理" in student.get(address).content.decode()
        assert "评价这次办理" not in chain.client("T3").get(address).content.decode()
        assert chain.client("T3").post(f"{address}rate/", {"rating": 1}).status_code == 404
        assert student.post(f"{address}rate/", {"rating": 9}).status_code == 422
        assert student.post(f"{address}rate/", {"rating": 4, "words": "很快"}).status_code == 302
        assert "评价这次办理" not in student.get(address).content.decode()
        assert "申请人评价 4 分" in chain.client("T3").get(address).content.decode()
        with pytest.raises(WrongStateError):
            cases.rate(by=SYSTEM, person_id=chain["S1"], case=case, rating=1, words="")

    def test_not_while_it_runs(self, chain):
        with pytest.raises(WrongStateError):
            cases.rate(by=SYSTEM, person_id=chain["S1"], case=begun(chain), rating=5, words="")

    def test_the_database_knows_five_marks(self, chain):
        case = closed(chain)
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(rating=6)


class TestDrafts:
    def test_what_was_typed_is_there_again_and_gone_with_the_case(self, chain):
        student = chain.client("S1")
        typed = {
            "kind": "病假",
            "reason": "发烧",
            "days_first": "2026-12-0",
            "paper": "330102200501010011",
            "outcome": "x",
        }
        assert student.post("/flows/new/test.chain/draft/", typed).status_code == 204
        kept = Draft.objects.get()
        assert kept.data == {"kind": "病假", "reason": "发烧", "days_first": "2026-12-0"}, (
            "nothing sealed, nothing foreign"
        )
        page = student.get("/flows/new/test.chain/").content.decode()
        assert "发烧" in page
        assert "上次没有填完" in page
        assert "发烧" not in chain.client("S2").get("/flows/new/test.chain/").content.decode()
        student.post("/flows/new/test.chain/draft/", {"reason": "不烧了"})
        assert Draft.objects.get().data == {"reason": "不烧了"}, "one a person and process"
        assert student.post("/flows/new/test.chain/", FORM | {"form_token": str(uuid4())}).status_code == 302
        assert not Draft.objects.exists()

    def test_it_may_be_emptied(self, chain):
        student = chain.client("S1")
        student.post("/flows/new/test.chain/draft/", {"reason": "发烧"})
        student.post("/flows/new/test.chain/forget/")
        assert not Draft.objects.exists()

    def test_a_form_that_is_refused_keeps_it(self, chain):
        student = chain.client("S1")
        student.post("/flows/new/test.chain/draft/", {"reason": "发烧"})
        assert student.post("/flows/new/test.chain/", FORM | {"reason": ""}).status_code == 422
        assert Draft.objects.exists()

    def test_who_may_not_apply_keeps_nothing(self, chain, monkeypatch):
        monkeypatch.setitem(specs, CHAIN.key, replace(CHAIN, faces=frozenset({"staff"})))
        definitions.publish_all()
        assert chain.client("S1").post("/flows/new/test.chain/draft/", {"reason": "x"}).status_code == 404
        assert not Draft.objects.exists()

    def test_it_is_forgotten_after_ninety_days(self, chain, clock):
        clock("2026-09-01T08:00+08:00")
        cases.keep_draft(person_id=chain["S1"], key="test.chain", data={"reason": "x"})
        clock("2026-11-30T07:00+08:00")
        assert cases.forget_drafts() == 0
        clock("2026-11-30T09:00+08:00")
        assert cases.forget_drafts() == 1

    def test_records_that_are_one_person_have_one(self, chain):
        cases.keep_draft(person_id=chain["S2"], key="test.chain", data={"reason": "x"})
        persons.merge(kept_id=chain["S1"], gone_id=chain["S2"])
        assert Draft.objects.get().person_id == chain["S1"]


class TestPercentiles:
    def closed_ones(self, school, minutes):
        """Bare cases, so many as there are minutes."""
        version = Definition.objects.get(key="test.chain").versions.get()
        Case.objects.bulk_create(
            Case(
                number=f"P-{n}",
                token=uuid4(),
                definition=version.definition,
                version=version,
                opened_by_name="",
                state="closed",
                outcome="granted",
                closed_at=now() - timedelta(days=1),
                due_at=now(),
                used_minutes=used,
            )
            for n, used in enumerate(minutes)
        )

    def test_half_and_nine_of_ten_from_twenty_cases_on(self, chain):
        self.closed_ones(chain, [30 * n for n in range(1, 20)])
        watching.measure()
        definition = Definition.objects.get(key="test.chain")
        assert definition.usual_minutes is None, "nineteen are too few"
        assert "最近 90 天" not in chain.client("S1").get("/flows/new/test.chain/").content.decode()
        Case.objects.filter(number="P-0").update(number="Q")
        self.closed_ones(chain, [600])
        watching.measure()
        definition.refresh_from_db()
        assert (definition.usual_minutes, definition.longer_minutes) == (300, 540)
        page = chain.client("S1").get("/flows/new/test.chain/").content.decode()
        assert "承诺 1 个工作日 2 小时内办完" in page
        assert "一半在 5 小时内，九成在 1 个工作日 3 小时内" in page

    def test_what_is_older_than_ninety_days_or_withdrawn_does_not_count(self, chain):
        self.closed_ones(chain, [100] * 25)
        Case.objects.filter(number__in=["P-0", "P-1", "P-2"]).update(closed_at=now() - timedelta(days=91))
        Case.objects.filter(number__in=["P-3", "P-4", "P-5"]).update(outcome="withdrawn")
        watching.measure()
        assert Definition.objects.get(key="test.chain").usual_minutes is None

    def test_it_goes_by_the_function_of_the_alarm_and_without_the_time_that_the_clock_stood(self, chain, clock):
        clock("2026-09-24T16:00+08:00")
        case = begun(chain)
        clock("2026-09-24T17:00+08:00")
        chain.decide("T1", living(case), "return", WHY)
        clock("2026-09-28T09:00+08:00")
        cases.resubmit(by=chain.actor("S1"), person_id=chain["S1"], case=case, data=SAID)
        clock("2026-09-28T10:00+08:00")
        task = living(case)
        assert hours.used_of(480, task.due_at, now()) == 120, "an hour before the return, an hour after it"
        case = chain.decide("T1", task, "refuse", WHY)
        assert case.used_minutes == 120


class TestLateness:
    def test_each_further_promise_goes_up_the_tree_of_units(self, chain, monkeypatch):
        top = people.unit_ids_by_code(["1000"])["1000"]
        appointed = {"office": "head", "starts_on": date(2020, 1, 1), "ends_on": None, "document": "任命"}
        people.appoint(by=SYSTEM, unit_id=top, person_id=chain["T5"], **appointed)
        case = begun(chain)
        assert watching.heads_above(case, 0) == []
        assert [one.unit_id for one in watching.heads_above(case, 1)] == [chain.units["1001"]]
        assert [one.unit_id for one in watching.heads_above(case, 2)] == [top]
        assert [one.unit_id for one in watching.heads_above(case, 9)] == [top], "above the top there is nobody"
