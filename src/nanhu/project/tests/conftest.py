"""One who may do nothing, and one who may do everything."""

from dataclasses import dataclass

import pytest
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.factors.tests.conftest import administrator, careful, newcomer, student, teacher
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person
from nanhu.testing.second_factors import sample_code

__all__ = ["administrator", "careful", "newcomer", "student", "teacher"]
TEST = Actor.system("test")
PASSWORD = "Reed-Boat-1995"
ROLES = ("campus.admin", "card.clerk", "datahub.steward", "identity.admin", "messages.editor")


@dataclass(frozen=True)
class Member:
    account_id: int
    campus_no: str


@pytest.fixture
def member(db) -> Member:
    """Works here, without any role."""
    unit = OrgUnit.objects.create(code="0801", name="计算机学院", kind="college")
    person = Person.objects.create(name="周敏", pinyin="zhoumin", document_kind="1")
    Affiliation.objects.create(
        person=person,
        kind="staff",
        campus_no="T00123",
        unit=unit,
        category="1",
        category_name="在编",
        starts_on="2026-09-01",
    )
    identity.open_accounts(by=TEST, person_ids=[person.pk])
    account = identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    return Member(account.pk, "T00123")


@pytest.fixture
def clerk(member) -> Client:
    """Signed in with every role."""
    for role in ROLES:
        identity.grant_role(by=TEST, account_id=member.account_id, role=role)
    identity_sample.give_totp_for_sample(by=TEST, campus_no=member.campus_no)
    browser = Client()
    browser.post("/sign-in", {"username": member.campus_no, "password": PASSWORD})
    code = sample_code(campus_no=member.campus_no)
    assert browser.post("/sign-in/second", {"way": "totp", "code": code}).status_code == 302
    return browser
