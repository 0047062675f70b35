"""Work that comes round, and the close that a page asks for."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.jobs import job, open_progress
from nanhu.systems.card.closing.models import DayClose
from nanhu.systems.card.closing.services.days import close_day
from nanhu.systems.card.closing.services.settling import settle_due

BY = Actor.system("card.closing")


@job("card.close_day", every="25 0 * * *")
def close_yesterday() -> None:
    """Yesterday, and days of the last week that were left open: what came late may have explained them."""
    today = campus_today()
    week = [today - timedelta(days=days) for days in range(7, 1, -1)]
    left = DayClose.objects.filter(day__in=week, state=DayClose.State.OPEN).values_list("day", flat=True)
    for day in [*sorted(left), today - timedelta(days=1)]:
        close_day(by=BY, day=day)


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
