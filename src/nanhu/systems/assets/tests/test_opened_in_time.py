"""A form, or the page of a case, that was opened within the ten minutes is sent within as long again: an upload is not lost."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.systems.assets.models import Transfer
from nanhu.systems.assets.tests.conftest import token
from nanhu.systems.assets.tests.test_moving import asked, confirmed
from nanhu.systems.assets.tests.test_two_people import SAID, sessions_are

pytestmark = pytest.mark.django_db


def later(minutes):
    return time_machine.travel(now() + timedelta(minutes=minutes))


def test_a_proposal_opened_in_time_is_taken_a_little_later(school):
    address = f"/assets/unit/{confirmed(school).public_id}/transfer/"
    keeper = school.client("T1")
    sessions_are(9)
    assert keeper.get(address).status_code == 200
    with later(11):
        assert keeper.post(address, SAID | {"token": token()}).status_code == 403
    with later(2):
        assert keeper.post(address, SAID | {"token": token()}).status_code == 302
    assert Transfer.objects.get().state == "asked"


def test_a_decision_opened_in_time_is_taken_a_little_later_and_a_refused_form_prolongs_nothing(school):
    address, office = f"/assets/transfers/{asked(school, confirmed(school)).public_id}/", school.client("T5")
    sessions_are(9)
    assert "approve/" in office.get(address).content.decode()
    with later(9):
        assert office.post(f"{address}refuse/", {"answer": ""}).status_code == 422
    with later(11):
        assert office.post(f"{address}refuse/", {"answer": "不够用"}).status_code == 403
        assert office.post(f"{address}approve/").status_code == 403
    with later(2):
        assert office.post(f"{address}approve/").status_code == 302
    assert Transfer.objects.get().state == "done"
