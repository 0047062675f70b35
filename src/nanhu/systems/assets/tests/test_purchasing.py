"""Purchases (采购登记): the fund's money is set aside before the order, once, and never more than is there; it goes back or waits to be paid."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.events.delivery import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Asset, Payment, Purchase, Receipt, Reversal
from nanhu.systems.assets.publishing import receipts
from nanhu.systems.assets.services import purchasing, reversing
from nanhu.systems.assets.tests.conftest import SYSTEM, make_school
from nanhu.systems.assets.tests.test_receiving import opened, sign
from nanhu.testing.killing import at_once

FUND = "unit:12:equipment"
NEW, RECEIVE = "/assets/unit/purchases/new/", "/assets/unit/receipts/new/"


def granted(fen=1_000_000, code=FUND):
    ledger.open_fund(by=SYSTEM, code=code, name="设备费")
    ledger.grant(by=SYSTEM, fund=code, amount_fen=fen, key=f"grant:{code}", reason="年初预算")


def money(code=FUND):
    state = ledger.state_of(code)
    return state.available_fen, state.reserved_fen, state.spent_fen


def received(purchase, *, invoice="6999", price="6999", unit="12"):
    form = {"token": str(uuid4()), "title": "机房电脑", "acquired": "bought", "acquired_on": "2026-09-01"}
    form |= {"unit": unit, "buyer": "T4", "first_inspector": "T2", "second_inspector": "T3", "invoice": "26"}
    form |= {"classification": "A0201", "name": "台式计算机", "quantity": "1"}
    form |= {"use": "teaching", "put_into_use_on": "2026-09-01", "purchase": str(purchase.public_id)}
    return form | {"invoice_fen": invoice, "price_yuan": price}


def said(yuan="7000", fund=FUND, **more):
    return {"token": str(uuid4()), "title": "机房电脑", "fund": fund, "amount_fen": yuan, **more}


@pytest.mark.django_db
def test_a_purchase_sets_its_money_aside_and_the_receipt_takes_it_over(school):
    granted()
    granted(code="unit:13:equipment")
    keeper = school.client("T1")
    page = keeper.get(NEW).content.decode()
    assert "¥ 10,000.00" in page
    assert "unit:13" not in page, "another unit's"
    short = keeper.post(NEW, said("10000.01"))
    assert short.status_code in {409, 422}
    assert "可用" in short.content.decode()
    assert keeper.post(NEW, said("0")).status_code == 422, "nothing is no amount"
    assert not Purchase.objects.exists()

    form = said("7000")
    for _twice in range(2):
        assert keeper.post(NEW, form).status_code == 302
    assert money() == (300_000, 700_000, 0)
    assert keeper.post(NEW, said(fund="unit:13:equipment")).status_code == 422

    purchase = Purchase.objects.get()
    assert NEW in keeper.get("/assets/unit/purchases/").content.decode(), "also where there is one already"
    dearer = keeper.post(RECEIVE, received(purchase, invoice="7000.01", price="7000.01"))
    assert "¥ 7,000.00" in dearer.content.decode()
    assert "入库单位与采购登记" in keeper.post(RECEIVE, received(purchase, unit="1201")).content.decode()
    assert not Receipt.objects.exists()
    assert keeper.post(RECEIVE, received(purchase)).status_code == 302
    assert money() == (300_000, 700_000, 0)
    assert Receipt.objects.get().funds == "设备费", "named as people name it"
    cancel = f"/assets/unit/purchases/{purchase.public_id}/cancel/"
    assert keeper.post(cancel, {"reason": "不买了"}).status_code == 409, "it is being looked at"
    for number in ("T2", "T3"):
        sign(school, Receipt.objects.get(), number)

    assert Asset.objects.count() == 1
    assert money() == (300_100, 699_900, 0), "what its lines leave is free"
    assert keeper.post(cancel, {"reason": "不买了"}).status_code == 409
    key = next(iter(receipts()))["reservation"]
    ledger.spend(by=SYSTEM, reservation=key, key="claim:1")
    assert money() == (300_100, 0, 699_900), "a claim takes it over by its key"


@pytest.mark.django_db
def test_one_invoice_over_two_receipts_sets_its_money_aside_once(school):
    granted(2_000_000)
    keeper = school.client("T1")
    for title in ("第一批", "第二批"):
        assert keeper.post(NEW, said("7000", title=title)).status_code == 302
        purchase = Purchase.objects.get(title=title)
        form = received(purchase, invoice="13998")
        assert keeper.post(RECEIVE, form).status_code == 302, "the lines count, not the whole invoice"
        receipt = Receipt.objects.get(purchase=purchase)
        line = {key: form[key] for key in ("classification", "name", "quantity", "use", "put_into_use_on")}
        more = keeper.post(f"/assets/unit/receipts/{receipt.public_id}/lines/", line | {"price_yuan": "1000"})
        assert (more.status_code, receipt.lines.count()) == (409, 1), "no line beyond the purchase"
        for number in ("T2", "T3"):
            sign(school, receipt, number)
    assert money() == (600_200, 1_399_800, 0)
    told = [(one["amount_fen"], one["invoice_fen"]) for one in receipts()]
    assert told == [(699_900, 1_399_800)] * 2, "each its own"


def in_stock(school, yuan="7000"):
    """A purchase whose things two inspectors received; its author is T1, its buyer T4."""
    school.client("T1").post(NEW, said(yuan))
    purchase = Purchase.objects.get()
    school.client("T1").post(RECEIVE, received(purchase))
    for number in ("T2", "T3"):
        sign(school, Receipt.objects.get(), number)
    return f"/assets/office/purchases/{purchase.public_id}/"


def paid(yuan, voucher="记-2026-11-18"):
    return {"token": str(uuid4()), "amount_fen": yuan, "voucher": voucher, "paid_on": "2026-09-02"}


@pytest.mark.django_db
def test_what_was_received_is_paid_in_parts_and_never_more_than_is_held(school):
    granted()
    address, accountant = in_stock(school), school.client("T9")
    listed = accountant.get("/assets/office/purchases/").content.decode()
    assert ("机房电脑" in listed, "设备费" in listed, FUND in listed) == (True, True, False)
    assert accountant.post(f"{address}pay/", paid("6999.01")).status_code == 409
    assert accountant.post(f"{address}pay/", paid("0")).status_code in {409, 422}
    ahead = paid("6000") | {"paid_on": "2999-01-01"}
    assert accountant.post(f"{address}pay/", ahead).status_code in {409, 422}
    assert money() == (300_100, 699_900, 0)
    form = paid("6000")
    for _twice in range(2):
        assert accountant.post(f"{address}pay/", form).status_code == 302
    assert money() == (300_100, 99_900, 600_000)
    assert accountant.post(f"{address}pay/", paid("999.01", "记-2026-11-19")).status_code == 409
    page = accountant.get(address).content.decode()
    for words in ("¥ 999.00", "¥ 6,000.00", "¥ 1.00", "记-2026-11-18"):
        assert words in page
    keeper = school.client("T1").get(address.replace("office", "unit")).content.decode()
    assert ("¥ 999.00" in keeper, f"{address}pay/" in keeper) == (True, False)
    assert accountant.post(f"{address}pay/", paid("999", "记-2026-11-19")).status_code == 302
    assert money() == (300_100, 0, 699_900)
    assert Purchase.objects.get().state == "settled"
    assert accountant.post(f"{address}pay/", paid("0.01", "记-2026-11-20")).status_code == 409
    listed = "/assets/office/purchases/"
    shown = ["机房电脑" in accountant.get(listed + show).content.decode() for show in ("", "?show=ended", "?show=all")]
    assert shown == [False, True, True], "what is settled is found"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "again", ["记-2026-11-18", " 记 - 2026-11-18", "记－２０２６－１１－１８", "jz\u200b8", "ＪＺ 8", "记——2026—11–18"]
)
def test_one_voucher_is_paid_once_however_it_is_typed(school, again):
    granted()
    address, accountant = in_stock(school), school.client("T9")
    for voucher in ("记-2026-11-18", "JZ8"):
        assert accountant.post(f"{address}pay/", paid("1000", voucher)).status_code == 302
    refused = accountant.post(f"{address}pay/", paid("1000", again))
    assert (refused.status_code, "已在这次采购登记过付款 ¥ 1,000.00" in refused.content.decode()) == (409, True)
    assert accountant.post(f"{address}pay/", paid("1000", "\u200b")).status_code == 422
    assert (money(), Payment.objects.count()) == ((300_100, 499_900, 200_000), 2)
    one = Payment.objects.first()
    one.pk, one.token = None, uuid4()
    with pytest.raises(IntegrityError, match="assets_payment_of_voucher_once"), transaction.atomic():
        one.save(force_insert=True)


def taken_back(school, address, *, reason="金额登错了", of=0):
    """Asked for by the accountant on the purchase's own page."""
    said = {"token": str(uuid4()), "payment": str(Payment.objects.order_by("pk")[of].pk), "reason": reason}
    return school.client("T9").post(f"{address}reverse/", said), said


