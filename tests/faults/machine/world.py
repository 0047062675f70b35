"""The school of one run, what is expected of it, and how its people insist on an answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.models import Receipt, Till
from tests.faults.axe import axe
from tests.faults.machine.book import Book
from tests.faults.money_school import PARTS, School

if TYPE_CHECKING:
    from tests.faults.visits import Visit

START_FEN = 4000
DEVICES = ("KL001", "KL002", "N1001")
TILLS = ("N1001", "E3002")
FACTS = (
    "pk",
    "kind",
    "outcome",
    "terminal",
    "sequence",
    "wallet",
    "card",
    "merchant",
    "amount_fen",
    "owed_fen",
    "balance_fen",
    "entry_id",
    "reverses",
)


class World(RuleBasedStateMachine):
    """Everything of a run happens in one transaction of the test and is rolled back with it."""

    make: ClassVar[Callable[[], School]]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint_create()
        self.school = type(self).make()
        self.campus = self.school.campus
        self.clerk, self.second = self.campus.actor("clerk"), self.campus.actor("second_clerk")
        self.book = Book(START_FEN)
        self.acknowledged: dict[int, tuple[Any, ...]] = {}
        self.devices = {number: Device(number) for number in DEVICES}
        self.tills = {number: Till.objects.select_related("merchant").get(terminal__number=number) for number in TILLS}
        self.visits: dict[str, Visit] = {}
        self.told: dict[tuple[str, int], bytes] = {}
        self.proved = dict.fromkeys(PARTS, False)
        self.lost: set[str] = set()
        self.locked: set[str] = set()
        self.stored: list[tuple[str, dict[str, Any]]] = []
        self.uploaded: set[int] = set()
        self.today = campus_today()

    def insist(self, deed: Callable[[], Any], power: int | None) -> Any:
        """Once under the axe, then again in the same words, as whoever heard nothing does. What is told then counts."""
        with axe(power):
            attempt(deed)
        return attempt(deed)

    def ask_till(self, statement: str, *parameters: Any, power: int | None) -> str:
        """A till's question, under the axe and again; heard twice it heard the same."""
        told: list[str] = []
        with axe(power):
            told.append(self.school.ask(statement, *parameters)[0][0])
        told.append(self.school.ask(statement, *parameters)[0][0])
        assert len(set(told)) == 1, told
        return told[-1]

    def acknowledge(self, **which: Any) -> Receipt:
        """There it is; from now on it must stay as it is."""
        receipt = Receipt.objects.get(**which)
        self.acknowledged.setdefault(receipt.pk, facts_of(receipt.pk)[receipt.pk])
        return receipt


def attempt(deed: Callable[[], Any]) -> Any:
    """What it gives, or the refusal with its sentence."""
    try:
        return deed()
    except CampusError as refusal:
        return refusal


def facts_of(*receipts: int) -> dict[int, tuple[Any, ...]]:
    return {row[0]: row for row in Receipt.objects.filter(pk__in=receipts).values_list(*FACTS)}
