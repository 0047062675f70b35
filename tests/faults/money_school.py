"""Two students with chips, agreements and a bank; kiosks, tills, merchants and office around them; a clock that can be moved."""

import contextlib
import itertools
import json
import shutil
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction
from django.db.models import Sum

from nanhu.emulators.chip.api import MadeCard, MadePsam, Psam, SoftwareCard
from nanhu.emulators.chip.pocket import fresh_card, fresh_psam
from nanhu.emulators.chip.storage import Storage
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.models import Channel
from nanhu.platforms.payments.services import agreements
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.services import loads, retrying, top_ups
from nanhu.systems.card.bank.tests.conftest import CARDS, ID_NUMBERS, PHONES
from nanhu.systems.card.bank.tests.due import drive_due
from nanhu.systems.card.chip.management.commands.card_chips import card_facts, psam_facts
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.chip.verification import STORE, TacVerifier
from nanhu.systems.card.closing.services import contracts
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.funds.models import PendingAccount
from nanhu.systems.card.funds.services import stale_claims as claims_finder
from nanhu.systems.card.gateway.requests import read_upload
from nanhu.systems.card.models import Card, Hold, LossReport, Merchant
from nanhu.systems.card.protocol import fingerprint
from nanhu.systems.card.tests.conftest import CAST, ORIGIN, SYSTEM, Campus
from nanhu.testing.folders import MEMORY
from tests.faults.bank_line import Acquirer, Outside, line_to

PARTS = ("student", "other_student")
A_WHILE = timedelta(days=10)
CLOCKS = {
    "card_load": ("created_at", "moved_at", "due_at"),
    "card_online_top_up": ("created_at", "moved_at", "due_at"),
    "payments_agreement": ("due_at",),
    "card_claim_order": ("begun_at",),
    "card_claimable": ("available_at", "created_at"),
    "card_hold": ("begun_at", "ends_at"),
    "card_pin": ("locked_until",),
}
FEE_PER_MILLE = 8
TICK_SECONDS = 60


