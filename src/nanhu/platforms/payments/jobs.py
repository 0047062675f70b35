"""Periodic jobs of payments."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.jobs import job, open_progress
from nanhu.platforms.payments.day_sources import sources
from nanhu.platforms.payments.models import AppRequest, DayClose
from nanhu.platforms.payments.services import reconciliation
from nanhu.platforms.payments.services.days import close_day

BY = Actor.system("payments.day_close")
BANK_ANSWERS_WITHIN = timedelta(days=92)
"""So long a day without the bank's balance is looked at again each night."""


@job("payments.reconcile", every="20 6 * * *")
def reconcile() -> int:
    """T+1: yesterday's files, and those of the two days before, whose orders may have ended meanwhile."""
    today = campus_today()
    return sum(len(reconciliation.bank_differences(today - timedelta(days=back))) for back in (3, 2, 1))


@job("payments.close_day", every="25 0 * * *")
def close_yesterday() -> None:
    """Yesterday, and days of the last week that something may have changed since."""
    today = campus_today()
    for day in [*days_to_look_at_again(today), today - timedelta(days=1)]:
        close_day(by=BY, day=day)


@job("payments.close_day_by_hand")
def close_day_by_hand(progress_id: str, day: str, name: str, account_id: int) -> None:
    """What somebody asked for at the desk."""
    progress = open_progress(progress_id)
    by = Actor(account_id=account_id, name=name)
    close = close_day(
        by=by, day=date.fromisoformat(day), heard=lambda done, total, note: progress.advance(done, note, total=total)
    )
    summary = _("{day} 核对完：{state}").format(day=day, state=DayClose.State(close.state).label)
    progress.finish(summary, result_url=reverse("payments:day", args=[day]))


@job("payments.forget_app_requests", every="17 * * * *")
def forget_app_requests() -> int:
    """A question older than its clock allows cannot be played again anyway."""
    gone, _by_table = AppRequest.objects.filter(at__lt=now() - timedelta(hours=1)).delete()
    return gone


def days_to_look_at_again(today: date) -> list[date]:
    """Not at zero: what came late may have brought them there. Or a source heard of them only after the close."""
    week = [today - timedelta(days=days) for days in range(7, 1, -1)]
    closes = dict(DayClose.objects.filter(day__in=week).values_list("day", "finished_at"))
    left = set(DayClose.objects.filter(day__in=week).exclude(state=DayClose.State.CLOSED).values_list("day", flat=True))
    left |= set(
        DayClose.objects.filter(state=DayClose.State.AWAITING, day__gte=today - BANK_ANSWERS_WITHIN).values_list(
            "day", flat=True
        )
    )
    heard = [one for source in sources for one in source.heard(list(closes))]
    return sorted(left | {day for day, at in heard if (finished := closes[day]) is not None and at > finished})