@pytest.mark.django_db
def test_a_payment_that_was_entered_wrongly_is_taken_back_by_two_and_entered_anew(school):
    granted()
    address, accountant = in_stock(school), school.client("T9")
    assert accountant.post(f"{address}pay/", paid("6999")).status_code == 302
    assert (money(), Purchase.objects.get().state) == ((300_100, 0, 699_900), "settled")
    assert taken_back(school, address, reason=" ")[0].status_code == 422
    asked, said = taken_back(school, address)
    assert (asked.status_code, accountant.post(f"{address}reverse/", said).status_code) == (302, 302), "sent twice"
    assert (Reversal.objects.count(), money()) == (1, (300_100, 0, 699_900)), "nothing moves yet"
    assert taken_back(school, address)[0].status_code in {409, 422}, "one at a time"
    case = f"/assets/reversals/{Reversal.objects.get().public_id}/"
    assert accountant.post(f"{case}approve/").status_code == 409, "who asked, and who entered it"
    office = school.client("T5")
    assert all(words in office.get(case).content.decode() for words in ("金额登错了", "¥ 6,999.00", "郑会计"))
    assert office.post(f"{case}approve/").status_code == 302
    assert office.post(f"{case}approve/").status_code == 409
    assert (money(), Purchase.objects.get().state) == ((300_100, 699_900, 0), "received")
    for client, page in ((accountant, address), (school.client("T1"), address.replace("office", "unit"))):
        assert "已冲回" in client.get(page).content.decode(), "the office and the unit that pays see it"
    assert taken_back(school, address)[0].status_code == 422, "once"
    assert accountant.post(f"{address}pay/", paid("6000")).status_code == 302, "the same voucher, with the right sum"
    assert money() == (300_100, 99_900, 600_000)
    row = AuditEntry.objects.get(action="assets.approve_reversal")
    assert (row.reason, row.facts["fen"], row.actor) == ("金额登错了", 699_900, "钱处长")
    assert ledger.check_ledger() == []


