"""The power of a kiosk goes between any two steps of a claim, before a running school and chip: each sum arrives once, on the
card and in the books."""

import pytest

from nanhu.emulators.chip.api import terminal
from nanhu.emulators.kiosks.hall import Hall
from nanhu.emulators.kiosks.kiosk import POINTS, Kiosk
from nanhu.emulators.kiosks.tests.conftest import walk
from nanhu.platforms.ledger.queries import check_ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.models import Claimable, ClaimOrder
from nanhu.systems.card.funds.tests.conftest import Funds
from nanhu.systems.card.pins.tests.conftest import PINS
from tests.journeys.kiosks import cast_with_documents, furnish

pytestmark = pytest.mark.django_db(transaction=True)
CLAIM = ("领款服务", "圈存（补助）领款", "~")
CUTS = [(point, times) for times in (1, 2, 3) for point in POINTS]


class Stand:
    """A load kiosk, the student's card, and what is on it."""

    def __init__(self, folder, uid: str, pin: str) -> None:
        hall = Hall(folder / "kiosks.json", beats=False)
        hall.refresh()
        self.kiosk: Kiosk = hall.kiosks["KL101"]
        self.kiosk.tick()
        self.uid, self.pin = uid, pin

    def walk(self, *steps: str) -> list[str]:
        return walk(self.kiosk, *steps, card=self.uid)

    def leave(self) -> None:
        """Power on again where it went, and the card off the reader."""
        self.kiosk.cut = None
        if self.kiosk.memory.power == "off":
            self.kiosk.power_on()
        if self.kiosk.screen.seconds:
            self.kiosk.press("cancel")
        if self.kiosk.card:
            self.walk("~")
        assert self.kiosk.memory.pending is None

    def claim(self, cut: tuple[str, int] | None = None) -> list[str]:
        self.kiosk.cut = cut
        said = self.walk(*CLAIM, self.pin)
        self.leave()
        return said

    def chip_fen(self) -> int:
        with self.kiosk.pocket.card(self.uid) as chip:
            return terminal.read_facts(chip).balance_fen


def books_are_clean() -> None:
    assert receipt_differences() == []
    assert check_ledger() == []
    assert not ClaimOrder.objects.filter(state=ClaimOrder.State.WRITING).exists()


def test_a_claim_cut_at_any_step_arrives_once(live_server, tmp_path):
    campus = cast_with_documents()
    funds = Funds(campus)
    furnish(tmp_path, live_server.url, campus)
    stand = Stand(tmp_path, campus.card("student").uid, PINS["student"])
    for number, cut in enumerate(CUTS, start=1):
        funds.credit(fen=1000 + number, key=f"subsidy-{number}")
        stand.claim(cut)
        stand.claim()
        owed = sum(1000 + one for one in range(1, number + 1))
        assert (funds.balance(), stand.chip_fen(), funds.pending()) == (owed, owed, 0), (cut, stand.kiosk.slips)
    assert set(Claimable.objects.values_list("state", flat=True)) == {"claimed"}
    books_are_clean()


def test_a_chip_pulled_away_in_the_middle_is_settled_by_its_counter(live_server, tmp_path):
    campus = cast_with_documents()
    funds = Funds(campus)
    furnish(tmp_path, live_server.url, campus)
    stand = Stand(tmp_path, campus.card("student").uid, PINS["student"])
    for number, mode in enumerate(("torn", "fail", "torn")):
        funds.credit(fen=1500, key=f"subsidy-{number}")
        stand.kiosk.write_mode = mode
        stand.walk(*CLAIM, stand.pin)
        stand.kiosk.write_mode = "ok"
        stand.leave()
        stand.claim()
    assert (funds.balance(), stand.chip_fen(), funds.pending()) == (4500, 4500, 0)
    books_are_clean()
