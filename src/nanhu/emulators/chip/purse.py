"""The purse's commands: balance, load, purchase, proof. INITIALIZE changes nothing; CREDIT and DEBIT are one write."""

import hmac
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from nanhu.emulators.chip import apdu, files
from nanhu.emulators.chip.apdu import Command, StatusError
from nanhu.emulators.chip.state import MAC_TRIES, CardState, Proof
from nanhu.emulators.chip.suites import SUITES

if TYPE_CHECKING:
    from nanhu.emulators.chip.card import SoftwareCard

WALLET: Final = 0x02
LOAD, PURCHASE = 0x02, 0x06
LAST_COUNTER: Final = 0xFFFF
LARGEST: Final = 0xFFFF_FFFF
KEY_INDEX: Final = 0x01


class Begun(NamedTuple):
    """A load or purchase between its two commands."""

    kind: int
    amount: int
    terminal: bytes
    random: bytes


def balance(card: "SoftwareCard", command: Command, _begun: Begun | None) -> bytes:
    if command.p2 != WALLET:
        raise StatusError(apdu.NOT_SUPPORTED)
    return card.state.balance.to_bytes(4, "big")


def initialize(card: "SoftwareCard", command: Command, _begun: Begun | None) -> bytes:
    if command.p2 != WALLET or command.p1 not in {0x00, 0x01}:
        raise StatusError(apdu.WRONG_P1P2)
    if card.state.mac_tries == 0:
        raise StatusError(apdu.APPLICATION_BLOCKED)
    text = apdu.expect(command, 11)
    if text[0] != KEY_INDEX:
        raise StatusError(apdu.KEY_UNKNOWN)
    kind = LOAD if command.p1 == 0x00 else PURCHASE
    begun = Begun(kind, int.from_bytes(text[1:5], "big"), text[5:], os.urandom(4))
    answer = begin_load(card.state, begun) if kind == LOAD else begin_purchase(card.state, begun)
    card.begun = begun
    return answer


def begin_load(state: CardState, begun: Begun) -> bytes:
    if state.online_counter >= LAST_COUNTER:
        raise StatusError(apdu.COUNTER_FULL)
    if begun.amount == 0 or state.balance + begun.amount > LARGEST:
        raise StatusError(apdu.WRONG_DATA)
    head = state.balance.to_bytes(4, "big") + state.online_counter.to_bytes(2, "big")
    suite = SUITES[state.algorithm]
    text = state.balance.to_bytes(4, "big") + begun.amount.to_bytes(4, "big") + bytes([LOAD]) + begun.terminal
    return head + bytes([state.key_version, suite.number]) + begun.random + suite.mac(load_session(state, begun), text)


def begin_purchase(state: CardState, begun: Begun) -> bytes:
    if state.offline_counter >= LAST_COUNTER:
        raise StatusError(apdu.COUNTER_FULL)
    if state.balance < begun.amount:
        raise StatusError(apdu.BALANCE_SHORT)
    head = state.balance.to_bytes(4, "big") + state.offline_counter.to_bytes(2, "big") + bytes(3)
    return head + bytes([state.key_version, SUITES[state.algorithm].number]) + begun.random


def load_session(state: CardState, begun: Begun) -> bytes:
    data = begun.random + state.online_counter.to_bytes(2, "big") + b"\x80\x00"
    return SUITES[state.algorithm].session(state.load_key, data)


def credit(card: "SoftwareCard", command: Command, begun: Begun | None) -> bytes:
    """CREDIT FOR LOAD: date 4, time 3, MAC2 4 → TAC."""
    if begun is None or begun.kind != LOAD:
        raise StatusError(apdu.WRONG_STATE)
    text = apdu.expect(command, 11)
    at, mac2 = text[:7], text[7:]
    suite, state = SUITES[card.state.algorithm], card.changed()
    signed = begun.amount.to_bytes(4, "big") + bytes([LOAD]) + begun.terminal + at
    check_mac(card, suite.mac(load_session(state, begun), signed), mac2)
    state.balance += begun.amount
    counter = state.online_counter.to_bytes(2, "big")
    tac = suite.mac(suite.fold(state.tac_key), state.balance.to_bytes(4, "big") + counter + signed)
    files.noted(
        state,
        files.log_record(counter=state.online_counter, amount=begun.amount, kind=LOAD, terminal=begun.terminal, at=at),
    )
    state.load_proof = Proof(state.online_counter, mac2, tac)
    state.online_counter += 1
    state.mac_tries = MAC_TRIES
    card.keep(state)
    return tac


def debit(card: "SoftwareCard", command: Command, begun: Begun | None) -> bytes:
    """DEBIT FOR PURCHASE: terminal's sequence 4, date 4, time 3, MAC1 4 → TAC, MAC2."""
    if begun is None or begun.kind != PURCHASE:
        raise StatusError(apdu.WRONG_STATE)
    text = apdu.expect(command, 15)
    sequence, at, mac1 = text[:4], text[4:11], text[11:]
    suite, state = SUITES[card.state.algorithm], card.changed()
    data = begun.random + state.offline_counter.to_bytes(2, "big") + sequence[2:]
    session = suite.session(state.purchase_key, data)
    amount = begun.amount.to_bytes(4, "big")
    signed = amount + bytes([PURCHASE]) + begun.terminal
    check_mac(card, suite.mac(session, signed + at), mac1)
    state.balance -= begun.amount
    mac2 = suite.mac(session, amount)
    tac = suite.mac(suite.fold(state.tac_key), signed + sequence + at)
    files.noted(
        state,
        files.log_record(
            counter=state.offline_counter, amount=begun.amount, kind=PURCHASE, terminal=begun.terminal, at=at
        ),
    )
    state.purchase_proof = Proof(state.offline_counter, mac2, tac)
    state.offline_counter += 1
    state.mac_tries = MAC_TRIES
    card.keep(state)
    return tac + mac2


def check_mac(card: "SoftwareCard", right: bytes, given: bytes) -> None:
    """Three wrong ones in a row block the purse for good."""
    if hmac.compare_digest(right, given):
        return
    state = card.changed()
    state.mac_tries -= 1
    card.keep(state)
    raise StatusError(apdu.MAC_WRONG)


def prove(card: "SoftwareCard", command: Command, _begun: Begun | None) -> bytes:
    """GET TRANSACTION PROVE: of the latest load or purchase, if it had this counter."""
    counter = int.from_bytes(apdu.expect(command, 2), "big")
    proof = {LOAD: card.state.load_proof, PURCHASE: card.state.purchase_proof}.get(command.p2)
    if proof is None or proof.counter != counter:
        raise StatusError(apdu.NO_PROOF)
    return proof.mac + proof.tac