@pytest.mark.django_db
def test_what_was_settled_with_a_rest_is_paid_again_up_to_what_is_taken_back(school):
    granted()
    address, accountant = in_stock(school), school.client("T9")
    accountant.post(f"{address}pay/", paid("6000"))
    accountant.post(f"{address}settle/", {"reason": "供应商让利"})
    assert money() == (400_000, 0, 600_000)
    taken_back(school, address)
    assert school.client("T6").post(f"/assets/reversals/{Reversal.objects.get().public_id}/approve/").status_code == 302
    assert (money(), Purchase.objects.get().state) == ((400_000, 600_000, 0), "received")
    assert accountant.post(f"{address}pay/", paid("6000.01")).status_code == 409
    assert accountant.post(f"{address}pay/", paid("6000")).status_code == 302
    assert Purchase.objects.get().state == "settled"


@pytest.mark.django_db
def test_no_hand_that_ordered_bought_inspected_or_entered_it_takes_it_back(school):
    granted()
    address = in_stock(school)
    school.client("T9").post(f"{address}pay/", paid("100"))
    for number in ("T1", "T2", "T3", "T4", "T6"):
        identity.grant_role(by=SYSTEM, account_id=identity.account_of(school[number]).pk, role="assets.finance")
    said = {"token": str(uuid4()), "payment": str(Payment.objects.get().pk), "reason": "登错"}
    for number in ("T1", "T2", "T3", "T4"):
        said["token"] = str(uuid4())
        assert school.client(number).post(f"{address}reverse/", said).status_code == 409
    assert school.client("T5").post(f"{address}reverse/", said).status_code in {403, 404}, "no accountant"
    said["token"] = str(uuid4())
    assert school.client("T6").post(f"{address}reverse/", said).status_code == 302
    case = f"/assets/reversals/{Reversal.objects.get().public_id}/"
    assert {school.client(number).post(f"{case}approve/").status_code for number in ("T1", "T2", "T9", "T6")} == {409}
    assert Reversal.waiting_for(school.actor("T9").account_id).count() == 0, "it waits for none who may not"
    assert school.client("T5").post(f"{case}refuse/", {"answer": "凭证没有错"}).status_code == 302
    assert money() == (300_100, 689_900, 10_000)
    said["token"] = str(uuid4())
    assert school.client("T6").post(f"{address}reverse/", said).status_code == 302, "refused, it is asked for anew"


