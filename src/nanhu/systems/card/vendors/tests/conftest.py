"""A vendor that sells lunch boxes for the rice window: its keys, its signed requests, a phone that shows codes."""

import hashlib
import hmac
import json
import time
from itertools import count
from uuid import uuid4

import pytest
from django.test import Client

from nanhu.platforms.openapi.services import keys, vendors
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.codes.rules import STEP_SECONDS
from nanhu.systems.card.codes.services.devices import register_device
from nanhu.systems.card.codes.tests.phone import write_code
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors.scopes import Scope

PREFIX = "/api/card/v1/"
HOME = "10.20.0.7"
EVERYTHING = tuple(Scope.values)


class Shop:
    """A vendor's program: what its developer would write, by the document alone."""

    def __init__(self, vendor, *, mode="live"):
        self.vendor = vendor
        made = keys.make_key(by=SYSTEM, vendor=vendor, mode=mode, name="前台")
        self.key, self.secret = made.key, made.text
        self.client = Client(REMOTE_ADDR=HOME)

    def headers(self, method, path, body, *, idempotency_key, moment=None):
        stamp = str(int(time.time() if moment is None else moment))
        text = f"{stamp}.{method}.{path}.{idempotency_key}.".encode() + body
        seal = hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()
        return {
            "authorization": f"Bearer {self.secret}",
            "idempotency-key": idempotency_key,
            "nanhu-signature": f"t={stamp},v1={seal}",
        }

    def get(self, path, **query):
        return self.client.get(PREFIX + path, query, headers={"authorization": f"Bearer {self.secret}"})

    def post(self, path, facts, *, idempotency_key=None, moment=None, headers=None, body=None):
        body = json.dumps(facts, ensure_ascii=False).encode() if body is None else body
        name = idempotency_key or f"deed-{uuid4()}"
        head = self.headers("POST", PREFIX + path, body, idempotency_key=name, moment=moment) | (headers or {})
        return self.client.post(PREFIX + path, body, content_type="application/json", headers=head)

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
