"""The clock and an account: days of grace after leaving, suspensions by decision, and what ends by itself."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from time_machine import travel

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.models import AuditEntry, EventDelivery, OutboxEvent
from nanhu.kernel.school import school
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity import subscribers
from nanhu.platforms.identity.administration.jobs import follow_dates, keep_months
from nanhu.platforms.identity.administration.tests.conftest import TEST, leave, make_member, sign_in
from nanhu.platforms.identity.errors import AlreadySuspendedError, NotSuspendedError, SuspensionEndsInThePastError
from nanhu.platforms.identity.lifecycle import accounts, suspensions
from nanhu.platforms.identity.models import Account, SignInEvent, SsoSession, Suspension
from nanhu.platforms.people.api import AffiliationEnded, AffiliationStarted
from nanhu.platforms.people.models import Affiliation

pytestmark = pytest.mark.django_db


def ended(member) -> None:
    row = Affiliation.objects.filter(person_id=member.person_id).first()
    subscribers.follow_ended(
        [
            AffiliationEnded(
                person_id=member.person_id,
                affiliation_id=row.pk,
                kind=row.kind,
                campus_no=row.campus_no,
                category=row.category,
            )
        ]
    )


def test_a_graduate_keeps_the_account_for_thirty_days(student) -> None:
    browser = Client()
    sign_in(browser, student.numbers[0])
    leave(student, on=campus_today() - timedelta(days=1))
    for _twice in range(2):
        ended(student)

    account = student.account
    assert account.state == "active"
    assert timedelta(days=28) < account.grace_until - now() < timedelta(days=31)
    assert browser.get("/account").status_code == 200

    with travel(account.grace_until - timedelta(minutes=5), tick=False):
        follow_dates()
        assert student.account.state == "active"
    with travel(account.grace_until + timedelta(minutes=5), tick=False):
        for _twice in range(2):
            follow_dates()
    assert (student.account.state, student.account.grace_until) == ("ended", None)
    assert not SsoSession.objects.filter(account=account, ended_at=None).exists()
    assert browser.get("/account").status_code == 302
    assert OutboxEvent.objects.filter(name__contains="AccountClosed").count() == 1


@pytest.mark.parametrize(("kind", "days"), [("student", 30), ("staff", 7), ("temporary", 0), ("guest", 0)])
def test_the_days_go_by_what_somebody_was(kind: str, days: int, db) -> None:
    member = make_member("曾小南", "430602200803151234", **{kind: "0020260101"})
    accounts.open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="0020260101", password="Reed-Boat-1995")
    yesterday = campus_today() - timedelta(days=1)
    leave(member, on=yesterday)
    ended(member)

    if days == 0:
        assert member.account.state == "ended"
        return
    assert member.account.state == "active"
    end = member.account.grace_until
    assert end.astimezone().date() - yesterday in {timedelta(days=days + 1), timedelta(days=days)}


def test_a_school_chooses_its_own_days_also_by_category(student, monkeypatch) -> None:
    from nanhu.platforms.identity.services import grace

    own = replace(school(), raw={"identity": {"grace_days": {"student": 5, "1": 90}}})
    monkeypatch.setattr(grace, "school", lambda: own)
    leave(student, on=campus_today() - timedelta(days=10))
    ended(student)
    assert student.account.grace_until - now() > timedelta(days=75), "the category wins"


def test_who_comes_back_in_time_loses_the_mark_and_nothing_else(student) -> None:
    leave(student, on=campus_today() - timedelta(days=1))
    ended(student)
    Affiliation.objects.filter(person_id=student.person_id).update(state="active", ends_on=None)
    row = Affiliation.objects.get(person_id=student.person_id)
    subscribers.open_for_affiliated(
        [
            AffiliationStarted(
                person_id=student.person_id, affiliation_id=row.pk, kind=row.kind, campus_no=row.campus_no, category="1"
            )
        ]
    )
    assert (student.account.state, student.account.grace_until) == ("active", None)
    with travel(now() + timedelta(days=60), tick=False):
        follow_dates()
    assert student.account.state == "active"


def test_who_never_activated_has_no_grace(newcomer) -> None:
    leave(newcomer, on=campus_today() - timedelta(days=1))
    ended(newcomer)
    assert newcomer.account.state == "ended"


def test_a_suspension_ends_sessions_and_no_event_lifts_it(student) -> None:
    browser = Client()
    sign_in(browser, student.numbers[0])
    suspensions.suspend(by=TEST, account_id=student.account.pk, reason="调查")

    assert student.account.state == "suspended"
    assert browser.get("/account").status_code == 302
    assert sign_in(Client(), student.numbers[0]).status_code == 200
    accounts.follow_affiliations(by=TEST, person_ids=[student.person_id])
    assert student.account.state == "suspended"
    with pytest.raises(AlreadySuspendedError):
        suspensions.suspend(by=TEST, account_id=student.account.pk, reason="又一次")

    suspensions.resume(by=TEST, account_id=student.account.pk, reason="查清")
    assert sign_in(Client(), student.numbers[0]).status_code == 302
    with pytest.raises(NotSuspendedError):
        suspensions.resume(by=TEST, account_id=student.account.pk, reason="查清")
    written = AuditEntry.objects.filter(reason__in=["调查", "查清"]).order_by("pk")
    assert [one.action for one in written] == ["identity.change_state", "identity.resume", "identity.change_state"]


def test_a_suspension_with_an_end_is_lifted_by_the_clock(student) -> None:
    with pytest.raises(SuspensionEndsInThePastError):
        suspensions.suspend(by=TEST, account_id=student.account.pk, reason="x", until=now())
    suspensions.suspend(by=TEST, account_id=student.account.pk, reason="x", until=now() + timedelta(days=3))
    follow_dates()
    assert student.account.state == "suspended"
    with travel(now() + timedelta(days=3, minutes=1), tick=False):
        for _twice in range(2):
            follow_dates()
    assert student.account.state == "active"
    assert Suspension.objects.get().lifted_by.startswith("system:")


def test_who_left_while_suspended_is_ended_and_stays_so(student) -> None:
    suspensions.suspend(by=TEST, account_id=student.account.pk, reason="x")
    leave(student, on=date(2026, 9, 1))
    ended(student)
    assert student.account.state == "ended"
    suspensions.resume(by=TEST, account_id=student.account.pk, reason="x")
    assert student.account.state == "ended"


def test_months_of_the_log_are_made_ahead_and_dropped_when_old(db) -> None:
    from django.db import connection

    old = campus_time(now() - timedelta(days=365 + 62))
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_sign_in_month(%s)", [old.date()])
    SignInEvent.objects.create(kind="sign_in", account_id=1, at=old)
    SignInEvent.objects.create(kind="sign_in", account_id=2)
    keep_months()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'identity_sign_in_event'::regclass")
        assert cursor.fetchone()[0] >= 3
        cursor.execute("SELECT to_regclass('identity_sign_in_event_' || to_char(%s::date, 'YYYYMM'))", [old.date()])
        assert cursor.fetchone()[0] is None, "older than a year"
    assert SignInEvent.objects.get().account_id == 2


def test_no_clock_of_a_process_drops_the_last_half_year(db) -> None:
    SignInEvent.objects.create(kind="sign_in", account_id=1)
    with travel(now() + timedelta(days=900), tick=False):
        keep_months()
    assert SignInEvent.objects.get().account_id == 1


def test_a_line_of_a_month_without_a_partition_is_not_lost(db) -> None:
    SignInEvent.objects.create(kind="sign_in", at=now() + timedelta(days=900), account_id=1)
    assert SignInEvent.objects.count() == 1


def test_every_way_in_and_out_stands_in_the_log(student) -> None:
    browser = Client(headers={"user-agent": "Reed/1.0"})
    sign_in(browser, student.numbers[0], "wrong-password")
    sign_in(browser, student.numbers[0])
    browser.post("/sign-out")

    seen = list(SignInEvent.objects.order_by("at", "id").values_list("kind", "account_id", "campus_no", "browser"))
    number, pk = student.numbers[0], student.account.pk
    assert seen[0][0] == "refused"
    assert seen[0][2] == "", "people type passwords into the name's box"
    assert seen[1:] == [("sign_in", pk, number, "Reed/1.0"), ("sign_out", pk, number, "Reed/1.0")]
    assert Account.objects.get(pk=pk)
    assert not EventDelivery.objects.filter(error__gt="").exists()
