"""What the bank knows at its opening: its key, the campus's public key, its customers. Written by `nanhu card_outside`."""

from pathlib import Path

import msgspec

from nanhu.emulators.installation import LOOPBACK


class Customer(msgspec.Struct, frozen=True):
    """Somebody with a card of this bank."""

    name: str
    id_number: str
    phone: str
    card_number: str
    balance_fen: int = 300_000
    campus_no: str = ""


class Acquirer(msgspec.Struct, frozen=True):
    """UnionPay's side: our certificate's key and chain, the merchant, and the certificate the merchant signs with."""

    merchant: str
    key: str
    certificate: str
    merchant_certificate: str


class App(msgspec.Struct, frozen=True):
    """An app that stands outside (完美校园, 云闪付): what it signs its questions to the campus with."""

    key: str
    name: str
    secret: str


class Configuration(msgspec.Struct, frozen=True):
    institution: str
    key: str
    campus_key: str
    campus: str
    """Where its machines answer."""
    public: str = ""
    """Where people reach us."""
    campus_public: str = ""
    bank_name: str = "农业银行"
    school: str = ""
    school_code: str = ""
    city: str = ""
    opening_day: str = ""
    """From when on it tells the balance of the campus's account; empty: never."""
    opening_fen: int = 0
    customers: tuple[Customer, ...] = ()
    acquirer: Acquirer | None = None
    apps: tuple[App, ...] = ()
    hosts: tuple[str, ...] = LOOPBACK


def read_configuration(path: Path) -> Configuration:
    return msgspec.json.decode(path.read_bytes(), type=Configuration)
