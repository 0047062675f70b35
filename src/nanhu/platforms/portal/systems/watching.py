"""Health of the systems (系统状态), probed each minute: two failures and it is down, three good answers and it is up again."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.outgoing import Call
from nanhu.kernel.registry import BoxSystem, Verdict, box_systems
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.integrations import calling, rules
from nanhu.platforms.portal.models import Integration, SystemDay, SystemHealth

log = structlog.get_logger()
AT_ONCE: Final = 8
LONGEST_ERROR: Final = 200
DOWN_AFTER, UP_AFTER = 2, 3
DAYS: Final = 30
GUARDED: Final = frozenset({401, 403, 405})
"""It asks who comes: it is there."""
State = SystemHealth.State


def watch() -> int:
    """Asks every system once; how many answered. What rests is not asked and does not count."""
    outside = {key_of(one): one.health_address or one.address for one in outside_pages()}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(outside, pool.map(problem_at, outside.values()), strict=True))
    resting = set(resting_keys())
    found |= {one.key: problem_of(one) for one in box_systems if one.key not in outside and one.key not in resting}
    for key, problem in found.items():
        note(key, problem)
    SystemDay.objects.filter(day__lt=campus_today() - timedelta(days=DAYS)).delete()
    return sum(not problem for problem in found.values())


def key_of(one: Integration) -> str:
    """Of a system of the list, or its own: no page takes the place of a room by its name."""
    return one.system or f"integration:{one.key}"


def outside_pages() -> Iterable[Integration]:
    return Integration.objects.filter(kind=Integration.Kind.PAGE, state=Integration.State.LIVE).order_by(
        "-order", "key"
    )


def resting_keys() -> Iterable[str]:
    rows = Integration.objects.filter(kind=Integration.Kind.PAGE, state=Integration.State.RESTING)
    return (key_of(one) for one in rows)


def problem_at(address: str) -> str:
    """Why a system is not there; empty where it answers."""
    try:
        status = calling.fetch(Call(address=address)).status
    except (OSError, ValueError) as error:
        return rules.shown(f"{type(error).__name__}: {error}", LONGEST_ERROR)
    return "" if status < HTTPStatus.BAD_REQUEST or status in GUARDED else f"status {status}"


def problem_of(box: BoxSystem) -> str:
    outcome = attempt(f"system:{box.key}", box.check)
    if outcome.value is None:
        return outcome.error_number
    return "" if outcome.value.verdict != Verdict.FAIL else outcome.value.message[:200]


@transaction.atomic
def note(key: str, problem: str) -> SystemHealth:
    SystemHealth.objects.get_or_create(key=key)
    row = SystemHealth.objects.select_for_update().get(key=key)
    moment = row.checked_at = now()
    if problem:
        row.bad_in_row, row.good_in_row = row.bad_in_row + 1, 0
        row.first_bad_at, row.error = row.first_bad_at or moment, problem
        if row.bad_in_row >= DOWN_AFTER and row.state != State.DOWN:
            row.state, row.since = State.DOWN, row.first_bad_at
            log.warning("portal.system_down", key=key, error=problem)
    else:
        row.good_in_row, row.bad_in_row = row.good_in_row + 1, 0
        row.first_bad_at = None
        if row.state == State.UNKNOWN or (row.state == State.DOWN and row.good_in_row >= UP_AFTER):
            row.state, row.since, row.error = State.UP, moment, ""
    row.save()
    day, _is_new = SystemDay.objects.get_or_create(key=key, day=campus_today())
    SystemDay.objects.filter(pk=day.pk).update(probes=F("probes") + 1, good=F("good") + int(not problem))
    return row
