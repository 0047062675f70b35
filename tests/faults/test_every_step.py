"""Cards, terminals, bank, counter and clock, with a crash at every statement and every message lost, late or twice.

A Hypothesis machine. Whatever was cut off is asked for again with the same key. After each step money is conserved, nothing
was paid twice, what was acknowledged is there, and what the chip holds is explained; at the end each load has come to its
end by the finder. NANHU_FAULT_EXAMPLES=300 makes a long run of it. The parts are in tests/faults/machine.
"""

import os

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from nanhu.systems.card.tests.conftest import campus
from tests.faults.machine.desk import Desk
from tests.faults.machine.ending import Ending
from tests.faults.machine.giving_back import GivingBack
from tests.faults.machine.world import START_FEN
from tests.faults.money_school import open_school, prepare

__all__ = ["campus"]
EXAMPLES = int(os.environ.get("NANHU_FAULT_EXAMPLES", "8"))
STEPS = int(os.environ.get("NANHU_FAULT_STEPS", "14"))


class EveryStep(Desk, GivingBack, Ending):
    """All that can happen to the card's money."""


@pytest.fixture
def make(campus, monkeypatch):
    """A school that each run of the machine opens anew."""
    prepare(campus, fen=START_FEN)
    return lambda: open_school(campus, monkeypatch)


@pytest.mark.django_db
def test_no_crash_at_any_step_makes_or_loses_money(make):
    machine = type("EveryStepOfThisSchool", (EveryStep,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize="NANHU_FAULT_EXAMPLES" not in os.environ,
            phases=(Phase.generate,),
            print_blob=False,
            report_multiple_bugs=False,
        ),
    )
