"""The cast of identity, and those of it who have a second factor."""

from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.platforms.identity.factors.models import RecoveryCode
from nanhu.platforms.identity.factors.services import recovery_codes, sample, totp
from nanhu.platforms.identity.factors.tests.authenticator import SoftKey
from nanhu.platforms.identity.models import RecoveryContact
from nanhu.platforms.identity.services import roles
from nanhu.platforms.identity.tests.conftest import (
    PASSWORD,
    TEST,
    Member,
    browser,
    foreigner,
    make_member,
    newcomer,
    sign_in,
    student,
    teacher,
)

__all__ = ["PASSWORD", "TEST", "browser", "foreigner", "make_member", "newcomer", "sign_in", "student", "teacher"]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def no_step_of_the_clock_ends_meanwhile(monkeypatch) -> None:
    """The code of the step before is the last that counts: thirty seconds must not end between its making and its use."""
    moment = now()
    monkeypatch.setattr(totp, "now", lambda: moment)


@pytest.fixture
def careful(student) -> Member:
    """A student with an authenticator app."""
    sample.give_totp_for_sample(by=TEST, campus_no=student.numbers[0], secret=SECRET)
    return student


@pytest.fixture
def sheet(careful) -> list[str]:
    """The careful student's recovery codes."""
    return recovery_codes.issue(by=TEST, account=careful.account)


@pytest.fixture
def administrator(teacher) -> Member:
    """Holds an administrative role and has no second factor yet."""
    roles.grant(by=TEST, account_id=teacher.account.pk, role="campus.admin")
    return teacher


@pytest.fixture
def armed(administrator) -> Member:
    """An administrator with an authenticator app."""
    sample.give_totp_for_sample(by=TEST, campus_no="T00123", secret=SECRET)
    return administrator


def give_phone(member: Member, *, is_settled: bool = True) -> None:
    """A phone whose code came back, two days ago or just now."""
    moment = now()
    RecoveryContact.objects.update_or_create(
        account=member.account,
        defaults={
            "phone": "13907300001",
            "phone_verified_at": moment - timedelta(days=2),
            "phone_settles_at": moment - timedelta(days=1) if is_settled else moment + timedelta(hours=20),
        },
    )


def code_now(around: int = 0, secret: str = SECRET) -> str:
    return totp.code_at(secret, totp.step_of(totp.now()) + around)


def first_step(member: Member, client: Client | None = None, **extra) -> Client:
    """The password was right; the second step is pending."""
    client = client or Client()
    response = sign_in(client, member.numbers[0], **extra)
    assert response.headers["Location"] == "/sign-in/second", response.content.decode()[:300]
    return client


def second_step(client: Client, code: str | None = None, *, way: str = "totp", **extra):
    return client.post("/sign-in/second", {"code": code or code_now(), "way": way, **extra})


def signed_in(member: Member, **extra) -> Client:
    """In by the password alone: a member without a factor."""
    client = Client()
    assert sign_in(client, member.numbers[0], **extra).status_code == 302
    return client


def add_passkey(client: Client, key: SoftKey | None = None, name: str = "我的手机") -> SoftKey:
    key = key or SoftKey()
    options = client.post("/account/factors/add/passkey/options").json()
    answer = client.post("/account/factors/add/passkey", {"name": name, "credential": key.create(options)})
    assert answer.status_code in {200, 302}, answer.content.decode()[:500]
    return key


def unused_codes(member: Member) -> int:
    return RecoveryCode.objects.filter(account=member.account, used_at=None).count()
