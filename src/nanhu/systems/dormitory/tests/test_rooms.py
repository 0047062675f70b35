"""Water and power by room: two people, each share once whatever dies, nobody below zero."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from nanhu.kernel import intake
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, Progress
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.funds.models import Deduction
from nanhu.systems.card.funds.services import bill_payments
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.issuing.models import Letter
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.rights.services.deciding import RuleTable
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import ORIGIN
from nanhu.systems.dormitory import jobs, rules
from nanhu.systems.dormitory.checking import check_rooms
from nanhu.systems.dormitory.errors import RoomChargedError
from nanhu.systems.dormitory.jobs import resume_room_lists
from nanhu.systems.dormitory.models import RoomBill, RoomList, RoomShare
from nanhu.systems.dormitory.queries import report_of, shares_of
from nanhu.systems.dormitory.services import charging, lists, posting, replacing
from nanhu.systems.dormitory.sheets import ROOMS
from nanhu.systems.dormitory.tests.rooms import (
    HEAD,
    approved,
    fates,
    faults,
    fresh,
    line,
    made,
    month_named,
    pair,
    pay_at_the_till,
    payee,
    posted,
)


def one_line():
    return HEAD + line("14231200001", "赵一鸣", amount="11")


def cheaper_line():
    return HEAD + line("14231200001", "赵一鸣", amount="10.5")


@pytest.mark.capability("A022.2", "A091.2")
def test_a_bill_is_split_and_taken_and_who_is_short_is_left_alone(rich):
    unread = made(rich, HEAD + line("14231100001", "林小满", item="水费", amount="7"), title="十月水费")
    room_list = posted(rich)
    assert room_list.state == "posted"
    assert fates(room_list) == [("taken", 1501, ""), ("left", 1500, "card.wallet_short")]
    assert fates(unread) == [("waiting", 700, "")], "of a list that nobody approved nothing is taken"
    assert (rich.balance("student"), rich.balance("other_student"), payee()) == (8_499, 1_000, 1_501)
    assert Progress.objects.get().summary == "已扣 1 笔，共 ¥ 15.01；没扣到 1 笔，共 ¥ 15.00"


@pytest.mark.capability("A091.2")
def test_the_holder_reads_what_for_and_is_told_once(rich):
    room_list = posted(rich)
    shown = line_of(Receipt.objects.get(kind="deduction"))
    assert (shown.merchant, shown.signed_fen) == (f"电费 · 南院15号楼 301 · {month_named()}", -1501)
    deliver_pending()
    deliver_pending()
    told = {letter.person_id: letter.text for letter in Letter.objects.filter(kind="bill")}
    assert told[rich.campus.persons["student"]].startswith(
        f"电费 · 南院15号楼 301 · {month_named()}：您的一份 ¥ 15.01 已从校园卡扣款"
    )
    assert "没有扣到" in told[rich.campus.persons["other_student"]]
    lists.try_again(by=rich.campus.actor("clerk"), room_list=room_list)
    posting.take_shares(batch_id=room_list.pk)
    deliver_pending()
    assert Letter.objects.filter(kind="bill").count() == 2


@pytest.mark.capability("A091.2")
def test_nobody_approves_their_own_list_also_not_past_the_program(rich):
    room_list = intake.submit(by=rich.campus.actor("clerk"), batch=made(rich))
    with pytest.raises(SamePersonError):
        intake.approve(by=rich.campus.actor("clerk"), batch=room_list)
    with pytest.raises(DatabaseError, match="dormitory_room_list_two_people"), transaction.atomic():
        RoomList.objects.filter(pk=room_list.pk).update(
            state="posting", approver_id=room_list.author_id, decided_at=room_list.created_at
        )
    assert rich.balance() == 10_000


def test_a_list_is_posted_as_it_was_made(rich):
    room_list = approved(rich)
    bill, share = RoomBill.objects.first(), RoomShare.objects.first()
    for change in ({"sum_fen": 1}, {"title": "x"}, {"approver": None}, {"state": "checked"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RoomList.objects.filter(pk=room_list.pk).update(**change)
    for change in ({"amount_fen": 1}, {"room": "302"}, {"month": "2020-01-01"}):
        with pytest.raises(DatabaseError, match="stays as it was approved"), transaction.atomic():
            RoomBill.objects.filter(pk=bill.pk).update(**change)
    with pytest.raises(DatabaseError, match="taken once"), transaction.atomic():
        RoomShare.objects.filter(pk=share.pk).update(amount_fen=1)
    with pytest.raises(DatabaseError, match="somebody looked at"), transaction.atomic():
        RoomShare.objects.create(
            room_list=room_list,
            bill=bill,
            line=9,
            campus_no="x",
            name="x",
            amount_fen=1,
            person_id=rich.campus.persons["teacher"],
        )
    for statement in (
        "DELETE FROM dormitory_room_share",
        "DELETE FROM dormitory_room_bill",
        "DELETE FROM dormitory_room_list",
    ):
        with pytest.raises(DatabaseError, match="never removed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_share_is_taken_from_an_approved_list_only(rich):
    share = made(rich).shares.first()
    with pytest.raises(DatabaseError, match="approved list only"), transaction.atomic():
        RoomShare.objects.filter(pk=share.pk).update(state="taken")


def test_shares_that_do_not_add_up_are_no_list(rich):
    checked = check_rooms(ROOMS.read((HEAD + pair()).encode()))
    with pytest.raises(DatabaseError, match="add up"), transaction.atomic():
        room_list = lists.make_list(by=rich.campus.actor("clerk"), token=uuid4(), title="x", rooms=checked.rows)
        RoomShare.objects.create(
            room_list=room_list,
            bill=room_list.bills.get(),
            line=9,
            campus_no="x",
            name="x",
            amount_fen=1,
            person_id=rich.campus.persons["teacher"],
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.capability("A091.2")
def test_posting_twice_and_after_a_crash_takes_each_share_once(rich):
    rich.campus.top_up("other_student", 5_000, form="more")
    room_list = approved(rich)
    charging.open_fees(SYSTEM)
    assert posting.take_piece(by=SYSTEM, room_list=room_list, most=1) == 1
    assert posting.close(room_list).state == "posting"
    assert resume_room_lists() == 1
    posting.take_shares(batch_id=room_list.pk)
    assert (Deduction.objects.count(), payee()) == (2, 3_001)
    assert [fate for fate, _fen, _why in fates(room_list)] == ["taken", "taken"]


def test_a_crash_between_the_money_and_the_row_takes_back_both(rich, monkeypatch):
    room_list = approved(rich)

    def cut(*_events):
        raise ConnectionError

    with monkeypatch.context() as power, pytest.raises(ConnectionError):
        power.setattr(bill_payments, "publish", cut)
        posting.take_shares(batch_id=room_list.pk)
    assert (rich.balance(), fates(room_list)[0][0]) == (10_000, "waiting")
    assert resume_room_lists() == 1
    assert (rich.balance(), fates(room_list)[0][0]) == (8_499, "taken")


@pytest.mark.capability("A022.2")
def test_the_same_form_is_one_list_and_the_same_room_is_charged_once(rich):
    token = uuid4()
    checked = check_rooms(ROOMS.read((HEAD + pair()).encode()))
    first = made(rich, token=token)
    by = rich.campus.actor("clerk")
    again = lists.make_list(by=by, token=token, title="x", rooms=checked.rows)
    assert again.pk == first.pk
    with pytest.raises(RoomChargedError):
        lists.make_list(by=by, token=uuid4(), title="x", rooms=checked.rows)
    with pytest.raises(IntegrityError, match="dormitory_room_bill_once"), transaction.atomic():
        RoomBill.objects.create(
            room_list=first,
            building="南院15号楼",
            room="301",
            item="power",
            month=first.bills.get().month,
            amount_fen=1,
        )
    intake.discard(by=by, batch=first)
    assert made(rich).pk != first.pk


def test_a_refused_list_moves_nothing_and_frees_its_rooms(rich):
    room_list = intake.submit(by=rich.campus.actor("clerk"), batch=made(rich))
    intake.refuse(by=rich.campus.actor("second_clerk"), batch=room_list, answer="表抄错了")
    with pytest.raises(WrongStateError):
        intake.approve(by=rich.campus.actor("second_clerk"), batch=room_list)
    posting.take_shares(batch_id=room_list.pk)
    assert rich.balance() == 10_000
    assert faults(HEAD + pair()) == []


def test_what_was_left_is_taken_when_there_is_money(rich):
    room_list = posted(rich)
    rich.campus.top_up("other_student", 1_000, form="more")
    lists.try_again(by=rich.campus.actor("clerk"), room_list=room_list)
    posting.take_shares(batch_id=room_list.pk)
    assert fates(room_list)[1] == ("taken", 1500, "")
    assert (rich.balance("student"), rich.balance("other_student"), payee()) == (8_499, 500, 3_001)
    with pytest.raises(WrongStateError):
        lists.try_again(by=rich.campus.actor("clerk"), room_list=fresh(room_list))


@pytest.mark.capability("A091.2")
def test_who_cannot_pay_is_known_before_anybody_approves(rich):
    text = HEAD + line("14231200001", "赵一鸣", amount="6") + line("14231200001", "赵一鸣", item="水费", amount="6")
    room_list = made(rich, text)
    assert report_of(room_list).short == (1, 600)
    assert [share.line for share in shares_of(room_list, "short")] == [3]


@pytest.mark.capability("A091.2")
def test_a_class_of_cards_without_the_right_is_not_charged(rich, monkeypatch):
    room_list = approved(rich)
    monkeypatch.setattr(RuleTable, "gives", lambda _table, _class, sub_class, right, _on: right != "deduction")
    assert faults(HEAD + line("0020190123", "陈志远")) == [(2, "这类卡没有代扣代缴的权限")]
    posting.take_shares(batch_id=room_list.pk)
    assert [why for _fate, _fen, why in fates(room_list)] == ["card.no_deduction_right"] * 2
    assert rich.balance() == 10_000


@pytest.mark.capability("A091.2")
def test_who_has_no_card_and_what_is_above_the_most_taken_at_once_are_told_beside_their_lines(rich):
    affiliation = people.AffiliationRecord(
        kind="student", campus_no="14231299999", starts_on=campus_today(), category_name="统招本科", state="active"
    )
    new = people.PersonRecord(key="new", name="新来的", affiliations=(affiliation,))
    people.apply_records(by=SYSTEM, records=[new], origin=ORIGIN)
    assert faults(HEAD + line("14231299999", "新来的")) == [(2, "还没有校园卡")]
    assert faults(HEAD + line("14231100001", "林小满", amount="500.01")) == [(2, "每人分到的超过代扣限额 ¥ 500.00")]


@pytest.mark.capability("A091.2")
def test_a_lost_card_is_no_hindrance_and_a_merged_persons_share_is_taken_from_the_kept_wallet(rich):
    report_lost(by=SYSTEM, card=rich.campus.card("student"), reason="x")
    room_list = approved(rich)
    people.merge_persons(
        by=SYSTEM, kept_id=rich.campus.persons["student"], gone_id=rich.campus.persons["other_student"], reason="同一人"
    )
    deliver_pending()
    posting.take_shares(batch_id=room_list.pk)
    assert [fate for fate, _fen, _why in fates(room_list)] == ["taken", "taken"]
    assert rich.balance_of(rich.campus.card("student")) == 11_000 - 3_001


def test_lists_are_posted_in_pieces(rich, monkeypatch):
    monkeypatch.setattr(posting, "PIECE", 1)
    assert posted(rich).state == "posted"


def test_in_a_house_without_a_card_bills_wait_and_are_taken_once_somebody_pays_them(rich, monkeypatch):
    monkeypatch.delitem(ledger.payers._entries, "card")
    assert faults(HEAD + pair()) == []
    room_list = posted(rich)
    assert fates(room_list) == [("left", 1501, rules.NOBODY), ("left", 1500, rules.NOBODY)]
    bill = room_list.shares.order_by("line").first().charge
    till = ledger.open_accounts([ledger.AccountOrder(code="till", name="柜台", kind="asset")])["till"]
    ledger.pay(by=SYSTEM, bill=bill, amount_fen=1501, payer="counter", account_id=till, key="k")
    report = report_of(room_list)
    assert (report.taken, report.left, payee()) == ((1, 1501), (1, 1500), 1_501)
    assert faults(HEAD + pair()) == [(2, "这间房这个月的电费已在“十月电费”里")]


def owed(funds, part="other_student"):
    return [one.owed_fen for one in ledger.open_bills([funds.campus.persons[part]])]


def test_what_was_left_is_owed_until_another_list_is_approved_and_takes_its_place(rich):
    room_list = posted(rich, one_line())
    assert owed(rich) == [1_100]
    again = approved(rich, cheaper_line(), title="改过的")
    assert owed(rich) == [1_100]
    posting.take_shares(batch_id=again.pk)
    assert owed(rich) == [1_050]
    charge = room_list.shares.get().charge
    assert (charge.state, room_list.bills.get().released_at is None) == ("cancelled", False)
    entry = AuditEntry.objects.get(action="ledger.cancel_bill", target=f"bill:{charge.number}")
    assert (entry.actor, entry.reason) == ("何平", "改由“改过的”收取")
    assert faults(one_line()) == []


@pytest.mark.parametrize("end", ["discarded", "refused"])
def test_a_list_that_nobody_approved_wipes_out_no_debt(rich, end):
    room_list = posted(rich, one_line())
    again = made(rich, cheaper_line(), title="改过的")
    assert faults(cheaper_line()) == [(2, "这间房这个月的电费已在“改过的”里")]
    with pytest.raises(RoomChargedError):
        lists.make_list(
            by=rich.campus.actor("clerk"), token=uuid4(), title="x", rooms=check_rooms_of_nobody(cheaper_line())
        )
    if end == "discarded":
        intake.discard(by=rich.campus.actor("clerk"), batch=again)
    else:
        intake.refuse(by=rich.campus.actor("second_clerk"), batch=again, answer="表抄错了")
    assert (owed(rich), room_list.bills.get().released_at) == ([1_100], None)
    rich.campus.top_up("other_student", 1_000, form="more")
    lists.try_again(by=rich.campus.actor("clerk"), room_list=room_list)
    posting.take_shares(batch_id=room_list.pk)
    assert fates(room_list) == [("taken", 1_100, "")]


def check_rooms_of_nobody(text):
    """As checked before the other list was there."""
    other = check_rooms(ROOMS.read(text.replace("301", "302").encode())).rows
    for room in other:
        room.key = (room.key[0], "301", *room.key[2:])
    return other


def test_a_bill_that_was_paid_while_another_list_waited_counts_on(rich):
    room_list = posted(rich, one_line())
    again = approved(rich, cheaper_line(), title="改过的")
    pay_at_the_till(room_list.shares.get(), 1_100)
    posting.take_shares(batch_id=again.pk)
    assert (fresh(again).state, fates(again)) == ("posted", [("left", 1_050, rules.STILL_CHARGED)])
    assert (payee(), owed(rich), report_of(again).closed) == (1_100, [], (1, 1_050))
    assert faults(one_line()) == [(2, "这间房这个月的电费已在“十月电费”里")]


def test_rooms_are_replaced_in_pieces(rich, monkeypatch):
    monkeypatch.setattr(replacing, "PIECE", 1)
    rooms = HEAD + "".join(line("14231200001", "赵一鸣", room=room, amount="11") for room in ("301", "302", "303"))
    posted(rich, rooms)
    again = approved(rich, rooms, title="改过的")
    assert [replacing.replace_piece(room_list=again), again.bills.filter(is_waiting=True).count()] == [1, 2]
    posting.take_shares(batch_id=again.pk)
    assert [fate for fate, _fen, _why in fates(again)] == ["left"] * 3
    assert (owed(rich), ledger.check_ledger()) == ([1_100] * 3, [])


def fee(ceiling_fen, ends_on=None):
    ledger.set_fee_item(
        by=SYSTEM,
        code="power.dormitory",
        name="宿舍电费",
        licence="湘价费〔2024〕12号",
        ceiling_fen=ceiling_fen,
        starts_on=date(2024, 1, 1),
        ends_on=ends_on,
        reason="x",
    )


@pytest.mark.capability("A022.2")
def test_a_share_above_the_ceiling_is_refused_in_the_file_and_at_approval_and_left_out_afterwards(rich):
    room_list = approved(rich)
    waiting = intake.submit(by=rich.campus.actor("clerk"), batch=made(rich, (HEAD + pair()).replace("301", "302")))
    fee(1_500)
    assert faults(HEAD + pair().replace("301", "303")) == [(2, "每人分到的超过收费许可的上限 ¥ 15.00")]
    with pytest.raises(ledger.FeeCeilingError):
        intake.approve(by=rich.campus.actor("second_clerk"), batch=waiting)
    posting.take_shares(batch_id=room_list.pk)
    assert fates(room_list) == [("left", 1501, "ledger.fee_ceiling"), ("left", 1500, "card.wallet_short")]
    fee(None)
    lists.try_again(by=rich.campus.actor("clerk"), room_list=room_list)
    posting.take_shares(batch_id=room_list.pk)
    assert fates(room_list)[0] == ("taken", 1501, "")


def test_a_fee_that_ended_is_charged_to_nobody(rich):
    room_list = approved(rich)
    waiting = intake.submit(by=rich.campus.actor("clerk"), batch=made(rich, (HEAD + pair()).replace("301", "302")))
    fee(None, ends_on=campus_today() - timedelta(days=1))
    assert faults(HEAD + pair().replace("301", "303")) == [(2, "这项收费今天没有生效的收费标准")]
    with pytest.raises(ledger.FeeItemMissingError):
        intake.approve(by=rich.campus.actor("second_clerk"), batch=waiting)
    posting.take_shares(batch_id=room_list.pk)
    assert [why for _fate, _fen, why in fates(room_list)] == ["ledger.fee_item_missing"] * 2


def test_a_list_that_breaks_stops_no_other(rich, monkeypatch):
    broken, sound = approved(rich), approved(rich, (HEAD + pair()).replace("301", "302"))
    whole = jobs.take_shares

    def take(batch_id):
        if batch_id == broken.pk:
            raise ConnectionError
        whole(batch_id=batch_id)

    monkeypatch.setattr(jobs, "take_shares", take)
    with pytest.raises(ExceptionGroup):
        resume_room_lists()
    assert [fresh(one).state for one in (broken, sound)] == ["posting", "posted"]


def test_the_figures_of_a_list_add_up_to_its_sum(rich):
    room_list = posted(rich)
    ledger.waive(by=SYSTEM, bill=room_list.shares.get(state="left").charge, reason="困难", key="w")
    report = report_of(room_list)
    assert (report.taken, report.left, report.given_back, report.closed) == ((1, 1501), (0, 0), (0, 0), (1, 1500))
    assert room_list.sum_fen == sum(fen for _count, fen in (report.taken, report.closed))


@pytest.mark.capability("A022.2")
def test_a_deferred_bill_is_left_alone(rich):
    room_list = posted(rich)
    share = room_list.shares.get(state="left")
    ledger.defer(by=SYSTEM, bill=share.charge, until=campus_today(), grounds="助学贷款未到", key="d")
    rich.campus.top_up("other_student", 1_000, form="more")
    lists.try_again(by=rich.campus.actor("clerk"), room_list=room_list)
    posting.take_shares(batch_id=room_list.pk)
    assert fates(room_list)[1] == ("left", 1500, rules.DEFERRED)
    assert rich.balance("other_student") == 2_000
