"""A phone that an office writes into the record: whoever may write it is not its owner the same minute."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import SmsMessage
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.tests.conftest import BY, PASSWORD, id_number, register, student
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.models import RecoveryContact
from nanhu.platforms.identity.recovery import attempts
from nanhu.platforms.people import api as people
from nanhu.testing import sessions

pytestmark = pytest.mark.django_db
NUMBER, OLD, NEW = "14231100001", "13800138000", "13900139009"
HEADER = "学生学号,姓名,本人手机"


@pytest.fixture
def owner(hand_in, units):
    """A student of long ago, with an account."""
    with time_machine.travel(now() - timedelta(days=30)):
        hand_in(register(student()))
        deliver_pending()
        identity_sample.set_password_for_sample(by=BY, campus_no=NUMBER, password=PASSWORD)
    assert units


@pytest.fixture
def replaced(owner, hand_in):
    return hand_in(f"{HEADER}\n{NUMBER},李明,{NEW}\n", "sa.contacts", "联系方式.csv")


def codes_sent():
    """To whom, when somebody who knows name and document asks for a code by phone."""
    jobs = ProcrastinateJob.objects.filter(status="todo", task_name="identity.send_recovery_code")
    browser, before, queued = Client(), *(set(each.values_list("pk", flat=True)) for each in (SmsMessage.objects, jobs))
    said = {"campus_no": NUMBER, "name": "李明", "id_number": id_number()}
    assert browser.post("/forgot-password", said).status_code == 302
    browser.post("/forgot-password/send", {"channel": "phone"})
    for one in jobs.exclude(pk__in=queued):
        attempts.send_code(**one.args)
    return [one.phone for one in SmsMessage.objects.exclude(pk__in=before).order_by("pk")]


@pytest.mark.capability("A045.1")
def test_a_phone_from_an_office_s_file_brings_no_password_back_before_its_owner_had_a_day_to_object(owner, hand_in):
    assert codes_sent() == [OLD]
    hand_in(f"{HEADER}\n{NUMBER},李明,{NEW}\n", "sa.contacts", "联系方式.csv")
    deliver_pending()
    told = SmsMessage.objects.latest("pk")
    assert (told.phone, "登记的您的手机号已改" in told.text) == (OLD, True), "the former one hears of it"
    assert codes_sent() == [], "and the new one of no code"
    page = sessions.signed_in(NUMBER).get("/account/contacts").content.decode()
    assert "刚改过" in page
    with time_machine.travel(now() + timedelta(hours=24, minutes=1)):
        assert codes_sent() == [NEW]


def test_who_has_a_number_of_his_own_still_gets_his_code(replaced):
    account = identity_sample.set_password_for_sample(by=BY, campus_no=NUMBER, password=PASSWORD)
    RecoveryContact.objects.create(
        account=account, phone="13700137007", phone_verified_at=now(), phone_settles_at=now()
    )
    assert codes_sent() == ["13700137007"]


def test_a_wrong_file_that_is_rolled_back_takes_nothing_from_anybody(replaced):
    roll_back(by=BY, batch_id=replaced.batch, reason="交错了")
    assert codes_sent() == [OLD], "it stood a day ago"


def test_a_number_replaced_on_the_record_s_first_day_waits_too_and_a_first_one_counts_at_once(hand_in, units):
    """The roster in the morning, activated at noon, another's number in the evening."""
    hand_in(register(student()))
    hand_in(register(student("14231100002", name="王芳", document=id_number(order=3), phone="")), name="二.csv")
    deliver_pending()
    identity_sample.set_password_for_sample(by=BY, campus_no=NUMBER, password=PASSWORD)
    deliver_pending()
    assert codes_sent() == [OLD]
    lines = f"{HEADER}\n{NUMBER},李明,{NEW}\n14231100002,王芳,13700137007\n"
    with time_machine.travel(now() + timedelta(hours=8)):
        hand_in(lines, "sa.contacts", "联系方式.csv")
        deliver_pending()
        assert codes_sent() == [], "replaced: not before a day"
        assert [one.phone for one in SmsMessage.objects.all() if "登记的您的手机号已改" in one.text] == [OLD]
        first, second = (people.find_person_by_campus_no(one) for one in (NUMBER, "14231100002"))
        assert (people.is_phone_settled(first), people.is_phone_settled(second)) == (False, True)
    with time_machine.travel(now() + timedelta(hours=33)):
        assert codes_sent() == [NEW]
