"""What was taken by room goes back by two people, whole or a share; the room may then be charged again."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from nanhu.kernel import rollbacks
from nanhu.kernel.clock import now
from nanhu.kernel.errors import ReasonMissingError, SamePersonError, WrongStateError
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.issuing.models import Letter
from nanhu.systems.card.models import Receipt
from nanhu.systems.dormitory.jobs import resume_room_lists
from nanhu.systems.dormitory.models import RoomList, RoomRollback
from nanhu.systems.dormitory.queries import report_of
from nanhu.systems.dormitory.services import lists, posting, returns
from nanhu.systems.dormitory.tests.rooms import (
    HEAD,
    ask_back,
    faults,
    fresh,
    give_back,
    pair,
    pay_at_the_till,
    payee,
    posted,
    till,
    with_office,
    with_third,
)


def todo(rich, part: str) -> str:
    return rich.campus.client(part).get("/flows/").content.decode()


@pytest.mark.capability("A091.2")
@pytest.mark.parametrize("asker", ["clerk", "second_clerk"])
def test_a_whole_list_goes_back_when_a_third_person_agrees_and_its_rooms_are_free_again(rich, asker):
    room_list = posted(rich)
    asked = ask_back(rich, room_list, asker)
    for part in ("clerk", "second_clerk"):
        with pytest.raises(SamePersonError):
            returns.agree_back(by=rich.campus.actor(part), rollback=asked)
    with pytest.raises(WrongStateError):
        ask_back(rich, room_list, "teacher")
    with_third(with_office(rich))
    shown = [str(asked.public_id) in todo(rich, part) for part in ("teacher", "second_clerk", "clerk")]
    assert shown == [True, False, False]
    returns.agree_back(by=rich.campus.actor("teacher"), rollback=asked)
    assert str(asked.public_id) not in todo(rich, "teacher")
    for _twice in range(2):
        returns.give_shares_back(batch_id=room_list.pk)
    assert fresh(room_list).state == "returned"
    assert (rich.balance("student"), rich.balance("other_student"), payee()) == (10_000, 1_000, 0)
    assert Receipt.objects.filter(kind="correction_in").count() == 1
    assert faults(HEAD + pair()) == []
    deliver_pending()
    assert Letter.objects.get(key__endswith="given_back").person_id == rich.campus.persons["student"]


def test_no_list_goes_back_past_a_third_person(rich):
    room_list = posted(rich)
    for state in ("asked", "done"):
        with (
            pytest.raises(DatabaseError, match="rolled back by two"),
            transaction.atomic(),
        ):
            RoomList.objects.filter(pk=room_list.pk).update(state="returning")
        asked = {"batch": room_list, "reason": "x", "author": room_list.author, "author_name": "周敏", "token": uuid4()}
        done = (
            {"approver": room_list.approver, "approver_name": "何平", "decided_at": now()} if state == "asked" else {}
        )
        RoomRollback.objects.create(state="done" if done else "asked", **asked, **done)
    with pytest.raises(DatabaseError, match="rolled back by two"), transaction.atomic():
        RoomList.objects.filter(pk=room_list.pk).update(state="returning")


def test_giving_back_goes_on_after_a_crash_and_waits_for_a_correction_that_is_under_way(rich):
    rich.campus.top_up("other_student", 5_000, form="more")
    room_list = posted(rich)
    third = rich.campus.actor("teacher")
    held_up = Receipt.objects.get(kind="deduction", wallet=rich.campus.card("student").wallet)
    asked = corrections.ask(by=third, receipt=held_up, reason="不住这里", token=uuid4())
    give_back(rich, room_list)
    returns.give_shares_back(batch_id=room_list.pk)
    assert (fresh(room_list).state, rich.balance("other_student"), rich.balance("student")) == (
        "returning",
        6_000,
        8_499,
    )
    with pytest.raises(SamePersonError):
        corrections.approve(by=third, correction=asked)
    corrections.approve(by=rich.campus.actor("clerk"), correction=asked)
    assert resume_room_lists() == 1
    assert (fresh(room_list).state, rich.balance("student"), payee()) == ("returned", 10_000, 0)


@pytest.mark.capability("A091.2")
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
    def by_hand(by, asked_by, payments, reason):
        for payment in payments:
            ledger.reverse(by=by, entry_id=payment.entry_id, reason=f"{reason} ({asked_by.name})")

    monkeypatch.setitem(ledger.payers._entries, "counter", ledger.Payer(key="counter", name="柜台", give_back=by_hand))
    room_list = posted(rich)
    share = room_list.shares.get(state="left")
    pay_at_the_till(share, 500)
    if is_waived:
        ledger.waive(by=SYSTEM, bill=share.charge, reason="困难", key="w")
    assert report_of(room_list).with_school == (2, 2_001)
    give_back(rich, room_list)
    returns.give_shares_back(batch_id=room_list.pk)
    assert (fresh(room_list).state, payee(), ledger.balance_of(till())) == ("returned", 0, 0)
    assert report_of(room_list).given_back == (2, 3_001)


def test_what_is_owed_of_a_list_that_goes_back_is_cancelled_in_pieces(rich, monkeypatch):
    monkeypatch.setattr(returns, "PIECE", 1)
    monkeypatch.delitem(ledger.payers._entries, "card")
    room_list = posted(rich)
    locked = give_back(rich, room_list)
    assert returns.give_up_piece(room_list=locked) == 1
    assert returns.close(locked).state == "returning"
    returns.give_shares_back(batch_id=room_list.pk)
    assert fresh(room_list).state == "returned"
    assert report_of(room_list).closed == (2, 3_001)


def test_a_list_kept_after_all_stays_taken_and_is_asked_for_anew(rich):
    room_list = posted(rich)
    asked = ask_back(rich, room_list)
    with pytest.raises(ReasonMissingError):
        rollbacks.refuse(by=rich.campus.actor("teacher"), rollback=asked, answer=" ")
    with pytest.raises(SamePersonError):
        rollbacks.refuse(by=rich.campus.actor("second_clerk"), rollback=asked, answer="电表没错")
    rollbacks.refuse(by=rich.campus.actor("teacher"), rollback=asked, answer="电表没错")
    returns.give_shares_back(batch_id=room_list.pk)
    assert (fresh(room_list).state, rich.balance()) == ("posted", 8_499)
    assert ask_back(rich, room_list, reason="找到了旧照片").state == "asked"


def test_a_list_of_which_nothing_is_left_is_not_asked_for(rich):
    room_list = posted(rich)
    give_back(rich, room_list)
    returns.give_shares_back(batch_id=room_list.pk)
    with pytest.raises(WrongStateError):
        ask_back(rich, room_list)


def test_what_was_booked_wrongly_is_left_again_and_taken_with_the_rest(rich):
    room_list = posted(rich)
    receipt = Receipt.objects.get(kind="deduction")
    asked = corrections.ask(
        by=rich.campus.actor("clerk"), receipt=receipt, reason="早扣了一天", token=uuid4(), is_owed_again=True
    )
    corrections.approve(by=rich.campus.actor("second_clerk"), correction=asked)
    report = report_of(room_list)
    assert (report.taken, report.left, report.given_back) == ((0, 0), (2, 3_001), (0, 0))
    lists.try_again(by=rich.campus.actor("clerk"), room_list=room_list)
    posting.take_shares(batch_id=room_list.pk)
    assert (report_of(fresh(room_list)).taken, payee()) == ((1, 1_501), 1_501)


def test_each_step_leaves_its_trace(rich):
    room_list = posted(rich)
    give_back(rich, room_list)
    rows = AuditEntry.objects.filter(target=f"room_list:{room_list.public_id}").order_by("id")
    assert [(row.action.removeprefix("dormitory."), row.actor) for row in rows] == [
        ("make_room_list", "周敏"),
        ("submit_room_list", "周敏"),
        ("approve_room_list", "何平"),
        ("ask_undo_room_list", "周敏"),
        ("undo_room_list", "陈志远"),
    ]
