"""One bill and many payers, real connections and kill -9: it is paid once, never above what is owed, and the books agree."""

import pytest
from django.db import transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.models import Bill, BillMovement
from nanhu.platforms.ledger.tests.test_bills import BY, Office, sums
from nanhu.testing.killing import at_once, killed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]


@pytest.fixture
def office(transactional_db):
    yield Office()
    assert ledger.check_ledger() == []


def tried(job):
    try:
        return job()
    except (ledger.BillClosedError, ledger.BillOverpaidError) as refused:
        return refused


def test_payers_at_once_never_overpay(office):
    bill = office.bill(fen=100)
    jobs = [lambda n=n: tried(lambda: office.pay(bill, 30, key=f"p{n}")) for n in range(8)]
    outcomes = at_once(jobs)
    assert sum(not isinstance(one, Exception) for one in outcomes) == 3
    assert sums(bill) == ("part", 90, 0, 0)


def test_one_key_from_eight_hands_pays_once(office):
    bill = office.bill(fen=100)
    outcomes = at_once([lambda: office.pay(bill, 30)] * 8)
    assert sorted(one.is_repeated for one in outcomes) == [False] + [True] * 7
    assert (sums(bill), BillMovement.objects.count()) == (("part", 30, 0, 0), 1)


def test_one_key_from_six_hands_is_issued_once(office):
    issued = at_once([lambda: office.bill(fen=100).pk] * 6)
    assert len(set(issued)) == 1
    assert office.books() == (100, 100, 0)
    assert AuditEntry.objects.filter(action="ledger.issue_bill").count() == 1


def test_paying_beside_cancelling_ends_in_one_of_both(office):
    bill = office.bill(fen=100)
    at_once(
        [
            lambda: tried(lambda: office.pay(bill, 100)),
            lambda: tried(lambda: ledger.cancel(by=BY, bill=bill, reason="开错", key="c")),
        ]
    )
    assert sums(bill) in {("paid", 100, 0, 0), ("cancelled", 0, 0, 100)}


def test_two_payments_for_all_bills_at_once_pay_each_once(office):
    bills = [office.bill(key=str(n), fen=100) for n in range(3)]
    facts = {
        "by": BY,
        "person_id": office.student,
        "amount_fen": 150,
        "payer": "counter",
        "account_id": office.accounts["till"],
    }
    at_once([lambda n=n: tried(lambda: ledger.pay_oldest(key=f"k{n}", **facts)) for n in range(4)])
    assert [sums(bill)[:2] for bill in bills] == [("paid", 100)] * 3


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_process_killed_around_its_commit_loses_and_doubles_nothing(office, is_committed):
    def work(die):
        with transaction.atomic():
            bill = office.bill(fen=100)
            office.pay(bill, 30)
            if not is_committed:
                die()
        die()

    killed(work)
    assert Bill.objects.count() == is_committed
    bill = office.bill(fen=100)
    assert office.pay(bill, 30).is_repeated is is_committed
    assert (sums(bill), office.books()) == (("part", 30, 0, 0), (70, 70, 30))
