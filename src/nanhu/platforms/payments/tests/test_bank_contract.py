"""What every adapter of `BankGateway` must keep, asked of the emulated bank in a process of its own, with its faults."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from nanhu.platforms.payments.gateway import BankSilentError, FourFactors
from nanhu.platforms.payments.tests.banks import CUSTOMER, EmulatedBank, key_pair

FACTORS = FourFactors(**CUSTOMER)


def new_request() -> str:
    return f"T{uuid4().hex[:20].upper()}"


@pytest.fixture(scope="module")
def module_bank(tmp_path_factory):
    bank = EmulatedBank(tmp_path_factory.mktemp("bank"))
    try:
        yield bank.start()
    finally:
        bank.kill()


@pytest.fixture
def bank(module_bank):
    if module_bank.process is None:
        module_bank.start()
    return module_bank


@pytest.fixture
def gateway(bank):
    return bank.gateway()


@pytest.fixture
def token(gateway):
    signed = gateway.sign(request=new_request(), factors=FACTORS)
    assert signed.outcome == "done"
    yield signed.token
    gateway.unsign(request=new_request(), token=signed.token)


def today():
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@pytest.mark.parametrize("factor", ["name", "id_number", "card_number", "phone"])
def test_each_of_the_four_factors_counts(gateway, factor):
    wrong = FourFactors(**{**CUSTOMER, factor: "6228480011112222333"})
    answer = gateway.sign(request=new_request(), factors=wrong)
    assert (answer.outcome, answer.code) == ("refused", "factors_differ")


def test_an_agreement_gives_a_token_and_the_tail_only(gateway, token):
    assert token not in CUSTOMER.values()
    assert CUSTOMER["card_number"] not in repr(FACTORS)


def test_a_debit_asked_again_is_the_same_debit(bank, gateway, token):
    before, request = bank.balance(), new_request()
    answers = {gateway.debit(request=request, token=token, amount_fen=5000) for _ in range(4)}
    assert len(answers) == 1
    assert bank.balance() == before - 5000
    other = gateway.debit(request=request, token=token, amount_fen=5001)
    assert (other.outcome, other.code) == ("refused", "request_reused")
    assert bank.balance() == before - 5000


@pytest.mark.parametrize("fen", [0, -1, 10**12, 500_001])
def test_a_sum_that_is_none_moves_nothing(bank, gateway, token, fen):
    before = bank.balance()
    assert gateway.debit(request=new_request(), token=token, amount_fen=fen).code == "amount_invalid"
    assert bank.balance() == before


def test_the_same_debit_from_many_hands_moves_once(bank, gateway, token):
    before, request = bank.balance(), new_request()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _n: gateway.debit(request=request, token=token, amount_fen=100), range(6)))
    assert len({one.reference for one in answers}) == 1
    assert bank.balance() == before - 100


def test_no_answer_after_the_debit_is_found_by_query(bank, gateway, token):
    before, request = bank.balance(), new_request()
    bank.fault("debit", "silent_after")
    with pytest.raises(BankSilentError):
        gateway.debit(request=request, token=token, amount_fen=2000)
    found = gateway.query(original=request)
    assert (found.outcome, found.amount_fen) == ("done", 2000)
    assert bank.balance() == before - 2000


def test_an_unheard_debit_is_void_after_its_reversal_however_late_it_comes(bank, gateway, token):
    before, request = bank.balance(), new_request()
    assert gateway.query(original=request).outcome == "unknown"
    assert gateway.reverse(request=new_request(), original=request).outcome == "done"
    assert gateway.debit(request=request, token=token, amount_fen=700).code == "cancelled"
    assert gateway.query(original=request).outcome == "refused"
    assert bank.balance() == before


def test_a_late_debit_is_overtaken_by_its_reversal_or_given_back(bank, gateway, token):
    before, request = bank.balance(), new_request()
    bank.fault("debit", "late", seconds=1.0)
    with pytest.raises(BankSilentError):
        bank.gateway(timeout=0.3).debit(request=request, token=token, amount_fen=900)
    assert gateway.reverse(request=new_request(), original=request).outcome == "done"
    with ThreadPoolExecutor(1) as pool:
        pool.submit(gateway.query, original=request).result()
    deadline = datetime.now(UTC).timestamp() + 2
    while datetime.now(UTC).timestamp() < deadline:
        assert bank.balance() == before


def test_a_reversal_repeated_gives_back_once(bank, gateway, token):
    before, request = bank.balance(), new_request()
    gateway.debit(request=request, token=token, amount_fen=1500)
    for _ in range(3):
        assert gateway.reverse(request=new_request(), original=request).code == "reversed"
    assert bank.balance() == before
    assert gateway.query(original=request).code == "reversed"


@pytest.mark.parametrize("kind", ["killed_before", "killed_after"])
def test_a_bank_killed_in_the_middle_knows_what_it_did(bank, gateway, token, kind):
    before, request = bank.balance(), new_request()
    bank.fault("debit", kind)
    with pytest.raises(BankSilentError):
        gateway.debit(request=request, token=token, amount_fen=600)
    bank.wait_dead()
    with pytest.raises(BankSilentError):
        gateway.query(original=request)
    bank.start()
    was_done = gateway.query(original=request).outcome == "done"
    assert was_done == (kind == "killed_after")
    assert bank.balance() == before - (600 if was_done else 0)


@pytest.mark.parametrize("kind", ["forged", "error"])
def test_an_answer_that_the_bank_did_not_sign_is_none(bank, gateway, token, kind):
    bank.fault("query", kind)
    with pytest.raises(BankSilentError):
        gateway.query(original="T1")


def test_a_question_signed_by_another_moves_nothing(bank, gateway, token):
    before = bank.balance()
    with pytest.raises(BankSilentError):
        bank.gateway(our_key=key_pair()[0]).debit(request=new_request(), token=token, amount_fen=100)
    assert bank.balance() == before


def test_money_is_paid_out_once_and_stands_in_the_statement(bank, gateway, token):
    before, request = bank.balance(), new_request()
    for _ in range(2):
        paid = gateway.pay_out(request=request, token=token, amount_fen=3000, purpose="离校退款")
    assert bank.balance() == before + 3000
    lines = [line for line in gateway.fetch_statement(day=today()) if line.request == request]
    assert [(line.kind, line.amount_fen, line.reference) for line in lines] == [("pay_out", 3000, paid.reference)]


def test_an_ended_agreement_pays_nothing(bank, gateway):
    signed = gateway.sign(request=new_request(), factors=FACTORS)
    assert gateway.unsign(request=new_request(), token=signed.token).outcome == "done"
    assert gateway.debit(request=new_request(), token=signed.token, amount_fen=100).code == "agreement_ended"
