"""The description against reality: each documented operation answers as documented, each documented code is really given."""

import re
import time
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from django.db import OperationalError, connection
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.openapi.description import description
from nanhu.platforms.openapi.interfaces import ALWAYS, WRITING
from nanhu.platforms.openapi.models import Vendor
from nanhu.platforms.openapi.services import keys
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.services.changing import reset_pin
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors import consents, wire
from nanhu.systems.card.vendors.errors import PAYMENT_REFUSALS
from nanhu.systems.card.vendors.operations import CARD, OPERATIONS
from nanhu.systems.card.vendors.sandbox.behaviours import consent_id
from nanhu.systems.card.vendors.tests.conftest import PREFIX, fault_of

SHOP = "sandbox.shop"
NOBODY = str(uuid4())


def an_order():
    return {
        "name": "王讲师",
        "sex": "男",
        "document_kind": "护照",
        "document": "E12345678",
        "phone": "13812345678",
        "unit": "sandbox",
        "category": "讲学",
        "reason": "讲学",
        "valid_until": str(campus_today() + timedelta(days=9)),
    }


class Sandbox:
    """One good request for each operation."""

    def __init__(self, shop):
        self.shop = shop
        self.card = shop.post("cards/query", {"code": "SANDBOX-OK"}).json()["id"]
        self.payment = self.pay().json()["id"]
        self.order = shop.post("orders", an_order()).json()["id"]
        self.deeds = {
            "account": lambda **_more: shop.get("account"),
            "cards.query": lambda **more: shop.post("cards/query", {"code": "SANDBOX-OK"}, **more),
            "cards.block": lambda **more: shop.post(f"cards/{self.card}/block", {"reason": "x"}, **more),
            "cards.unblock": self.unblock,
            "payments.create": self.pay,
            "payments.list": lambda **_more: shop.get("payments"),
            "payments.get": lambda **_more: shop.get(f"payments/{self.payment}"),
            "refunds.create": lambda **more: shop.post(
                f"payments/{self.payment}/refunds", {"amount_fen": 1, "reason": "x"}, **more
            ),
            "orders.create": lambda **more: shop.post("orders", an_order(), **more),
            "orders.get": lambda **_more: shop.get(f"orders/{self.order}"),
            "consents.list": lambda **_more: shop.get("consents"),
        }

    def pay(self, **more):
        return self.shop.post("payments", {"merchant": SHOP, "amount_fen": 850, "code": "SANDBOX-OK"}, **more)

    def unblock(self, **more):
        self.shop.post(f"cards/{self.card}/block", {"reason": "x"})
        return self.shop.post(f"cards/{self.card}/unblock", {"reason": "x"}, **more)


@pytest.fixture
def deeds(sandbox):
    return Sandbox(sandbox).deeds


def fits(answer, shape):
    return msgspec.json.decode(answer.content, type=shape, strict=True)


def test_it_is_open_and_is_an_openapi_description(db):
    answer = Client().get(PREFIX + "openapi.json")
    told = answer.json()
    assert told["openapi"] == "3.1.0"
    refs = set(re.findall(r'"#/components/schemas/(\w+)"', answer.content.decode()))
    assert refs <= set(told["components"]["schemas"])
    ids = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert sorted(ids) == sorted(one.name for one in OPERATIONS)
    for path, methods in told["paths"].items():
        named = re.findall(r"{(\w+)}", path)
        for one in methods.values():
            assert [p["name"] for p in one["parameters"] if p["in"] == "path"] == named


def test_each_operation_answers_as_described(deeds):
    for operation in OPERATIONS:
        with undone():
            answer = deeds[operation.name]()
            assert answer.status_code == operation.status, answer.content
            fits(answer, operation.gives)
            assert answer["Content-Type"].startswith("application/json")


def test_the_examples_of_the_description_are_taken(sandbox):
    """What a developer copies from it works."""
    shapes = description(CARD)["components"]["schemas"]
    example = {
        name: value["examples"][0]
        for name, value in shapes["PaymentOrder"]["properties"].items()
        if "examples" in value
    }
    example |= {"code": "SANDBOX-OK", "merchant": SHOP}
    assert sandbox.post("payments", {k: v for k, v in example.items() if k != "pin"}).status_code == 201


