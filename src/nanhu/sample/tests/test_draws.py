"""The bookings and draws of the sample campus: an instrument booked for a fee, and a draw at each of its steps."""

import json
import subprocess
import sys

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.draw.queries import VERIFIER, published
from nanhu.platforms.ledger import api as ledger
from nanhu.sample.tests.places import make_booked
from nanhu.services.venues.models import Booking, VenueDraw, Waiting
from nanhu.systems.card.models import Receipt
from nanhu.testing.database import school_fixture

student = school_fixture(make_booked)


@pytest.mark.slow
def test_an_instrument_was_used_and_its_bill_is_paid_from_the_card(student):
    used = Booking.objects.get(application__use="instrument", state="closed")
    assert used.ends_at < now()
    bill = ledger.Bill.objects.get(key=f"venues.fee:{used.public_id}")
    assert (bill.state, bill.amount_fen, bill.person_id) == ("paid", 6_000, used.application.person_id)
    paid = Receipt.objects.get(kind="deduction")
    assert (paid.amount_fen, paid.detail) == (6_000, bill.name)
    assert bill.name.startswith("场地使用费")


@pytest.mark.slow
def test_an_instrument_is_booked_for_a_fee_and_one_draw_stands_at_each_step(student, tmp_path):
    booked = Booking.objects.get(application__use="instrument", application__person=student)
    assert (booked.state, booked.fee_fen) == ("approved", 20_000), "an hour"
    found = {one.draw.state: one for one in VenueDraw.objects.select_related("draw")}
    assert found.keys() == {"open", "closed", "drawn"}
    assert not found["open"].orders.filter(person=student).exists(), "he may enter by himself"
    drawn = found["drawn"]
    assert drawn.orders.filter(person=student).exists()
    assert drawn.settled_at
    assert drawn.orders.exclude(application=None).count() == len(drawn.slots) == 2
    assert Waiting.objects.filter(venue=drawn.venue).exclude(person=student).exists()
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(published(drawn.draw)))
    one = drawn.draw
    noted = {"commitment": one.commitment, "promise": one.promise, "root": one.root, "value": one.value}
    anchors = [part for name, said in noted.items() for part in (f"--{name}", said)]
    command = [sys.executable, str(VERIFIER), str(file), *anchors]
    repeated = subprocess.run(command, capture_output=True, text=True, check=False)
    assert repeated.returncode == 0, repeated.stdout + repeated.stderr
