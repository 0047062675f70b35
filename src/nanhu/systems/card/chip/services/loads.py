"""Writing money onto a purse (写卡): what a claim asks of the chip, step by step."""

import hmac
from dataclasses import dataclass

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.ciphers import Suite
from nanhu.systems.card.chip.errors import ChipBehindError, ChipMacWrongError, ChipMissingError
from nanhu.systems.card.chip.models import Chip, ChipRow
from nanhu.systems.card.chip.services.keys import card_keys, tac_keys
from nanhu.systems.card.chip.tac import Purse
from nanhu.systems.card.models import Card

BY = Actor.system("card.chip")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStart:
    """What the card answered to INITIALIZE FOR LOAD; `random` and `mac1` in hexadecimal.

    `offline_counter` is what it tells of its purchases (INITIALIZE FOR PURCHASE). No MAC covers it: it names what is
    missing, and moves nothing.
    """

    balance_fen: int
    online_counter: int
    random: str
    mac1: str
    offline_counter: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadGrant:
    """What CREDIT FOR LOAD needs; `at` is the campus moment in 14 digits, part of what is signed. Keep it."""

    mac2: str
    at: str


def has_chip(card: Card) -> bool:
    return Chip.objects.filter(card_id=card.pk).exists()


def chip_of(card: Card) -> Chip:
    chip = Chip.objects.filter(card_id=card.pk).first()
    if chip is None:
        raise ChipMissingError
    return chip


def mac2_for_load(*, card: Card, terminal_number: str, amount_fen: int, told: LoadStart) -> LoadGrant:
    """The right to put `amount_fen` on, for the one load this card began at this terminal. Call it once per claim order."""
    chip = chip_of(card)
    suite, session = session_of(chip, terminal_number=terminal_number, amount_fen=amount_fen, told=told)
    refuse_copy(chip, terminal_number, told)
    terminal, at = messages.terminal_code(terminal_number), messages.stamp_of(now())
    mac2 = suite.mac(session, messages.load_mac2(amount_fen=amount_fen, terminal=terminal, at=messages.stamp(at)))
    return LoadGrant(mac2=mac2.hex().upper(), at=at)


def check_mac1(*, card: Card, terminal_number: str, amount_fen: int, told: LoadStart) -> None:
    """That this card's chip answered INITIALIZE FOR LOAD of this amount at this terminal, and was written by nobody since. It moves nothing."""
    chip = chip_of(card)
    session_of(chip, terminal_number=terminal_number, amount_fen=amount_fen, told=told)
    refuse_copy(chip, terminal_number, told)


def session_of(chip: Chip, *, terminal_number: str, amount_fen: int, told: LoadStart) -> tuple[Suite, bytes]:
    """What MAC1 was signed with."""
    keys = card_keys(chip)
    terminal, random, mac1 = messages.terminal_code(terminal_number), read_hex(told.random), read_hex(told.mac1)
    session = keys.suite.session_key(keys.load, messages.load_session(random, told.online_counter))
    text = messages.load_mac1(balance_fen=told.balance_fen, amount_fen=amount_fen, terminal=terminal)
    if not hmac.compare_digest(keys.suite.mac(session, text), mac1):
        raise ChipMacWrongError
    return keys.suite, session


def refuse_copy(chip: Chip, terminal_number: str, told: LoadStart) -> None:
    """The true card's counters are never behind what it proved to us."""
    bought = chip.offline_counter if told.offline_counter is None else told.offline_counter
    if told.online_counter >= chip.online_counter and bought >= chip.offline_counter:
        return
    facts = {
        "told": [told.online_counter, told.offline_counter],
        "known": [chip.online_counter, chip.offline_counter],
        "terminal": terminal_number,
    }
    audit.record(by=BY, action="card.chip_behind", target=f"card:{chip.card_id}", facts=facts)
    raise ChipBehindError


def verify_load_tac(
    *,
    card: Card,
    terminal_number: str,
    amount_fen: int,
    online_counter: int,
    balance_before_fen: int,
    at: str,
    tac: str,
) -> bool:
    """Whether the card itself says that this load was written. `online_counter` is the one INITIALIZE told."""
    chip = chip_of(card)
    text = messages.load_tac(
        balance_after_fen=balance_before_fen + amount_fen,
        online_counter=online_counter,
        amount_fen=amount_fen,
        terminal=messages.terminal_code(terminal_number),
        at=messages.stamp(at),
    )
    try:
        return tac_keys().proves(Purse(chip.serial, chip.key_version, chip.algorithm), text, read_hex(tac).hex())
    except ChipMacWrongError:
        return False


@transaction.atomic
def record_load(
    *,
    by: Actor,
    card: Card,
    terminal_number: str,
    amount_fen: int,
    online_counter: int,
    balance_before_fen: int,
    at: str,
    tac: str,
    receipt_id: int,
    offline_counter: int | None = None,
) -> None:
    """Note a load whose claim was just posted under this receipt; the chip's record moves on. The caller holds the wallet."""
    chip = Chip.objects.select_for_update().get(card_id=card.pk)
    ChipRow.objects.create(
        chip=chip,
        kind=ChipRow.Kind.LOAD,
        counter=online_counter,
        amount_fen=amount_fen,
        tac=tac.upper(),
        balance_before_fen=balance_before_fen,
        terminal=Terminal.objects.get(number=terminal_number),
        at=messages.moment_of(at),
        receipt_id=receipt_id,
        offline_counter=offline_counter,
    )
    if online_counter + 1 > chip.online_counter:
        chip.online_counter, chip.seen_at = online_counter + 1, messages.moment_of(at)
        chip.balance_fen = balance_before_fen + amount_fen
        chip.save(update_fields=["online_counter", "balance_fen", "seen_at"])
    facts = {"fen": amount_fen, "online_counter": online_counter, "terminal": terminal_number}
    audit.record(by=by, action="card.chip_load", target=f"card:{card.number}", facts=facts)


def read_hex(text: str) -> bytes:
    """Four bytes in hexadecimal."""
    try:
        found = bytes.fromhex(text)
    except (TypeError, ValueError) as error:
        raise ChipMacWrongError from error
    if len(found) != len(bytes(4)):
        raise ChipMacWrongError
    return found
