"""Cash at the counter: whom ruling 6 gives it to, once per form, never above the limits, exceptions by two people."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction

from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.errors import BalanceLimitError, CardStateError, CashNotAllowedError, TopUpLimitError
from nanhu.systems.card.models import CashException, Receipt, TopUp
from nanhu.systems.card.rules import STUDENT_SUB_CLASSES, CardKind, may_top_up_with_cash
from nanhu.systems.card.services import cash_exceptions
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.services.top_up import top_up_by_exception, top_up_with_cash


def balance(campus, part: str) -> int:
    return ledger.balance_of(campus.card(part).wallet_id)


def ask(campus, fen: int = 3000, part: str = "student") -> CashException:
    return cash_exceptions.ask_for_cash(
        by=campus.actor("clerk"), card=campus.card(part), amount_fen=fen, reason="银行卡被冻结", token=uuid4()
    )


@pytest.mark.capability("A138.1")
@pytest.mark.parametrize("part", ["teacher", "guest"])
def test_staff_and_international_students_bring_cash(campus, part):
    taken = top_up_with_cash(by=campus.actor("clerk"), card=campus.card(part), amount_fen=5000, token=uuid4())
    assert balance(campus, part) == 5000
    assert (taken.top_up.receipt.kind, taken.top_up.receipt.balance_fen) == ("top_up", 5000)
    assert AuditEntry.objects.filter(action="card.top_up", actor="周敏").count() == 1
    assert ledger.trial_balance().difference_fen == 0


@pytest.mark.capability("A138.1")
@pytest.mark.parametrize(
    ("card_class", "sub_class", "may"),
    [
        ("teacher", "劳务派遣", True),
        ("student", "留学生", True),
        *(("student", one, False) for one in sorted({*STUDENT_SUB_CLASSES, "其他"} - {"留学生"})),
        *(("ordinary", one, False) for one in ("临聘", "访问", "其他")),
    ],
)
def test_nobody_else_brings_cash(card_class, sub_class, may):
    assert may_top_up_with_cash(CardKind(card_class, sub_class)) is may


@pytest.mark.capability("A138.1")
def test_a_chinese_student_is_refused_and_nothing_moves(campus):
    with pytest.raises(CashNotAllowedError):
        top_up_with_cash(by=campus.actor("clerk"), card=campus.card("student"), amount_fen=5000, token=uuid4())
    assert balance(campus, "student") == 0
    assert not Receipt.objects.exists()
    assert not TopUp.objects.exists()


def test_the_same_form_posts_once(campus):
    token = uuid4()
    given = {"by": campus.actor("clerk"), "card": campus.card("teacher"), "amount_fen": 5000, "token": token}
    first, second = top_up_with_cash(**given), top_up_with_cash(**given)
    assert (first.is_repeated, second.is_repeated) == (False, True)
    assert first.top_up == second.top_up
    assert balance(campus, "teacher") == 5000


def test_the_same_form_with_another_sum_is_refused(campus):
    token, card = uuid4(), campus.card("teacher")
    top_up_with_cash(by=campus.actor("clerk"), card=card, amount_fen=5000, token=token)
    with pytest.raises(ledger.EntryKeyReusedError):
        top_up_with_cash(by=campus.actor("clerk"), card=card, amount_fen=6000, token=token)
    assert balance(campus, "teacher") == 5000


@pytest.mark.parametrize("fen", [0, -100, 50_001, 2**60])
def test_a_sum_outside_the_limits_is_refused(campus, fen):
    with pytest.raises(TopUpLimitError):
        top_up_with_cash(by=campus.actor("clerk"), card=campus.card("teacher"), amount_fen=fen, token=uuid4())
    assert balance(campus, "teacher") == 0


def test_the_wallet_has_a_ceiling(campus):
    for place in range(4):
        campus.top_up("teacher", 50_000, form=str(place))
    with pytest.raises(BalanceLimitError):
        campus.top_up("teacher", 1, form="one more")
    assert balance(campus, "teacher") == 200_000


@pytest.mark.capability("A117.1")
def test_a_lost_card_takes_no_cash(campus):
    report_lost(by=campus.actor("teacher"), card=campus.card("teacher"), reason="本人")
    with pytest.raises(CardStateError):
        campus.top_up("teacher", 5000)
    assert balance(campus, "teacher") == 0


@pytest.mark.capability("A138.2")
def test_each_clerk_has_a_drawer_of_her_own(campus):
    campus.top_up("teacher", 5000)
    top_up_with_cash(by=campus.actor("second_clerk"), card=campus.card("guest"), amount_fen=700, token=uuid4())
    drawers = [f"card.drawer:{campus.actor(part).account_id}" for part in ("clerk", "second_clerk")]
    ids = ledger.account_ids(drawers)
    assert [ledger.balance_of(ids[code]) for code in drawers] == [5000, 700]


@pytest.mark.capability("A138.1")
def test_an_exception_agreed_to_by_a_second_clerk_is_used_once(campus):
    asked = ask(campus)
    with pytest.raises(WrongStateError):
        top_up_by_exception(by=campus.actor("clerk"), exception=asked)
    cash_exceptions.approve(by=campus.actor("second_clerk"), exception=asked)
    first = top_up_by_exception(by=campus.actor("clerk"), exception=asked)
    again = top_up_by_exception(by=campus.actor("clerk"), exception=asked)
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert balance(campus, "student") == 3000
    asked.refresh_from_db()
    assert (asked.state, asked.approver_name) == ("used", "何平")


@pytest.mark.capability("A138.4")
def test_nobody_agrees_to_their_own_exception(campus):
    asked = ask(campus)
    with pytest.raises(SamePersonError):
        cash_exceptions.approve(by=campus.actor("clerk"), exception=asked)
    asked.refresh_from_db()
    assert asked.state == "pending"


def test_the_database_itself_wants_two_people(campus):
    asked = ask(campus)
    with pytest.raises(IntegrityError, match="card_cash_exception_two_people"), transaction.atomic():
        CashException.objects.filter(pk=asked.pk).update(
            state="approved", approver_id=asked.author_id, decided_at=asked.created_at
        )


@pytest.mark.parametrize("change", [{"amount_fen": 9000}, {"reason": "别的"}, {"state": "used"}])
def test_the_database_keeps_what_was_asked(campus, change):
    asked = ask(campus)
    with pytest.raises(DatabaseError), transaction.atomic():
        CashException.objects.filter(pk=asked.pk).update(**change)


def test_the_database_keeps_top_ups(campus):
    done = campus.top_up("teacher", 5000)
    with pytest.raises(DatabaseError), transaction.atomic():
        TopUp.objects.filter(pk=done.pk).update(amount_fen=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        TopUp.objects.filter(pk=done.pk).delete()


def test_a_refused_exception_takes_no_cash(campus):
    asked = ask(campus)
    cash_exceptions.refuse(by=campus.actor("second_clerk"), exception=asked, answer="请用圈存")
    with pytest.raises(WrongStateError):
        top_up_by_exception(by=campus.actor("clerk"), exception=asked)
    assert balance(campus, "student") == 0


@pytest.mark.capability("A138.1")
def test_an_exception_is_taken_by_who_asked_for_it(campus):
    asked = ask(campus)
    cash_exceptions.approve(by=campus.actor("second_clerk"), exception=asked)
    with pytest.raises(WrongStateError):
        top_up_by_exception(by=campus.actor("second_clerk"), exception=asked)
    assert balance(campus, "student") == 0


@pytest.mark.capability("A138.1")
def test_an_exception_is_agreed_to_within_a_day_and_not_later(campus):
    late, in_time = ask(campus), ask(campus)
    with time_machine.travel(late.created_at + timedelta(hours=24, minutes=1)):
        with pytest.raises(WrongStateError, match="已过期"):
            cash_exceptions.approve(by=campus.actor("second_clerk"), exception=late)
        assert CashException.objects.get(pk=late.pk).state == "pending"
    with time_machine.travel(in_time.created_at + timedelta(hours=23, minutes=59)):
        cash_exceptions.approve(by=campus.actor("second_clerk"), exception=in_time)
    assert CashException.objects.get(pk=in_time.pk).state == "approved"
