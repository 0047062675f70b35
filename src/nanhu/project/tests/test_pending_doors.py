"""Between the first and the second step of a sign-in: every door of the house stays shut."""

import pytest
from django.test import Client

from nanhu.platforms.identity.factors.tests.conftest import first_step
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.tests.conftest import TEST, sign_in
from nanhu.platforms.identity.tests.test_activation import ANSWERS, NEW, begin
from nanhu.project.tests.test_doors import DOORS, METHODS, OPEN, one_of_each_room, statuses_for_a_stranger

pytestmark = pytest.mark.django_db


@pytest.mark.capability("A040.1")
@pytest.mark.slow
def test_between_the_steps_no_door_opens_that_is_shut_to_strangers(careful):
    """Every address of the house, by reading and by a form, and a door of each room by every method, with the second step pending."""
    client = first_step(careful)
    shut = [door for door in DOORS if door.name not in OPEN]
    every = one_of_each_room(shut)
    for door in shut:
        for method in METHODS if door in every else ("get", "post"):
            answer = getattr(client, method)(door.address)
            is_sent = answer.status_code == 302 and answer["Location"].startswith(("/sign-in?", "/sign-in/second"))
            assert is_sent or answer.status_code in {404, 405}, (door.name, method, answer.status_code)
    assert not SsoSession.objects.exists()
    assert client.get("/sign-in/second").status_code == 200, "the step is pending still"


def test_one_without_a_factor_reaches_nothing_but_setting_one_up(administrator):
    client = first_step(administrator)
    assert "先设置第二步验证" in client.get("/sign-in/second").content.decode()
    for door in DOORS:
        if door.name in OPEN or door.name.startswith(("identity:add_",)):
            continue
        answer = client.get(door.address)
        is_sent = answer.status_code == 302 and answer["Location"].startswith("/sign-in")
        assert is_sent or answer.status_code in {404, 405}, (door.name, answer.status_code)
    assert not SsoSession.objects.exists()


SET_UP = {"identity:setup", "identity:setup_done", "identity:setup_step"}
"""What an account opens whose password, questions or contact are due, beside what every stranger may see."""
ENTRANCES = {"identity:cas_login", "identity:saml_sso", "identity:saml_start"}
"""Open to strangers; to somebody signed in they are the way into an application."""


@pytest.mark.slow
@pytest.mark.capability("A040.1", "A041.1")
@pytest.mark.parametrize("due", ["password", "questions", "contact"])
def test_no_page_of_the_whole_house_opens_before_set_up_is_complete(newcomer, due):
    """Every address: a new room is swept by standing in the URLs. As a page a door of each room, where the one that was wanted is kept
    with the session."""
    browser = Client()
    begin(browser, newcomer)
    if due != "password":
        browser.post("/setup/password", {"new_password": NEW, "again": NEW})
    if due == "contact":
        browser.post("/setup/questions", ANSWERS)
    assert browser.get("/setup").headers["Location"] == f"/setup/{due}"
    shut = [door for door in DOORS if door.name not in (OPEN - ENTRANCES) | SET_UP]
    assert len(shut) > 200
    some = one_of_each_room(shut)
    if due != "password":  # whatever is due, the same gate stands before all rooms
        shut = [door for door in shut if door in some or door.name in ENTRANCES]
    assert {
        (door.name, method): answer.status_code
        for door in shut
        for method in (("get", "post") if due == "password" else ("get",))
        if not is_sent_to_set_up(
            answer := getattr(browser, method)(
                door.address, headers={"Sec-Fetch-Dest": "document" if door in some else "empty"}
            ),
            door,
        )
    } == {}
    assert newcomer.account.state == "must_complete"


def is_sent_to_set_up(answer, door) -> bool:
    """SAML answers what is no question before it looks who asks; OpenID Connect, too, and has its own test of it."""
    sent = answer.status_code == 302 and answer["Location"] == "/setup"
    return sent or (door.name in ENTRANCES - {"identity:cas_login"} and answer.status_code in {400, 404, 405, 503})


@pytest.mark.slow
@pytest.mark.capability("A040.1")
def test_a_password_that_is_demanded_anew_shuts_every_page_as_well(student):
    browser = Client()
    sign_in(browser, student.numbers[0])
    assert browser.get("/account").status_code == 200
    counter.require_new_password(by=TEST, account_id=student.account.pk, reason="泄露")
    sign_in(browser, student.numbers[0])  # with the password that somebody else may know
    shut = [door for door in DOORS if door.name not in OPEN]
    found = {door.name: statuses_for_a_stranger(door, ["get"], browser)["get"] for door in shut}
    assert {name: status for name, status in found.items() if status not in {"sign-in", 404, 405}} == {}
    assert "sign-in" in found.values()
