"""What a process keeps for itself is no test's of another: a count of refusals in the minute, a source that dawdled, a list."""

from collections import Counter

from nanhu.kernel.remembered import forget_all
from nanhu.platforms.portal.guard import SLOW, is_slow
from nanhu.platforms.terminals.rates import FormerKeyUses, Rate
from nanhu.platforms.terminals.services.incidents import IncidentLog
from nanhu.platforms.terminals.wire import HONEST_FORMER_USES


def stands_still() -> float:
    return 0.0


def test_refusals_of_the_minute_are_forgotten():
    log = IncidentLog(clock=stands_still)
    taken = [log.place(("T1", "malformed"), 1, 2) for _ in range(3)]
    assert taken == [0, 0, None]

    forget_all()

    assert log.left_over == Counter()
    assert log.place(("T1", "malformed"), 1, 2) == 0


def test_what_a_terminal_asked_is_forgotten():
    rate, former = Rate({"pay": 1}, clock=stands_still), FormerKeyUses()
    assert [rate.is_one_too_many(7, "pay") for _ in range(2)] == [False, True]
    assert [former.is_strange(7, 1) for _ in range(HONEST_FORMER_USES + 1)][-1]

    forget_all()

    assert not rate.is_one_too_many(7, "pay")
    assert not former.is_strange(7, 1)


def test_a_source_that_dawdled_is_quick_again():
    SLOW.until["courses"] = float("inf")
    assert is_slow("courses")

    forget_all()

    assert not is_slow("courses")
