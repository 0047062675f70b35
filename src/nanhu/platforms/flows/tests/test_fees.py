"""A service with a fee: its applicant is billed once, the case goes on when it is paid, and asks for nothing when it is over."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.models import Outage
from nanhu.platforms.flows.body import Body, Field, PostOf, Step, faults_of
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services import cases, definitions, fees, settling
from nanhu.platforms.flows.services.settling import settle
from nanhu.platforms.flows.specs import FlowSpec, specs
from nanhu.platforms.ledger import api as ledger

from .conftest import SYSTEM

CARD = FlowSpec(
    key="test.card",
    name="补办学生证",
    unit="1001",
    promise=480,
    prefix="XS",
    faces=frozenset({"student", "staff"}),
    body=Body(
        form=(Field(key="why", label="原因"),),
        steps=(
            Step(key="check", name="核对", kind="approve", who=(PostOf(office="head"),)),
            Step(key="fee", name="工本费", kind="pay", fee_item="test.card", fee_fen=1000),
            Step(key="hand", name="制证", kind="work", who=(PostOf(office="head"),)),
        ),
    ),
)


@pytest.fixture
def office(school, monkeypatch):
    monkeypatch.setitem(specs, CARD.key, CARD)
    definitions.publish_all()
    ledger.open_fee_item(by=SYSTEM, code="test.card", name="学生证工本费", reason="测试")
    return school


def agreed(office):
    case = office.apply("S1", "test.card", why="丢了")
    return office.decide("T3", Task.objects.get(case=case))


def bill_of(case):
    return ledger.Bill.objects.get(key=f"flows:{case.number}:fee")


def pay(bill, fen=None):
    [account] = ledger.open_accounts([ledger.AccountOrder(code="test.cash", name="现金", kind="asset")]).values()
    return ledger.pay(
        by=SYSTEM,
        bill=bill,
        amount_fen=fen or bill.amount_fen,
        payer="card",
        account_id=account,
        key=f"p:{bill.key}:{fen}",
    )


def steps_of(case):
    return list(case.tokens.values_list("step", flat=True))


def test_the_applicant_is_billed_once_and_it_goes_on_when_all_is_paid(office):
    case = agreed(office)
    case.refresh_from_db()
    bill = bill_of(case)
    assert (bill.person_id, bill.amount_fen, bill.name) == (office["S1"], 1000, f"补办学生证 {case.number}")
    assert (steps_of(case), case.due_at) == (["fee"], None), "the clock of the office stands"
    page = office.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert all(said in page for said in ("等您缴费", "¥ 10.00", "请申请人缴费"))
    assert "等您缴费" not in office.client("T3").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert settle() == 0
    pay(bill, 400)
    assert settle() == 0, "a part"
    pay(bill, 600)
    assert (settle(), settle(), steps_of(case)) == (1, 0, ["hand"])
    done = office.decide("T3", Task.objects.get(case=case, state="open"), "done")
    assert (done.outcome, ledger.Bill.objects.count()) == ("granted", 1)


def test_what_the_finance_office_waives_is_not_waited_for(office):
    case = agreed(office)
    ledger.waive(by=SYSTEM, bill=bill_of(case), amount_fen=1000, reason="家庭困难", key="w")
    assert (settle(), steps_of(case)) == (1, ["hand"])


@pytest.mark.parametrize(("paid", "state"), [(0, "cancelled"), (400, "waived"), (1000, "paid")])
def test_who_withdraws_owes_nothing_any_more_and_reads_what_he_paid(office, paid, state):
    case = agreed(office)
    if paid:
        pay(bill_of(case), paid)
    cases.withdraw(by=office.actor("S1"), person_id=office["S1"], case=case)
    bill = bill_of(case)
    assert (bill.state, bill.owed_fen, bill.paid_fen, settle()) == (state, 0, paid, 0)
    told = office.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert ("已缴的钱由财务退还" in told) is bool(paid)


def test_a_deferral_of_the_finance_office_is_kept(office):
    case = agreed(office)
    until = campus_today() + timedelta(days=90)
    ledger.defer(by=SYSTEM, bill=bill_of(case), until=until, grounds="家庭困难", key="d")
    page = office.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert f"{until:%-m月%-d日}" in page
    with time_machine.travel(now() + timedelta(days=89), tick=False):
        assert (settle(), steps_of(case)) == (0, ["fee"])


def test_what_was_paid_while_the_clock_looked_goes_on(office, monkeypatch):
    """The clock found it unpaid on its last evening, and somebody pays before it comes to it."""
    case = agreed(office)
    bill = bill_of(case)
    waiting = list(settling.waiting_for_money())
    pay(bill)
    monkeypatch.setattr(settling, "waiting_for_money", lambda: waiting)
    with time_machine.travel(now() + timedelta(days=32), tick=False):
        assert (settle(), steps_of(case)) == (1, ["hand"])


def test_what_was_given_back_or_cancelled_is_no_payment_and_is_billed_anew(office):
    case = agreed(office)
    ledger.reverse(by=SYSTEM, entry_id=pay(bill_of(case)).entry_id, reason="付错了")
    assert (bill_of(case).state, settle(), settle(), steps_of(case)) == ("refunded", 1, 0, ["fee"])
    again = ledger.Bill.objects.get(key=f"flows:{case.number}:fee:2")
    ledger.cancel(by=SYSTEM, bill=again, reason="开错了", key="c")
    assert (settle(), settle()) == (1, 0)
    pay(ledger.Bill.objects.get(key=f"flows:{case.number}:fee:3"), 1000)
    assert (settle(), steps_of(case)) == (1, ["hand"])


def test_who_comes_to_the_step_again_has_his_thirty_days_again(office):
    case = agreed(office)
    with time_machine.travel(now() + timedelta(days=25), tick=False):
        bill = fees.charged(SYSTEM, case, case.body.step("fee"), visit=2)
        assert fees.last_day(bill) == campus_today() + timedelta(days=30)


def test_what_nobody_pays_expires_after_its_last_day(office):
    case = agreed(office)
    with time_machine.travel(now() + timedelta(days=30), tick=False):
        assert settle() == 0, "the last day"
    with time_machine.travel(now() + timedelta(days=32), tick=False):
        assert settle() == 1
    case.refresh_from_db()
    assert (case.state, case.outcome, bill_of(case).owed_fen) == ("closed", "expired", 0)


def test_a_last_day_on_which_the_program_was_away_is_not_over(office):
    case = agreed(office)
    last = start_of(bill_of(case).due_on)
    Outage.objects.create(began_at=last - timedelta(hours=2), ended_at=last + timedelta(hours=30))
    with time_machine.travel(last + timedelta(hours=36), tick=False):
        assert settle() == 0, "the day after it"
    with time_machine.travel(last + timedelta(days=20), tick=False):
        assert settle() == 1
    case.refresh_from_db()
    assert case.outcome == "expired"


def test_a_fee_that_may_not_be_charged_stops_the_decision_and_bills_nobody(office):
    ledger.set_fee_item(
        by=SYSTEM,
        code="test.card",
        name="学生证工本费",
        licence="",
        ceiling_fen=500,
        starts_on=campus_today(),
        reason="降价",
    )
    case = office.apply("S1", "test.card", why="丢了")
    with pytest.raises(ledger.FeeCeilingError):
        office.decide("T3", Task.objects.get(case=case))
    assert (steps_of(case), ledger.Bill.objects.count(), Case.objects.get().state) == (["check"], 0, "running")


def test_a_step_that_says_not_what_is_paid_is_no_process():
    for item, fen in (("", 1000), ("test.card", 0), ("test.card", -5)):
        step = Step(key="fee", name="缴费", kind="pay", fee_item=item, fee_fen=fen)
        assert [one.code for one in faults_of(Body(form=(), steps=(step,)))] == ["no_fee"]
