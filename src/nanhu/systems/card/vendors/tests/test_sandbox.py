"""The sandbox behaves the same and is another world: no fen of it reaches a wallet or the ledger."""

import ast
from pathlib import Path

import pytest
from django.db import connection

from nanhu.platforms.openapi.models import WebhookEvent
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.vendors.jobs import publish_settled
from nanhu.systems.card.vendors.models import SandboxPayment
from nanhu.systems.card.vendors.operations import OPERATIONS
from nanhu.systems.card.vendors.sandbox import behaviours
from nanhu.systems.card.vendors.sandbox.behaviours import BEHAVIOURS
from nanhu.systems.card.vendors.tests.conftest import fault_of

SHOP = "sandbox.shop"
FOREIGN = """
    SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text LIKE 'card_vendor_sandbox%%'
"""
OUTCOMES = {
    "ok": "",
    "short": "balance_short",
    "lost": "card_lost",
    "expired": "card_expired",
    "no_right": "no_right",
    "replaced": "card_replaced",
    "used": "code_used",
    "stale": "code_expired",
    "limit": "",
}


def test_both_worlds_know_the_same_operations():
    assert all(one.handlers.keys() == {"live", "test"} for one in OPERATIONS)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.kind)
def test_each_test_card_does_what_the_page_says(sandbox, behaviour):
    answer = sandbox.pay(850, code=behaviour.code, merchant=SHOP)
    wanted = OUTCOMES[behaviour.kind]
    assert (answer.status_code, fault_of(answer) if wanted else "") == (402 if wanted else 201, wanted)


def test_over_the_limit_the_pin_decides(sandbox):
    refused = sandbox.pay(5001, code="SANDBOX-LIMIT", merchant=SHOP)
    assert fault_of(refused) == "pin_required"
    for pin, name, wanted in (("000000", "pin-000001", "pin_wrong"), ("123456", "pin-000002", "")):
        block = seal_pin_block(sandbox.secret.encode(), sandbox.key.number, name, pin)
        answer = sandbox.pay(5001, code="SANDBOX-LIMIT", merchant=SHOP, pin=block, idempotency_key=name)
        assert answer.status_code == (402 if wanted else 201)
        assert not wanted or (fault_of(answer), answer.json()["error"]["tries_left"]) == (wanted, 4)


def test_a_whole_day_in_the_sandbox_moves_nothing_real(sandbox, campus):
    before = real_state()
    card = sandbox.post("cards/query", {"campus_no": "90000001"}).json()["id"]
    consent = sandbox.get("consents").json()["data"][0]["id"]
    for fen, how in ((850, {"code": "SANDBOX-OK"}), (1200, {"consent": consent}), (99_999, {"code": "SANDBOX-OK"})):
        sandbox.pay(fen, merchant=SHOP, **how)
    payment = sandbox.get("payments").json()["data"][-1]["id"]
    sandbox.post(f"payments/{payment}/refunds", {"amount_fen": 850, "reason": "退"})
    sandbox.post(f"cards/{card}/block", {"reason": "丢"})
    sandbox.post(f"cards/{card}/unblock", {"reason": "找到"})
    assert SandboxPayment.objects.count() == 3
    assert real_state() == before


def real_state():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(sum(amount_fen), 0) FROM ledger_transfer")
        transfers = cursor.fetchone()
    return transfers, Receipt.objects.count(), list(Card.objects.order_by("pk").values_list("pk", "state"))


def test_its_tables_refer_to_vendors_and_to_themselves_only(db):
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN)
        found = cursor.fetchall()
    assert found
    assert {target for _table, target in found} <= {
        "openapi_vendor",
        "card_vendor_sandbox_card",
        "card_vendor_sandbox_payment",
    }


def test_its_code_imports_no_ledger_no_wallet_no_card():
    files = [one for one in Path(behaviours.__file__).parent.glob("*.py") if one.name != "__init__.py"]
    assert len(files) == 4
    pure = {"nanhu.platforms.openapi.api", "nanhu.systems.card.protocol", "nanhu.systems.card.pins.blocks"}
    for file in files:
        named = {node.module for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)}
        house = {one for one in named if one and one.startswith("nanhu.")}
        allowed = {one for one in house if one.startswith(("nanhu.kernel.", "nanhu.systems.card.vendors"))} | pure
        assert house <= allowed, file
        assert not any("live" in one for one in house), file


def test_cards_can_start_over(sandbox, vendor):
    sandbox.pay(850, code="SANDBOX-OK", merchant=SHOP)
    behaviours.reset(vendor)
    assert sandbox.post("cards/query", {"code": "SANDBOX-OK"}).json()["balance_fen"] == 50_000


def test_a_minute_is_a_day(sandbox, vendor):
    sandbox.pay(850, code="SANDBOX-OK", merchant=SHOP)
    SandboxPayment.objects.update(created_at="2026-01-01T00:00:00Z")
    assert (publish_settled(), publish_settled()) == (1, 0)
    assert WebhookEvent.objects.filter(kind="payment.settled", mode="test").count() == 1
