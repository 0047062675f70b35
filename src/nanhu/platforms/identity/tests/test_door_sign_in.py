"""The one password at other doors (Wi-Fi, VPN, mail): the same check, gates of their own."""

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.throttle import TooManyAttemptsError
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services.sign_in import verify_for_service
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in

pytestmark = pytest.mark.django_db
NAME = "0020260101"


def at_door(password=PASSWORD, name=NAME, device="AA-BB-CC-00-11-22"):
    by = Actor(account_id=None, name="radius:ap-1", address=device)
    return verify_for_service(by=by, typed_name=name, password=password, service="network")


@pytest.mark.capability("A029.1")
def test_the_password_opens_and_a_change_takes_effect_at_once(browser, student):
    assert at_door() == student.account
    sign_in(browser, NAME)
    browser.post(
        "/account/password", {"old_password": PASSWORD, "new_password": "Harbour-Light-31", "again": "Harbour-Light-31"}
    )
    assert at_door() is None
    assert at_door("Harbour-Light-31") == student.account


@pytest.mark.capability("A008.2")
@pytest.mark.parametrize("state", ["suspended", "ended", "must_complete"])
def test_only_an_open_account_passes(student, state):
    Account.objects.update(state=state)
    assert at_door() is None


def test_neither_the_initial_value_nor_a_code_of_the_counter_opens_a_door(newcomer):
    assert at_door(newcomer.tail) is None
    code = counter.reset(by=TEST, campus_no=NAME, reason="证件已核对")
    assert at_door(code) is None
    assert at_door("whatever", name="99999999") is None


@pytest.mark.usefixtures("clock_stands")
def test_a_telephone_with_an_old_password_locks_neither_the_portal_nor_another_device(browser, student):
    with pytest.raises(TooManyAttemptsError):
        for _retry in range(40):
            at_door("an old password")
    assert at_door(device="DD-EE-FF-00-11-22") == student.account
    assert sign_in(browser, NAME).status_code == 302


def test_refusals_are_written_down_without_the_name(student):
    at_door("wrong")
    [refusal] = AuditEntry.objects.filter(action="identity.sign_in_refused")
    assert refusal.facts == {"door": "network"}
    assert NAME not in refusal.target
