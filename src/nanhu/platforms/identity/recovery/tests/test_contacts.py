"""The phone and mail for getting back in: password, code, notice to the old one, a day of waiting."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry, MailMessage, SmsMessage
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity.models import RecoveryContact
from nanhu.platforms.identity.recovery import contacts
from nanhu.platforms.identity.recovery.models import ContactKind
from nanhu.platforms.identity.recovery.tests.conftest import (
    code_in,
    forget,
    last_mail,
    last_text,
    other_code,
    run_worker,
)
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in
from nanhu.platforms.people.models import Person

pytestmark = pytest.mark.django_db
NEW_PHONE = "13900001111"


@pytest.fixture
def here(browser, owner) -> Client:
    sign_in(browser, owner.numbers[0])
    return browser


def ask(client, address=NEW_PHONE, kind="phone", password=PASSWORD):
    return client.post(f"/account/contacts/{kind}", {"address": address, "old_password": password})


@pytest.mark.capability("A045.2")
def test_a_new_phone_is_taken_when_its_code_came_back(here, owner):
    assert ask(here).headers["Location"] == "/account/contacts/phone/code"
    assert RecoveryContact.objects.get().phone is None, "nothing changed yet"
    assert SmsMessage.objects.latest("pk").phone == NEW_PHONE

    assert here.post("/account/contacts/phone/code", {"code": code_in(last_text())}).status_code == 302

    contact = RecoveryContact.objects.get()
    assert contact.phone == NEW_PHONE
    assert contact.phone_verified_at is not None
    assert AuditEntry.objects.filter(action="identity.change_contact").count() == 1
    assert "139****1111" in here.get("/account/contacts").content.decode()


def test_the_old_phone_and_mail_hear_of_it(here, owner):
    ask(here, "thief@example.com", kind="mail")
    code = code_in(last_mail())
    MailMessage.objects.all().delete()
    here.post("/account/contacts/mail/code", {"code": code})

    assert [message.email for message in MailMessage.objects.all()] == ["me@example.com"]
    assert [message.phone for message in SmsMessage.objects.all()] == [owner.phone]
    assert "t***f@example.com" in last_mail()


@pytest.mark.capability("A044.1")
def test_it_takes_the_password(here):
    assert ask(here, password="wrong").status_code == 400
    assert not SmsMessage.objects.exists()


def test_a_wrong_code_changes_nothing_and_five_end_it(here):
    ask(here)
    code = code_in(last_text())
    for _try in range(5):
        assert here.post("/account/contacts/phone/code", {"code": other_code(code)}).status_code == 400
    assert here.post("/account/contacts/phone/code", {"code": code}).status_code == 400
    assert RecoveryContact.objects.get().phone is None
    assert AuditEntry.objects.filter(action="identity.contact_code_refused", facts={"kind": "phone"}).count() == 5


@pytest.mark.capability("A045.3")
def test_a_changed_mail_brings_no_password_back_for_a_day(here, owner):
    ask(here, "new@example.com", kind="mail")
    here.post("/account/contacts/mail/code", {"code": code_in(last_mail())})
    MailMessage.objects.all().delete()

    def asked_by_mail() -> int:
        client = Client(REMOTE_ADDR="198.51.100.9")
        forget(client, owner)
        client.post("/forgot-password/send", {"channel": "mail"})
        run_worker()
        return MailMessage.objects.count()

    assert asked_by_mail() == 0
    with time_machine.travel(now() + timedelta(hours=24, minutes=1), tick=False):
        assert asked_by_mail() == 1


@pytest.mark.capability("A045.2")
def test_a_changed_phone_brings_no_password_back_for_a_day_where_the_office_has_none(here, owner):
    Person.objects.filter(pk=owner.person_id).update(phone=None, phone_index=None)
    ask(here)
    here.post("/account/contacts/phone/code", {"code": code_in(last_text())})
    SmsMessage.objects.all().delete()

    def asked_by_phone() -> int:
        client = Client(REMOTE_ADDR="198.51.100.9")
        forget(client, owner)
        client.post("/forgot-password/send", {"channel": "phone"})
        run_worker()
        return SmsMessage.objects.count()

    assert asked_by_phone() == 0
    with time_machine.travel(now() + timedelta(hours=24, minutes=1), tick=False):
        assert asked_by_phone() == 1


def test_the_counter_settles_a_contact_at_once(owner):
    RecoveryContact.objects.update(phone=NEW_PHONE)
    contacts.verify_at_counter(by=TEST, account=owner.account, kind=ContactKind.PHONE, reason="证件已核对")
    channels = {channel.kind: channel for channel in contacts.verified_channels(owner.account)}
    assert channels["phone"].is_settled
    assert channels["phone"].masked == "139****1111"


def test_channels_show_nothing_whole_and_open_the_phone_on_record_only_to_send(owner):
    channels = contacts.verified_channels(owner.account)
    assert [channel.kind for channel in channels] == ["record_phone", "mail"]
    assert owner.phone not in repr(channels)
    reveals = AuditEntry.objects.filter(action="people.reveal_phone")
    before = reveals.count()
    channels[0].send("你好")
    assert reveals.count() == before + 1


def test_somebody_elses_contact_cannot_be_reached(here, teacher):
    ask(here)
    stranger = Client()
    sign_in(stranger, "T00123")
    assert stranger.post("/account/contacts/phone/code", {"code": code_in(last_text())}).status_code == 400
    assert RecoveryContact.objects.get().phone is None


@pytest.mark.parametrize("kind", ["fax", "record_phone"])
def test_other_kinds_are_no_pages(here, kind):
    assert here.get(f"/account/contacts/{kind}").status_code == 404


def test_the_database_knows_no_contact_that_settled_without_being_verified(owner):
    with pytest.raises(IntegrityError):
        RecoveryContact.objects.update(phone="1", phone_verified_at=None, phone_settles_at=now())


def test_the_pages_take_few_queries(here):
    here.get("/account/contacts")
    assert len(queries_of(here, "/account/contacts")) <= 20
