"""What was taken by room goes back by two people, whole or a share; the room may then be charged again."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from nanhu.kernel.errors import NotTheAuthorError, ReasonMissingError, SamePersonError, WrongStateError
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.issuing.models import Letter
from nanhu.systems.card.models import Receipt
from nanhu.systems.dormitory.jobs import resume_room_lists
from nanhu.systems.dormitory.models import RoomList
from nanhu.systems.dormitory.queries import report_of
from nanhu.systems.dormitory.services import lists, returns
from nanhu.systems.dormitory.tests.rooms import (
    HEAD,
    faults,
    fresh,
    pair,
    pay_at_the_till,
    payee,
    posted,
    till,
    with_office,
)


def todo(rich, part: str) -> str:
    return rich.campus.client(part).get("/flows/").content.decode()


def test_a_whole_list_goes_back_by_two_and_its_rooms_are_free_again(rich):
    room_list = posted(rich)
    room_list = returns.ask_back(by=rich.campus.actor("clerk"), room_list=room_list, reason="电表读错")
    with pytest.raises(SamePersonError):
        returns.grant_back(by=rich.campus.actor("clerk"), room_list=room_list)
    with pytest.raises(DatabaseError, match="two_people_back"), transaction.atomic():
        RoomList.objects.filter(pk=room_list.pk).update(granter_id=room_list.asker_id)
    with_office(rich)
    assert [str(room_list.public_id) in todo(rich, part) for part in ("second_clerk", "clerk")] == [True, False]
    returns.grant_back(by=rich.campus.actor("second_clerk"), room_list=room_list)
    assert str(room_list.public_id) not in todo(rich, "second_clerk")
    for _twice in range(2):
        returns.give_shares_back(batch_id=room_list.pk)
    assert fresh(room_list).state == "returned"
    assert (rich.balance("student"), rich.balance("other_student"), payee()) == (10_000, 1_000, 0)
    assert Receipt.objects.filter(kind="correction_in").count() == 1
    assert faults(HEAD + pair()) == []
    deliver_pending()
    assert Letter.objects.filter(key__endswith="given_back").count() == 1


def test_giving_back_goes_on_after_a_crash_and_waits_for_a_correction_that_is_under_way(rich):
    rich.campus.top_up("other_student", 5_000, form="more")
    room_list = posted(rich)
    second = rich.campus.actor("second_clerk")
    held_up = Receipt.objects.get(kind="deduction", wallet=rich.campus.card("student").wallet)
    asked = corrections.ask(by=second, receipt=held_up, reason="不住这里", token=uuid4())
    returns.ask_back(by=rich.campus.actor("clerk"), room_list=room_list, reason="电表读错")
    returns.grant_back(by=second, room_list=room_list)
    returns.give_shares_back(batch_id=room_list.pk)
    assert (fresh(room_list).state, rich.balance("other_student"), rich.balance("student")) == (
        "returning",
        6_000,
        8_499,
    )
    with pytest.raises(SamePersonError):
        corrections.approve(by=second, correction=asked)
    corrections.approve(by=rich.campus.actor("clerk"), correction=asked)
    assert resume_room_lists() == 1
    assert (fresh(room_list).state, rich.balance("student"), payee()) == ("returned", 10_000, 0)


def test_a_share_given_back_alone_keeps_the_rest_and_a_list_of_which_nothing_is_left_gives_way(rich):
    room_list = posted(rich)
    receipt = Receipt.objects.get(kind="deduction")
    asked = corrections.ask(by=rich.campus.actor("clerk"), receipt=receipt, reason="不住这里", token=uuid4())
    corrections.approve(by=rich.campus.actor("second_clerk"), correction=asked)
    report = report_of(room_list)
    assert (report.taken, report.left, report.given_back) == ((0, 0), (1, 1500), (1, 1501))
    again = posted(rich, title="改过的")
    assert again.bills.get().room == "301"
    with pytest.raises(WrongStateError):
        lists.try_again(by=rich.campus.actor("clerk"), room_list=room_list)
    assert faults(HEAD + pair()) == [(2, "这间房这个月的电费已在“改过的”里")]


def test_a_rooms_bill_of_which_something_is_with_the_school_does_not_give_way(rich):
    posted(rich)
    assert faults(HEAD + pair()) == [(2, "这间房这个月的电费已在“十月电费”里")]


@pytest.mark.parametrize("is_waived", [False, True])
def test_a_part_that_was_paid_goes_back_with_the_list(rich, monkeypatch, is_waived):
    def give_back(by, asked_by, payments, reason):
        for payment in payments:
            ledger.reverse(by=by, entry_id=payment.entry_id, reason=f"{reason} ({asked_by.name})")

    monkeypatch.setitem(
        ledger.payers._entries, "counter", ledger.Payer(key="counter", name="柜台", give_back=give_back)
    )
    room_list = posted(rich)
    share = room_list.shares.get(state="left")
    pay_at_the_till(share, 500)
    if is_waived:
        ledger.waive(by=SYSTEM, bill=share.charge, reason="困难", key="w")
    assert report_of(room_list).with_school == (2, 2_001)
    returns.ask_back(by=rich.campus.actor("clerk"), room_list=room_list, reason="电表读错")
    returns.grant_back(by=rich.campus.actor("second_clerk"), room_list=room_list)
    returns.give_shares_back(batch_id=room_list.pk)
    assert (fresh(room_list).state, payee(), ledger.balance_of(till())) == ("returned", 0, 0)
    assert report_of(room_list).given_back == (2, 3_001)


def test_what_is_owed_of_a_list_that_goes_back_is_cancelled_in_pieces(rich, monkeypatch):
    monkeypatch.setattr(returns, "PIECE", 1)
    monkeypatch.delitem(ledger.payers._entries, "card")
    room_list = posted(rich)
    returns.ask_back(by=rich.campus.actor("clerk"), room_list=room_list, reason="电表读错")
    locked = returns.grant_back(by=rich.campus.actor("second_clerk"), room_list=room_list)
    assert returns.give_up_piece(room_list=locked) == 1
    assert returns.close(locked).state == "returning"
    returns.give_shares_back(batch_id=room_list.pk)
    assert fresh(room_list).state == "returned"
    assert report_of(room_list).closed == (2, 3_001)


def test_a_list_kept_after_all_stays_taken(rich):
    room_list = posted(rich)
    returns.ask_back(by=rich.campus.actor("clerk"), room_list=room_list, reason="电表读错")
    with pytest.raises(ReasonMissingError):
        returns.keep_taken(by=rich.campus.actor("second_clerk"), room_list=room_list, answer=" ")
    with pytest.raises(SamePersonError):
        returns.keep_taken(by=rich.campus.actor("clerk"), room_list=room_list, answer="电表没错")
    returns.keep_taken(by=rich.campus.actor("second_clerk"), room_list=room_list, answer="电表没错")
    returns.give_shares_back(batch_id=room_list.pk)
    kept = fresh(room_list)
    assert (kept.state, rich.balance()) == ("posted", 8_499)
    assert (kept.why_back, kept.granter_name, kept.answer_back) == ("电表读错", "何平", "电表没错")


def test_who_asked_takes_the_request_back_and_nobody_else(rich):
    room_list = posted(rich)
    returns.ask_back(by=rich.campus.actor("clerk"), room_list=room_list, reason="电表读错")
    with pytest.raises(NotTheAuthorError):
        returns.withdraw_request(by=rich.campus.actor("second_clerk"), room_list=room_list)
    returns.withdraw_request(by=rich.campus.actor("clerk"), room_list=room_list)
    assert (fresh(room_list).state, fresh(room_list).why_back) == ("posted", "")


def test_each_step_leaves_its_trace(rich):
    room_list = posted(rich)
    returns.ask_back(by=rich.campus.actor("clerk"), room_list=room_list, reason="电表读错")
    returns.grant_back(by=rich.campus.actor("second_clerk"), room_list=room_list)
    rows = AuditEntry.objects.filter(target=f"room_list:{room_list.public_id}").order_by("id")
    assert [(row.action.removeprefix("dormitory."), row.actor) for row in rows] == [
        ("make_room_list", "周敏"),
        ("submit_room_list", "周敏"),
        ("approve_room_list", "何平"),
        ("ask_room_list_back", "周敏"),
        ("grant_room_list_back", "何平"),
    ]
