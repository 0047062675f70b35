"""Periodic jobs of closing."""

from datetime import timedelta

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.systems.card.closing.services.liability import bear_losses
from nanhu.systems.card.closing.services.settling import settle_due

BY = Actor.system("card.closing")
LOOKED_BACK = timedelta(days=2)
LOOKED_BACK_BY_NIGHT = timedelta(days=92)


@job("card.bear_losses", every="* * * * *")
def bear_recent_losses() -> int:
    """What came in lately; a day and more back, so that an hour's pause of the worker leaves nothing behind; the rest by night."""
    moment = now()
    return bear_losses(by=BY, since=moment - LOOKED_BACK, until=moment)


@job("card.bear_older_losses", every="35 4 * * *")
def bear_older_losses() -> int:
    """What came in while no worker ran for days: what the minute's look cannot reach any more."""
    moment = now()
    return bear_losses(by=BY, since=moment - LOOKED_BACK_BY_NIGHT, until=moment)


@job("card.settle", every="45 0 * * *")
def settle_merchants() -> int:
    return len(settle_due(by=BY))
