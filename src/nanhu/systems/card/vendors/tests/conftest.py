"""A vendor that sells lunch boxes for the rice window: its keys, its signed requests, a phone that shows codes."""

import time
from itertools import count

import pytest

from nanhu.platforms.openapi.services import keys, vendors
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.codes.rules import STEP_SECONDS
from nanhu.systems.card.codes.services.devices import register_device
from nanhu.systems.card.codes.tests.phone import write_code
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors.scopes import Scope
from nanhu.testing.open_api import Program

PREFIX = "/api/card/v1/"
HOME = "10.20.0.7"
EVERYTHING = tuple(Scope.values)


class Shop(Program):
    """A vendor's program: what its developer would write, by the document alone."""

    prefix = PREFIX

    def __init__(self, vendor, *, mode="live"):
        self.vendor = vendor
        made = keys.make_key(by=SYSTEM, vendor=vendor, mode=mode, name="前台")
        self.key = made.key
        super().__init__(made.text, address=HOME)

    def pay(self, fen=850, *, code="", merchant="n1.rice", **more):
        names = {"idempotency_key", "moment", "headers"}
        facts = {"merchant": merchant, "amount_fen": fen, **({"code": code} if code else {})}
        facts |= {name: value for name, value in more.items() if name not in names}
        return self.post("payments", facts, **{name: value for name, value in more.items() if name in names})


class Phone:
    """Shows the student's codes, each once."""

    def __init__(self, person_id):
        self.made = register_device(by=SYSTEM, person_id=person_id, name="手机")
        self.numbers = count()

    def code(self, *, kind="pay", moment=None):
        key = bytes.fromhex(self.made.pay_key if kind == "pay" else self.made.door_key)
        step = int((time.time() if moment is None else moment) // STEP_SECONDS)
        nonce = f"{next(self.numbers):04}"
        return write_code(key, kind=kind, device=self.made.device.number, step=step, nonce=nonce)


def fault_of(answer):
    return answer.json()["error"]["code"]


def register(company="岳阳饭盒", *, scopes=EVERYTHING, merchants=("n1.rice",), addresses=("10.20.0.0/24",), units=()):
    ids = list(Merchant.objects.filter(key__in=merchants).values_list("pk", flat=True))
    order = vendors.VendorOrder(
        company=company,
        contact="刘老板",
        phone="13800000000",
        scopes=scopes,
        addresses=addresses,
        per_minute=6000,
        settings={"card": {"merchants": ids, "units": units}},
    )
    return vendors.register(by=SYSTEM, order=order)


@pytest.fixture
def campus(cast):
    cast.top_up("student", 10_000)
    yield cast
    assert receipt_differences() == []


@pytest.fixture
def vendor(campus):
    return register()


@pytest.fixture
def shop(vendor):
    return Shop(vendor)


@pytest.fixture
def sandbox(vendor):
    return Shop(vendor, mode="test")


@pytest.fixture
def phone(campus):
    return Phone(campus.persons["student"])
