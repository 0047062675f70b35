"""What goes into a new chip (个人化): its own keys, no master; plain for the factory, or sealed for the machine that makes it."""

import hmac
import json
import os
import secrets
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.chip.services import keys
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.models import Kind, Pin
from nanhu.systems.card.pins.services.changing import initial_for
from nanhu.systems.card.pins.services.limits import limits_of
from nanhu.systems.card.services.issue import affiliation_of

PURPOSE: Final = b"nanhu-terminal-1-chip"
NONCE_BYTES: Final = 12


def card_facts(chip: Chip) -> dict[str, Any]:
    """The members of docs/protocols/terminal-services.md, "A new chip"."""
    own, limits = keys.card_keys(chip), limits_of(chip.card)
    holder = people.person_card(chip.card.person_id)
    followed = affiliation_of(holder) if holder else None
    return {
        "uid": chip.card.uid,
        "serial": chip.serial,
        "algorithm": own.algorithm,
        "key_version": own.version,
        "load_key": own.load.hex(),
        "purchase_key": own.purchase.hex(),
        "tac_key": own.tac.hex(),
        "pin": first_pin(chip.card),
        "name": holder.name if holder else "",
        "campus_no": followed.campus_no if followed else "",
        "valid_until": f"{chip.card.valid_until:%Y%m%d}",
        "balance_fen": chip.opening_chip_fen,
        "meal_limit": limits.meal_fen,
        "daily_limit": limits.daily_fen,
    }


def first_pin(card: Card) -> str:
    """The house's own first PIN; one that nobody is told where none can be made, or the holder has chosen another since:
    the house knows only its digest, and the first one, which others may know, must not come back to life."""
    own = Pin.objects.filter(wallet_id=card.wallet_id, kind=Kind.PAYMENT, digest__isnull=False).exists()
    known = "" if own else initial_for(card, "payment")
    return known or f"{secrets.randbelow(10**6):06d}"


def sealed_chip(*, chip: Chip, terminal: Terminal, uid: str = "") -> str:
    """Hexadecimal of nonce and AES-256-GCM text, under a key of this machine and for this blank alone: what passes on the
    wire, or lies in the table of answers, opens no chip. `uid` where the card does not answer to its plastic yet."""
    uid = uid or chip.card.uid
    key = hmac.digest(bytes.fromhex(terminal.key), PURPOSE, "sha256")
    text = json.dumps(card_facts(chip) | {"uid": uid}, ensure_ascii=False, separators=(",", ":")).encode()
    nonce = os.urandom(NONCE_BYTES)
    return (nonce + AESGCM(key).encrypt(nonce, text, f"{terminal.number}:{uid}".encode())).hex()