@pytest.mark.django_db
def test_a_payment_of_another_purchase_is_not_there_and_none_is_changed_by_hand(school):
    granted(2_000_000)
    address = in_stock(school)
    school.client("T9").post(f"{address}pay/", paid("100"))
    other = purchasing.order(
        by=school.actor("T1"), token=uuid4(), title="投影", unit_id=school.units["12"], fund=FUND, amount_fen=100
    )
    assert taken_back(school, f"/assets/office/purchases/{other.public_id}/")[0].status_code == 422
    for change in ({"amount_fen": 1}, {"voucher": "别的", "reversed_at": now()}, {"reversed_at": None}):
        with pytest.raises(DatabaseError, match="taken back once"), transaction.atomic():
            Payment.objects.update(**change)
    with pytest.raises(DatabaseError, match="never removed"), transaction.atomic():
        Payment.objects.all().delete()


@pytest.mark.django_db
def test_what_is_not_paid_in_the_end_goes_back_once_for_a_reason(school):
    granted()
    address, accountant = in_stock(school), school.client("T9")
    accountant.post(f"{address}pay/", paid("6000"))
    assert accountant.post(f"{address}settle/", {"reason": " "}).status_code == 422
    assert accountant.post(f"{address}settle/", {"reason": "供应商让利"}).status_code == 302
    assert accountant.post(f"{address}settle/", {"reason": "再退"}).status_code == 409
    assert accountant.post(f"{address}pay/", paid("0.01")).status_code == 409
    assert money() == (400_000, 0, 600_000)
    assert "供应商让利" in accountant.get(address).content.decode()


@pytest.mark.django_db
def test_nothing_is_paid_before_it_is_received_nor_by_who_had_a_hand_in_it(school):
    granted()
    school.client("T1").post(NEW, said())
    address = f"/assets/office/purchases/{Purchase.objects.get().public_id}/"
    assert school.client("T9").post(f"{address}pay/", paid("1")).status_code == 409
    assert school.client("T9").post(f"{address}settle/", {"reason": "不买了"}).status_code == 409
    assert f"{address}pay/" not in school.client("T9").get(address).content.decode()
    school.client("T1").post(RECEIVE, received(Purchase.objects.get()))
    for number in ("T2", "T3"):
        sign(school, Receipt.objects.get(), number)
    for number in ("T1", "T2", "T3", "T4"):
        account = identity.account_of(school[number])
        identity.grant_role(by=SYSTEM, account_id=account.pk, role="assets.finance")
        assert school.client(number).post(f"{address}pay/", paid("1")).status_code == 409
        assert school.client(number).post(f"{address}settle/", {"reason": "不付了"}).status_code == 409
    assert school.client("T5").post(f"{address}pay/", paid("1")).status_code in {403, 404}
    other = school.client("T9")
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=11))
    assert other.post(f"{address}pay/", paid("1")).status_code == 403
    assert money() == (300_100, 699_900, 0)


@pytest.mark.django_db
def test_who_inspected_it_under_a_record_that_is_gone_pays_nothing_of_it(school):
    granted()
    address = in_stock(school)
    people.merge_persons(by=SYSTEM, kept_id=school["T9"], gone_id=school["T2"], reason="同一人")
    deliver_pending()
    refused = school.client("T9").post(f"{address}pay/", paid("1"))
    assert (refused.status_code, "涉及您本人" in refused.content.decode()) == (409, True)
    assert money() == (300_100, 699_900, 0)


@pytest.mark.django_db
def test_what_is_cancelled_gives_all_of_its_money_back_once(school):
    granted()
    keeper = school.client("T1")
    keeper.post(NEW, said())
    purchase = Purchase.objects.get()
    cancel = f"/assets/unit/purchases/{purchase.public_id}/cancel/"
    assert school.client("T7").post(cancel, {"reason": "别人的"}).status_code == 404
    assert keeper.post(cancel, {"reason": " "}).status_code == 422
    assert keeper.post(cancel, {"reason": "不买了"}).status_code == 302
    assert keeper.post(cancel, {"reason": "不买了"}).status_code == 409
    assert money() == (1_000_000, 0, 0)
    assert "不买了" in keeper.get(f"/assets/unit/purchases/{purchase.public_id}/").content.decode()


@pytest.mark.django_db
def test_our_own_money_moves_also_while_a_vendor_keeps_the_things(school, monkeypatch):
    granted()
    monkeypatch.setattr(datahub, "supplier", lambda table: "久其资产" if table == "assets.asset" else "")
    keeper = school.client("T1")
    assert keeper.post(NEW, said()).status_code == 302
    purchase = Purchase.objects.get()
    refused = keeper.post(RECEIVE, received(purchase))
    assert (refused.status_code, "久其资产" in refused.content.decode()) == (409, True)
    cancel = f"/assets/unit/purchases/{purchase.public_id}/cancel/"
    assert keeper.post(cancel, {"reason": "改在久其里办"}).status_code == 302
    assert money() == (1_000_000, 0, 0)


