"""Somebody with a copy of a chip, the key of another terminal, or numbers that are none: at the services door, with real chips."""

import itertools
import shutil

import msgspec
import pytest
from django.db import DatabaseError, transaction

from nanhu.emulators.chip.api import SoftwareCard, terminal
from nanhu.emulators.chip.storage import Storage
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.bank.models import Load
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.funds.chip_checks import unexplained
from nanhu.systems.card.funds.models import ClaimOrder
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.tests.conftest import SYSTEM, campus
from tests.faults.money_school import School, open_school, prepare
from tests.faults.visits import Visit

__all__ = ["campus"]
pytestmark = pytest.mark.django_db
START_FEN, SUBSIDY_FEN = 4000, 1500
BEGINNINGS = itertools.count(100, 100)


@pytest.fixture
def school(campus, monkeypatch):
    """Whatever was tried, the books are whole and both balances explained."""
    prepare(campus, fen=START_FEN)
    opened = open_school(campus, monkeypatch)
    yield opened
    opened.close()
    assert receipt_differences() == []
    assert list(ledger.check_ledger()) == []
    assert not unexplained()


def owe(school: School, key: str = "one") -> None:
    order = ledger.AccountOrder(code="test.source", name="学工部", kind="clearing")
    source = ledger.open_accounts([order])["test.source"]
    wallet = school.campus.card("student").wallet
    credit(by=SYSTEM, wallet=wallet, source="subsidy", amount_fen=SUBSIDY_FEN, key=key, from_account_id=source)


def at(number: str) -> Device:
    """With sequences that it never used."""
    device = Device(number)
    device.sequences = itertools.count(next(BEGINNINGS))
    return device


def visit(
    school: School, chip: SoftwareCard | None = None, *, device: Device | None = None, step: str = "claim"
) -> Visit:
    return Visit(
        device=device or at("KL001"),
        chip=chip or school.chips["student"],
        uid=school.campus.card("student").uid,
        pin=school.pins["student"],
        step=step,
        fen=500,
    )


def go(one: Visit, steps: int) -> None:
    for _step in range(steps):
        if not one.is_over:
            one.go_on(is_heard=True, power=None, torn=None)


def balance_on(chip: SoftwareCard) -> int:
    return terminal.read_facts(chip).balance_fen


def copy_of(school: School) -> SoftwareCard:
    """Bit for bit, keys and counters and all."""
    chip = school.chips["student"]
    copy = chip.storage.path.with_suffix(".copy")
    shutil.copyfile(chip.storage.path, copy)
    return SoftwareCard(Storage(copy))


def test_a_copied_chip_collects_nothing_that_the_first_collected(school):
    owe(school)
    copy = copy_of(school)
    go(visit(school), 6)
    assert balance_on(school.chips["student"]) == START_FEN + SUBSIDY_FEN
    go(visit(school, copy), 6)
    assert balance_on(copy) == START_FEN
    owe(school, "two")
    again = visit(school, copy)
    go(again, 2)
    order = ClaimOrder.objects.latest("pk")
    assert AuditEntry.objects.filter(action="card.chip_behind").count() == 1
    assert [(case.reason, case.terminal.number) for case in SuspenseCase.objects.all()] == [("chip_behind", "KL001")]
    assert (again.is_over, order.state, order.authorised_at) == (True, "writing", ""), "its counter was used: no MAC2"
    assert balance_on(copy) == START_FEN


def test_a_copied_chip_at_a_till_stands_on_the_desk_with_what_it_counts(school):
    owe(school)
    copy = copy_of(school)
    go(visit(school), 6)
    owe(school, "two")
    till, uid = at("N1001"), school.campus.card("student").uid
    answered = signed(copy, till, 1)
    told = till.ask("claim/begin", {"card": uid, "held_ms": 5000, "chip": answered})
    case = SuspenseCase.objects.get()
    assert (told["code"], case.reason) == ("chip_counter_reused", "chip_behind")
    assert case.row["chip"] == {"c": answered["online_counter"]}


def test_a_copied_chip_that_pays_off_line_is_found_by_its_counter(school):
    copy = copy_of(school)
    rows = []
    for sequence, chip in enumerate((school.chips["student"], copy), start=1):
        grey = terminal.buy(chip, school.psam, amount_fen=700, at="20261125120000", remember=lambda _grey: None)
        uid = school.campus.card("student").uid
        rows.append(
            {"sequence": sequence, "card": uid, "amount_fen": 700, "occurred_at": 1_764_043_200, "chip": grey.member()}
        )
    assert school.upload(rows) == ["posted", "chip_counter_reused"]
    assert school.upload(rows) == ["posted", "chip_counter_reused"]
    assert school.worth("student") == START_FEN - 700
    assert [case.owner_name for case in SuspenseCase.objects.all()] == ["校园卡管理办公室"]


