"""Periodic jobs of the card: spent sums go, holds end."""

from datetime import timedelta

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import one_value, run
from nanhu.kernel.jobs import job
from nanhu.systems.card.models import Spent

KEEP_SPENT = timedelta(days=40)
KEEP_STORED_SUMS = timedelta(days=7)
MOST_HOLDS = 200


@job("card.forget_spent", every="52 3 * * *")
def forget_spent() -> int:
    """Counters of days that no late row will ask for; a later one counts from nothing and is posted all the same."""
    gone, _by_table = Spent.objects.filter(day__lt=campus_today() - KEEP_SPENT).delete()
    return gone


@job("card.forget_stored_sums", every="57 3 * * *")
def forget_stored_sums() -> int:
    """What terminals uploaded counts for the day of its arrival alone."""
    return run("DELETE FROM card_stored_sum WHERE day < %s", [campus_today() - KEEP_STORED_SUMS])


@job("card.end_holds", every="* * * * *")
def end_holds() -> int:
    """Holds whose terminal fell silent end by themselves, a few at a time so that no wallet waits long."""
    ended: int = 0
    while True:
        some = one_value("SELECT card_end_holds(%s)", [MOST_HOLDS])
        ended += int(some)
        if some < MOST_HOLDS:
            return ended