def after_revoking(deed, name, shop, monkeypatch):
    keys.revoke_key(by=SYSTEM, key=shop.key, reason="x")
    return deed()


def too_often(deed, name, shop, monkeypatch):
    Vendor.objects.filter(pk=shop.vendor.pk).update(per_minute=1)
    answers = [deed() for _try in range(12)]
    return answers[-1]


def without_scopes(deed, name, shop, monkeypatch):
    Vendor.objects.filter(pk=shop.vendor.pk).update(scopes=[])
    return deed()


def breaking(error):
    def ask(deed, name, shop, monkeypatch):
        monkeypatch.setitem(CARD.operation(name).handlers, "test", broken(error))
        return deed()

    return ask


def with_body(body):
    def ask(deed, name, shop, monkeypatch):
        monkeypatch.setattr(shop, "post", bent_body(shop.post, body))
        return deed()

    return ask


def as_text(deed, shop, monkeypatch):
    post = shop.client.post
    monkeypatch.setattr(shop.client, "post", lambda *a, **more: post(*a, **{**more, "content_type": "text/plain"}))
    return deed()


def with_parameter(deed, shop, monkeypatch):
    """Misspelt, it would find all."""
    for method in ("get", "post"):
        ask = getattr(shop.client, method)
        monkeypatch.setattr(shop.client, method, lambda path, *a, _ask=ask, **m: _ask(f"{path}?refrence=A-1", *a, **m))
    return deed()


def with_taken_key(deed, name, shop, monkeypatch):
    shop.post("orders", {**an_order(), "reference": "other"}, idempotency_key="taken-0001")
    return deed(idempotency_key="taken-0001")


def with_facts(**facts):
    return lambda deed, *_more: deed(**facts)


PROVOKED = {
    "key_refused": after_revoking,
    "rate_limited": too_often,
    "scope_missing": without_scopes,
    "parameter_refused": lambda deed, name, shop, monkeypatch: with_parameter(deed, shop, monkeypatch),
    "internal_error": breaking(ValueError),
    "outcome_unknown": breaking(OperationalError),
    "body_invalid": with_body(b"{"),
    "body_too_large": with_body(b" " * 20_000),
    "content_type_refused": lambda deed, name, shop, monkeypatch: as_text(deed, shop, monkeypatch),
    "idempotency_key_reused": with_taken_key,
    "idempotency_key_missing": with_facts(headers={"idempotency-key": "short"}),
    "signature_wrong": with_facts(headers={"nanhu-signature": "t=1764000000,v1=" + "0" * 64}),
    "clock_wrong": with_facts(moment=1_700_000_000),
}
"""How each code is provoked in an operation that would else succeed; addresses are asked of live keys only."""


def broken(error):
    def work(_request):
        raise error

    return work


def bent_body(post, body):
    return lambda path, facts, **more: post(path, facts, **{**more, "body": body})


COMMON = [(operation, code) for operation in OPERATIONS for code in operation.every_code if code in PROVOKED]


def test_every_common_code_can_be_provoked():
    assert {*ALWAYS, *WRITING, "scope_missing"} == {*PROVOKED, "address_refused"}


def test_every_operation_asks_where_a_live_key_is_used_from(shop):
    shop.client = Client(REMOTE_ADDR="10.99.0.1")
    for operation in OPERATIONS:
        path = operation.path.replace("{public_id}", NOBODY)
        answer = shop.get(path) if operation.method == "GET" else shop.post(path, {})
        assert (answer.status_code, fault_of(answer)) == (403, "address_refused"), operation.name