@pytest.mark.capability("A149.2")
def test_a_flipped_bit_in_what_the_chip_signed_gets_no_right_to_write(school):
    owe(school)
    one = visit(school)
    go(one, 1)
    operation, body = one.ask_mac()
    for member in ("balance_fen", "online_counter", "random", "mac1", "claim"):
        true = body[member]
        wrong = true ^ 1 if isinstance(true, int) else ("0" if true[0] != "0" else "1") + true[1:]
        told = one.device.ask(operation, {**body, member: wrong})
        assert (told["outcome"], "mac2" in told) == ("refused", False), member
        assert ClaimOrder.objects.get().authorised_at == ""
    assert one.device.ask(operation, body)["outcome"] == "approved"


@pytest.mark.capability("A149.2")
def test_nobody_says_written_without_the_chips_own_word(school):
    owe(school)
    one = visit(school)
    go(one, 2)
    assert one.step == "write"
    for tac in ("00000000", "", "zz", None):
        facts = {"claim": one.facts["claim"], "is_written": True, "proof": {"tac": tac} if tac is not None else {}}
        assert one.device.ask("claim/finish", facts)["outcome"] == "refused", tac
    assert school.worth("student") == START_FEN + SUBSIDY_FEN
    assert ClaimOrder.objects.get().state == "writing"


def test_not_written_is_not_believed_of_a_chip_that_was_written(school):
    """With a terminal's key: write, say it was not, tell the old counter, and be written again. The chip signs the true one."""
    owe(school)
    one = visit(school)
    go(one, 3)
    assert balance_on(school.chips["student"]) == START_FEN + SUBSIDY_FEN
    told = one.device.ask("claim/finish", {"claim": one.facts["claim"], "is_written": False})
    assert (told["outcome"], told["state"]) == ("approved", "writing")
    again = visit(school)
    again.counter = lambda: one.facts["before"]
    go(again, 2)
    assert (again.is_over, again.refusal) == (True, "card.nothing_to_claim")
    assert ClaimOrder.objects.get().state == "written"
    assert balance_on(school.chips["student"]) == START_FEN + SUBSIDY_FEN
    assert school.worth("student") == START_FEN + SUBSIDY_FEN


def signed(chip: SoftwareCard, device: Device, fen: int) -> dict:
    """What the chip answers to INITIALIZE FOR LOAD of this sum at this terminal."""
    code = messages.terminal_code(device.terminal.number)
    return {"amount_fen": fen, **msgspec.to_builtins(terminal.begin_load(chip, amount_fen=fen, code=code))}


@pytest.mark.parametrize("is_written", [True, False])
def test_a_terminals_word_of_a_counter_ends_no_claim_that_may_have_been_written(school, is_written):
    """A till's key alone: the claim of any card whose number is known would be ended, its money booked or given anew, its chip shut out. Not
    even what the chip signed here before will do."""
    owe(school)
    one, till, chip = visit(school), at("N1001"), school.chips["student"]
    early, before = signed(chip, till, 1), one.counter()
    go(one, 2)
    body = {"card": one.uid, "held_ms": 5000}
    for word in (
        {"online_counter": before},
        {"online_counter": before + 1},
        {"online_counter": 0xFFFF},
        {"chip": early},
    ):
        told = till.ask("claim/begin", body | word)
        assert (told["outcome"], told["code"]) == ("refused", "card.chip_asked")
    lied = early | told["facts"] | {"amount_fen": told["facts"]["initialize_fen"]}
    assert till.ask("claim/begin", body | {"chip": lied})["code"] == "chip_mac_wrong"
    assert ClaimOrder.objects.get().state == "writing"
    if is_written:
        one.write(None)
    answered = signed(chip, till, told["facts"]["initialize_fen"])
    code = till.ask("claim/begin", body | {"chip": answered}).get("code", "")
    first = ClaimOrder.objects.earliest("pk")
    assert (code, first.state) == (("card.nothing_to_claim", "written") if is_written else ("", "not_written"))
    if not is_written:
        one.write(None)
        assert balance_on(chip) == START_FEN, "what it signed since, it forgets the right to write for"


def test_a_till_begins_no_claim_of_a_card_that_does_not_lie_on_it(school):
    """Else a stolen till's key tells what waits for whom, and breaks off what others began."""
    owe(school)
    one, till = visit(school), at("N1001")
    go(one, 1)
    body = {"card": one.uid, "held_ms": 5000, "online_counter": one.counter()}
    assert till.ask("claim/begin", body)["code"] == "chip_silent"
    assert (
        till.ask("claim/begin", body | {"chip": signed(school.chips["other_student"], till, 1)})["code"]
        == "chip_mac_wrong"
    )
    assert ClaimOrder.objects.get().terminal.number == "KL001"
    assert till.ask("claim/begin", body | {"chip": signed(school.chips["student"], till, 1)})["outcome"] == "approved"


