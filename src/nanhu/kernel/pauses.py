"""Back-off: how long a row waits after so many attempts."""

import random
from collections.abc import Callable
from datetime import timedelta

SECONDS = {"s": 1, "min": 60, "h": 3600}
SPREAD = 0.1
"""A pause is shortened by up to this part of it, so that what failed together does not come again together."""
chance: Callable[[], float] = random.random
type Pause = Callable[[int], timedelta]


def span(text: str) -> timedelta:
    """Of "5s", "10min", "6h"."""
    digits = text.rstrip("".join(SECONDS))
    return timedelta(seconds=int(digits) * SECONDS[text.removeprefix(digits)])


def doubling(first: str, longest: str) -> Pause:
    """After the first attempt `first`, after each further one twice as long, up to `longest`."""
    shortest, most = span(first), span(longest)
    return lambda attempts: min(shortest * 2 ** min(max(attempts - 1, 0), 16), most)


def listed(*spans: str) -> Pause:
    """After each attempt the next of these; the last one over and over."""
    known = [span(one) for one in spans]
    return lambda attempts: known[min(max(attempts - 1, 0), len(known) - 1)]


def spread(pause: timedelta) -> timedelta:
    return pause * (1 - SPREAD * chance())
