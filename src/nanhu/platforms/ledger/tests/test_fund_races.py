"""A fund under fifty hands and under kill -9: on real connections, exactly what is there is reserved, and nothing is lost or doubled."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, transaction

from nanhu.kernel.clock import now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.models import Fund, Reservation
from nanhu.platforms.ledger.services.funds import RESERVE
from nanhu.platforms.ledger.tests.test_funds import BY, PROJECT, opened, reserve, state
from nanhu.testing.killing import at_once, killed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]
CLIENTS, EACH, ROOM = 50, 4, 50


@pytest.fixture
def project(transactional_db):
    yield opened(ROOM)
    assert ledger.check_ledger() == []


def own_connection() -> psycopg.Connection:
    wanted = connection.get_connection_params()
    names = {name: wanted[name] for name in ("dbname", "user", "password", "host", "port") if wanted.get(name)}
    return psycopg.connect(**names, autocommit=True)


@pytest.mark.slow
def test_fifty_clients_with_four_each_reserve_exactly_what_is_there(project):
    fund_id = Fund.objects.get(code=PROJECT).pk

    def client(number: int) -> int:
        taken = 0
        with own_connection() as line:
            for place in range(EACH):
                try:
                    line.execute(RESERVE, [fund_id, f"{number}:{place}", "", 1, now()])
                except psycopg.errors.CheckViolation:
                    continue
                taken += 1
        return taken

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert sum(pool.map(client, range(CLIENTS))) == ROOM
    assert state() == (ROOM, 0, ROOM, 0)
    assert Reservation.objects.count() == ROOM


def test_one_key_from_eight_hands_is_reserved_and_spent_once(project):
    made = at_once([lambda: reserve(30).pk] * 8)
    assert len(set(made)) == 1
    at_once([lambda: ledger.spend(by=BY, reservation="one", key="pay")] * 8)
    assert state() == (ROOM, 20, 0, 30)


def test_spending_and_releasing_at_once_gives_the_sum_once(project):
    reserve(30)

    def end(what, key):
        try:
            what(by=BY, reservation="one", key=key)
        except ledger.ReservationShortError:
            return 0
        return 30

    jobs = [lambda: end(ledger.spend, "s"), lambda: end(ledger.release, "r")] * 3
    at_once(jobs)
    budget, available, reserved, spent = state()
    assert (budget, reserved, available + spent) == (ROOM, 0, ROOM)


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_process_killed_around_its_commit_loses_and_doubles_nothing(project, is_committed):
    def work(die):
        with transaction.atomic():
            reserve(30)
            ledger.spend(by=BY, reservation="one", amount_fen=20, key="pay")
            if not is_committed:
                die()
        die()

    killed(work)
    assert state() == ((ROOM, 20, 10, 20) if is_committed else (ROOM, ROOM, 0, 0))
    reserve(30)
    ledger.spend(by=BY, reservation="one", amount_fen=20, key="pay")
    assert state() == (ROOM, 20, 10, 20)
