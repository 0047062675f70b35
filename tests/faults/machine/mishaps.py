"""What may befall a step, and what the rules draw from."""

import random
from datetime import timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from tests.faults.bank_line import FAULTS
from tests.faults.money_school import PARTS

SLOW, FAST = -3600, 3600


class Mishap(NamedTuple):
    """What befalls one step: nobody hears the answer, the power goes at a statement or in the chip, the bank's line fails,
    the device's clock is an hour off."""

    is_heard: bool = True
    power: int | None = None
    torn: int | None = None
    fault: str = "fine"
    clock_off: int = 0


CALM = Mishap()
parts = st.sampled_from(PARTS)
kiosks = st.sampled_from(["KL001", "KL002"])
places = st.sampled_from(["KL001", "N1001"])
tills = st.sampled_from(["N1001", "N1001", "E3002"])
seeds = st.integers(min_value=0, max_value=2**32 - 1)
sums = st.integers(min_value=100, max_value=5000)
few = st.integers(min_value=0, max_value=3)
powers = st.one_of(st.none(), st.integers(min_value=0, max_value=3), st.integers(min_value=0, max_value=40))
spans = st.sampled_from([timedelta(seconds=30), timedelta(minutes=11), timedelta(days=8)])
clocks = st.sampled_from(["right", "right", "ahead", "behind"])


def mishap_of(luck: random.Random) -> Mishap:
    """In every second step something happens."""
    if luck.random() < 0.5:
        return CALM
    return Mishap(
        is_heard=luck.random() < 0.7,
        power=luck.choice([None, None, luck.randrange(40)]),
        torn=luck.choice([None, luck.randrange(600)]),
        fault=luck.choice(FAULTS),
        clock_off=luck.choice([0, 0, 0, SLOW, FAST]),
    )
