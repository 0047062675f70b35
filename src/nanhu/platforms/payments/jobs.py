"""Periodic jobs of payments."""

from datetime import date, datetime, timedelta

import structlog
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.jobs import job, open_progress
from nanhu.kernel.ui import dates
from nanhu.platforms.payments.acquirer import AcquirerSilentError
from nanhu.platforms.payments.day_sources import sources
from nanhu.platforms.payments.gateway import BankSilentError
from nanhu.platforms.payments.models import AppRequest, DayClose
from nanhu.platforms.payments.services import reconciliation
from nanhu.platforms.payments.services.days import close_day
from nanhu.platforms.payments.services.reconciliation import BANK_ANSWERS_WITHIN

BY = Actor.system("payments.day_close")
LAST_LOOK = timedelta(days=7)
"""So long a day that is not at zero is looked at again each night."""
ASKED_IN_VAIN = 3
"""Days of one side in one night, then it is silent."""
log = structlog.get_logger()


@job("payments.reconcile", every="20 6 * * *")
def reconcile() -> int:
    """T+1: yesterday's files, and those of the two days before, whose orders may have ended meanwhile; then what was missed. A side
    that is silent keeps no other waiting, nor does a day of which it has no good file keep its other days."""
    found, silent = 0, None
    for channel in reconciliation.channels():
        failures = 0
        for day in reconciliation.days_to_compare(channel, campus_today()):
            try:
                found += len(reconciliation.compare_day(channel, day))
            except (BankSilentError, AcquirerSilentError) as error:
                silent, failures = error, failures + 1
            if failures == ASKED_IN_VAIN:
                break
    if silent is not None:
        raise silent
    return found


@job("payments.close_day", every="25 0 * * *")
def close_yesterday() -> None:
    """Yesterday, days that were never closed, and those that something may have changed since. One that fails keeps no other open."""
    today, failure = campus_today(), None
    for day in dict.fromkeys([today - timedelta(days=1), *days_never_closed(today), *days_to_look_at_again(today)]):
        try:
            close_day(by=BY, day=day)
        except Exception as error:
            log.exception("payments.day_not_closed", day=day.isoformat())
            failure = error
    if failure is not None:
        raise failure


@job("payments.close_day_by_hand")
def close_day_by_hand(progress_id: str, day: str, name: str, account_id: int) -> None:
    """What somebody asked for at the desk."""
    progress = open_progress(progress_id)
    by = Actor(account_id=account_id, name=name)
    close = close_day(
        by=by, day=date.fromisoformat(day), heard=lambda done, total, note: progress.advance(done, note, total=total)
    )
    said = dates.short_day(close.day, campus_today().year)
    summary = _("{day} 核对完：{state}").format(day=said, state=DayClose.State(close.state).label)
    progress.finish(summary, result_url=reverse("payments:day", args=[day]))


@job("payments.forget_app_requests", every="17 * * * *")
def forget_app_requests() -> int:
    """A question older than its clock allows cannot be played again anyway."""
    gone, _by_table = AppRequest.objects.filter(at__lt=now() - timedelta(hours=1)).delete()
    return gone


def days_to_look_at_again(today: date) -> list[date]:
    """Not at zero: what came late may have brought them there. Or a source heard of them only after the close. Or a day missed its
    last look: the school was read-only, or no worker ran."""
    closes = DayClose.objects.filter(day__gte=today - BANK_ANSWERS_WITHIN, day__lt=today - timedelta(days=1))
    states = list(closes.values_list("day", "state", "finished_at"))
    left = {day for day, state, at in states if state != DayClose.State.CLOSED and is_due_again(today, day, state, at)}
    finished = {day: at for day, _state, at in states}
    heard = [one for source in sources for one in source.heard(list(finished))]
    return sorted(left | {day for day, at in heard if (closed := finished[day]) is not None and at > closed})


def is_due_again(today: date, day: date, state: str, finished_at: datetime | None) -> bool:
    """Of a day that is not at zero."""
    if state == DayClose.State.AWAITING or day >= today - LAST_LOOK:
        return True
    return finished_at is not None and finished_at < start_of(day + LAST_LOOK)


def days_never_closed(today: date) -> list[date]:
    """Since the first that was: nights in which the school was read-only, or no worker ran."""
    first = DayClose.objects.order_by("day").values_list("day", flat=True).first()
    if first is None:
        return []
    first = max(first, today - BANK_ANSWERS_WITHIN)
    closed = set(DayClose.objects.filter(day__gte=first).values_list("day", flat=True))
    days = (first + timedelta(days=number) for number in range((today - first).days - 1))
    return [day for day in days if day not in closed]
