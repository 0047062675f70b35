"""Two at once: each list says all of its unit's day, whichever comes second."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from nanhu.services.directory import jobs
from nanhu.services.directory.models import Duty, DutyList
from nanhu.services.directory.tests.conftest import make_school
from nanhu.services.directory.tests.test_duties import TestDesk as Desk
from nanhu.services.directory.tests.test_duties import day_after, lines
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_lists_of_one_day_that_are_taken_at_once_one_stands():
    school = make_school()
    keeper, second = school.client("T0001"), school.client("T0004")
    for number in ("T0002", "T0003"):
        text = lines(f"财务处,{day_after(1)},08:00-20:00,,{number},,,,")
        address = Desk().hand_in(keeper, text)["Location"]
        assert keeper.post(f"{address}submit/").status_code == 302
        assert second.post(f"{address}approve/").status_code == 302
    start = Barrier(2)

    def take(batch_id):
        try:
            start.wait(PATIENCE_SECONDS)
            jobs.take_duty_list(batch_id=batch_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, DutyList.objects.values_list("pk", flat=True)))
    assert sorted(Duty.objects.values_list("state", flat=True)) == ["replaced", "standing"]
