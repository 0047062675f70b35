"""Accounts follow the life of their persons, in lists, however often an event comes."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending, publish
from nanhu.kernel.models import AuditEntry, OutboxEvent, SavedView
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity import subscribers
from nanhu.platforms.identity.api import DemoOnlyError
from nanhu.platforms.identity.errors import AccountClosedError
from nanhu.platforms.identity.factors.models import Passkey, TotpFactor
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.factors.services.sample import give_totp_for_sample
from nanhu.platforms.identity.lifecycle import counter, suspensions
from nanhu.platforms.identity.models import Account, SecurityQuestion, SsoSession, Suspension
from nanhu.platforms.identity.personal.models import AppPassword
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member, sign_in
from nanhu.platforms.people.api import (
    AffiliationChanged,
    AffiliationEnded,
    AffiliationStarted,
    PersonJoined,
    PersonsMerged,
    PersonsParted,
)
from nanhu.platforms.people.models import Affiliation, Person

pytestmark = pytest.mark.django_db


def affiliation_event(kind, member):
    row = Affiliation.objects.filter(person_id=member.person_id).first()
    return kind(
        person_id=member.person_id, affiliation_id=row.pk, kind=row.kind, campus_no=row.campus_no, category=row.category
    )


def test_a_newcomer_gets_one_account_however_often_it_is_told(db):
    member = make_member("新同学", "430602200701010011", student="20260001")
    publish(PersonJoined(person_id=member.person_id), affiliation_event(AffiliationStarted, member))
    deliver_pending()
    subscribers.open_for_newcomers([PersonJoined(person_id=member.person_id)] * 3)

    account = Account.objects.get(person_id=member.person_id)
    assert account.state == "awaiting_activation"
    assert account.initial_value_until is not None
    assert AuditEntry.objects.filter(action="identity.open_account").count() == 1


def test_five_hundred_newcomers_take_a_handful_of_queries(db):
    people = Person.objects.bulk_create([Person(name=f"新生{number}") for number in range(500)])
    with CaptureQueriesContext(connection) as queries:
        subscribers.open_for_newcomers([PersonJoined(person_id=person.pk) for person in people])
    assert Account.objects.count() == 500
    assert len(queries) <= 8


@pytest.mark.capability("A008.2")
def test_who_leaves_is_signed_out_and_who_returns_finds_the_password_again(browser, student):
    sign_in(browser, student.numbers[0])
    Affiliation.objects.filter(person_id=student.person_id).update(state="ended", ends_on=date(2026, 10, 1))
    for _twice in range(2):
        subscribers.follow_ended([affiliation_event(AffiliationEnded, student)])
    assert student.account.state == "ended"
    assert browser.get("/account").status_code == 302
    assert sign_in(browser, student.numbers[0]).status_code == 200

    Affiliation.objects.filter(person_id=student.person_id).update(state="active", ends_on=None)
    subscribers.open_for_affiliated([affiliation_event(AffiliationStarted, student)])
    assert student.account.state == "active"
    assert sign_in(browser, student.numbers[0]).status_code == 302


@pytest.mark.capability("A008.2")
def test_a_suspended_student_is_suspended_and_comes_back_where_he_was(newcomer):
    Affiliation.objects.update(state="suspended")
    subscribers.follow_changed([affiliation_event(AffiliationChanged, newcomer)])
    assert newcomer.account.state == "suspended"
    Affiliation.objects.update(state="active")
    subscribers.follow_changed([affiliation_event(AffiliationChanged, newcomer)])
    assert newcomer.account.state == "awaiting_activation"


@pytest.mark.capability("A006.2")
def test_who_keeps_one_of_two_identities_keeps_the_account(teacher):
    Affiliation.objects.filter(campus_no="20250999").update(state="ended", ends_on=date(2026, 10, 1))
    subscribers.follow_ended([affiliation_event(AffiliationEnded, teacher)])
    assert teacher.account.state == "active"


@pytest.mark.capability("A006.2")
def test_who_is_suspended_in_one_of_two_identities_keeps_the_account(teacher):
    Affiliation.objects.filter(campus_no="20250999").update(state="suspended")
    subscribers.follow_changed([affiliation_event(AffiliationChanged, teacher)])
    assert teacher.account.state == "active"


def test_merged_persons_have_one_account_with_the_password_they_know(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    subscribers.open_for_newcomers([PersonJoined(person_id=kept.person_id)])
    SecurityQuestion.objects.create(
        account=student.account, position=1, question="?", answer_hash="argon2$argon2id$v=19$x"
    )
    for account, name, query in ((kept, "一食堂", "q=own"), (student, "一食堂", "q=1"), (student, "二食堂", "q=2")):
        SavedView.objects.create(account_id=account.account.pk, page="devices:terminals", name=name, query=query)
    Affiliation.objects.filter(person_id=student.person_id).update(person_id=kept.person_id)

    for _twice in range(2):
        subscribers.merge_accounts([PersonsMerged(kept_id=kept.person_id, gone_id=student.person_id)])

    assert (kept.account.state, student.account.state) == ("active", "ended")
    assert SecurityQuestion.objects.get().account == kept.account
    views = SavedView.objects.filter(account_id=kept.account.pk).order_by("name").values_list("name", "query")
    assert list(views) == [("一食堂", "q=own"), ("二食堂", "q=2")]
    for number in ("T09999", student.numbers[0]):
        assert sign_in(Client(), number, PASSWORD).status_code == 302


def test_a_merge_that_was_undone_leaves_each_with_their_own_views(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    subscribers.open_for_newcomers([PersonJoined(person_id=kept.person_id)])

    def save(member, *names):
        for name in names:
            SavedView.objects.create(account_id=member.account.pk, page="devices:terminals", name=name, query=name)

    def names_of(account_id):
        return set(SavedView.objects.filter(account_id=account_id).values_list("name", flat=True))

    own, others = [f"own {n}" for n in range(10)], [f"other {n}" for n in range(4)]
    save(kept, *own)
    save(student, "own 0", *others)
    theirs, mine = student.account.pk, kept.account.pk

    def use():
        assert names_of(mine) == {*own, "other 0", "other 1"}, "no list holds more than twelve"
        SavedView.objects.filter(account_id=mine, name="other 1").update(query="changed")

    merge_and_part(kept, student, between=use)
    assert names_of(mine) == {*own, "other 1"}, "what was changed since is the taker's"
    assert names_of(theirs) == {"own 0", *others}


def test_a_merge_moves_the_only_account(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    pk = student.account.pk
    subscribers.merge_accounts([PersonsMerged(kept_id=kept.person_id, gone_id=student.person_id)])
    assert kept.account.pk == pk


def test_the_sample_door_is_shut_outside_the_demo(newcomer, monkeypatch):
    from dataclasses import replace

    from nanhu.kernel.configuration import configuration

    monkeypatch.setattr(identity_sample, "configuration", lambda: replace(configuration(), demo=False))
    with pytest.raises(DemoOnlyError):
        identity_sample.set_password_for_sample(by=TEST, campus_no=newcomer.numbers[0], password=PASSWORD)
    assert newcomer.account.state == "awaiting_activation"


@pytest.mark.capability("A045.6")
def test_the_counter_gives_a_code_that_works_once(browser, student, capsys):
    sign_in(browser, student.numbers[0])
    call_command("accounts", "reset", student.numbers[0], "--reason", "身份证，当面核对")
    code = capsys.readouterr().out.split()[-1]

    assert browser.get("/account").status_code == 302, "the reset ended the sessions"
    assert sign_in(browser, student.numbers[0], PASSWORD).status_code == 200
    assert sign_in(browser, student.numbers[0], code).headers["Location"] == "/setup"
    assert sign_in(Client(), student.numbers[0], code).status_code == 200, "spent"
    assert code not in str(list(AuditEntry.objects.values()))


@pytest.mark.usefixtures("clock_stands")
def test_the_command_shows_unlocks_and_grants(student, capsys):
    with time_machine.travel(now(), tick=False):
        for _attempt in range(12):
            sign_in(Client(REMOTE_ADDR=f"203.0.113.{_attempt}"), student.numbers[0], "wrong")
        assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), student.numbers[0]).status_code == 429
    call_command("accounts", "unlock", student.numbers[0])
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), student.numbers[0]).status_code == 302

    call_command("accounts", "grant", student.numbers[0], "identity.admin")
    call_command("accounts", "show", student.numbers[0])
    shown = capsys.readouterr().out
    assert "曾小南" in shown
    assert "state: active" in shown
    assert "role: identity.admin" in shown
    assert "session:" in shown
    call_command("accounts", "revoke", student.numbers[0], "identity.admin")
    with pytest.raises(CommandError):
        call_command("accounts", "show", "nobody")


def test_the_database_keeps_impossible_accounts_out(newcomer):
    from django.db import IntegrityError, transaction

    due = {"password": PASSWORD, "is_password_due": True}
    for change in (due, {"state": "active"}, {"state": "dreaming"}, {"initial_value_used_at": "2026-11-24T00:00Z"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.filter(pk=newcomer.account.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        SecurityQuestion.objects.create(account=newcomer.account, position=1, question="?", answer_hash="plain")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(person_id=newcomer.person_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        SsoSession.objects.create(account=newcomer.account, campus_no="1", ended_how="idle")


def merge_and_part(kept, gone, *, between=lambda: None):
    """As people does it: ties move to the kept person and back, and the events come, each twice."""
    ties = list(Affiliation.objects.filter(person_id=gone.person_id).values_list("pk", flat=True))
    Affiliation.objects.filter(pk__in=ties).update(person_id=kept.person_id)
    Person.objects.filter(pk=gone.person_id).update(merged_into=kept.person_id)
    since = ((kept.person_id, now()), (gone.person_id, now()))
    for _twice in range(2):
        subscribers.merge_accounts([PersonsMerged(kept_id=kept.person_id, gone_id=gone.person_id)])
    between()
    Affiliation.objects.filter(pk__in=ties).update(person_id=gone.person_id)
    Person.objects.filter(pk=gone.person_id).update(merged_into=None)
    for _twice in range(2):
        subscribers.part_accounts([PersonsParted(kept_id=kept.person_id, restored_id=gone.person_id, since=since)])


def test_parted_persons_have_the_accounts_they_had_and_only_their_own_password(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    subscribers.open_for_newcomers([PersonJoined(person_id=kept.person_id)])
    SecurityQuestion.objects.create(
        account=student.account, position=1, question="?", answer_hash="argon2$argon2id$v=19$x"
    )
    window = Client()

    def sign_in_as_the_kept():
        assert sign_in(window, "T09999").status_code == 302

    merge_and_part(kept, student, between=sign_in_as_the_kept)

    assert (kept.account.state, student.account.state) == ("awaiting_activation", "active")
    assert SecurityQuestion.objects.get().account == student.account
    assert sign_in(Client(), student.numbers[0]).status_code == 302
    assert sign_in(Client(), "T09999").status_code == 200, "the other one's password opens nothing here"
    assert window.get("/account").status_code == 302, "nor does the session it opened"
    told = OutboxEvent.objects.get(name__endswith="PasswordRevoked").payload
    assert told["person_id"] == kept.person_id, "what it opened elsewhere hears of it"


def test_a_password_that_was_taken_away_while_they_were_one_is_due_after_the_parting(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    subscribers.open_for_newcomers([PersonJoined(person_id=kept.person_id)])

    def take_it_away():
        counter.require_new_password(by=TEST, account_id=kept.account.pk, reason="可能泄露")

    merge_and_part(kept, student, between=take_it_away)
    assert (kept.account.state, student.account.state) == ("awaiting_activation", "must_complete")
    assert student.account.is_password_due
    assert sign_in(Client(), student.numbers[0]).status_code == 200


def test_a_parted_account_follows_its_own_ties(teacher, student):
    Affiliation.objects.filter(person_id=student.person_id).update(state="suspended")
    merge_and_part(teacher, student)
    assert (teacher.account.state, student.account.state) == ("active", "suspended")
    Affiliation.objects.filter(person_id=student.person_id).update(state="active")
    subscribers.follow_changed([affiliation_event(AffiliationChanged, student)])
    assert student.account.state == "active"
    assert sign_in(Client(), student.numbers[0]).status_code == 302


def test_an_account_that_moved_goes_back_and_the_kept_person_gets_one(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    pk = student.account.pk
    merge_and_part(kept, student)
    assert (student.account.pk, student.account.state) == (pk, "active")
    assert (kept.account.state, kept.account.pk) != ("active", pk)


def test_late_words_about_a_merged_person_do_not_wake_the_account(teacher, student):
    Person.objects.filter(pk=student.person_id).update(merged_into=teacher.person_id)
    event = affiliation_event(AffiliationChanged, student)
    Affiliation.objects.filter(person_id=student.person_id).update(person_id=teacher.person_id)
    subscribers.merge_accounts([PersonsMerged(kept_id=teacher.person_id, gone_id=student.person_id)])
    subscribers.follow_changed([event])
    assert student.account.state == "ended"


def test_the_kept_account_lives_by_the_ties_that_came_to_it(teacher, student):
    """Who had left and is found under a second record comes back with the password of the first."""
    Affiliation.objects.filter(person_id=teacher.person_id).update(state="ended", ends_on=date(2026, 10, 1))
    subscribers.follow_ended([affiliation_event(AffiliationEnded, teacher)])
    Affiliation.objects.filter(person_id=student.person_id).update(person_id=teacher.person_id)
    subscribers.merge_accounts([PersonsMerged(kept_id=teacher.person_id, gone_id=student.person_id)])
    assert (teacher.account.state, student.account.state) == ("active", "ended")


@pytest.mark.capability("A034.1")
@pytest.mark.parametrize("state", ["planned", "ended"])
def test_who_is_not_here_today_cannot_activate(state):
    member = make_member("新同学", "430602200701010011", student="20260001")
    Affiliation.objects.update(state=state, ends_on=date(2030, 7, 1))
    subscribers.open_for_newcomers([PersonJoined(person_id=member.person_id)])
    assert member.account.state == "ended"
    assert sign_in(Client(), "20260001", "010011").status_code == 200

    Affiliation.objects.update(state="active")
    subscribers.open_for_affiliated([affiliation_event(AffiliationStarted, member)])
    assert member.account.state == "awaiting_activation"
    assert sign_in(Client(), "20260001", "010011").headers["Location"] == "/activate"


@pytest.mark.parametrize("state", [Account.State.ENDED, Account.State.SUSPENDED])
def test_a_reset_opens_no_account_that_life_has_closed(browser, student, state):
    """Somebody who left asks at the counter for a new password: the account would have come back to life with it."""
    Account.objects.filter(pk=student.account.pk).update(state=state)

    with pytest.raises(AccountClosedError):
        counter.reset(by=TEST, campus_no=student.numbers[0], reason="身份证，当面核对")

    assert student.account.state == state
    assert student.account.password
    assert not AuditEntry.objects.filter(action="identity.reset").exists()


def test_what_somebody_set_up_in_a_merged_account_does_not_outlive_the_parting(student):
    """A passkey, an app or a token of the other one would open the kept person's account once it is activated."""
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    subscribers.open_for_newcomers([PersonJoined(person_id=kept.person_id)])
    give_totp_for_sample(by=TEST, campus_no=student.numbers[0])

    def arm():
        assert TotpFactor.objects.get().account == kept.account, "the password is handed over behind its second factor"
        Passkey.objects.create(account=kept.account, credential_id=b"1", public_key=b"2", name="他的")
        app_passwords.make(by=TEST, account=kept.account, name="邮件", service="mail")

    merge_and_part(kept, student, between=arm)

    assert not factors_of(kept.account).is_on
    assert factors_of(student.account).has_totp
    assert not AppPassword.objects.filter(account=kept.account, revoked_at=None).exists()


