"""The cast of the portal: a student, a member of staff, a clerk, somebody who is both; and an empty registry to fill."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction
from django.test import Client

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.configuration import configuration
from nanhu.kernel.registry import BOTH_FACES, Application, Tile, TileContent
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.integrations import calling, living
from nanhu.platforms.portal.tests.taken_in import Centre
from nanhu.platforms.portal.tests.vendor import Vendor
from nanhu.testing import sessions

TEST = Actor.system("test")
PASSWORD = "Reed-Boat-1995"
ORIGIN = people.Origin(source="test", title="学生处名册")
UNITS = [
    people.UnitRecord(code="00", name="湖南理工学院"),
    people.UnitRecord(code="08", name="计算机学院", parent_code="00"),
    people.UnitRecord(code="0801", name="软件工程", parent_code="08"),
    people.UnitRecord(code="080101", name="软工2601班", parent_code="0801"),
]
KINDS = {"student": ("统招本科", "在读"), "staff": ("正式在编", "在岗")}


def join(name: str, *, roles: tuple[str, ...] = (), **numbers: str) -> int:
    """Somebody joins the campus and finishes set-up; the account's id."""
    people.apply_units(by=TEST, records=UNITS, origin=ORIGIN)
    affiliations = tuple(
        people.AffiliationRecord(
            kind=kind,
            campus_no=number,
            starts_on=date(2026, 9, 1),
            unit_code="080101",
            category_name=KINDS[kind][0],
            status_name=KINDS[kind][1],
            state="active",
        )
        for kind, number in numbers.items()
    )
    record = people.PersonRecord(key=name, name=name, affiliations=affiliations)
    person_id = people.apply_records(by=TEST, records=[record], origin=ORIGIN).person_ids[name]
    identity.open_accounts(by=TEST, person_ids=[person_id])
    account = identity_sample.set_password_for_sample(
        by=TEST, campus_no=next(iter(numbers.values())), password=PASSWORD
    )
    for role in roles:
        identity.grant_role(by=TEST, account_id=account.pk, role=role)
    return account.pk


def signed_in(campus_no: str) -> Client:
    return sessions.signed_in(campus_no, client=Client(headers={"accept-language": "zh-hans"}))


@pytest.fixture
def student(db) -> Client:
    join("林小雨", student="20240518")
    return signed_in("20240518")


@pytest.fixture
def teacher(db) -> Client:
    join("陈思远", staff="T00317")
    return signed_in("T00317")


@pytest.fixture
def clerk(db) -> Client:
    join("周敏", staff="T00555", roles=("datahub.steward",))
    return signed_in("T00555")


@pytest.fixture
def both(db) -> Client:
    """Works here and studies here; came in by the student number."""
    join("欧阳修文", student="20250999", staff="T00123")
    return signed_in("20250999")


@pytest.fixture
def board(monkeypatch) -> "Board":
    """A registry with nothing in it but what the test declares."""
    for name in ("applications", "tiles", "home_notices", "personal_facts"):
        monkeypatch.setattr(getattr(registry, name), "_entries", {})
    return Board()


class Board:
    def application(self, key: str, name: str, *, faces=BOTH_FACES, **more) -> Application:
        more = {"icon": "box", "section": "service", "url": f"/somewhere/{key}", **more}
        application = Application(key=key, name=name, faces=faces, **more)
        registry.applications.add(application)
        return application

    def tile(self, key: str, load: Callable[..., TileContent | None], *, faces=BOTH_FACES, **more) -> None:
        registry.tiles.add(Tile(key=key, title=more.pop("title", key), load=load, faces=faces, **more))


def says(value: str) -> Callable[..., TileContent]:
    return lambda _viewer: TileContent(value=value)


@pytest.fixture
def vendor():
    made = Vendor()
    yield made
    made.close()


@pytest.fixture
def listed(monkeypatch):
    """The school lists its own machine, as networks to call, as hosts without TLS and as hosts to frame."""
    changed = replace(configuration(), demo=False, outgoing_networks="127.0.0.0/8,::1")
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(calling, "hosts", lambda what: ("localhost:*" if what == "campus_hosts" else "localhost",))
    monkeypatch.setattr(transaction, "on_commit", lambda then, **_options: then())


@pytest.fixture
def centre(db, listed, student, teacher) -> Centre:
    join("吴工", staff="T00801", roles=("portal.integrator",))
    join("郑工", staff="T00802", roles=("portal.integrator",))
    unit, head = people.unit_ids_by_code(["08"])["08"], people.find_person_by_campus_no("T00317")
    people.appoint(
        by=TEST, unit_id=unit, office="head", person_id=head, starts_on=campus_today(), ends_on=None, document="任〔1〕"
    )
    living.read_anew()
    return Centre(signed_in("T00801"), signed_in("T00802"))