class School:
    """For one run of the machine; what it writes into the database is rolled back by its caller."""

    def __init__(self, campus: Campus, customers: dict[str, tuple[str, str, str, str]], pins: dict[str, str]) -> None:
        self.campus, self.pins = campus, pins
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))  # they write through
        self.outside = Outside(self.folder, list(customers.values()))
        self.line, self.acquirer = line_to(self.outside), Acquirer(self.outside)
        self.sequence = itertools.count(1_000_000)
        self.began = float(self.ask("SELECT extract(epoch FROM now())")[0][0])
        self.moments = itertools.count(self.began - A_WHILE.total_seconds(), TICK_SECONDS)
        self.psam = Psam(self.made("psam", fresh_psam(msgspec.convert(psam_facts("N1001"), MadePsam))))
        self.chips = {part: self.new_chip(campus.card(part)) for part in PARTS}

    def close(self) -> None:
        shutil.rmtree(self.folder)

    def made(self, name: str, state: object) -> Storage:
        storage = Storage(self.folder / name)
        storage.write(msgspec.msgpack.encode(state))
        return storage

    def new_chip(self, card: Card) -> SoftwareCard:
        (chip,) = making.make_purses(by=SYSTEM, cards=[card], is_filled=True)
        return SoftwareCard(self.made(card.uid, fresh_card(msgspec.convert(card_facts(chip), MadeCard))))

    def agree(self, part: str, card_number: str) -> None:
        """What happens after the commit happens here by hand: the machine's transaction is never committed."""
        person_id = self.campus.persons[part]
        facts = {"by": SYSTEM, "person_id": person_id, "card_number": card_number, "phone": ""}
        made = agreements.sign(**facts, source="kiosk")
        agreements.put_to_bank(made, agreements.factors_of(**facts))

    def worth(self, part: str) -> int:
        """What the house owes this person: wallet and pending, less debt."""
        wallet = self.campus.card(part).wallet
        pending = PendingAccount.objects.filter(wallet=wallet).values_list("account_id", flat=True)
        held = ledger.balances_of([wallet.account_id, *pending])
        assert min(held.values()) >= 0
        return sum(held.values()) - ledger.balance_of(wallet.receivable_id)

    def ask(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """In a transaction of its own."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, list(parameters))
            return list(cursor.fetchall())

    def sell(self, uid: str, fen: int, *, sequence: int, held_seconds: int | None = None) -> str:
        row = {
            "n": 0,
            "t": self.campus.terminal.pk,
            "s": sequence,
            "f": fingerprint("payment", uid, str(fen)),
            "u": uid,
            "a": fen,
            "o": time.time(),
            **({"h": held_seconds} if held_seconds else {}),
        }
        return str(self.ask("SELECT outcome FROM card_pay(%s)", json.dumps([row]))[0][0])

    def upload(self, rows: list[dict[str, Any]]) -> list[str]:
        """What each row is told, through the gateway's own reading, checking and statement."""
        elements = read_upload(json.dumps({"rows": rows}).encode(), now=time.time())
        with contextlib.suppress(StopIteration):  # without an event loop, which Django's connection would refuse
            TacVerifier(self).check("N1001", elements).send(None)  # type: ignore[arg-type]
        told = self.ask(STORE, self.campus.terminal.pk, json.dumps(elements), None)
        return [row[1] for row in sorted(told)]

    def tick(self) -> float:
        """The next moment of what happens at tills without a network and of loss reports; all of them before the run began."""
        return next(self.moments)

    @staticmethod
    def moment(seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, CAMPUS_ZONE)

    def date_report(self, card: Card, column: str) -> float:
        """The newest loss report of this card was made, or ended, at the next moment."""
        report, now = LossReport.objects.filter(card=card).order_by("-pk")[:1], self.tick()
        LossReport.objects.filter(pk__in=report).update(**{column: self.moment(now)})
        return now

    async def rows(self, statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        """The gateway's database, on the machine's own connection."""
        return self.ask(statement, *parameters)

    def pass_time(self, span: timedelta) -> None:
        """Everything that waits has waited so much longer."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, names in CLOCKS.items():
                moved = ", ".join(f"{name} = {name} - %s" for name in names)
                cursor.execute(f"UPDATE {table} SET {moved}", [span] * len(names))  # noqa: S608  names of our own
            cursor.execute("SET LOCAL session_replication_role = origin")

    def find(self) -> None:
        """All finders, as the worker runs them."""
        drive_due()
        retrying.follow_claims()
        claims_finder.settle_stale()
        self.ask("SELECT card_end_holds(100)")


def prepare(campus: Campus, *, fen: int) -> None:
    """What every run begins with: documents, keys, cash on the cards, channels, kiosks."""
    people.apply_records(
        by=SYSTEM,
        origin=ORIGIN,
        records=[
            people.PersonRecord(
                key=part, person_id=campus.persons[part], id_number=ID_NUMBERS[part], phone=PHONES[part]
            )
            for part in PARTS
        ],
    )
    keys.make_master_keys(by=SYSTEM)
    for part in PARTS:
        campus.top_up(part, fen)
    for kind in ("bank", "acquirer"):
        Channel.objects.create(key=kind, kind=kind, name=kind, address="x", our_id="x", our_key="x", their_key="x")
    for number in ("KL001", "KL002"):
        place_device(number, "load_kiosk", by=SYSTEM)
    for merchant in Merchant.objects.filter(key__in=("n1.rice", "e3.noodle")):
        contracts.agree(
            by=SYSTEM,
            merchant=merchant,
            terms=contracts.Terms(
                fee_per_mille=FEE_PER_MILLE,
                cycle="daily",
                payee=merchant.name,
                account_token="BANK-TOKEN",
                account_last4="1234",
                starts_on=campus_today() - A_WHILE,
            ),
        )


def open_school(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> School:
    customers = {part: (CARDS[part], CAST[part][0], ID_NUMBERS[part], PHONES[part]) for part in PARTS}
    school = School(campus, customers, {part: ID_NUMBERS[part][-6:].replace("X", "0") for part in PARTS})
    for module in (loads, agreements):
        monkeypatch.setattr(module, "gateway_of", lambda _channel: school.line)
    monkeypatch.setattr(top_ups, "acquirer_of", lambda _channel: school.acquirer)
    for part in PARTS:
        school.agree(part, CARDS[part])
    return school


def held_for(merchant: Merchant) -> int:
    """What showers hold for it and have not paid yet."""
    return int(Hold.objects.filter(merchant=merchant, settled_at=None).aggregate(fen=Sum("amount_fen"))["fen"] or 0)