def suspend(member, reason, *, days=None):
    until = now() + timedelta(days=days) if days is not None else None
    suspensions.suspend(by=TEST, account_id=member.account.pk, reason=reason, until=until)


def reasons(member):
    """Of the decisions that stop this account now."""
    return list(Suspension.objects.filter(account=member.account, lifted_at=None).values_list("reason", flat=True))


@pytest.fixture
def never_activated(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    subscribers.open_for_newcomers([PersonJoined(person_id=kept.person_id)])
    return kept


@pytest.mark.capability("A008.2")
def test_a_suspension_outlives_a_merge_that_hands_the_password_over(student, never_activated):
    """The account that is kept would have opened with the password of the one that somebody stopped."""
    suspend(student, "调查")
    seen = []
    merge_and_part(
        never_activated,
        student,
        between=lambda: seen.extend(
            [never_activated.account.state, reasons(never_activated), sign_in(Client(), "T09999").status_code]
        ),
    )
    assert seen == ["suspended", ["调查"], 200]
    assert (student.account.state, reasons(student)) == ("suspended", ["调查"])
    assert (never_activated.account.state, reasons(never_activated)) == ("awaiting_activation", [])


@pytest.mark.capability("A008.2")
def test_a_suspension_outlives_a_merge_into_an_account_of_its_own(student, teacher):
    """It is the person who was stopped: the other record's account and its open sessions are stopped with it."""
    window = Client()
    sign_in(window, "T00123")
    suspend(student, "调查")
    seen = []
    merge_and_part(
        teacher,
        student,
        between=lambda: seen.extend([teacher.account.state, window.get("/account").status_code]),
    )
    assert seen == ["suspended", 302]
    assert (teacher.account.state, student.account.state) == ("active", "suspended")


def test_of_two_suspensions_the_longer_one_holds_and_each_gets_its_own_back(student, teacher):
    suspend(student, "长", days=9)
    suspend(teacher, "短", days=2)
    seen = []
    merge_and_part(teacher, student, between=lambda: seen.append(reasons(teacher)))
    assert seen == [["长"]]
    assert (reasons(teacher), reasons(student)) == (["短"], ["长"])
    merge_and_part(student, teacher, between=lambda: seen.append(reasons(student)))
    assert seen[1:] == [["长"]], "the shorter one adds nothing"
    assert (reasons(teacher), reasons(student)) == (["短"], ["长"])


def test_what_was_lifted_or_decided_while_they_were_one_holds_for_both(student, teacher):
    suspend(student, "调查")

    def decide_anew():
        suspensions.resume(by=TEST, account_id=teacher.account.pk, reason="查清")
        suspend(teacher, "另案")

    merge_and_part(teacher, student, between=decide_anew)
    assert (reasons(teacher), reasons(student)) == (["另案"], ["另案"])
    assert Suspension.objects.get(account=student.account, reason="调查").lift_reason == "查清"
    assert (teacher.account.state, student.account.state) == ("suspended", "suspended")
