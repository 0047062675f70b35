"""The same sequence over several connections at once, on the real locks."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from nanhu.platforms.terminals.api import LoggedRequest
from nanhu.systems.card.devices.tests.asking import Device, place_device
from nanhu.systems.card.devices.tests.conftest import deeds
from nanhu.systems.card.tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kiosk(transactional_db) -> Device:
    return place_device("KL001", "load_kiosk", by=SYSTEM)


def at_once(jobs):
    def run(job):
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_eight_connections_with_one_sequence_do_one_deed(kiosk):
    told = at_once([lambda: Device("KL001").send("test/deed", b"{}", 1).content] * 8)
    assert len(set(told)) == 1
    assert deeds() == LoggedRequest.objects.count() == 1


def test_two_deeds_racing_for_one_sequence_leave_one(kiosk):
    jobs = [lambda body=body: Device("KL001").send("test/deed", body, 1).status_code for body in (b"{}", b'{"a":1}')]
    assert sorted(at_once(jobs)) == [200, 409]
    assert deeds() == 1
