"""A small school in which things are lost: students with phones, two reviewers, the leader of reviewers, the keeping desk, two buildings."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.files.tests.conftest import data_folder
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.services.lostfound.models import Item
from nanhu.services.lostfound.services import publishing, reviewing
from nanhu.services.lostfound.services.publishing import Post
from nanhu.testing.database import school_fixture
from nanhu.testing.inboxes import texts_to
from nanhu.testing.members import SYSTEM, grant
from nanhu.testing.sessions import signed_in

__all__ = ["data_folder"]
HOME = "/lostfound/"
CAST = {
    "S1": "林小满",
    "S2": "赵一鸣",
    "S3": "孙可",
    "S4": "李想",
    "S5": "周舟",
    "R1": "钱审核",
    "R2": "吴组长",
    "K1": "郑保管",
}
ROLES = {"R1": "lostfound.reviewer", "R2": "lostfound.chief", "K1": "lostfound.keeper"}
PHONES = {number: f"1390730000{at}" for at, number in enumerate(CAST)}
FORMS = count(1)


def picture(*, size: tuple[int, int] = (64, 48), colour: str = "#0f6292", **options: Any) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **options)
    return SimpleUploadedFile(f"photo{next(FORMS)}.jpg", out.getvalue(), content_type="image/jpeg")


def with_place() -> SimpleUploadedFile:
    """As a phone takes it: with where it was."""
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif)


@dataclass
class School:
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, number: str) -> Client:
        if number not in self.clients:
            self.clients[number] = signed_in(number)
        return self.clients[number]

    def actor(self, number: str) -> Actor:
        return Actor(account_id=identity.account_with(number).pk, name=CAST[number])

    def said(self, **facts: Any) -> dict[str, Any]:
        """A form of what was found."""
        usual = {
            "category": "umbrella",
            "words": "黑色折叠伞，木柄",
            "place": "lib",
            "happened_at": f"{campus_time(now()):%Y-%m-%dT%H:%M}",
            "keeper": "self",
        }
        return usual | facts

    def post(self, number: str = "S1", kind: str = "found", **facts: Any) -> Item:
        place = campus.place_with(facts.pop("place", "lib"))
        usual: dict[str, Any] = {"category": "umbrella", "words": "黑色折叠伞，木柄", "happened_at": now()}
        return publishing.publish(by=self.actor(number), kind=kind, post=Post(place=place, **(usual | facts)))

    def shown(self, number: str = "S1", kind: str = "found", **facts: Any) -> Item:
        """On the board."""
        return reviewing.approve(by=self.actor("R1"), item=self.post(number, kind, **facts))

    def texts_to(self, number: str) -> list[str]:
        return texts_to(identity.account_with(number).person_id)


def person_record(number: str, name: str) -> people.PersonRecord:
    tie = people.AffiliationRecord(
        kind="staff", campus_no=number, starts_on=date(2020, 9, 1), unit_code="", state="active"
    )
    return people.PersonRecord(key=number, name=name, phone=PHONES[number], affiliations=(tie,))


def make_school() -> School:
    records = [person_record(number, name) for number, name in CAST.items()]
    made = people.apply_records(by=SYSTEM, records=records, origin=people.Origin(source="test", title="测试"))
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    identity_sample.set_passwords_for_sample(
        by=SYSTEM, person_ids=made.person_ids.values(), password="Lake-and-bridge-42"
    )
    for number, role in ROLES.items():
        grant(number, [role])
    orders = [
        campus.PlaceOrder(key="main", name="南湖校区", kind="campus"),
        campus.PlaceOrder(key="lib", name="图书馆", kind="library", parent="main"),
        campus.PlaceOrder(key="lib-301", name="301", kind="room", parent="lib"),
        campus.PlaceOrder(key="gym", name="体育馆", kind="other", parent="main"),
        campus.PlaceOrder(key="east", name="东校区", kind="campus"),
    ]
    campus.set_up_places(by=SYSTEM, places=orders)
    return School()


school = school_fixture(make_school)


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], None]]:
    """Sets the clock of the whole program forward; who was signed in is no more."""
    travellers: list[Any] = []

    def go(by: timedelta) -> None:
        at = now() + by
        while travellers:
            travellers.pop().stop()
        traveller = time_machine.travel(at, tick=False)
        traveller.start()
        travellers.append(traveller)

    yield go
    while travellers:
        travellers.pop().stop()
