"""Who was let in by a password that changes meanwhile: an admission under way leaves no grant behind the disconnect."""

from threading import Thread
from time import sleep

import pytest
from django.db import connection, transaction

from nanhu.kernel.once import lock_key
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.personal.models import AppPassword
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.services import setup
from nanhu.services.network import api, swift
from nanhu.services.network.models import Device, Grant, Refusal
from nanhu.services.network.services import readmission
from nanhu.services.network.tests.conftest import PHONE
from nanhu.testing.members import SYSTEM
from nanhu.testing.patience import PATIENCE_SECONDS

NEW = "Reed-and-harbour-93"


def changed(account):
    setup.set_password(by=SYSTEM, account=account, password=NEW)


def demanded(account):
    counter.require_new_password(by=SYSTEM, account_id=account.pk, reason="泄露")


def revoked(account):
    app_passwords.revoke(by=SYSTEM, account=account, public_id=AppPassword.objects.get().public_id)


def by_python(facts):
    try:
        return api.admit(api.AdmissionRequest(service="wifi", role="student", **facts)).code
    except api.NotAdmittedError:
        return None
    finally:
        connection.close()


def before_django(facts):
    said = {"application": "wifi", "groups": ("student",), "campus_no": "S1", "session_seconds": 1}
    return readmission.readmit(service="wifi", nas=("", ""), sign_in=readmission.NetworkSignIn(**said, **facts))


def has_waiter():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.capability("A029.1")
@pytest.mark.parametrize(
    ("come_in", "change", "is_app_password"),
    [
        (by_python, changed, False),
        (by_python, demanded, False),
        (by_python, demanded, True),
        (by_python, revoked, True),
        (before_django, demanded, True),
        (before_django, revoked, True),
    ],
)
def test_an_admission_under_way_does_not_outlive_the_password(
    transactional_db, school, come_in, change, is_app_password
):
    """The change commits while the admission waits for the lock that the disconnect takes, too."""
    school.policy("student", "wifi", 1)
    account = identity.account_with("S1")
    app_passwords.make(by=SYSTEM, account=account, name="手机", service="network")
    Device.objects.create(person_id=school["S1"], recognised_by=PHONE, macs=[api.mac_of(PHONE)])
    facts = {"person_id": school["S1"], "station": PHONE}
    if is_app_password:
        facts["app_password"] = AppPassword.objects.get().public_id
    else:
        facts["password_changed_at"] = account.password_changed_at
    answers = []
    thread = Thread(target=lambda: answers.append(come_in(facts)))
    with transaction.atomic():
        lock_key(f"network.admit:{school['S1']}")
        thread.start()
        while thread.is_alive() and not has_waiter():
            sleep(0.01)
        change(account)
    thread.join(PATIENCE_SECONDS)
    while swift.CONNECTIONS.idle:
        swift.CONNECTIONS.idle.pop().close()

    assert answers == [None]
    assert not Grant.objects.exists()
    if come_in is by_python:
        assert Refusal.objects.get().words == "密码刚刚变更，请重新登录。"


@pytest.mark.django_db
@pytest.mark.parametrize("change", [changed, demanded])
def test_a_password_that_changes_while_its_hash_is_made_lets_nobody_in(school, monkeypatch, change):
    account, verify = identity.account_with("S1"), hashing.verify

    def slow(secret, encoded):
        fits = verify(secret, encoded)
        monkeypatch.setattr(hashing, "verify", verify)
        change(account)
        school.tell_events()
        return fits

    monkeypatch.setattr(hashing, "verify", slow)
    assert school.ask("S1").status_code == 401
    assert not Grant.objects.exists()
