"""Payments and refunds by the open interface: the same function, the same rules as at a terminal."""

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.vendors.tests.conftest import Shop, fault_of, register


def balance(campus):
    wallet = campus.card("student").wallet_id
    return ledger.balances_of([wallet])[wallet]


def test_a_code_pays_and_the_receipt_is_the_terminals(shop, phone, campus):
    answer = shop.pay(850, code=phone.code(), reference="A-1")

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["status"], told["amount_fen"], told["merchant"], told["reference"]) == (
        "succeeded",
        850,
        "n1.rice",
        "A-1",
    )
    receipt = Receipt.objects.get(pk=int(told["receipt"]))
    assert (receipt.kind, receipt.outcome, receipt.merchant.key) == ("payment", "posted", "n1.rice")
    assert balance(campus) == 10_000 - 850


def test_the_same_key_and_body_is_told_the_same_bytes_and_pays_once(shop, phone, campus):
    code = phone.code()
    first = shop.pay(850, code=code, idempotency_key="lunch-0001")
    again = shop.pay(850, code=code, idempotency_key="lunch-0001")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again["Nanhu-Replayed"] == "true"
    assert balance(campus) == 10_000 - 850


def test_the_same_key_with_another_body_is_a_conflict(shop, phone, campus):
    code = phone.code()
    shop.pay(850, code=code, idempotency_key="lunch-0001")
    other = shop.pay(851, code=code, idempotency_key="lunch-0001")

    assert (other.status_code, fault_of(other)) == (409, "idempotency_key_reused")
    assert balance(campus) == 10_000 - 850


def test_a_code_counts_once_whoever_brings_it(shop, phone, campus):
    code = phone.code()
    shop.pay(850, code=code)
    assert fault_of(shop.pay(850, code=code)) == "code_used"
    assert balance(campus) == 10_000 - 850


def test_a_refusal_is_kept_and_told_again(shop, phone, campus):
    code = phone.code()
    first = shop.pay(10_001, code=code, idempotency_key="large-0001")

    assert (first.status_code, fault_of(first)) == (402, "balance_short")
    payment = first.json()["error"]["payment"]
    assert shop.get(f"payments/{payment}").json()["status"] == "refused"
    assert shop.pay(10_001, code=code, idempotency_key="large-0001").content == first.content


def test_a_lost_card_pays_nothing(shop, phone, campus):
    card = shop.post("cards/query", {"code": phone.code()}).json()["id"]
    shop.post(f"cards/{card}/block", {"reason": "捡到的卡"})
    assert fault_of(shop.pay(850, code=phone.code())) == "card_lost"


def test_a_refund_gives_back_no_more_than_is_left(shop, phone, campus):
    payment = shop.pay(850, code=phone.code()).json()["id"]
    part = shop.post(f"payments/{payment}/refunds", {"amount_fen": 300, "reason": "少一个菜"})

    assert (part.status_code, part.json()["left_fen"]) == (201, 550)
    too_much = shop.post(f"payments/{payment}/refunds", {"amount_fen": 551, "reason": "再退"})
    assert (too_much.status_code, fault_of(too_much)) == (409, "refund_too_large")
    rest = shop.post(f"payments/{payment}/refunds", {"amount_fen": 550, "reason": "全退"})
    assert rest.status_code == 201
    assert shop.get(f"payments/{payment}").json()["refunded_fen"] == 850
    assert balance(campus) == 10_000


def test_another_vendors_sale_is_not_there(shop, phone, campus):
    payment = shop.pay(850, code=phone.code()).json()["id"]
    other = Shop(register("隔壁饭盒"))

    assert fault_of(other.get(f"payments/{payment}")) == "payment_unknown"
    refund = other.post(f"payments/{payment}/refunds", {"amount_fen": 850, "reason": "试试"})
    assert (refund.status_code, fault_of(refund)) == (404, "payment_unknown")
    assert balance(campus) == 10_000 - 850


def test_it_charges_for_its_own_merchants_only(shop, phone):
    answer = shop.pay(850, code=phone.code(), merchant="e3.noodle")
    assert (answer.status_code, fault_of(answer)) == (403, "merchant_refused")
