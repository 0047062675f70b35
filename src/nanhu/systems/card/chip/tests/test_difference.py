"""Book minus card: each fen has a name, and what has none is found."""

import json
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Verdict
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Incident
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip import operations
from nanhu.systems.card.chip.models import Chip, ChipRow, SuspenseCase
from nanhu.systems.card.chip.services import keys, loads, making
from nanhu.systems.card.chip.tests.conftest import CardInHand
from nanhu.systems.card.chip.verification import STORE
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.funds.chip_checks import differences_are_explained, unexplained
from nanhu.systems.card.funds.services.difference import difference_of
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hand(campus):
    """The teacher's card, filled with the ¥ 100 that the wallet held."""
    keys.make_master_keys(by=SYSTEM)
    campus.top_up("teacher", 10_000)
    (chip,) = making.make_purses(by=SYSTEM, cards=[campus.card("teacher")], is_filled=True)
    return CardInHand(chip)


@pytest.fixture
def till():
    return Device("N1001")


def told(hand):
    """The difference as {item: fen}, after the ledger and the receipts were found to agree."""
    assert receipt_differences() == []
    assert list(ledger.check_ledger()) == []
    found = difference_of(Chip.objects.select_related("card").get(pk=hand.chip.pk))
    assert found.fen == sum(item.fen for item in found.items) + found.unexplained_fen
    return {item.key: item.fen for item in found.items} | (
        {"?": found.unexplained_fen} if found.unexplained_fen else {}
    )


def proof_row(campus, hand, fen, **facts):
    receipt = Receipt.objects.filter(kind="payment", outcome="posted").latest("id")
    return {
        "card": campus.card("teacher").uid,
        "sequence": receipt.sequence,
        "amount_fen": fen,
        **hand.purchase(fen, **facts),
    }


def prove(till, *rows):
    return [
        row["code"]
        for row in till.ask("chip/proofs", {"rows": list(rows)}, sequence=900 + till.next_sequence())["rows"]
    ]


def load(campus, *, before, offline=None, online=0, fen=500):
    """As a kiosk's claim would note it: the wallet got the money, the chip was written."""
    campus.top_up("teacher", fen, form=f"loaded {online}")
    loads.record_load(
        by=SYSTEM,
        card=campus.card("teacher"),
        terminal_number="N1001",
        amount_fen=fen,
        online_counter=online,
        balance_before_fen=before,
        at=loads.messages.stamp_of(now()),
        tac="00000000",
        offline_counter=offline,
        receipt_id=Receipt.objects.latest("id").pk,
    )


def upload(campus, hand, *rows):
    """Stored rows as the gateway hands them on: (fen, counter, balance before)."""
    elements = [
        {
            "n": place,
            "s": 5000 + counter,
            "f": f"{counter:032x}",
            "u": campus.card("teacher").uid,
            "a": fen,
            "o": 1_764_043_200,
            "chip": {
                "c": counter,
                "l": 0,
                "b": before,
                "q": 70 + counter,
                "t": f"{counter:08X}",
                "o": 1_764_043_200,
                "ok": True,
            },
        }
        for place, (fen, counter, before) in enumerate(rows)
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE, [campus.terminal.pk, json.dumps(elements), None])
        return [row[1] for row in cursor.fetchall()]


def test_a_purse_just_filled_differs_by_nothing(hand):
    assert told(hand) == {}
    assert differences_are_explained().verdict == "ok"


def test_an_empty_purse_is_explained_by_what_the_book_held(campus):
    keys.make_master_keys(by=SYSTEM)
    campus.top_up("teacher", 10_000)
    (chip,) = making.make_purses(by=SYSTEM, cards=[campus.card("teacher")])
    assert told(CardInHand(chip)) == {"opening": 10_000}


def test_an_online_payment_is_named_until_the_card_proves_it(campus, hand, till):
    assert campus.pay("teacher", 1250) == "posted"
    assert told(hand) == {"aside.payment": -1250}
    row = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=7)
    assert prove(till, row) == ["ok"]
    assert told(hand) == {}
    chip = Chip.objects.get(pk=hand.chip.pk)
    assert (chip.balance_fen, chip.offline_counter) == (8750, 1)
    assert prove(till, row) == ["ok"]
    assert ChipRow.objects.count() == 1


def test_money_that_never_touched_the_card_is_named_by_its_kind(campus, hand):
    campus.top_up("teacher", 5000, form="second")
    assert told(hand) == {"aside.top_up": 5000}