@pytest.mark.slow
def test_each_common_code_is_really_given(deeds, sandbox):
    for operation, code in COMMON:
        with undone(), pytest.MonkeyPatch.context() as monkeypatch:
            answer = PROVOKED[code](deeds[operation.name], operation.name, sandbox, monkeypatch)
            assert fault_of(answer) == code, (operation.name, answer.content)
            told = fits(answer, wire.Error).error
            responses = description(CARD)["paths"][PREFIX + operation.path][operation.method.lower()]["responses"]
            assert code in responses[str(answer.status_code)]["x-codes"]
            assert told.message
            assert "{" not in told.message


@contextmanager
def undone():
    """What happens in it did not happen; the door's transactions stay outermost."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK TO before")


OWN = {
    ("cards.query", "card_unknown"): lambda s: s.post("cards/query", {"campus_no": "12345678"}),
    ("cards.query", "consent_ended"): lambda s: s.post("cards/query", {"consent": NOBODY}),
    ("cards.query", "code_wrong"): lambda s: s.post("cards/query", {"code": "SANDBOX-NONE"}),
    ("cards.query", "code_expired"): lambda s: s.post("cards/query", {"code": "SANDBOX-STALE"}),
    ("cards.query", "code_used"): lambda s: s.post("cards/query", {"code": "SANDBOX-USED"}),
    ("cards.block", "card_unknown"): lambda s: s.post(f"cards/{NOBODY}/block", {"reason": "x"}),
    ("cards.block", "card_state"): lambda s: s.post(f"cards/{card_of(s, '90000007')}/block", {"reason": "x"}),
    ("cards.unblock", "card_unknown"): lambda s: s.post(f"cards/{NOBODY}/unblock", {"reason": "x"}),
    ("cards.unblock", "not_your_block"): lambda s: s.post(f"cards/{card_of(s, '90000004')}/unblock", {"reason": "x"}),
    ("payments.create", "merchant_refused"): lambda s: s.pay(1, code="SANDBOX-OK"),
    ("payments.create", "consent_ended"): lambda s: s.pay(1, consent=NOBODY, merchant=SHOP),
    ("payments.create", "consent_exceeded"): lambda s: s.pay(5001, consent=str(consent_id(s.vendor)), merchant=SHOP),
    ("payments.get", "payment_unknown"): lambda s: s.get(f"payments/{NOBODY}"),
    ("refunds.create", "payment_unknown"): lambda s: s.post(
        f"payments/{NOBODY}/refunds", {"amount_fen": 1, "reason": "x"}
    ),
    ("refunds.create", "refund_too_large"): lambda s: refund(s, "SANDBOX-OK", 851),
    ("refunds.create", "nothing_to_refund"): lambda s: refund(s, "SANDBOX-LOST", 1),
    ("orders.create", "unit_refused"): lambda s: s.post("orders", an_order() | {"unit": "x"}),
    ("orders.create", "order_refused"): lambda s: s.post("orders", an_order() | {"document": "SANDBOX-REFUSED"}),
    ("orders.get", "order_unknown"): lambda s: s.get(f"orders/{NOBODY}"),
}
LIVE_ONLY = {
    ("cards.query", "code_revoked"),
    ("cards.query", "day_limit"),
    ("cards.block", "day_limit"),
    ("cards.unblock", "card_state"),
}


def card_of(shop, campus_no):
    return shop.post("cards/query", {"campus_no": campus_no}).json()["id"]


def refund(shop, code, fen):
    answer = shop.pay(850, code=code, merchant=SHOP).json()
    payment = answer["id"] if "id" in answer else answer["error"]["payment"]
    return shop.post(f"payments/{payment}/refunds", {"amount_fen": fen, "reason": "x"})


def test_no_documented_code_is_left_out():
    own = {
        (one.name, code)
        for one in OPERATIONS
        for code in one.codes
        if code not in PAYMENT_REFUSALS or one.name == "cards.query"
    }
    assert own == {*OWN, *LIVE_ONLY}


def test_each_code_of_its_own_is_really_given(sandbox):
    for (name, code), ask in OWN.items():
        with undone():
            answer = ask(sandbox)
            assert fault_of(answer) == code, (name, answer.content)
            fits(answer, wire.Error)


def change_state(state):
    def change(shop, phone, campus):
        Card.objects.filter(pk=campus.card("student").pk).update(state=state)
        return shop.pay(850, code=phone.code())

    return change


def lost(shop, phone, campus):
    report_lost(by=SYSTEM, card=campus.card("student"), reason="x")
    return shop.pay(850, code=phone.code())


def expired(shop, phone, campus):
    first = campus_today() - timedelta(days=9)
    Card.objects.filter(pk=campus.card("student").pk).update(valid_from=first, valid_until=first)
    return shop.pay(850, code=phone.code())


def no_right(shop, phone, campus):
    RightRule.objects.create(
        card_class="student",
        right="consume",
        is_allowed=False,
        starts_on=campus_today(),
        reason="x",
        created_by_name="x",
    )
    return shop.pay(850, code=phone.code())


def pinned(pin):
    def ask(shop, phone, campus):
        block = seal_pin_block(shop.secret.encode(), shop.key.number, "pin-0001", pin)
        return shop.pay(850, code=phone.code(), pin=block, idempotency_key="pin-0001")

    return ask


def off(shop, phone, campus):
    Terminal.objects.filter(number__startswith="VA").update(state="off")
    return shop.pay(850, code=phone.code())


def used(shop, phone, campus):
    code = phone.code()
    shop.pay(850, code=code)
    return shop.pay(851, code=code)


def revoked(shop, phone, campus):
    code, device = phone.code(), phone.made.device
    device.ended_at, device.ending = now(), "owner"
    device.save()
    return shop.pay(850, code=code)


REFUSALS = {
    "card_lost": lost,
    "card_frozen": change_state("frozen"),
    "card_replaced": change_state("replaced"),
    "card_closed": change_state("closed"),
    "card_expired": expired,
    "no_right": no_right,
    "balance_short": lambda s, p, c: s.pay(10_001, code=p.code()),
    "pin_unset": pinned("123456"),
    "pin_unreadable": lambda s, p, c: s.pay(850, code=p.code(), pin="00" * 34),
    "code_wrong": lambda s, p, c: s.pay(850, code="N1P00000000000000"),
    "code_expired": lambda s, p, c: s.pay(850, code=p.code(moment=time.time() - 120)),
    "code_used": used,
    "code_revoked": revoked,
    "terminal_off": off,
}


def test_each_refusal_of_a_card_is_the_terminals_own(shop, phone, campus):
    for code, ask in REFUSALS.items():
        with undone():
            answer = ask(shop, phone, campus)
            assert (answer.status_code, fault_of(answer)) == (402, code)
            fits(answer, wire.Error)
    assert {*REFUSALS, "pin_required", "pin_wrong", "pin_locked"} == set(PAYMENT_REFUSALS)


def test_limits_and_the_pin_hold_as_at_a_terminal(shop, phone, campus, vendor):
    """pin_required over the daily limit; a wrong PIN is counted, at last locked; the right one pays."""
    campus.top_up("student", 40_000, form="more")
    card = campus.card("student")
    reset_pin(by=SYSTEM, card=card, kind="payment", document="身份证", reason="首次设置", new="246810")
    assert fault_of(shop.pay(30_000, code=phone.code())) == "pin_required"

    def ask(pin, name):
        block = seal_pin_block(shop.secret.encode(), shop.key.number, name, pin)
        return shop.pay(30_000, code=phone.code(), pin=block, idempotency_key=name)

    wrong = ask("111111", "wrong-0001")
    assert (fault_of(wrong), wrong.json()["error"]["tries_left"] > 0) == ("pin_wrong", True)
    assert ask("246810", "right-0001").status_code == 201
    codes = [fault_of(ask("111111", f"wrong-1{n:03}")) for n in range(8)]
    assert codes[-1] == "pin_locked"


def test_a_consent_by_its_own_code(campus, vendor, shop):
    given = consents.give(by=SYSTEM, vendor=vendor, person_id=campus.persons["student"], most_fen=100, reference="")
    told = fits(shop.get("consents"), wire.ConsentList)
    assert [one.id for one in told.data] == [str(given.public_id)]
