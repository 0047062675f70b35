"""The same card at two doors of a building at the same moment, over two connections: one of them opens."""

import pytest

from nanhu.platforms.access.models import Passage
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.doors.tests.conftest import hang_doors, put
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.systems.card.tests.test_top_up_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.capability("A100.4")
def test_one_card_at_two_doors_at_once_goes_in_once(transactional_db):
    campus = bring_in_the_cast()
    hang_doors()
    put("south.d1", holder_class="student")
    uid = campus.card("student").uid
    doors = [Device(number) for number in ("MD01", "MD02")] * 2
    told = at_once([lambda door=door: door.ask("door/pass", {"card": uid})["code"] for door in doors])
    assert sorted(told) == ["allowed", "passed_back", "passed_back", "passed_back"]
    assert Passage.objects.count() == 4
