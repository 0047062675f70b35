"""Administrators of each duty, signed in with a second factor, and a campus of two colleges."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.test import Client

from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.services import roles
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, Member, make_member, sign_in
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person
from nanhu.platforms.people.rules import initials_of


@dataclass
class Office:
    """Somebody with a role, at a browser."""

    member: Member
    client: Client = field(default_factory=Client)


@pytest.fixture
def college(db) -> OrgUnit:
    school = OrgUnit.objects.create(code="0", name="学校")
    unit = OrgUnit.objects.create(code="08", name="信息学院", parent=school)
    OrgUnit.objects.update_or_create(code="0801", defaults={"name": "计算机学院", "parent": unit, "kind": "college"})
    OrgUnit.objects.create(code="09", name="外语学院", parent=school)
    return unit


def put_in(member: Member, code: str) -> Member:
    Affiliation.objects.filter(person_id=member.person_id).update(unit=OrgUnit.objects.get(code=code))
    Person.objects.filter(pk=member.person_id).update(initials=initials_of(member.name))
    return member


@pytest.fixture
def office(college) -> Callable[..., Office]:
    """`office("identity.admin")`: granted as from the console, signed in, second factor given."""
    made = iter(range(1, 50))

    def open_office(role: str, *, unit: str = "") -> Office:
        number = next(made)
        member = make_member(f"管理员{number}", f"43010219700101{number:02d}1X", staff=f"A{number:05d}")
        put_in(member, "09")
        open_accounts(by=TEST, person_ids=[member.person_id])
        identity_sample.set_password_for_sample(by=TEST, campus_no=member.numbers[0], password=PASSWORD)
        roles.grant(by=TEST, account_id=member.account.pk, role=role, unit_code=unit)
        one = Office(member)
        enter(one)
        return one

    return open_office


def enter(one: Office) -> None:
    """Past the second step: the session is marked as if the factor had been given."""
    client, account = one.client, one.member.account
    client.force_login(account)
    session = SsoSession.objects.create(account=account, campus_no=one.member.numbers[0], methods=["pwd", "otp", "mfa"])
    begin(client, session)


def begin(client: Client, session: SsoSession) -> None:
    from nanhu.kernel.clock import now

    SsoSession.objects.filter(pk=session.pk).update(second_factor_at=now())
    stored = client.session
    stored["identity.session"] = session.pk
    stored["identity.campus_no"] = session.campus_no
    stored.save()


@pytest.fixture
def here(student, college) -> Member:
    """A student of the college 08."""
    return put_in(student, "0801")


@pytest.fixture
def elsewhere(college) -> Member:
    member = make_member("外语生", "430602200701010029", "13773010000", student="0920260001")
    put_in(member, "09")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="0920260001", password=PASSWORD)
    return member


def leave(member: Member, *, on: date) -> None:
    Affiliation.objects.filter(person_id=member.person_id).update(state="ended", ends_on=on)


__all__ = ["PASSWORD", "TEST", "Office", "leave", "make_member", "put_in", "sign_in"]