def test_missing_counters_name_what_a_terminal_still_holds(campus, hand, till):
    """The card was debited off line for 300 (counter 0), then on line for 1250 (counter 1)."""
    campus.pay("teacher", 1250)
    assert prove(till, proof_row(campus, hand, 1250, counter=1, balance=9700, term_seq=8)) == ["ok"]
    assert told(hand) == {"not_uploaded": 300}
    found = difference_of(Chip.objects.select_related("card").get(pk=hand.chip.pk))
    assert [item.counters for item in found.items] == [(0,)]


def test_a_load_before_the_proof_of_a_purchase_names_what_is_missing(campus, hand, till):
    """A kiosk reads 1250 less than was known, and no counter of purchases; the till's proof comes later."""
    campus.pay("teacher", 1250)
    late = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=7)
    load(campus, before=8750)
    assert told(hand) == {"aside.payment": -1250, "not_uploaded": 1250}
    assert prove(till, late) == ["ok"]
    assert told(hand) == {}


def test_rows_from_before_a_load_that_come_after_it_leave_its_balance_alone(campus, hand):
    """Two purchases off line, then a load, then the till uploads: the card still holds what the load left on it."""
    load(campus, before=8500, offline=2)
    assert told(hand) == {"not_uploaded": 1500}
    found = difference_of(Chip.objects.select_related("card").get(pk=hand.chip.pk))
    assert [item.counters for item in found.items] == [(0, 1)]
    assert upload(campus, hand, (500, 1, 9000)) == ["posted"]
    assert told(hand) == {"not_uploaded": 1000}
    assert upload(campus, hand, (1000, 0, 10_000)) == ["posted"]
    assert told(hand) == {}
    chip = Chip.objects.get(pk=hand.chip.pk)
    assert (chip.balance_fen, chip.online_counter, chip.offline_counter) == (9000, 1, 2)


def test_money_gone_at_a_load_without_a_missing_counter_is_unexplained(campus, hand):
    load(campus, before=9000, offline=0)
    assert told(hand) == {"?": 1000}


def test_a_proof_from_before_a_load_leaves_its_balance_alone(campus, hand, till):
    campus.pay("teacher", 1250)
    first = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=7)
    campus.pay("teacher", 250)
    second = proof_row(campus, hand, 250, counter=1, balance=8750, term_seq=8)
    load(campus, before=8500)
    assert prove(till, second, first) == ["ok", "ok"]
    assert told(hand) == {}
    assert Chip.objects.get(pk=hand.chip.pk).balance_fen == 9000


def test_money_gone_without_a_missing_counter_is_unexplained(campus, hand, till):
    campus.pay("teacher", 1250)
    assert prove(till, proof_row(campus, hand, 1250, counter=0, balance=9700, term_seq=8)) == ["ok"]
    assert told(hand) == {"?": 300}
    assert list(unexplained().values()) == [300]
    check = differences_are_explained()
    assert (check.verdict, campus.card("teacher").number in check.message) == ("fail", True)
    with pytest.raises(SystemExit):
        call_command("doctor")


def test_more_on_the_card_than_was_ever_loaded_is_unexplained(campus, hand, till):
    campus.pay("teacher", 1250)
    prove(till, proof_row(campus, hand, 1250, counter=0, balance=20_000, term_seq=8))
    assert told(hand) == {"?": -10_000}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tac": "00000000"}, "tac_wrong"),
        ({"term_seq": 9}, "tac_wrong"),
        ({"at": "20261125120001"}, "tac_wrong"),
        ({"amount_fen": 1251}, "tac_wrong"),
        ({"tac": "nonsense"}, "tac_wrong"),
        ({"counter": -1}, "tac_wrong"),
        ({"counter": 70_000}, "tac_wrong"),
        ({"card": "04FFFFFFFFFFFF"}, "tac_wrong"),
        ({"sequence": 4711}, "no_payment"),
    ],
)
def test_a_row_that_cannot_be_believed_is_kept_in_suspense(campus, hand, till, change, reason):
    campus.pay("teacher", 1250)
    row = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=7) | change
    assert prove(till, row) == [reason]
    case = SuspenseCase.objects.get()
    assert (case.state, case.owner_name) == ("open", "校园卡管理办公室")
    assert Chip.objects.get(pk=hand.chip.pk).offline_counter == 0
    assert told(hand) == {"aside.payment": -1250}
    assert differences_are_explained().verdict == "warn"


