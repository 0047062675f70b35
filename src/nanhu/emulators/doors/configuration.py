"""What the doors were told at their installation."""

from pathlib import Path

import msgspec

from nanhu.emulators.installation import LOOPBACK, Card


class Terminal(msgspec.Struct, frozen=True):
    """`key` stays in this process."""

    number: str
    key: str
    place: str = ""


class Configuration(msgspec.Struct, frozen=True):
    services: str
    terminals: tuple[Terminal, ...] = ()
    cards: tuple[Card, ...] = ()
    school: str = ""
    hosts: tuple[str, ...] = LOOPBACK


def read_configuration(path: Path) -> Configuration:
    return msgspec.json.decode(path.read_bytes(), type=Configuration)
