"""Two at once: an account follows what is true when its row is locked."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.actors import Actor
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.lifecycle import accounts, parting
from nanhu.platforms.identity.models import RecoveryContact, SsoSession
from nanhu.platforms.identity.tests.conftest import make_member, sign_in
from nanhu.platforms.identity.tests.test_activation import ANSWERS, CONTACT, NEW, begin, prove
from nanhu.platforms.people.models import Affiliation, Person
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


def test_who_leaves_while_the_account_is_opened_has_no_open_one():
    """Opened by what was read before: whoever follows the end of the last tie meanwhile waits, and finds the account."""
    member = make_member("曾小南", "430602200803151234", student="0020260101")

    def leave() -> None:
        with transaction.atomic():
            Affiliation.objects.filter(person_id=member.person_id).update(state="ended", ends_on=date(2026, 9, 1))
        follow(member)

    amid(lambda: accounts.open_accounts(by=BY, person_ids=[member.person_id]), leave)
    assert member.account.state == "ended"


def locks_of(deed) -> list[str]:
    """The kinds of locks in the order in which they were asked for."""
    with CaptureQueriesContext(connection) as asked:
        deed()
    found = ["key" if "advisory" in one["sql"] else "rows" if "FOR UPDATE" in one["sql"] else "" for one in asked]
    return list(filter(None, found))


def test_a_merge_undone_locks_in_the_order_of_all_others(student):
    """Rows first and the key after them, while somebody follows the same person, would be a deadlock."""
    restored = make_member("曾小南", "430602200803159999", student="0020269999")
    locks = locks_of(lambda: parting.part(by=BY, kept_id=student.person_id, restored_id=restored.person_id, since={}))
    assert (locks[0], "rows" in locks) == ("key", True)
    assert restored.account.state == "awaiting_activation"


def test_who_was_merged_away_makes_nobody_wait(student):
    """He has no account and never will; the key is one for the whole campus."""
    gone = make_member("曾小南", "430602200803159999", student="0020269999")
    both = [student.person_id, gone.person_id]
    assert "key" in locks_of(lambda: accounts.follow_affiliations(by=BY, person_ids=both))
    Person.objects.filter(pk=gone.person_id).update(merged_into=student.person_id)
    assert locks_of(lambda: accounts.follow_affiliations(by=BY, person_ids=both)) == ["rows"]


def test_an_account_that_two_open_at_once_is_one():
    member = make_member("曾小南", "430602200803151234", student="0020260101")

    def opened() -> int:
        return accounts.open_accounts(by=BY, person_ids=[member.person_id])

    assert amid(opened, opened) == (1, 0)
    assert AuditEntry.objects.filter(action="identity.open_account").count() == 1


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


@pytest.mark.capability("A034.1")
def test_of_two_who_bring_the_initial_value_at_once_one_activates(newcomer):
    """Both have proved it and stand before the form; a second proof at the same moment opens no second session."""
    one, other = Client(), Client(REMOTE_ADDR="198.51.100.7")
    for client in (one, other):
        assert sign_in(client, newcomer.numbers[0], newcomer.tail).headers["Location"] == "/activate"
    first, second = amid(lambda: prove(one, newcomer), lambda: prove(other, newcomer))
    assert first.headers["Location"] == "/setup"
    assert "/setup" not in second.headers.get("Location", "")
    assert [session.address for session in SsoSession.objects.all()] == ["127.0.0.1"]
