"""`day/total`: what a terminal counted on a day of its own, to be held against its receipts when the day is closed (A015)."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.terminals.api import MalformedError, Request, Terminal, operation, text_in, whole_in
from nanhu.systems.card.closing.models import TerminalDay
from nanhu.systems.card.closing.terminal_totals import COUNTS, heard_of
from nanhu.systems.card.models import SELLING

OLDEST = timedelta(days=62)
MOST_ROWS, MOST_FEN = 1_000_000, 10**11


@operation("day/total", kinds=SELLING)
def day_total(request: Request) -> dict[str, Any]:
    """Its own count and ours; `agrees` tells whether they are the same by now."""
    day, said = day_in(request.body), counts_in(request.body)
    keep_latest(request, day, said)
    ours = heard_of(request.terminal, day)
    return {"day": day.isoformat(), "agrees": all(ours[name] == said[name] for name in ours), "ours": ours}


def day_in(body: dict[str, Any]) -> date:
    try:
        day = date.fromisoformat(text_in(body, "day", longest=10))
    except ValueError as error:
        raise MalformedError from error
    if not campus_today() - OLDEST <= day <= campus_today():
        raise MalformedError
    return day


def counts_in(body: dict[str, Any]) -> dict[str, int]:
    """What is not said is none."""
    values = dict.fromkeys(COUNTS, 0) | {name: body[name] for name in COUNTS if name in body}
    said = {
        name: whole_in(values, name, least=0, most=MOST_FEN if name.endswith("_fen") else MOST_ROWS) for name in COUNTS
    }
    if said["waiting"] > said["stored"] or said["waiting_fen"] > said["stored_fen"]:
        raise MalformedError
    return said


def keep_latest(request: Request, day: date, said: dict[str, int]) -> None:
    """An older word that comes late changes nothing."""
    with transaction.atomic():
        Terminal.objects.select_for_update(no_key=True).get(pk=request.terminal.pk)
        row = TerminalDay.objects.filter(terminal=request.terminal, day=day).first()
        if row is not None and row.sequence >= request.sequence:
            return
        row = row or TerminalDay(terminal=request.terminal, day=day)
        for name, value in said.items():
            setattr(row, name, value)
        row.sequence, row.said_at = request.sequence, now()
        row.save()
