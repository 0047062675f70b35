"""Work that comes round, and the close that a page asks for."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.jobs import job, open_progress
from nanhu.systems.card.closing.models import DayClose, TerminalDay
from nanhu.systems.card.closing.services.days import close_day
from nanhu.systems.card.closing.services.liability import bear_losses
from nanhu.systems.card.closing.services.settling import settle_due

BY = Actor.system("card.closing")
LOOKED_BACK = timedelta(days=2)
BANK_ANSWERS_WITHIN = timedelta(days=92)
"""So long a day without the bank's balance is looked at again each night."""


@job("card.close_day", every="25 0 * * *")
def close_yesterday() -> None:
    """Yesterday, and days of the last week that something may have changed since."""
    today = campus_today()
    for day in [*days_to_look_at_again(today), today - timedelta(days=1)]:
        close_day(by=BY, day=day)


def days_to_look_at_again(today: date) -> list[date]:
    """Not at zero: what came late may have brought them there. Or a terminal told its total only after the close."""
    week = [today - timedelta(days=days) for days in range(7, 1, -1)]
    closes = dict(DayClose.objects.filter(day__in=week).values_list("day", "finished_at"))
    left = set(DayClose.objects.filter(day__in=week).exclude(state=DayClose.State.CLOSED).values_list("day", flat=True))
    left |= set(
        DayClose.objects.filter(state=DayClose.State.AWAITING, day__gte=today - BANK_ANSWERS_WITHIN).values_list(
            "day", flat=True
        )
    )
    told = TerminalDay.objects.filter(day__in=closes).values_list("day", "said_at")
    return sorted(left | {day for day, at in told if (finished := closes[day]) is not None and at > finished})


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