@pytest.mark.django_db
def test_the_office_sees_what_holds_money_and_frees_it_when_its_keeper_is_gone(school):
    granted()
    school.client("T1").post(NEW, said())
    purchase, office = Purchase.objects.get(), school.client("T5")
    address = f"/assets/office/purchases/{purchase.public_id}/"
    assert "机房电脑" in office.get("/assets/office/purchases/").content.decode()
    assert f"{address}cancel/" in office.get(address).content.decode()
    assert school.client("T1").post(f"{address}cancel/", {"reason": "不买了"}).status_code in {403, 404}
    assert office.post(f"{address}cancel/", {"reason": "资产员离职，没有下单"}).status_code == 302
    assert money() == (1_000_000, 0, 0)
    page = office.get(address).content.decode()
    assert ("资产员离职" in page, f"{address}cancel/" in page) == (True, False)
    assert "机房电脑" not in office.get("/assets/office/purchases/").content.decode()


@pytest.mark.django_db
def test_a_receipt_that_was_refused_leaves_the_purchase_to_the_next(school):
    granted(2_000_000)
    purchase = purchasing.order(
        by=school.actor("T1"),
        token=uuid4(),
        title="机房电脑",
        unit_id=school.units["12"],
        fund=FUND,
        amount_fen=2_000_000,
    )
    head = {"purchase": purchase}
    first = opened(school, head=head)
    with pytest.raises(CampusError):
        opened(school, head=head)
    Receipt.objects.filter(pk=first.pk).update(state="refused", answer="坏的", decided_at=first.created_at)
    second = opened(school, head=head | {"invoice": "27"})
    for number in ("T2", "T3"):
        sign(school, second, number)
    purchase.refresh_from_db()
    assert purchase.state == "received"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_four_that_order_at_once_only_those_get_it_for_whom_there_is_money():
    school = make_school()
    granted(1_500_000)

    def ordered(fen):
        try:
            purchasing.order(
                by=school.actor("T1"),
                token=uuid4(),
                title="电脑",
                unit_id=school.units["12"],
                fund=FUND,
                amount_fen=fen,
            )
        except ledger.FundShortError:
            return 0
        return 1

    assert sum(at_once([lambda: ordered(700_000)] * 4)) == 2
    assert money() == (100_000, 1_400_000, 0)
    assert Purchase.objects.count() == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_payments_at_once_only_that_is_made_for_which_money_is_held():
    school = make_school()
    granted()
    in_stock(school)
    purchase, clerk = Purchase.objects.get(), school.actor("T9")

    def pay(voucher):
        form = {"token": uuid4(), "amount_fen": 400_000, "voucher": voucher, "paid_on": date(2026, 9, 2)}
        try:
            purchasing.pay(by=clerk, purchase=purchase, **form)
        except ledger.ReservationShortError:
            return 0
        return 1

    assert sum(at_once([lambda: pay("记-1"), lambda: pay("记-2")])) == 1
    assert money() == (300_100, 299_900, 400_000)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_that_take_one_payment_back_at_once_take_it_back_once():
    school = make_school()
    granted()
    address = in_stock(school)
    school.client("T9").post(f"{address}pay/", paid("6000"))
    reversal = reversing.ask(by=school.actor("T9"), token=uuid4(), payment=Payment.objects.get(), reason="登错了")

    def agree(number):
        try:
            reversing.agree(by=school.actor(number), reversal=reversal)
        except WrongStateError:
            return 0
        return 1

    assert sum(at_once([lambda: agree("T5"), lambda: agree("T6")])) == 1
    assert money() == (300_100, 699_900, 0)


@pytest.mark.django_db
def test_what_stands_idle_is_offered_before_anything_like_it_is_bought(school):
    granted()
    idle = school.thing("机房电脑", unit="13")
    Asset.objects.filter(pk=idle.pk).update(is_idle=True)
    keeper = school.client("T1")
    refused = keeper.post(NEW, said())
    assert (refused.status_code, "有 1 件类似的（机房电脑）" in refused.content.decode()) == (409, True)
    assert keeper.post(NEW, said(title="精密空调")).status_code == 302
    assert keeper.post(NEW, said(is_idle_seen="on", yuan="1000")).status_code == 302
    assert Purchase.objects.count() == 2
