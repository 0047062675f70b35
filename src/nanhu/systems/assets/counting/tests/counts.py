"""A count of a room, and what phones send of it."""

from datetime import timedelta
from itertools import cycle
from uuid import uuid4

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.campus import api as campus
from nanhu.systems.assets.counting.models import StockTake
from nanhu.systems.assets.counting.services import planning
from nanhu.systems.assets.counting.services.uploading import Batch, SentRow, take_rows
from nanhu.systems.assets.labels import room_code

MOMENTS = cycle(range(60, 3600, 2))


def planned(school, *, places=("b1-101",), unit="", title="101 年度盘点"):
    found = [campus.place_with(one) for one in places]
    take = planning.plan(
        by=school.actor("T5"),
        title=title,
        starts_on=campus_today(),
        ends_on=campus_today() + timedelta(days=7),
        unit_id=school.units[unit] if unit else None,
        places=found,
    )
    planning.set_team(by=school.actor("T5"), take=take, name="一组", members=["T2", "T3"])
    return take


def opened(school, **more):
    return planning.open_take(by=school.actor("T5"), take=planned(school, **more))


def row(number, *, room="b1-101", ago=None, session=None, method="scan", **more):
    """As a phone makes it after the door was read; `ago` in seconds, else each two seconds before the last that was made."""
    seen_at = now() - timedelta(seconds=next(MOMENTS) if ago is None else ago)
    said = {
        "client_id": uuid4(),
        "session": session or uuid4(),
        "number": number,
        "seen_at": seen_at,
        "method": method,
        "round": 1,
        "room": room_code(room) if room else "",
        "room_at": seen_at - timedelta(seconds=30) if room else None,
    }
    return SentRow(**(said | more))


def bring(school, take, rows, *, who="T2", sent_at=None):
    batch = Batch(sent_at=sent_at or now(), rows=list(rows))
    return take_rows(person_id=school[who], take=take, batch=batch)


def backdated(take, days=1):
    """Opened so long ago that rows of the last hours are of it."""
    StockTake.objects.filter(pk=take.pk).update(opened_at=now() - timedelta(days=days))
    take.refresh_from_db()
    return take
