"""What the kiosks were told at their installation: the two addresses, their keys, cards and documents to try."""

from pathlib import Path
from typing import Literal

import msgspec

from nanhu.emulators.installation import LOOPBACK, Card

type Kind = Literal["load_kiosk", "reissue_kiosk", "self_service_kiosk"]
KIND_NAMES: dict[str, str] = {
    "load_kiosk": "圈存机",
    "reissue_kiosk": "自助补卡机",
    "self_service_kiosk": "自助查询一体机",
}


class Terminal(msgspec.Struct, frozen=True):
    """`key` stays in this process."""

    number: str
    key: str
    kind: Kind
    place: str = ""


class Document(msgspec.Struct, frozen=True):
    """An identity card (身份证) as its reader gives it."""

    id_number: str
    name: str
    campus_no: str = ""


class Configuration(msgspec.Struct, frozen=True):
    gateway: str
    services: str
    terminals: tuple[Terminal, ...] = ()
    cards: tuple[Card, ...] = ()
    documents: tuple[Document, ...] = ()
    school: str = ""
    hosts: tuple[str, ...] = LOOPBACK


def read_configuration(path: Path) -> Configuration:
    return msgspec.json.decode(path.read_bytes(), type=Configuration)
