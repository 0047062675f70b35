"""The cast of identity: a student, a teacher who studies, a stranger with a passport."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.models import Throttle
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person
from nanhu.platforms.people.rules import normalise_document, normalise_phone, pinyin_of

TEST = Actor.system("test")
PASSWORD = "Reed-Boat-1995"


@dataclass(frozen=True)
class Member:
    person_id: int
    numbers: tuple[str, ...]
    name: str
    id_number: str
    phone: str

    @property
    def account(self) -> Account:
        return Account.objects.get(person_id=self.person_id)

    @property
    def tail(self) -> str:
        return self.id_number[-6:]


def make_member(name, id_number, phone="", **numbers) -> Member:
    unit, _ = OrgUnit.objects.get_or_create(code="0801", defaults={"name": "计算机学院", "kind": "college"})
    person = Person.objects.create(
        name=name,
        pinyin=pinyin_of(name),
        document_kind="1",
        id_number=id_number,
        id_number_index=blind_index(normalise_document(id_number), purpose="people.id_number"),
        phone=phone or None,
        phone_index=blind_index(normalise_phone(phone), purpose="people.phone") if phone else None,
        email="someone@example.edu.cn",
    )
    for kind, campus_no in numbers.items():
        Affiliation.objects.create(
            person=person,
            kind=kind,
            campus_no=campus_no,
            unit=unit,
            category="1",
            category_name="统招本科",
            starts_on=date(2026, 9, 1),
        )
    return Member(person.pk, tuple(numbers.values()), name, id_number, phone)


@pytest.fixture
def newcomer(db) -> Member:
    """A student whose account waits to be activated."""
    member = make_member("曾小南", "430602200803151234", "13873012345", student="0020260101")
    open_accounts(by=TEST, person_ids=[member.person_id])
    return member


@pytest.fixture
def student(newcomer) -> Member:
    identity_sample.set_password_for_sample(by=TEST, campus_no=newcomer.numbers[0], password=PASSWORD)
    return newcomer


@pytest.fixture
def teacher(db) -> Member:
    """Works here and studies here: two numbers, one account."""
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    return member


@pytest.fixture
def foreigner(db) -> Member:
    member = make_member("Anna Petrova", "E12345678", student="20260777")
    open_accounts(by=TEST, person_ids=[member.person_id])
    return member


@pytest.fixture
def browser() -> Client:
    return Client()


def counted() -> list[tuple[str, int]]:
    """What the limits have counted so far, of whomever."""
    return sorted(Throttle.objects.values_list("kind", "failures"))


def sign_in(client: Client, name: str, password: str = PASSWORD, **extra):
    return client.post("/sign-in", {"username": name, "password": password, **extra})
