"""A stolen key can invent rows: what `hello` tells a terminal without network to hold to, the upload holds it to."""

import itertools
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from nanhu.kernel.registry import Verdict
from nanhu.platforms.terminals.api import Incident, Terminal
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip.models import Chip, SuspenseCase
from nanhu.systems.card.chip.services import suspense_posting
from nanhu.systems.card.chip.services.suspense import close_case
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.gateway import policy
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.pins.policy import LimitRule, limits_on
from nanhu.systems.card.tests.signed import SignedTerminal

START_FEN = 5000
RULE = LimitRule()


@pytest.fixture
def till(campus):
    for part in ("student", "other_student", "guest", "teacher"):
        campus.top_up(part, START_FEN)
    yield SignedTerminal("N1001")
    assert receipt_differences() == []


sequences = itertools.count(200)


def row(campus, part: str, fen: int, *, ago: float = 60, **more) -> dict:
    uid = campus.card(part).uid
    return {"sequence": next(sequences), "card": uid, "amount_fen": fen, "occurred_at": time.time() - ago} | more


def upload(till: SignedTerminal, rows: list[dict]) -> list[str]:
    return [one["code"] for one in till.send("upload", {"rows": rows}).values["rows"]]


def charged(campus) -> int:
    return sum(Receipt.objects.filter(kind="stored", outcome="posted").values_list("amount_fen", flat=True))


@pytest.mark.capability("A015.4")
def test_a_row_above_the_largest_payment_charges_nobody_and_has_an_owner(campus, till):
    rows = [row(campus, "student", RULE.offline_payment_fen), row(campus, "guest", RULE.offline_payment_fen + 1)]

    assert upload(till, rows) == ["ok", "offline_payment"]
    assert upload(till, rows) == ["ok", "offline_payment"], "the same rows again are told the same"

    assert charged(campus) == RULE.offline_payment_fen
    case = SuspenseCase.objects.get()
    assert (case.reason, case.amount_fen, case.owner_name) == ("offline_payment", 3001, "校园卡管理办公室")
    assert Incident.objects.filter(terminal_number="N1001", code="offline_payment").exists()


def test_an_amount_that_is_none_charges_nobody_and_has_an_owner_and_an_alarm(campus, till):
    wanted = {
        500_001: ("amount_too_large", 500_001),
        2**53 + 1: ("amount_too_large", None),
        1e300: ("amount_too_large", None),
        0: ("amount_invalid", None),
        "12": ("amount_invalid", None),
    }
    rows = [row(campus, "student", fen) for fen in wanted] + [row(campus, "guest", 100)]
    told = [code for code, _fen in wanted.values()] + ["ok"]
    assert upload(till, rows) == told
    assert upload(till, rows) == told, "the same rows again are told the same"
    assert charged(campus) == 100
    cases = SuspenseCase.objects.filter(card=campus.card("student"), owner_name="校园卡管理办公室")
    assert list(cases.order_by("sequence").values_list("reason", "amount_fen")) == list(wanted.values())
    assert [case.row["d"] for case in cases.order_by("sequence")] == [f"amount {fen!r}" for fen in wanted], "as it came"
    assert set(Incident.objects.values_list("code", flat=True)) == {"amount_too_large", "amount_invalid"}
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    for case in cases:
        assert campus.client("clerk").get(f"/card/chip/cases/{case.pk}/").status_code == 200


def test_whoever_has_brought_more_than_the_office_answered_keeps_the_rest(campus, till, monkeypatch):
    """Nothing is lost, nothing more is written, and the office sees it. Answered, the door opens again."""
    policy.policies_in_hour.cache_clear()
    monkeypatch.setattr(policy, "limits_on", lambda _day: replace(RULE, terminal_open_cases=2))
    assert upload(till, [row(campus, "student", 3001), row(campus, "guest", 3001)]) == ["offline_payment"] * 2
    late = [row(campus, "teacher", 100)]
    told = till.send("upload", {"rows": late})
    assert (told.status, told.code) == (429, "terminal_limit")
    assert (SuspenseCase.objects.count(), charged(campus)) == (2, 0)
    assert Incident.objects.filter(terminal_number="N1001", code="terminal_limit").exists()
    close_case(by=campus.actor("clerk"), case_id=SuspenseCase.objects.latest("pk").pk, answer="查实")
    assert upload(till, late) == ["ok"]
    policy.policies_in_hour.cache_clear()


@pytest.mark.capability("A015.4")
def test_a_card_is_charged_so_much_a_day_by_one_terminal_in_however_many_uploads(campus, till):
    assert upload(till, [row(campus, "student", 2500), row(campus, "student", 2500)]) == ["ok", "ok"]
    assert upload(till, [row(campus, "student", 1), row(campus, "guest", 1)]) == ["offline_card", "ok"]
    assert charged(campus) == RULE.offline_card_fen + 1
    assert upload(SignedTerminal("E3002"), [row(campus, "student", 1)]) == ["ok"], "another till counts by itself"


