"""A month's bills under many hands and under kill -9: on the real locks, money is taken once and all of it is accounted for."""

import os
import signal

import pytest
from django.db import connection

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.models import Deduction
from nanhu.systems.card.funds.services import bill_payments
from nanhu.systems.card.funds.tests.conftest import Funds
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.systems.card.tests.test_top_up_races import at_once
from nanhu.systems.dormitory.errors import RoomChargedError
from nanhu.systems.dormitory.jobs import resume_room_lists
from nanhu.systems.dormitory.models import RoomList
from nanhu.systems.dormitory.services import lists, posting, returns
from nanhu.systems.dormitory.tests.rooms import HEAD, approved, fates, fresh, give_back, line, made, payee, posted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]
PEOPLE = (("14231100001", "林小满"), ("14231200001", "赵一鸣"), ("0020190123", "陈志远"))


def many_lines():
    return HEAD + "".join(line(*who, room=str(room), amount="3") for room in range(8) for who in PEOPLE)


"""Eight rooms with the same three in each: 24 shares of 1.00."""


@pytest.fixture
def funds(transactional_db):
    made_funds = Funds(bring_in_the_cast())
    for part in ("student", "other_student", "teacher"):
        made_funds.campus.top_up(part, 10_000)
    yield made_funds
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def test_one_list_taken_by_four_workers_at_once_is_taken_once(funds):
    room_list = approved(funds, many_lines())
    at_once([lambda: posting.take_shares(batch_id=room_list.pk)] * 4)
    assert (fresh(room_list).state, payee(), Deduction.objects.count()) == ("posted", 2_400, 24)
    assert [funds.balance(part) for part in ("student", "other_student", "teacher")] == [9_200] * 3


def test_two_lists_and_the_till_at_once_conserve_money(funds):
    lists = [approved(funds, many_lines()), approved(funds, many_lines().replace("电费", "水费"))]
    jobs = [lambda one=one: posting.take_shares(batch_id=one.pk) for one in lists]
    eat = [lambda: funds.campus.pay("teacher", 300)] * 6
    paid = at_once([*jobs, *eat])[2:].count("posted")
    assert (payee(), payee("water.dormitory")) == (2_400, 2_400)
    assert funds.balance("teacher") == 10_000 - 1_600 - 300 * paid


def test_the_last_yuan_goes_to_the_till_or_to_the_bill_never_to_both(funds):
    room_list = approved(funds, HEAD + line("0020190123", "陈志远", amount="100"))
    _none, outcome = at_once(
        [lambda: posting.take_shares(batch_id=room_list.pk), lambda: funds.campus.pay("teacher", 300)]
    )
    is_taken = fates(room_list)[0][0] == "taken"
    assert is_taken is (outcome != "posted")
    assert funds.balance("teacher") == (0 if is_taken else 9_700)


def test_one_room_named_by_three_lists_at_once_is_charged_in_one(funds):
    def hand_in():
        try:
            return made(funds).pk
        except (RoomChargedError, AssertionError):  # the other list was there already when this one was checked
            return None

    assert [one is None for one in at_once([hand_in] * 3)].count(False) == 1
    assert RoomList.objects.count() == 1


def test_a_list_kept_between_two_looks_is_none_to_replace(funds, monkeypatch):
    """Another clerk keeps his list just after the first look."""
    seen = []

    def then_another(look):
        def looked(keys):
            found = look(keys)
            if not seen:
                seen.append(look)
                made(funds)
            return found

        return looked

    for look in ("charged", "counted_bills"):
        monkeypatch.setattr(lists, look, then_another(getattr(lists, look)))
    with pytest.raises(RoomChargedError):
        made(funds, author="second_clerk")
    assert len(seen) == 1


def killed_after(shares, module, work):
    """A worker of its own process, killed -9 inside the transaction after so many shares; the parent lives."""
    connection.close()
    connection.close_pool()  # nothing of ours may stay open: the child would speak on our line
    child = os.fork()
    if child == 0:
        seen = []

        def cut(*_events):
            seen.append(1)
            if len(seen) == shares:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            bill_payments.publish = cut
            module.PIECE = 5
            work()
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


@pytest.mark.parametrize("shares", [1, 7, 24])
def test_a_worker_killed_half_way_is_taken_up_where_it_stopped(funds, shares):
    room_list = approved(funds, many_lines())
    killed_after(shares, posting, lambda: posting.take_shares(batch_id=room_list.pk))
    done = sum(fate == "taken" for fate, _fen, _why in fates(room_list))
    assert (done, payee()) == ((shares - 1) // 5 * 5, (shares - 1) // 5 * 500)
    assert resume_room_lists() == 1
    assert (fresh(room_list).state, payee(), Deduction.objects.count()) == ("posted", 2_400, 24)


def test_a_worker_killed_half_way_through_giving_back_is_taken_up_where_it_stopped(funds):
    room_list = posted(funds, many_lines())
    give_back(funds, room_list)
    killed_after(8, returns, lambda: returns.give_shares_back(batch_id=room_list.pk))
    assert Receipt.objects.filter(kind="correction_in").count() == 5
    at_once([resume_room_lists] * 3)
    assert (fresh(room_list).state, payee(), funds.balance("teacher")) == ("returned", 0, 10_000)
    assert Receipt.objects.filter(kind="correction_in").count() == 24


def test_trying_again_beside_a_new_list_charges_once(funds):
    room_list = posted(funds, HEAD + line("0020190123", "陈志远", amount="150"))
    assert fates(room_list)[0][0] == "left"
    funds.campus.top_up("teacher", 20_000, form="more")

    def again():
        try:
            lists.try_again(by=funds.campus.actor("clerk"), room_list=room_list)
        except Exception as error:  # noqa: BLE001  (either may lose)
            return error
        return posting.take_shares(batch_id=room_list.pk)

    def anew():
        try:
            other = approved(funds, HEAD + line("0020190123", "陈志远", amount="150"))
        except (RoomChargedError, AssertionError) as error:
            return error
        return posting.take_shares(batch_id=other.pk)

    at_once([again, anew])
    assert (payee(), funds.balance("teacher")) == (15_000, 15_000)
