"""Losses and disposals (报失、处置): what is owed, two people, least years, papers by the sum."""

from datetime import date

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import (
    ApprovalMissingError,
    LossChangedError,
    MonthMissingError,
    NobodyToPayError,
    OwnThingError,
    TooEarlyError,
    WipingMissingError,
)
from nanhu.systems.assets.models import Asset, Disposal
from nanhu.systems.assets.registrations import outstanding
from nanhu.systems.assets.services import deciding, disposing, keeping, lending, losing
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.services.merging import rekey
from nanhu.systems.assets.tests.conftest import SYSTEM, token


def fresh(asset):
    return Asset.objects.get(pk=asset.pk)


def lost(school, **thing):
    return reported(school, owned(school, **thing))


def owned(school, **thing):
    """Put into use today, and confirmed by who has it."""
    asset = school.thing(**{"used": campus_today()} | thing)
    if asset.keeper_id:
        keeping.confirm(by=SYSTEM, person_id=asset.keeper_id, public_ids=[asset.public_id])
    return asset


def reported(school, asset):
    return losing.report_lost(by=school.actor("T2"), asset=asset, reason="出差途中遗失")


def ruled(school, asset, fault="neglect", by="T5", *, is_heard=True, **said):
    loss = losing.propose_ruling(
        by=school.actor(by), token=token(), asset=asset, fault=fault, findings="随身携带", **said
    )
    if is_heard and loss.owed_fen:
        losing.answer(by=SYSTEM, loss=loss, person_id=loss.person_id, words="出差时放在行李架上")
    return loss


def test_a_loss_by_neglect_is_a_bill_of_half_the_net_value(school, clock):
    clock("2026-12-31")
    asset = owned(school, keeper="T2", used=date(2026, 9, 17))
    depreciate(by=SYSTEM, month=date(2026, 12, 1))
    clock("2027-01-05")
    reported(school, asset)
    loss = ruled(school, asset)
    assert (loss.accumulated_fen, loss.owed_fen) == (38_883, 330_509)
    assert ledger.Bill.objects.count() == 0
    done = deciding.agree(by=school.actor("T6"), found=loss)
    assert (done.bill.amount_fen, done.bill.person_id) == (330_509, school["T2"])
    assert fresh(asset).state == "disposed"


def test_who_ruled_does_not_agree(school):
    asset = lost(school, keeper="T2")
    with pytest.raises(SamePersonError):
        deciding.agree(by=school.actor("T5"), found=ruled(school, asset))
    assert fresh(asset).state == "missing"
    assert ledger.Bill.objects.count() == 0


def test_nobody_pays_for_what_nobody_had(school):
    asset = lost(school)
    with pytest.raises(NobodyToPayError):
        ruled(school, asset)
    done = deciding.agree(by=school.actor("T6"), found=ruled(school, asset, "none"))
    assert (done.owed_fen, done.bill) == (0, None)


def test_what_is_found_again_is_in_use_unless_a_ruling_waits(school):
    asset = lost(school, keeper="T2")
    ruled(school, asset)
    with pytest.raises(WrongStateError):
        losing.report_found(by=school.actor("T1"), asset=asset, reason="在柜子里")
    other = lost(school, keeper="T2")
    losing.report_found(by=school.actor("T1"), asset=other, reason="在柜子里")
    assert fresh(other).state == "in_use"


def to_scrap(school, **thing):
    asset = school.thing(**thing)
    return disposing.ask_to_scrap(by=school.actor("T1"), asset=asset, reason="主板烧毁")


def lot_of(school, *things, **said):
    ids = [one.public_id for one in things]
    given = {"title": "一批", "kind": "scrap", "reason": "报废", "public_ids": ids, "wiping": "已消磁"} | said
    return disposing.ask(by=school.actor("T5"), token=token(), **given)


@pytest.mark.capability("A014.1")
def test_before_the_least_years_it_needs_an_appraisal(school, clock):
    clock("2026-11-20")
    asset = to_scrap(school, used=date(2022, 9, 17))
    with pytest.raises(TooEarlyError) as refused:
        lot_of(school, asset)
    assert "最低使用年限6年，该资产使用4年2个月，需技术鉴定意见" in str(refused.value)
    assert lot_of(school, asset, appraisal="主板烧毁").state == Disposal.State.ASKED


@pytest.mark.capability("A014.1")
def test_after_the_least_years_it_needs_none(school, clock):
    clock("2026-11-20")
    assert lot_of(school, to_scrap(school, used=date(2020, 11, 20))).level == Disposal.Level.OFFICE
    with pytest.raises(TooEarlyError):
        lot_of(school, to_scrap(school, used=date(2020, 11, 21)))


@pytest.mark.capability("A014.1")
def test_what_holds_data_is_wiped_first(school):
    asset = to_scrap(school, used=date(2010, 1, 1))
    with pytest.raises(WipingMissingError):
        lot_of(school, asset, wiping=" ")


