"""Kill -9 amid a batch of outside to-dos: nothing of it stands, and sent again it stands whole and once; and many programs at once."""

from functools import partial

import pytest

from nanhu.platforms.flows.models import OutsideTodo
from nanhu.platforms.flows.services import outside
from nanhu.platforms.flows.tests.conftest import SYSTEM, flows_of_tests, make_school
from nanhu.platforms.flows.tests.test_outside import ORIGIN, Office, make_vendor, todo
from nanhu.testing.killing import at_once, killed

__all__ = ["flows_of_tests"]
pytestmark = pytest.mark.django_db(transaction=True)
SAID = [todo(external_id=f"oa-{number}") for number in range(20)]


@pytest.fixture
def office(flows_of_tests):
    make_school()
    vendor = make_vendor()
    outside.register(by=SYSTEM, key="oa", name="办公系统", vendor=vendor, origin=ORIGIN)
    return Office(vendor)


def push(office, name):
    return office.send("PUT", "todos/oa", {"todos": SAID}, idempotency_key=name)


def test_a_process_killed_midway_leaves_nothing_and_again_is_once(office, monkeypatch):
    take = outside.take

    def dying(die):
        def at_the_tenth(source, one, *more):
            if one.external_id == "oa-10":
                die()
            return take(source, one, *more)

        monkeypatch.setattr(outside, "take", at_the_tenth)
        push(office, "batch-0001")

    killed(dying)
    assert not OutsideTodo.objects.exists()
    first, again = (push(office, "batch-0001") for _twice in range(2))
    assert (first.status_code, first.content, again["Nanhu-Replayed"]) == (200, again.content, "true")
    assert OutsideTodo.objects.count() == len(SAID)


def test_of_many_at_once_the_highest_sequence_stays_and_no_row_is_doubled(office):
    answers = at_once([partial(office.put, "oa-1", sequence=number, title=f"第{number}版") for number in range(8)])
    assert {one.status_code for one in answers} == {200}
    row = OutsideTodo.objects.get()
    assert (row.sequence, row.title) == (7, "第7版")
