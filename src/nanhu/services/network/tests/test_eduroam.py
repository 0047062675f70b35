"""Visitors of other schools at the RADIUS door: the policy of guests for eduroam, devices, refusals; and who may ask."""

import json

import pytest
from django.test import Client

from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.services.network.models import Device, Grant, Nas
from nanhu.services.network.tests.conftest import CONTROLLER, LAPTOP, PHONE, TABLET
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db
ALIAS = "0x" + b"alias-of-that-guest".hex()


@pytest.fixture
def ask(school):
    application = Application.objects.create(key="eduroam", name="eduroam", owner="x")
    Nas.objects.filter(address=CONTROLLER).update(applications=["wifi", "eduroam"])
    school.keys["eduroam"] = clients.issue_key(by=SYSTEM, application=application, session_seconds=3600)

    def asked(station=PHONE, *, name="anonymous@elsewhere.example", alias=ALIAS, key="eduroam"):
        said = {"User-Name": name, "Calling-Station-Id": station, "NAS-IP-Address": CONTROLLER}
        return school.post("visitor", key, said | ({"Chargeable-User-Identity": alias} if alias else {}))

    return asked


@pytest.mark.capability("A171.2")
def test_a_visitor_gets_the_policy_of_eduroam_and_counts_by_the_name_his_home_gives_him(school, ask):
    school.policy("guest", "eduroam", 2, vlan="77", session_seconds=1800)
    answer = ask()
    told = {name: one["value"] for name, one in json.loads(answer.content).items()}
    assert told["reply:Tunnel-Private-Group-Id"] == ["77"]
    assert told["reply:Session-Timeout"] == [1800]
    [code] = told["reply:Class"]
    grant = Grant.objects.get(code=code)
    assert (grant.guest, grant.service, grant.person_id) == (
        "eduroam:alias-of-that-guest@elsewhere.example",
        "eduroam",
        None,
    )
    session = school.report("Start", "visitor-1", key="eduroam", Class=code, User_Name="anonymous@elsewhere.example")
    assert session.guest == grant.guest
    assert ask(LAPTOP).status_code == 200
    assert ask(TABLET).status_code == 401, "a third device"
    assert ask(TABLET, alias="0x6f74686572").status_code == 200, "of another guest of that home"
    assert Device.objects.filter(guest=grant.guest).count() == 2


def test_visitors_of_a_home_that_gives_no_name_take_no_places_of_each_other(school, ask):
    school.policy("guest", "eduroam", 1)
    for station in (PHONE, LAPTOP, TABLET):
        assert ask(station, alias="").status_code == 200, station
    assert ask("0200.0000.0001", alias="").status_code == 200, "the first again, written otherwise"
    guests = set(Grant.objects.values_list("guest", flat=True))
    assert "eduroam:anonymous/02:00:00:00:00:01@elsewhere.example" in guests
    assert len(guests) == 3


def test_a_visitor_at_a_nas_of_another_application_is_let_in_by_nobody(ask):
    Nas.objects.filter(address=CONTROLLER).update(applications=["wifi"])
    assert (ask().status_code, Grant.objects.count()) == (401, 0)


@pytest.mark.capability("A171.2")
def test_who_asks_without_a_realm_or_under_another_key_is_refused(school, ask):
    assert ask(name="14231200001").status_code == 400
    assert ask(key="wifi").status_code == 400
    for rubbish in ("\0@\0", "\ud800@x.y", "@", "x" * 5000 + "@elsewhere.example"):
        assert ask(name=rubbish, alias="0xzz").status_code in {200, 400}
    answer = Client().post("/radius/visitor", b"{", content_type="application/json")
    assert answer.status_code == 403