@pytest.mark.capability("A014.1")
def test_a_large_sum_needs_the_paper_of_the_council(school):
    asset = to_scrap(school, fen=10_000_000, used=date(2010, 1, 1))
    with pytest.raises(ApprovalMissingError):
        lot_of(school, asset)
    assert lot_of(school, asset, approval="湖理校纪〔2026〕12号").level == Disposal.Level.COUNCIL


@pytest.mark.capability("A014.1")
def test_a_lot_is_agreed_by_another_and_holds_each_thing_once(school):
    asset = to_scrap(school, used=date(2010, 1, 1))
    depreciate(by=SYSTEM, month=date(2026, 10, 1))
    lot = lot_of(school, asset)
    with pytest.raises(WrongStateError):
        lot_of(school, asset)
    with pytest.raises(WrongStateError):
        disposing.keep(by=school.actor("T5"), asset=asset, reason="还能用")
    with pytest.raises(SamePersonError):
        deciding.agree(by=school.actor("T5"), found=lot)
    assert deciding.agree(by=school.actor("T6"), found=lot).number.startswith("CZ")
    assert fresh(asset).state == "disposed"


@pytest.mark.capability("A014.1")
def test_a_refused_lot_frees_its_things(school):
    asset = to_scrap(school, used=date(2010, 1, 1))
    deciding.refuse(by=school.actor("T6"), found=lot_of(school, asset), answer="先在校内调剂")
    disposing.keep(by=school.actor("T5"), asset=asset, reason="调剂")
    assert fresh(asset).state == "in_stock"


def test_what_stands_in_a_leavers_name_is_an_obligation(school):
    asset = school.thing(keeper="T2")
    found = outstanding([school["T2"], school["T3"]], "leaving")
    assert [one.what for one in found[school["T2"]]] == [f"台式计算机 {asset.number}"]
    assert school["T3"] not in found


def test_a_merged_record_hands_its_things_on(school):
    asset = school.thing(keeper="T2")
    for _again in range(2):
        rekey(by=SYSTEM, kept_id=school["T3"], gone_id=school["T2"])
    assert fresh(asset).keeper_id == school["T3"]


def test_a_merge_that_is_told_after_it_was_undone_hands_nothing_on(school):
    asset = school.thing(keeper="T2")
    merged = people.merge_persons(by=SYSTEM, kept_id=school["T3"], gone_id=school["T2"], reason="同一人")
    people.part_persons(by=SYSTEM, merge_id=merged.pk, reason="是两个人")
    deliver_pending()
    assert fresh(asset).keeper_id == school["T2"]


def test_a_ruling_waits_for_the_months_before_it(school, clock):
    clock("2026-12-31")
    asset = owned(school, keeper="T2", used=date(2026, 9, 17))
    clock("2027-01-05")
    reported(school, asset)
    with pytest.raises(MonthMissingError):
        ruled(school, asset)
    depreciate(by=SYSTEM, month=date(2026, 12, 1))
    assert ruled(school, asset).owed_fen == 330_509


def test_in_the_first_second_of_a_month_a_loss_is_reported_and_the_office_is_told_what_its_ruling_waits_for(
    school, clock
):
    clock("2026-12-31")
    asset = owned(school, keeper="T2", used=date(2026, 9, 17))
    with time_machine.travel(start_of(date(2027, 1, 1)), tick=False):
        holder, office = school.client("T2"), school.client("T5")
        assert holder.post(f"/assets/mine/{asset.public_id}/lost/", {"reason": "出差途中遗失"}).status_code == 302
        rule = {"fault": "neglect", "findings": "随身携带", "token": str(token())}
        told = office.post(f"/assets/office/{asset.public_id}/ruling/", rule)
        assert (told.status_code, "请先记到上个月" in told.content.decode()) == (409, True)
        assert office.post("/assets/office/depreciation/run/", {"month": "2026-12-31"}).status_code == 302
        assert office.post(f"/assets/office/{asset.public_id}/ruling/", rule).status_code == 302


@pytest.mark.capability("A014.1")
def test_a_ruling_on_an_older_sum_is_made_anew(school, clock):
    clock("2026-12-31")
    asset = owned(school, keeper="T2", used=date(2026, 9, 17))
    depreciate(by=SYSTEM, month=date(2026, 12, 1))
    clock("2027-01-05")
    loss = ruled(school, reported(school, asset))
    clock("2027-02-03")
    with pytest.raises(MonthMissingError):
        deciding.agree(by=school.actor("T6"), found=loss)
    depreciate(by=SYSTEM, month=date(2027, 1, 1))
    with pytest.raises(LossChangedError):
        deciding.agree(by=school.actor("T6"), found=loss)
    assert ledger.Bill.objects.count() == 0
    deciding.refuse(by=school.actor("T6"), found=loss, answer="又记了一个月")
    assert deciding.agree(by=school.actor("T6"), found=ruled(school, asset)).owed_fen < 330_509


