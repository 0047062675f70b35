"""Day close (日结): ask every source, name each difference with its owner; closed once nothing unexplained is left."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, end_of, now, start_of
from nanhu.kernel.once import lock_key
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.day_sources import Found, Source, figures, sources
from nanhu.platforms.payments.errors import DayDutiesError, DayLongPastError, DayNotOverError, NoteMissingError
from nanhu.platforms.payments.models import DayClose, DayDifference
from nanhu.platforms.payments.services.day_custody import custody_on
from nanhu.platforms.payments.services.printed_roots import roots_now

DAYS_BACK = 400
"""A day is closed in its own night; what people close again lies within a year's audit."""

type Heard = Callable[[int, int, str], None]
OPEN, EXPLAINED, GONE = DayDifference.State.OPEN, DayDifference.State.EXPLAINED, DayDifference.State.GONE


def close_day(*, by: Actor, day: date, heard: Heard = lambda _done, _total, _note: None) -> DayClose:
    """Run the close of a day; again is harmless, and finds what has changed since. Two at once wait for each other."""
    if day >= campus_today():
        raise DayNotOverError(day=dates.short_day(day, campus_today().year))
    asked = list(sources)
    steps = len(asked) + 2
    with transaction.atomic():
        hold(day)
        close = DayClose.objects.get_or_create(day=day)[0]
        note_closer(close, by=by)
        heard(0, steps, _("汇总总账"))
        ledger.sum_days()
        for place, source in enumerate(asked, 1):
            heard(place, steps, str(source.title))
            take_in(close, source, source.differences(day))
        heard(steps - 1, steps, _("合计"))
        printed = close.figures.get("roots")
        close.figures = figures_of(day) | {"roots": printed or roots_now()}
        close.bank_told_fen = close.figures["custody"]["bank_told_fen"]
        finish(close, by=by)
    heard(steps, steps, "")
    return close


def check_close_by_hand(*, by: Actor, day: date) -> None:
    """Said before the work is handed over, beside the form that asks for it."""
    words = dates.day(day, campus_today().year)
    if day < campus_today() - timedelta(days=DAYS_BACK):
        raise DayLongPastError(day=words, days=DAYS_BACK)
    if day >= campus_today():
        raise DayNotOverError(day=words)
    if DayDifference.objects.filter(close_id=day, noted_by_id=by.account_id).exists():
        raise DayDutiesError


def note_closer(close: DayClose, *, by: Actor) -> None:
    """Who runs it by hand; the nightly run is nobody's."""
    if by.account_id is None or by.account_id in close.closer_ids:
        return
    if close.differences.filter(noted_by_id=by.account_id).exists():
        raise DayDutiesError
    close.closer_ids = [*close.closer_ids, by.account_id]
    close.save(update_fields=["closer_ids"])


def hold(day: date) -> None:
    lock_key(f"payments.day_close:{day}")


def take_in(close: DayClose, source: Source, found: list[Found]) -> None:
    """Differences are known again by their key; what is not found any more is gone."""
    known = {one.key: one for one in DayDifference.objects.filter(close=close, source=source.key)}
    for one in found:
        row = known.get(one.key) or DayDifference(close=close, source=source.key, key=one.key)
        has_changed = (row.ours_fen, row.theirs_fen) != (one.ours_fen, one.theirs_fen) or row.state == GONE
        row.what, row.ours_fen, row.theirs_fen = one.what, one.ours_fen, one.theirs_fen
        row.owner = one.owner or str(source.owner)
        if one.is_explained:
            row.state, row.note = EXPLAINED, row.note or one.what
        elif row.pk is None or has_changed:
            row.state, row.note, row.noted_by, row.noted_by_id = OPEN, "", "", None
        row.changed_at = now()
        row.save()
    gone = [row.pk for key, row in known.items() if key not in {one.key for one in found} and row.state != GONE]
    DayDifference.objects.filter(pk__in=gone).update(state=GONE, changed_at=now())


def finish(close: DayClose, *, by: Actor) -> None:
    close.runs += 1
    close.finished_at, close.by_name, close.state = now(), by.name, state_of(close)
    close.save()
    facts = {"state": close.state, "open": DayDifference.objects.filter(close=close, state=OPEN).count()}
    audit.record(by=by, action="payments.close_day", target=f"day:{close.day}", facts=facts)


def state_of(close: DayClose) -> DayClose.State:
    """Nothing unexplained is no whole close yet: that takes the word of every bank that keeps our money."""
    states = set(DayDifference.objects.filter(close=close).values_list("state", flat=True))
    if OPEN in states:
        return DayClose.State.OPEN
    if close.bank_told_fen is None:
        return DayClose.State.AWAITING
    return DayClose.State.EXPLAINED if EXPLAINED in states else DayClose.State.CLOSED


def explain(*, by: Actor, difference: DayDifference, note: str) -> DayClose:
    """Say what a difference is and what is done about it; the day is closed when no unexplained one is left."""
    if not note.strip():
        raise NoteMissingError
    with transaction.atomic():
        hold(difference.close_id)
        row = DayDifference.objects.select_for_update().select_related("close").get(pk=difference.pk)
        if by.account_id is not None and by.account_id in row.close.closer_ids:
            raise DayDutiesError
        row.state, row.note, row.changed_at = EXPLAINED, note.strip()[:300], now()
        row.noted_by, row.noted_by_id = by.name, by.account_id
        row.save()
        row.close.state = state_of(row.close)
        row.close.save(update_fields=["state"])
        facts = {"difference": row.pk, "fen": row.difference_fen}
        audit.record(
            by=by, action="payments.explain_difference", target=f"day:{row.close_id}", reason=row.note, facts=facts
        )
        return row.close


def figures_of(day: date) -> dict[str, Any]:
    """What the report shows; plain values, so that a printed report stays what it was."""
    moved = ledger.moved_between(start_of(day), end_of(day))
    return {
        "groups": [
            {"kind": row.kind, "group": row.group, "debit_fen": row.debit_fen, "credit_fen": row.credit_fen}
            for row in by_group(moved)
        ],
        "trial": [
            {"kind": row.kind, "group": row.group, "debit_fen": row.debit_fen, "credit_fen": row.credit_fen}
            for row in by_group(ledger.trial_at(end_of(day)))
        ],
        "custody": custody_on(day),
        **{one.key: one.of(day) for one in figures},
    }


def by_group(rows: list[ledger.GroupRow]) -> list[ledger.GroupRow]:
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        both = sums.setdefault((row.kind, row.group), [0, 0])
        both[0] += row.debit_fen
        both[1] += row.credit_fen
    return [
        ledger.GroupRow(kind=kind, group=group, account_id=None, debit_fen=debit, credit_fen=credit)
        for (kind, group), (debit, credit) in sorted(sums.items())
    ]