def test_a_copy_that_says_not_written_is_found_and_stands_on_the_desk(school):
    """The copy was made before the write; the true chip counts it."""
    owe(school)
    copy = copy_of(school)
    go(visit(school), 3)
    go(visit(school, copy), 2)
    assert ClaimOrder.objects.earliest("pk").state == "not_written"
    for _time in range(2):
        again = visit(school)
        go(again, 2)
        assert (again.is_over, again.refusal) == (True, "card.untold_write")
    assert ClaimOrder.objects.latest("pk").authorised_at == ""
    assert school.worth("student") == START_FEN + SUBSIDY_FEN
    case = SuspenseCase.objects.get()
    assert (case.reason, case.amount_fen, case.owner_name) == ("untold_write", SUBSIDY_FEN, "校园卡管理办公室")
    clerk = school.campus.client("clerk")
    assert "报为未写卡的领款已写入卡中" in clerk.get("/card/chip/").content.decode()
    page = clerk.get(f"/card/chip/cases/{case.pk}/").content.decode()
    assert "请持卡人来补卡" in page
    assert "林小满" in page


def test_a_write_that_really_failed_after_its_right_is_collected_at_the_next_touch(school):
    owe(school)
    one = visit(school)
    go(one, 2)
    assert one.device.ask("claim/finish", {"claim": one.facts["claim"], "is_written": False})["state"] == "writing"
    go(visit(school), 6)
    assert balance_on(school.chips["student"]) == START_FEN + SUBSIDY_FEN
    assert list(ClaimOrder.objects.order_by("pk").values_list("state", flat=True)) == ["not_written", "written"]


def test_the_old_card_does_nothing_more_after_its_reissue(school):
    owe(school)
    old = school.campus.card("student")
    begun = visit(school)
    go(begun, 2)
    reissue(by=SYSTEM, card=old, reason="lost", fee_fen=0, at="", key="form")
    go(begun, 3)
    assert ClaimOrder.objects.get().state == "not_written"
    old.refresh_from_db()
    with pytest.raises(DatabaseError), transaction.atomic():
        Card.objects.filter(pk=old.pk).update(state="issued")
    assert (old.state, school.sell(old.uid, 100, sequence=5)) == ("replaced", "card_replaced")
    for step in ("claim", "load"):
        late = Visit(
            device=at("KL002"),
            chip=school.chips["student"],
            uid=old.uid,
            pin=school.pins["student"],
            step=step,
            fen=500,
        )
        go(late, 1)
        assert late.is_over
    assert not Load.objects.exists()
    assert school.worth("student") == START_FEN + SUBSIDY_FEN


def test_a_claim_begun_at_one_terminal_is_no_others_though_it_has_its_own_key(school):
    owe(school)
    one = visit(school)
    go(one, 1)
    stranger = at("KL002")
    operation, body = one.ask_mac()
    assert stranger.ask(operation, body)["code"] == "card.claim_not_found"
    response = stranger.send(operation, b"{}", 7, key=stranger.terminal.key, terminal="KL001")
    assert response.status_code == 401


def test_a_sum_that_is_none_asks_the_bank_nothing(school):
    kiosk, uid = at("KL001"), school.campus.card("student").uid
    for fen in (-1, 0, 1, 99, 2**31, 2**63, 10**30, 1.5, "500", True, None, [500]):
        sequence = kiosk.next_sequence()
        block = seal_pin_block(bytes.fromhex(kiosk.terminal.key), "KL001", sequence, school.pins["student"])
        told = kiosk.ask("load/begin", {"card": uid, "pin": block, "amount_fen": fen}, sequence=sequence)
        assert told["outcome"] == "refused", fen
    assert not Load.objects.exists()
    assert school.outside.nets() == {}


def test_a_counter_that_is_none_gets_no_right_to_write(school):
    owe(school)
    one = visit(school)
    go(one, 1)
    operation, body = one.ask_mac()
    for member in ("balance_fen", "online_counter"):
        for number in (-1, 2**32, 2**63, 10**30, 0.5, "1", None):
            assert one.device.ask(operation, {**body, member: number})["outcome"] == "refused", (member, number)
    assert ClaimOrder.objects.get().authorised_at == ""


def test_guessing_at_every_kiosk_locks_and_tells_no_more_than_how_often(school):
    """The count belongs to the card, wherever is guessed; locked, the right PIN is told what a wrong one is told."""
    kiosks, uid = [Device("KL001"), Device("KL002")], school.campus.card("student").uid

    def guess(place: int, digits: str) -> dict:
        kiosk, sequence = kiosks[place % 2], 10 + place
        block = seal_pin_block(bytes.fromhex(kiosk.terminal.key), kiosk.terminal.number, sequence, digits)
        told = kiosk.ask("load/begin", {"card": uid, "pin": block, "amount_fen": 500}, sequence=sequence)
        return {name: value for name, value in told.items() if name != "sequence"}

    told = [guess(place, f"{place:06d}") for place in range(8)]
    assert len({one["code"] for one in told}) == 2
    assert told[-1]["code"] == told[-2]["code"]
    assert guess(20, school.pins["student"]) == guess(21, "000000")
    assert not Load.objects.exists()
