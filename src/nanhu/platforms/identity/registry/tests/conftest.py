"""The cast of the registry: an administrator, a security administrator, a student and a teacher; one application."""

from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Account, Application, SsoSession
from nanhu.platforms.identity.services import roles
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import (  # noqa: F401  fixtures of identity
    PASSWORD,
    TEST,
    browser,
    foreigner,
    make_member,
    newcomer,
    student,
    teacher,
)
from nanhu.platforms.identity.services import counter
from nanhu.platforms.identity.services.accounts import open_accounts


@pytest.fixture
def library(db) -> Application:
    return register_application(
        by=TEST, key="library", name="图书馆", owner="图书馆", service_prefix="https://lib.example.edu.cn/my",
        attributes={"displayName": "显示读者姓名", "campusNo": "读者证号"}, contact_text="lib@example.edu.cn",
    )  # fmt: skip


def official(name: str, campus_no: str, *role_keys: str) -> Account:
    member = make_member(name, f"43060219900101{campus_no[-4:]}", staff=campus_no)
    open_accounts(by=TEST, person_ids=[member.person_id])
    account = counter.set_password_for_sample(by=TEST, campus_no=campus_no, password=PASSWORD)
    for role in role_keys:
        roles.grant(by=TEST, account_id=account.pk, role=role)
    return account


def signed_in(campus_no: str, *, has_second_factor: bool = True) -> Client:
    """In by password; the second factor is its own room's matter and is taken as given."""
    client = Client()
    client.post("/sign-in", {"username": campus_no, "password": PASSWORD})
    if has_second_factor:
        SsoSession.objects.filter(campus_no=campus_no).update(second_factor_at=now() - timedelta(seconds=1))
    return client


@pytest.fixture
def administrator(db) -> Client:
    official("沈工", "T00900", "campus.admin")
    return signed_in("T00900")


@pytest.fixture
def guard(db) -> Client:
    official("安全", "T00901", "identity.security")
    return signed_in("T00901")


@pytest.fixture
def auditor(db) -> Client:
    official("审计", "T00902", "identity.auditor")
    return signed_in("T00902")