def total_today(fen: int, rows: int) -> None:
    """What N1001 uploaded today already, of other cards."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO card_stored_sum (terminal_id, day, wallet_id, rows, fen)
               SELECT id, card_day(now()), 0, %s, %s FROM terminals_terminal WHERE number = 'N1001'""",
            [rows, fen],
        )


@pytest.mark.capability("A015.4")
def test_a_terminal_charges_so_much_a_day_in_all(campus, till):
    total_today(RULE.offline_total_fen - 1000, 7)
    assert upload(till, [row(campus, "student", 600), row(campus, "guest", 600)]) == ["ok", "offline_total"]
    assert charged(campus) == 600


@pytest.mark.capability("A015.4")
def test_a_terminal_brings_so_many_rows_a_day(campus, till):
    total_today(10, RULE.offline_rows - 1)
    assert upload(till, [row(campus, "student", 1), row(campus, "guest", 1)]) == ["ok", "offline_rows"]


@pytest.mark.capability("A015.4")
def test_a_row_of_long_ago_charges_nobody(campus, till):
    days = RULE.offline_days
    rows = [row(campus, "student", 100, ago=days * 86_400 - 60), row(campus, "guest", 100, ago=days * 86_400 + 60)]
    assert upload(till, rows) == ["ok", "offline_too_old"]


def test_a_row_of_a_clock_that_was_never_set_is_kept_alone_and_the_others_are_posted(campus, till):
    """The battery of a till that stood still for weeks is empty: it sends this batch until it is taken."""
    moments = [0, -1, 1_577_836_800, 1e-9, -(10**300)]
    rows = [row(campus, "student", 100, occurred_at=moment) for moment in moments]
    rows += [row(campus, "guest", 100), row(campus, "guest", 100, occurred_at=10**300)]
    assert upload(till, rows) == [*["offline_too_old"] * len(moments), "ok", "ok"]
    kept = SuspenseCase.objects.filter(reason="offline_too_old", card=campus.card("student"), amount_fen=100)
    assert kept.count() == len(moments)
    assert all(map(suspense_posting.is_postable, kept)), "two clerks may post what was honest"


@pytest.mark.capability("A015.4")
def test_a_row_from_before_the_terminals_last_contact_charges_nobody(campus, till):
    """What it had kept when it sold on line, hours ago, it would have uploaded then."""
    card = campus.card("student")
    Receipt.objects.create(
        kind="payment",
        outcome="balance_short",
        terminal=campus.terminal,
        sequence=150,
        fingerprint=b"x",
        wallet_id=card.wallet_id,
        amount_fen=1,
        occurred_at=timezone.now() - timedelta(hours=3),
        posted_at=timezone.now() - timedelta(hours=3),
    )
    rows = [row(campus, "student", 100, ago=2 * 3600), row(campus, "guest", 100, ago=4 * 3600)]
    assert upload(till, rows) == ["ok", "offline_too_old"]


def test_a_refused_row_does_not_set_the_terminals_last_contact_back(campus, till):
    """A thief would send one old row, wait an hour, and then date what is invented before the report of a loss."""
    card, days = campus.card("student"), RULE.offline_days
    hours_ago = timezone.now() - timedelta(hours=3)
    for sequence, kind, outcome, at in (
        (150, "payment", "balance_short", hours_ago),
        (151, "stored", "offline_too_old", hours_ago - timedelta(days=days - 1)),
    ):
        Receipt.objects.create(
            kind=kind,
            outcome=outcome,
            terminal=campus.terminal,
            sequence=sequence,
            fingerprint=b"x",
            wallet_id=card.wallet_id,
            amount_fen=1,
            occurred_at=at,
            posted_at=hours_ago,
        )
    assert upload(till, [row(campus, "student", 100, ago=86_400)]) == ["offline_too_old"]


def test_a_row_of_a_card_with_a_chip_needs_its_proof(campus, till):
    card = campus.card("student")
    Chip.objects.create(card=card, serial="0" * 20, key_version=1, algorithm="sm4", opening_fen=0, opening_receipt=0)
    assert upload(till, [row(campus, "student", 100), row(campus, "guest", 100)]) == ["chip_missing", "ok"]
    assert SuspenseCase.objects.get().card_id == card.pk


def test_the_limits_that_are_told_are_the_limits_that_are_held(campus, till):
    told = till.send("hello").values["limits"]
    rule = limits_on(timezone.localdate())
    for name in ("offline_payment_fen", "offline_card_fen", "offline_total_fen", "offline_rows", "offline_days"):
        assert told[name] == getattr(rule, name)


def test_a_till_off_uploads_nothing(campus, till):
    Terminal.objects.filter(number="N1001").update(state="off")
    assert upload(till, [row(campus, "student", 100)]) == ["terminal_off"]
    assert not SuspenseCase.objects.exists()
