"""The cast of identity, and those of it who have a second factor."""

import pytest
from django.test import Client

from nanhu.platforms.identity.factors.services import sample, totp
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


@pytest.fixture
def careful(student) -> Member:
    """A student with an authenticator app."""
    sample.give_totp_for_sample(by=TEST, campus_no=student.numbers[0], secret=SECRET)
    return student


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


def code_now(around: int = 0, secret: str = SECRET) -> str:
    return totp.code_at(secret, totp.step_of(totp.now()) + around)


def first_step(member: Member, client: Client | None = None, **extra) -> Client:
    """The password was right; the second step is pending."""
    client = client or Client()
    response = sign_in(client, member.numbers[0], **extra)
    assert response.headers["Location"] == "/sign-in/second", response.content.decode()[:300]
    return client


def second_step(client: Client, code: str | None = None, **extra):
    return client.post("/sign-in/second", {"code": code or code_now(), "way": "totp", **extra})
