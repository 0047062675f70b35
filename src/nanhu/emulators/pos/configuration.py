"""What the device was told at its installation: the gateway, the terminals with their keys, cards to try."""

from pathlib import Path

import msgspec

from nanhu.emulators.installation import LOOPBACK, Card


class Terminal(msgspec.Struct, frozen=True):
    """`key` stays in this process. `fixed_fen` is the price of a machine that sells one thing."""

    number: str
    key: str
    merchant: str
    canteen: str = ""
    place: str = ""
    fixed_fen: int | None = None


class RiskLimits(msgspec.Struct, frozen=True):
    """How much the merchant risks without a network."""

    payment_fen: int = 3_000
    card_fen: int = 5_000
    total_fen: int = 30_000
    rows: int = 50


class Configuration(msgspec.Struct, frozen=True):
    gateway: str
    terminals: tuple[Terminal, ...]
    cards: tuple[Card, ...] = ()
    school: str = ""
    hosts: tuple[str, ...] = LOOPBACK
    limits: RiskLimits = RiskLimits()
    services: str = ""


def read_configuration(path: Path) -> Configuration:
    return msgspec.json.decode(path.read_bytes(), type=Configuration)
