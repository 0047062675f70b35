"""The cast of the card with ID numbers, a load kiosk, and how a keypad seals a PIN."""

from datetime import date

import pytest

from nanhu.platforms.people import api as people
from nanhu.systems.card.devices.tests.asking import Device, place_device
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.tests.conftest import CAST, ORIGIN, SYSTEM, Campus

WITH_X = "43060219990101001X"
DOCUMENTS = {"student": ("1", WITH_X), "guest": ("A", "E12345678"), "teacher": ("1", "430602198001010016")}
PINS = {"student": "01001" + "0", "guest": "345678", "teacher": "010016"}


def identify(campus: Campus) -> None:
    """Give the cast the documents of which initial PINs are made."""
    records = [
        people.PersonRecord(
            key=part,
            person_id=campus.persons[part],
            document_kind=kind,
            id_number=number,
            affiliations=(
                people.AffiliationRecord(kind=CAST[part][1], campus_no=CAST[part][2], starts_on=date(2023, 9, 1)),
            ),
        )
        for part, (kind, number) in DOCUMENTS.items()
    ]
    people.apply_records(by=SYSTEM, records=records, origin=ORIGIN)


class Keypad:
    """A device that asks with sealed PINs."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def ask(self, operation: str, body: dict, *, sequence: int | None = None, **pins: str) -> dict:
        sequence = self.device.next_sequence() if sequence is None else sequence
        key, number = bytes.fromhex(self.device.terminal.key), self.device.terminal.number
        blocks = {name: seal_pin_block(key, number, sequence, pin) for name, pin in pins.items()}
        return self.device.ask(operation, body | blocks, sequence=sequence)


@pytest.fixture
def campus(cast) -> Campus:
    identify(cast)
    return cast


@pytest.fixture
def kiosk(campus) -> Keypad:
    return Keypad(place_device("KL001", "load_kiosk", by=SYSTEM))
