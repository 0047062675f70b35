"""Rents (租金) of what is let: a bill for each period as it begins, seen by who pays and by the office; extended, given back, kept too long."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.assets.jobs import bill_rents
from nanhu.systems.assets.models import Letting, Rent
from nanhu.systems.assets.registrations import outstanding
from nanhu.systems.assets.rules import Terms, days_over, rent_periods
from nanhu.systems.assets.services import deciding, lending, losing, renting
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.services.letting import ask_to_extend
from nanhu.systems.assets.tests.conftest import SYSTEM, make_school, token
from nanhu.systems.assets.tests.test_moving import confirmed, fresh
from nanhu.systems.assets.tests.test_processes import decide, task_of, to_let
from nanhu.testing.killing import at_once

pytestmark = pytest.mark.django_db


def let_out(school, **terms):
    """Agreed by the office in its to-dos, from 15 January on where the clock says so."""
    letting = to_let(school, confirmed(school), **terms)
    assert decide(school.client("T5"), task_of(letting, school["T5"])).status_code == 302
    return Letting.objects.get(pk=letting.pk)


def monthly(school, clock, due_on=date(2026, 4, 10)):
    clock("2026-01-15")
    return let_out(school, due_on=due_on, rent_fen=62_000, rent_months=1)


def billed(letting):
    return [(one.starts_on.isoformat(), one.ends_on.isoformat(), one.bill.amount_fen) for one in Rent.of(letting)]


def give_back(school, letting, reason="完好"):
    answer = school.client("T1").post(f"/assets/unit/{letting.asset.public_id}/returned/", {"reason": reason})
    assert answer.status_code == 302


def extended(school, letting, **said):
    given = {"due_on": date(2026, 6, 10), "contract": "ZL-08", "rent_fen": 90_000, "rent_months": 1}
    terms = Terms(payer_id=school["T8"], **given | said)
    return ask_to_extend(by=school.actor("T1"), token=token(), asset=fresh(letting.asset), terms=terms, reason="再用")


def test_periods_have_no_gap_and_the_last_is_cut_short():
    found = list(rent_periods(date(2026, 1, 31), date(2026, 4, 10), 1))
    days = [(one.starts_on.isoformat()[5:], one.ends_on.isoformat()[5:], one.whole_days) for one in found]
    assert days == [("01-31", "02-27", 28), ("02-28", "03-30", 31), ("03-31", "04-10", 30)]
    assert [one.share_fen(30_000) for one in found] == [30_000, 30_000, 11_000]
    over = days_over(date(2026, 1, 31), date(2026, 4, 10), 1, date(2026, 4, 13))
    assert over is not None
    assert (over.ordinal, over.share_fen(30_000)) == (4, 3_000)
    assert days_over(date(2026, 1, 31), date(2026, 4, 10), 1, date(2026, 4, 10)) is None
    [once] = rent_periods(date(2026, 1, 1), date(2026, 1, 10), 0)
    assert (once.share_fen(1_000), once.whole_days) == (1_000, 10)


@pytest.mark.capability("A014.1")
def test_each_period_is_billed_as_it_begins_and_stands_with_who_pays_and_the_office(school, clock):
    letting = monthly(school, clock)
    assert billed(letting) == [("2026-01-15", "2026-02-14", 62_000)], "the first with the agreement"
    assert "租金 2026-01-15 至 2026-02-14" in school.client("T8").get("/card/bills/").content.decode()
    assert "租金 2026-01-15" not in school.client("T3").get("/card/bills/").content.decode()
    clock("2026-02-14")
    assert bill_rents() == 0
    clock("2026-04-02")
    assert (bill_rents(), bill_rents()) == (2, 0), "nights that were missed are made up for, once"
    assert billed(letting)[1:] == [("2026-02-15", "2026-03-14", 62_000), ("2026-03-15", "2026-04-10", 54_000)]
    ledger.pay(
        by=SYSTEM,
        bill=Rent.of(letting)[0].bill,
        amount_fen=62_000,
        payer="test",
        account_id=ledger.open_accounts([ledger.AccountOrder(code="test.bank", name="银行", kind="asset")])[
            "test.bank"
        ],
        key="paid",
    )
    for page in ("/assets/lettings/rents/", f"/assets/lettings/{letting.public_id}/"):
        shown = school.client("T5").get(page).content.decode()
        assert [said for said in ("已缴清", "未缴", "¥ 540.00", "吴老师") if said not in shown] == [], page
    card = school.client("T1").get(f"/assets/unit/{letting.asset.public_id}/").content.decode()
    assert "应缴 ¥ 1,780.00，已缴 ¥ 620.00" in card
    assert school.client("T2").get("/assets/lettings/rents/").status_code == 404
    clock("2026-05-20")
    assert bill_rents() == 0, "no contract, no bill, until it is back or goes on"


def test_what_comes_back_early_is_billed_no_further(school, clock):
    letting = monthly(school, clock)
    clock("2026-02-20")
    give_back(school, letting)
    assert billed(letting)[1:] == [("2026-02-15", "2026-03-14", 62_000)], "what began is owed whole"
    clock("2026-04-02")
    assert bill_rents() == 0
    assert ledger.check_ledger() == []


def test_what_is_kept_too_long_costs_each_day_at_the_same_rate(school, clock):
    letting = monthly(school, clock)
    clock("2026-04-20")
    give_back(school, letting)
    assert billed(letting)[2:] == [("2026-03-15", "2026-04-10", 54_000), ("2026-04-11", "2026-04-20", 20_000)]


def test_it_goes_on_without_a_gap_at_the_new_rent_also_where_it_was_overdue(school, clock):
    letting = monthly(school, clock)
    clock("2026-04-14")
    keeper, office = school.client("T1"), school.client("T5")
    page = f"/assets/unit/{letting.asset.public_id}/extend/"
    assert 'value="620.00"' in keeper.get(page).content.decode(), "the terms as they are"
    said = {"token": str(token()), "due_on": "2026-06-10", "rent_fen": "900", "rent_months": "1", "payer": "T8"}
    said |= {"contract": "ZL-08", "reason": "再用两个月"}
    for _twice in range(2):
        assert keeper.post(page, said).status_code == 302
    again = Letting.objects.get(extends=letting)
    told = office.get(f"/flows/tasks/{task_of(again, school['T5']).public_id}/").content.decode()
    assert all(word in told for word in ("¥ 900.00", "每月", "吴老师")), "who decides sees what it costs, and whom"
    assert decide(office, task_of(again, school["T5"])).status_code == 302
    assert fresh(letting.asset).loans.get().due_on == date(2026, 6, 10)
    clock("2026-05-11")
    assert bill_rents() == 3
    assert billed(letting)[2:] == [
        ("2026-03-15", "2026-04-10", 54_000),
        ("2026-04-11", "2026-05-10", 90_000),
        ("2026-05-11", "2026-06-10", 90_000),
    ]
    for one in (letting, again):
        assert "借用中" in school.client("T5").get(f"/assets/lettings/{one.public_id}/").content.decode()
    clock("2026-06-12")
    give_back(school, letting)
    assert billed(letting)[-1] == ("2026-06-11", "2026-06-12", 5_806)
    assert "已还回" in school.client("T5").get(f"/assets/lettings/{again.public_id}/").content.decode()


def test_what_came_back_meanwhile_does_not_go_on(school, clock):
    letting = monthly(school, clock)
    again = extended(school, letting)
    give_back(school, letting)
    assert decide(school.client("T5"), task_of(again, school["T5"])).status_code == 409
    assert (Letting.objects.get(pk=again.pk).state, fresh(letting.asset).state) == ("asked", "in_use")
    page = f"/assets/unit/{letting.asset.public_id}/extend/"
    said = {"token": str(token()), "due_on": "2026-06-10", "rent_fen": "900", "rent_months": "1", "payer": "T8"}
    answer = school.client("T1").post(page, said | {"contract": "ZL-08", "reason": "再用"})
    assert answer.status_code == 409


def test_it_goes_on_longer_than_before_and_who_lends_to_the_staff_has_nothing_to_extend(school, clock):
    letting = monthly(school, clock)
    page = f"/assets/unit/{letting.asset.public_id}/extend/"
    said = {"token": str(token()), "due_on": "2026-04-10", "rent_fen": "900", "rent_months": "1", "payer": "T8"}
    said |= {"contract": "ZL-08", "reason": "再用"}
    assert school.client("T1").post(page, said).status_code == 409
    lent = confirmed(school)
    lending.lend(by=school.actor("T1"), asset=lent, borrower_id=school["T3"], due_on=campus_today())
    assert page not in school.client("T1").get(f"/assets/unit/{lent.public_id}/").content.decode()
    assert school.client("T1").post(f"/assets/unit/{lent.public_id}/extend/", said).status_code == 409


def test_nothing_is_billed_while_it_is_missing_and_all_of_it_once_it_is_found(school, clock):
    letting = monthly(school, clock)
    losing.report_lost(by=school.actor("T1"), asset=fresh(letting.asset), reason="承租方说找不到")
    clock("2026-04-02")
    assert bill_rents() == 0
    losing.report_found(by=school.actor("T1"), asset=fresh(letting.asset), reason="在仓库里")
    assert bill_rents() == 2


def test_what_is_lost_for_good_owes_its_rent_until_it_was_reported_lost(school, clock):
    letting = monthly(school, clock)
    lose(school, letting, clock)
    assert billed(letting)[1:] == [("2026-02-15", "2026-03-14", 62_000)]
    assert bill_rents() == 0


def test_a_rent_says_who_pays_it_and_he_does_not_agree_to_it(school):
    keeper, asset = school.client("T1"), confirmed(school)
    said = {"token": str(token()), "taker": "岳阳市一中", "due_on": campus_today().isoformat(), "rent_fen": "500"}
    said |= {"contract": "ZL-07", "reason": "运动会", "rent_months": "0"}
    answer = keeper.post(f"/assets/unit/{asset.public_id}/let/", said)
    assert (answer.status_code, "由谁缴费" in answer.content.decode()) == (409, True)
    free = keeper.post(f"/assets/unit/{asset.public_id}/let/", said | {"rent_fen": "0"})
    assert (free.status_code, Letting.objects.get().payer) == (302, None)
    own = to_let(school, confirmed(school), payer_id=school["T5"])
    assert school.client("T5").post(f"/assets/lettings/{own.public_id}/approve/").status_code == 409
    with pytest.raises(IntegrityError, match="says_who_pays"), transaction.atomic():
        Letting.objects.filter(pk=own.pk).update(payer=None)


def test_what_is_let_for_nothing_is_never_billed(school, clock):
    clock("2026-01-15")
    letting = let_out(school, due_on=date(2026, 4, 10), rent_fen=0, payer_id=None)
    clock("2026-04-20")
    assert bill_rents() == 0
    give_back(school, letting)
    assert not Rent.objects.exists()


def test_the_rent_of_who_was_merged_is_billed_to_the_kept_record(school, clock):
    letting = monthly(school, clock)
    people.merge_persons(by=SYSTEM, kept_id=school["T3"], gone_id=school["T8"], reason="同一人")
    clock("2026-02-15")
    assert bill_rents() == 1
    assert Rent.of(letting)[1].bill.person_id == school["T3"]


def test_a_letting_agreed_after_a_merge_was_undone_is_billed_to_who_was_named(school):
    """It waited for the office while the two were one."""
    letting = to_let(school, confirmed(school))
    merged = people.merge_persons(by=SYSTEM, kept_id=school["T3"], gone_id=school["T8"], reason="同一人")
    deliver_pending()
    people.part_persons(by=SYSTEM, merge_id=merged.pk, reason="是两个人")
    deliver_pending()
    assert decide(school.client("T5"), task_of(letting, school["T5"])).status_code == 302
    assert Rent.objects.get().bill.person_id == school["T8"]


def test_a_letting_agreed_while_two_are_one_is_billed_to_the_kept_record(school):
    letting = to_let(school, confirmed(school))
    people.merge_persons(by=SYSTEM, kept_id=school["T3"], gone_id=school["T8"], reason="同一人")
    deliver_pending()
    assert decide(school.client("T5"), task_of(letting, school["T5"])).status_code == 302
    assert Rent.objects.get().bill.person_id == school["T3"]


def test_a_letting_for_as_long_as_days_are_counted_is_billed_as_any_other(school, clock):
    clock("2026-01-15")
    assert billed(let_out(school, due_on=date.max, rent_fen=62_000, rent_months=1)) == [
        ("2026-01-15", "2026-02-14", 62_000)
    ]


def test_who_pays_is_told_as_he_leaves_until_it_is_back_or_another_pays(school, clock):
    """A bill for who has left is paid by nobody."""
    letting = monthly(school, clock)

    def told(*numbers):
        found = outstanding([school[one] for one in numbers], "leaving")
        return [sum("租金" in str(said.how) for said in found.get(school[one], ())) for one in numbers]

    assert told("T8", "T3") == [1, 0]
    clock("2026-04-05")
    terms = Terms(due_on=date(2026, 6, 10), contract="ZL-08", rent_fen=90_000, rent_months=1, payer_id=school["T3"])
    again = ask_to_extend(
        by=school.actor("T1"), token=token(), asset=fresh(letting.asset), terms=terms, reason="换人缴费"
    )
    assert decide(school.client("T5"), task_of(again, school["T5"])).status_code == 302
    assert told("T8", "T3") == [1, 1], "until its own day"
    clock("2026-04-11")
    assert told("T8", "T3") == [0, 1]
    clock("2026-06-20")
    assert told("T8", "T3") == [0, 1], "the days over are his"
    give_back(school, letting)
    assert told("T8", "T3") == [0, 0]


def test_the_office_takes_back_a_bill_on_which_nothing_was_paid(school, clock):
    letting = monthly(school, clock)
    [rent] = Rent.of(letting)
    said = {"chosen": str(rent.public_id), "confirmed": "1", "reason": "合同另有约定"}
    assert school.client("T1").post("/assets/lettings/rents/cancel/", said).status_code == 404
    assert school.client("T5").post("/assets/lettings/rents/cancel/", said).status_code == 302
    assert Rent.of(letting)[0].bill.state == "cancelled"
    assert bill_rents() == 0, "and it is not billed again"
    with pytest.raises(IntegrityError, match="assets_rent"), transaction.atomic():
        Rent.objects.all().delete()


def test_one_that_cannot_be_billed_holds_up_no_other(school, clock, monkeypatch):
    first, second = monthly(school, clock), monthly(school, clock)
    clock("2026-02-15")
    charge = renting.charge

    def breaks(**said):
        if said["letting"] == first:
            raise RuntimeError
        return charge(**said)

    monkeypatch.setattr(renting, "charge", breaks)
    assert bill_rents() == 1
    assert (len(billed(first)), len(billed(second))) == (1, 2)
    monkeypatch.undo()
    assert bill_rents() == 1


def allow(ceiling_fen):
    """By the finance office, of a rent."""
    said = {"code": "assets.rent", "name": "资产租金", "licence": "湘财 3 号", "reason": "批文"}
    ledger.set_fee_item(by=SYSTEM, **said, ceiling_fen=ceiling_fen, starts_on=date(2000, 1, 1))


@pytest.mark.capability("A014.1")
def test_what_finance_does_not_allow_holds_up_no_return_and_is_billed_once_it_does(school, clock):
    letting = monthly(school, clock)
    allow(100)
    clock("2026-04-20")
    give_back(school, letting)
    assert (fresh(letting.asset).state, len(billed(letting))) == ("in_use", 1)
    office, page = school.client("T5"), "/assets/lettings/rents/"
    for _twice in range(2):
        assert bill_rents() == 0
        shown = office.get(page).content.decode()
        for words in ("1 件已经不在外面，租金还没开出", "超过了收费许可的上限", fresh(letting.asset).number):
            assert words in shown
    assert "租金还没开给您" in str(outstanding([school["T8"]], "leaving")[school["T8"]][0].how), "he owes it still"
    english = office.get(page, headers={"Accept-Language": "en"}).content.decode()
    assert "1 thing is out no more, its rent is not billed yet" in english

    clock("2026-05-06")
    allow(None)
    assert (bill_rents(), bill_rents()) == (3, 0)
    assert billed(letting)[1:] == [
        ("2026-02-15", "2026-03-14", 62_000),
        ("2026-03-15", "2026-04-10", 54_000),
        ("2026-04-11", "2026-04-20", 20_000),
    ], "until the day on which it came back"
    assert "租金还没开出" not in office.get(page).content.decode()
    assert outstanding([school["T8"]], "leaving") == {}


def lose(school, letting, clock):
    """Reported on 16 February, off the books in March."""
    clock("2026-02-16")
    losing.report_lost(by=school.actor("T1"), asset=fresh(letting.asset), reason="承租方说找不到")
    clock("2026-03-17")
    for month in (date(2026, 1, 1), date(2026, 2, 1)):
        depreciate(by=SYSTEM, month=month)
    ruling = {"asset": fresh(letting.asset), "fault": "none", "findings": "承租方仓库失火"}
    loss = losing.propose_ruling(by=school.actor("T5"), token=token(), **ruling)
    deciding.agree(by=school.actor("T6"), found=loss)


def test_what_is_lost_for_good_and_has_rents_that_wait_came_back_nowhere(school, clock):
    letting = monthly(school, clock)
    allow(100)
    lose(school, letting, clock)
    office, page = school.client("T5"), "/assets/lettings/rents/"
    shown = office.get(page).content.decode()
    assert ("2月16日" in shown, "报失" in shown, "还回 ·" in shown, "已经还回" in shown) == (True, True, False, False)
    [owed] = outstanding([school["T8"]], "leaving")[school["T8"]]
    assert "租金还没开给您" in str(owed.how)
    english = office.get(page, headers={"Accept-Language": "en"}).content.decode()
    assert ("reported lost" in english, "returned" in english) == (True, False)
    allow(None)
    assert bill_rents() == 1
    assert "租金还没开出" not in office.get(page, headers={"Accept-Language": "zh-hans"}).content.decode()


def test_who_pays_is_not_sent_to_fetch_what_was_reported_lost(school, clock):
    letting = monthly(school, clock)
    losing.report_lost(by=school.actor("T1"), asset=fresh(letting.asset), reason="承租方说找不到")
    [owed] = outstanding([school["T8"]], "leaving")[school["T8"]]
    assert str(owed.how) == "已报失：等国资处处理"
    for page in ("/assets/lettings/", "/assets/lettings/?columns=default&export=csv"):
        shown = school.client("T5").get(page).getvalue().decode()
        assert ("丢失待查" in shown, "借用中" in shown) == (True, False)


def test_what_waits_for_its_last_bills_is_back_and_was_let(school, clock):
    letting = monthly(school, clock)
    with pytest.raises(IntegrityError, match="rent_of_what_is_back"), transaction.atomic():
        letting.asset.loans.update(rent_refused="x")
    give_back(school, letting)
    with pytest.raises(IntegrityError, match="returned once"), transaction.atomic():
        letting.asset.loans.update(rent_refused="x")


def test_the_fee_item_is_opened_once_however_many_bills_a_night_has(school, clock, monkeypatch):
    for _twice in range(2):
        monthly(school, clock)
    opened = []
    monkeypatch.setattr(ledger, "open_fee_item", lambda **said: opened.append(said["code"]))
    clock("2026-04-02")
    assert (bill_rents(), opened) == (4, ["assets.rent"])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_two_nights_at_once_and_a_return_bill_each_period_once():
    school = make_school()
    with time_machine.travel(now() - timedelta(days=70)):
        letting = to_let(school, confirmed(school), due_on=campus_today() + timedelta(days=200), rent_months=1)
        deciding.agree(by=school.actor("T5"), found=letting)
    assert len(billed(letting)) == 1
    asset = fresh(letting.asset)
    at_once([bill_rents, bill_rents, lambda: lending.take_back(by=school.actor("T1"), asset=asset, reason="还")])
    assert len(billed(letting)) == len({first for first, _last, _fen in billed(letting)}) == 3
    assert (fresh(letting.asset).state, ledger.Bill.objects.count()) == ("in_use", 3)
