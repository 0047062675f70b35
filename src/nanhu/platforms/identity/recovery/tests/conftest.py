"""Who comes back: a student with phone on record, verified mail and three questions; and the worker that sends codes."""

import re

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from nanhu.kernel.clock import now
from nanhu.kernel.models import MailMessage, SmsMessage
from nanhu.platforms.identity.models import Account, RecoveryContact
from nanhu.platforms.identity.recovery import attempts
from nanhu.platforms.identity.services import setup
from nanhu.platforms.identity.tests.conftest import (  # noqa: F401  fixtures of the room
    PASSWORD,
    TEST,
    Member,
    browser,
    foreigner,
    newcomer,
    student,
    teacher,
)

NEW = "Harbour-Light-31"
ANSWERS = ("李老师", "剁椒鱼头", "Mimi")
QUESTIONS = ("我小学第一位班主任的姓名", "我家最拿手的一道菜", "我养的第一只猫叫什么")
_done: set[int] = set()


def run_worker() -> None:
    """What the worker does with the codes that were asked for."""
    queue = ProcrastinateJob.objects.filter(status="todo", task_name="identity.send_recovery_code")
    for queued in queue.exclude(id__in=_done).order_by("id"):
        _done.add(queued.id)
        attempts.send_code(**queued.args)


def code_in(text: str) -> str:
    return re.search(r"\d{6}", text).group()


def last_text() -> str:
    return SmsMessage.objects.latest("pk").text


def last_mail() -> str:
    return MailMessage.objects.latest("pk").text


def other_code(code: str) -> str:
    return "000000" if code != "000000" else "111111"


@pytest.fixture
def owner(student) -> Member:  # noqa: F811
    """The student with everything: questions, a mail that was verified long ago."""
    account = Account.objects.get(person_id=student.person_id)
    setup.set_questions(by=TEST, account=account, questions=list(zip(QUESTIONS, ANSWERS, strict=True)))
    RecoveryContact.objects.create(
        account=account, email="me@example.com", email_verified_at=now(), email_settles_at=now()
    )
    return student


def find(client: Client, member: Member, **changes):
    asked = {
        "name": member.name,
        "document_kind": "resident",
        "id_number": member.id_number,
        "channel": "phone",
    }
    return client.post("/find-account", asked | changes)


def forget(client: Client, member: Member, **changes):
    asked = {"campus_no": member.numbers[0], "name": member.name, "id_number": member.id_number}
    return client.post("/forgot-password", asked | changes)


def prove_by_phone(client: Client, member: Member, **changes) -> None:
    forget(client, member, **changes)
    client.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    client.post("/forgot-password/code", {"code": code_in(last_text())})


def set_new(client: Client, password: str = NEW, **extra):
    return client.post("/forgot-password/new", {"new_password": password, "again": password}, **extra)
