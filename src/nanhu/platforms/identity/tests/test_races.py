"""Two at once: an account follows what is true when its row is locked."""

from datetime import date

import pytest
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.models import RecoveryContact
from nanhu.platforms.identity.services import accounts
from nanhu.platforms.identity.tests.test_activation import ANSWERS, CONTACT, NEW, begin
from nanhu.platforms.people.models import Affiliation
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system("test")


def follow(member) -> None:
    accounts.follow_affiliations(by=BY, person_ids=[member.person_id])


def test_who_comes_back_while_his_days_of_grace_end_keeps_the_account(student):
    """Two handlers of one person: who read before the other wrote would end the account, and nothing opens it again."""
    ties = Affiliation.objects.filter(person_id=student.person_id)
    ties.update(state="ended", ends_on=date(2026, 9, 1))

    def come_back() -> None:
        ties.update(state="active", ends_on=None)
        follow(student)

    amid(come_back, lambda: follow(student))
    assert student.account.state == "active"


def test_the_last_form_of_set_up_pressed_twice_at_once_is_answered_twice(browser, newcomer):
    begin(browser, newcomer)
    browser.post("/setup/password", {"new_password": NEW, "again": NEW})
    browser.post("/setup/questions", ANSWERS)
    other = Client()
    other.cookies.update(browser.cookies)
    answers = amid(lambda: browser.post("/setup/contact", CONTACT), lambda: other.post("/setup/contact", CONTACT))
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, "/setup")] * 2
    assert RecoveryContact.objects.get().email == CONTACT["email"]
    browser.get("/setup")
    assert newcomer.account.state == "active"
