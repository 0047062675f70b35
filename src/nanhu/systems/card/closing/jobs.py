"""Periodic jobs of closing, and the close of a day that a page asks for."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job, open_progress
from nanhu.platforms.payments.api import DayClose, close_day
from nanhu.systems.card.closing.services.liability import bear_losses
from nanhu.systems.card.closing.services.settling import settle_due

BY = Actor.system("card.closing")
LOOKED_BACK = timedelta(days=2)


@job("card.bear_losses", every="* * * * *")
def bear_recent_losses() -> int:
    """What came in lately; a day and more back, so that an hour's pause of the worker leaves nothing behind."""
    moment = now()
    return bear_losses(by=BY, since=moment - LOOKED_BACK, until=moment)


@job("card.settle", every="45 0 * * *")
def settle_merchants() -> int:
    return len(settle_due(by=BY))


@job("card.close_day_asked")
def close_day_asked(progress_id: str, day: str, name: str, account_id: int) -> None:
    progress = open_progress(progress_id)
    by = Actor(account_id=account_id, name=name)
    close = close_day(
        by=by, day=date.fromisoformat(day), heard=lambda done, total, note: progress.advance(done, note, total=total)
    )
    summary = _("{day} 核对完：{state}").format(day=day, state=DayClose.State(close.state).label)
    progress.finish(summary, result_url=reverse("card:day", args=[day]))