def test_a_cloned_cards_second_use_of_a_counter_is_found(campus, hand, till):
    campus.pay("teacher", 1250)
    first = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=7)
    campus.pay("teacher", 800)
    clone = proof_row(campus, hand, 800, counter=0, balance=10_000, term_seq=8)
    assert prove(till, first, clone) == ["ok", "chip_counter_reused"]
    assert told(hand) == {"aside.payment": -800}


def test_a_tac_replayed_under_another_counter_is_found(campus, hand, till):
    """The counter is no part of a TAC; the terminal's own sequence is."""
    for _payment in range(2):
        campus.pay("teacher", 1250)
    first, second = Receipt.objects.filter(kind="payment").order_by("id")
    row = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=7)
    replayed = row | {"counter": 1, "balance_before_fen": 8750, "sequence": second.sequence}
    assert prove(till, row | {"sequence": first.sequence}, replayed) == ["ok", "chip_counter_reused"]


def test_the_counter_sees_both_balances_and_the_reason(campus, hand, till):
    campus.pay("teacher", 1250)
    campus.top_up("teacher", 5000, form="second")
    clerk = campus.client("clerk")
    url = f"/card/chip/cards/{campus.card('teacher').public_id}/"
    page = clerk.get(url).content.decode()
    for text in ("¥ 137.50", "¥ 100.00", "消费", "充值", "−¥ 12.50", "¥ 50.00"):
        assert text in page, text
    assert queries_of(clerk, url) <= 20
    assert "没有电子钱包" in clerk.get(f"/card/chip/cards/{campus.card('guest').public_id}/").content.decode()
    assert campus.client("student").get(url).status_code == 404


def test_a_case_is_taken_and_closed_with_its_answer(campus, hand, till):
    campus.pay("teacher", 1250)
    prove(till, proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=7) | {"tac": "00000000"})
    clerk, case = campus.client("clerk"), SuspenseCase.objects.get()
    assert "交易验证码不符" in clerk.get("/card/chip/").content.decode()
    assert queries_of(clerk, "/card/chip/") <= 20
    assert clerk.post(f"/card/chip/cases/{case.pk}/take/").status_code == 302
    assert "周敏" in clerk.get(f"/card/chip/cases/{case.pk}/").content.decode()
    assert clerk.post(f"/card/chip/cases/{case.pk}/close/", {"answer": " "}).status_code == 422
    assert clerk.post(f"/card/chip/cases/{case.pk}/close/", {"answer": "终端密钥过期，已换"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.owner_name, case.answer) == ("closed", "周敏", "终端密钥过期，已换")
    assert clerk.post(f"/card/chip/cases/{case.pk}/close/", {"answer": "再一次"}).status_code == 409
    assert campus.client("student").post(f"/card/chip/cases/{case.pk}/take/").status_code == 404
    assert clerk.get("/card/chip/cases/999999/").status_code == 404
    assert "终端密钥过期，已换" in clerk.get(f"/card/chip/cases/{case.pk}/").content.decode()
    assert "没有交易" in clerk.get("/card/chip/").content.decode()


def test_proofs_that_fail_are_seen_on_the_fleet_page_and_by_the_doctor(campus, hand, till):
    """Invented proofs: one that the chip never signed, and one counter for two purchases."""
    campus.pay("teacher", 1250)
    genuine = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=1)
    assert prove(till, genuine | {"tac": "00000000"}) == ["tac_wrong"]
    assert prove(till, genuine) == ["ok"]
    again = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=2) | {"sequence": 77}
    assert prove(till, again) == ["chip_counter_reused"]
    incidents = Incident.objects.values_list("terminal_number", "code", "times")
    assert sorted(incidents) == [("N1001", "chip_counter_reused", 1), ("N1001", "tac_wrong", 1)]
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    assert "N1001" in campus.client("clerk").get("/card/fleet/?problem=abuse").content.decode()


def test_proofs_that_fail_are_bounded(campus, hand, till, monkeypatch):
    """Whoever has brought more than the office has answered keeps the rest, and no case is added."""
    monkeypatch.setattr(operations, "limits_on", lambda _day: replace(LimitRule(), terminal_open_cases=2))
    campus.pay("teacher", 1250)
    wrong = proof_row(campus, hand, 1250, counter=0, balance=10_000, term_seq=1) | {"tac": "00000000"}
    assert prove(till, wrong, wrong | {"sequence": 801}) == ["tac_wrong"] * 2
    late = till.ask("chip/proofs", {"rows": [wrong | {"sequence": 802}]}, sequence=990)
    assert (late["code"], SuspenseCase.objects.count()) == ("terminal_limit", 2)
    assert Incident.objects.filter(code="terminal_limit", detail="chip/proofs").exists()