def lent(school, *, is_confirmed=True, **thing):
    asset = owned(school, **thing)
    loan = lending.lend(by=school.actor("T1"), asset=asset, borrower_id=school["T3"], due_on=campus_today())
    if is_confirmed:
        lending.confirm_loan(by=school.actor("T3"), loan=loan, person_id=school["T3"])
    return reported(school, asset)


def test_what_was_lent_and_is_found_again_is_lent_still_and_comes_back(school):
    asset = lent(school, keeper="T2")
    losing.report_found(by=school.actor("T5"), asset=asset, reason="在柜子里")
    assert fresh(asset).state == "lent"
    lending.take_back(by=school.actor("T1"), asset=asset)
    assert fresh(asset).state == "in_use"
    assert asset.loans.filter(returned_at=None).count() == 0


def test_who_borrowed_it_answers_for_it_and_owes_it_no_more(school):
    asset = lent(school, keeper="T2")
    [owed] = outstanding([school["T3"]], "leaving")[school["T3"]]
    assert str(owed.how) == "已报失：等国资处处理", "nobody gives it back"
    shown = school.client("T3").get("/assets/mine/borrowed/").content.decode()
    assert ("丢失待查" in shown, "借用中" in shown) == (True, False)
    loss = ruled(school, asset)
    done = deciding.agree(by=school.actor("T6"), found=loss)
    assert (done.person_id, done.bill.person_id) == (school["T3"], school["T3"])
    assert outstanding([school["T2"], school["T3"]], "leaving") == {}


def test_who_never_said_that_he_borrowed_it_does_not_pay_nor_does_its_keeper(school):
    asset = lent(school, keeper="T2", is_confirmed=False)
    [owed] = outstanding([school["T3"]], "leaving")[school["T3"]]
    assert owed.url == "/assets/mine/borrowed/", "there he says that it never came"
    assert str(owed.how) == "已报失：等国资处处理"
    with pytest.raises(NobodyToPayError):
        ruled(school, asset)
    assert ruled(school, asset, "none").person_id is None


def test_nobody_pays_for_what_he_never_confirmed(school):
    asset = reported(school, school.thing(keeper="T2", used=campus_today()))
    with pytest.raises(NobodyToPayError):
        ruled(school, asset)
    assert ruled(school, asset, "none").person_id is None


@pytest.mark.capability("A014.1")
@pytest.mark.parametrize("own", ["T5", "T6"])
def test_nobody_rules_or_agrees_on_his_own_thing(school, own):
    asset = reported(school, owned(school, keeper=own, unit="1001"))
    with pytest.raises(OwnThingError):
        deciding.agree(by=school.actor("T6"), found=ruled(school, asset, "none"))
    assert fresh(asset).state == "missing"


@pytest.mark.capability("A014.1")
def test_nobody_agrees_that_his_own_thing_is_disposed_of(school):
    asset = school.thing(keeper="T6", unit="1001", used=campus_today())
    disposing.ask_to_scrap(by=school.actor("T1"), asset=asset, reason="主板烧毁")
    with pytest.raises(OwnThingError):
        deciding.agree(by=school.actor("T6"), found=lot_of(school, asset, appraisal="烧毁"))
    assert fresh(asset).state == "to_scrap"


def test_a_large_loss_needs_the_paper_too_and_has_a_number_of_disposals(school):
    asset = lost(school, keeper="T2", fen=60_000_000)
    with pytest.raises(ApprovalMissingError):
        ruled(school, asset, "none")
    loss = ruled(school, asset, "none", approval="湖理校纪〔2026〕12号")
    assert loss.level == "council"
    assert deciding.agree(by=school.actor("T6"), found=loss).number.startswith("CZ")


@pytest.mark.parametrize("kind", ["donate", "sell", "write_off", "shortage"])
def test_no_other_name_for_it_goes_round_the_least_years(school, kind):
    with pytest.raises(TooEarlyError):
        lot_of(school, to_scrap(school, used=campus_today()), kind=kind)


def test_a_lot_agreed_later_tells_what_each_thing_lost_until_then(school, clock):
    clock("2026-10-31")
    asset = to_scrap(school, used=date(2026, 9, 17))
    depreciate(by=SYSTEM, month=date(2026, 10, 1))
    clock("2026-11-10")
    lot = lot_of(school, asset, appraisal="主板烧毁")
    clock("2026-12-05")
    with pytest.raises(MonthMissingError):
        deciding.agree(by=school.actor("T6"), found=lot)
    depreciate(by=SYSTEM, month=date(2026, 11, 1))
    deciding.agree(by=school.actor("T6"), found=lot)
    assert lot.lines.get().accumulated_fen == 29_162
