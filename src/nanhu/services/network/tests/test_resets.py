"""Whose password was taken from him is off the network: by the counter, by a new one that is demanded, by his own word that it was somebody else."""

import pytest

from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.factors.models import NewDevice
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.services.network.models import Disconnect, Grant
from nanhu.services.network.tests.conftest import GATEWAY, LAPTOP, PHONE, SWITCH, TABLET
from nanhu.testing.members import PASSWORD, SYSTEM, grant

pytestmark = pytest.mark.django_db


def at_the_counter(school, act, **said):
    grant("E1", ["identity.admin"])
    account = identity.account_with("T1")
    answer = school.client("E1").post(f"/identity/accounts/{account.public_id}/{act}", {"reason": "忘记密码"} | said)
    assert answer.status_code in (200, 302)


def reset(school):
    at_the_counter(school, "reset", document="campus_card", is_face_same="on")


def demanded(school):
    at_the_counter(school, "new-password")


def disowned(school):
    mine, account = school.client("T1"), identity.account_with("T1")
    school.client("T1")
    notice = NewDevice.objects.create(account=account, session=SsoSession.objects.filter(account=account).latest("pk"))
    assert mine.post(f"/account/new-devices/{notice.public_id}/not-mine").headers["Location"] == "/setup"


@pytest.mark.capability("A029.1")
@pytest.mark.parametrize("door", [reset, demanded, disowned])
def test_whoever_came_in_by_a_password_that_was_taken_back_goes(school, door):
    text = app_passwords.make(by=SYSTEM, account=identity.account_with("T1"), name="平板", service="network")
    other = school.on_line("S1", TABLET)
    sessions = [school.on_line("T1", PHONE), school.on_line("T1", LAPTOP, nas=SWITCH)]
    for mac, secret in (("203.0.113.9", {"nas": GATEWAY, "key": "vpn"}), (TABLET, {"User-Password": text})):
        code = school.code("T1", mac, **secret)
        where = {name: value for name, value in secret.items() if name != "User-Password"}
        sessions.append(school.report("Start", mac, Class=code, Calling_Station_Id=mac, **where))
    door(school)
    assert identity.account_with("T1").state == "must_complete"
    school.tell_events()

    assert set(Disconnect.objects.values_list("session_id", flat=True)) == {one.pk for one in sessions}
    assert list(Grant.objects.filter(ended_at=None).values_list("pk", flat=True)) == [other.grant_id]
    assert school.ask("T1", PHONE).status_code == 401
    assert school.ask("T1", TABLET, **{"User-Password": text}).status_code == 401


@pytest.mark.capability("A029.1")
def test_who_changes_his_password_goes_and_comes_back_with_the_new_one_alone(school):
    new = "Harbour-Light-31"
    mine, other = school.on_line("T1", PHONE), school.on_line("S1", TABLET)
    typed = {"old_password": PASSWORD, "new_password": new, "again": new}
    assert school.client("T1").post("/account/password", typed).status_code == 302
    school.tell_events()
    assert list(Disconnect.objects.values_list("session_id", flat=True)) == [mine.pk]
    assert list(Grant.objects.filter(ended_at=None).values_list("pk", flat=True)) == [other.grant_id]
    for where in ({}, {"nas": SWITCH}, {"nas": GATEWAY, "key": "vpn"}):
        asked = [school.ask("T1", PHONE, **where, **{"User-Password": one}).status_code for one in (PASSWORD, new)]
        assert asked == [401, 200], where


def test_app_passwords_that_are_taken_back_together_are_each_told(school):
    account = identity.account_with("T1")
    for service in ("network", "mail"):
        app_passwords.make(by=SYSTEM, account=account, name="平板", service=service)
    reset(school)
    told = OutboxEvent.objects.filter(name__endswith="AppPasswordRevoked").values_list("payload", flat=True)
    assert {(one["person_id"], one["service"]) for one in told} == {(school["T1"], "network"), (school["T1"], "mail")}
