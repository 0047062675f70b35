"""The cast with documents and phones, an emulated bank, and a kiosk at the card office."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from nanhu.kernel.clock import now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.payments.models import Agreement, BankPayout, Channel
from nanhu.platforms.payments.services import agreements
from nanhu.platforms.payments.tests.bank_here import BankHere
from nanhu.platforms.payments.tests.banks import MERCHANT, Bank
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.bank.tests.due import drive_due
from nanhu.systems.card.services.merchants import TerminalOrder, set_up_merchants
from nanhu.systems.card.tests.conftest import CAST, ORIGIN, SYSTEM, Campus

CARDS = {
    "student": "6228480088888888018",
    "other_student": "6228480088888888026",
    "teacher": "6228480088888888034",
    "guest": "6228480088888888042",
    "clerk": "6228480088888888059",
    "second_clerk": "6228480088888888067",
}
ID_NUMBERS = {
    "student": "430602200503181262",
    "other_student": "43060220050318131X",
    "teacher": "430104197806090352",
    "guest": "E12345678",
    "clerk": "430624198311020485",
    "second_clerk": "430681197010010171",
}
PHONES = {part: f"1390730000{number}" for number, part in enumerate(CAST)}
BEGINNING_FEN = 300_000


def customers():
    return [
        {
            "name": CAST[part][0],
            "id_number": ID_NUMBERS[part],
            "phone": PHONES[part],
            "card_number": CARDS[part],
            "balance_fen": BEGINNING_FEN,
        }
        for part in CAST
    ]


class BankCampus(Campus):
    bank: Bank

    def agree(self, part: str) -> Agreement:
        agreements.sign(
            by=self.actor(part), person_id=self.persons[part], card_number=CARDS[part], phone="", source="kiosk"
        )
        found = agreements.active_agreement(self.persons[part])
        assert found is not None
        return found

    def bank_balance(self, part: str) -> int:
        return self.bank.balance(CARDS[part][-4:])


@contextmanager
def past_the_triggers():
    """As only the server's owner can; the test's own transaction goes on with them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def prepare_campus(bank: Bank, cast: Campus) -> BankCampus:
    persons = cast.persons
    records = [
        people.PersonRecord(key=part, person_id=person_id, id_number=ID_NUMBERS[part], phone=PHONES[part])
        for part, person_id in persons.items()
    ]
    people.apply_records(by=SYSTEM, records=records, origin=ORIGIN)
    set_up_merchants(
        by=SYSTEM,
        merchants=[],
        terminals=[TerminalOrder(number="QC001", place="一站式大厅", kind="load_kiosk")],
    )
    Channel.objects.create(
        key="abc",
        kind="bank",
        name="农业银行",
        address=bank.url,
        our_id="HNIST",
        our_key=bank.our_key,
        their_key=bank.bank_public,
    )
    Channel.objects.create(
        key="unionpay",
        kind="acquirer",
        name="银联",
        address=bank.url,
        our_id=MERCHANT,
        our_key=bank.union.merchant.key,
        our_certificate=bank.union.merchant.certificate,
        their_key=bank.union.authority,
    )
    campus = BankCampus(cast.by_number)
    campus.bank = bank
    for part in ("clerk", "second_clerk"):
        identity.grant_role(by=SYSTEM, account_id=campus.actor(part).account_id, role="payments.clerk")
    return campus


def drive(rounds: int = 1, *, later: timedelta = timedelta(minutes=6)) -> None:
    """Let the retries work, as if `later` passed before each further round."""
    for number in range(rounds):
        if number:
            moment = now() - timedelta(seconds=1)
            Load.objects.filter(due_at__isnull=False).update(due_at=moment)
            Agreement.objects.filter(due_at__isnull=False).update(due_at=moment)
            OnlineTopUp.objects.filter(due_at__isnull=False).update(due_at=moment)
            BankPayout.objects.filter(due_at__isnull=False).update(due_at=moment)
        drive_due()


@pytest.fixture(scope="session")
def bank_here(tmp_path_factory):
    return BankHere(tmp_path_factory.mktemp("bank"), customers=customers(), opening_day="2026-01-01")


@pytest.fixture
def bank(bank_here, monkeypatch):
    """In this process; it knows nobody and is well."""
    bank_here.start().forget()
    bank_here.connect(monkeypatch)
    return bank_here


@pytest.fixture
def campus(cast, commits, bank):
    return prepare_campus(bank, cast)
