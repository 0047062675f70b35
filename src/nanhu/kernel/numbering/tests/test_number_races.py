"""A gapless series under fifty hands, some of which are killed -9: no gap, no double."""

import os
import random
import threading
import time
from contextlib import suppress

import pytest
from django.db import connection, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.numbering.models import NumberCounter, TakenNumber
from nanhu.kernel.numbering.series import Series, registered_series
from nanhu.kernel.numbering.services import take
from nanhu.testing.killing import at_once, kill, started
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
    pytest.mark.slow,
]
BY = Actor.system("test")
CLIENTS, EACH, ENOUGH = 10, 5, 60


@pytest.fixture
def series(monkeypatch):
    monkeypatch.setattr(registered_series, "_entries", {})
    return Series(key="test.race", pattern="{n:04}", gapless=True)


def take_or_give_back(series, chance):
    """As a document is made; one in four is given up at the end."""
    with suppress(RuntimeError), transaction.atomic():
        take(by=BY, series=series, target="letter:1")
        time.sleep(chance.random() / 500)
        if chance.random() < 0.25:
            raise RuntimeError


def has_no_gap_and_no_double(series):
    places = list(TakenNumber.objects.filter(series=series.key).order_by("place").values_list("place", flat=True))
    assert places == list(range(1, len(places) + 1))
    if places:
        assert NumberCounter.objects.get(series=series.key).last == len(places)
    return len(places)


def test_fifty_threads(series):
    def client(number):
        chance = random.Random(number)
        for _time in range(4):
            take_or_give_back(series, chance)

    at_once([lambda number=number: client(number) for number in range(50)])
    assert 100 < has_no_gap_and_no_double(series) < 200


def test_fifty_threads_in_ten_processes_that_are_killed(series):
    def client():
        def thread():
            chance = random.Random()
            while True:
                take_or_give_back(series, chance)

        threads = [threading.Thread(target=thread, daemon=True) for _number in range(EACH)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    children = [started(client) for _number in range(CLIENTS)]
    deadline = time.monotonic() + PATIENCE_SECONDS
    for place, child in enumerate(children, start=1):
        while TakenNumber.objects.count() < place * ENOUGH // CLIENTS:
            assert time.monotonic() < deadline
            assert os.waitpid(child, os.WNOHANG) == (0, 0), "it ended by itself"
            time.sleep(0.02)
        connection.close()
        kill(child)
    with transaction.atomic():  # waits until the server has given up what the killed were doing
        last = take(by=BY, series=series, target="letter:1").place
    assert has_no_gap_and_no_double(series) == last >= ENOUGH
