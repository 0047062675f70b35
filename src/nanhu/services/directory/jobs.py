"""Jobs of the directory: shared tables are written, approved rosters come into force, who has duty tomorrow is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.jobs import alone, job
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.services.directory import publishing, queries
from nanhu.services.directory.models import Duty, DutyExchange
from nanhu.services.directory.policies import POSTS
from nanhu.services.directory.services import duties, exchanging, phone_lists

CLOCK: Final = Actor.system("directory.lapse_exchanges")


@job("directory.publish", every="17 * * * *")
def publish_everything() -> int:
    """Units that moved, were closed or opened have other hours."""
    return sum(publish_alone(table, write) for table, write in publishing.TABLES.items())


def publish_alone(table: str, write: Callable[[], int]) -> int:
    """A table that cannot be written takes no other with it."""
    changed = 0
    with alone("directory.table_not_published", table=table):
        changed += write()
    return changed


@job("directory.publish_phones")
def publish_phones() -> int:
    return publishing.publish_phones()


@job("directory.publish_hours")
def publish_hours() -> int:
    return publishing.publish_hours()


@job("directory.take_duty_list")
def take_duty_list(batch_id: int) -> None:
    duties.take_list(batch_id=batch_id)


@job("directory.take_phone_list")
def take_phone_list(batch_id: int) -> None:
    phone_lists.take_list(batch_id=batch_id)


@job("directory.lapse_exchanges", every="47 * * * *")
def lapse_exchanges() -> int:
    """Of duties that began, were removed, replaced or are another's by now."""
    waiting = DutyExchange.objects.filter(state=DutyExchange.State.OPEN)
    lapsed = 0
    for one in waiting.exclude(pk__in=exchanging.open_exchanges().values("pk")).order_by("pk"):
        with alone("directory.exchange_not_lapsed", exchange=one.pk):
            lapsed += exchanging.lapse(by=CLOCK, exchange=one)
    return lapsed


@job("directory.tell_tomorrow", every="*/30 10-13 * * *")
def tell_tomorrow() -> int:
    """In the evening before (18:00 to 21:30 on the campus; the line is in UTC), and again as long as the evening lasts: each is told once, also who exchanged a duty meanwhile."""
    found = Duty.objects.filter(state=Duty.State.STANDING, day=campus_today() + timedelta(days=1))
    told = 0
    for one in queries.with_holders(found.select_related("unit", "place").order_by("begins_at")):
        with alone("directory.duty_not_told", duty=one.pk):
            told += tell_holders(one)
    return told


def tell_holders(one: Duty) -> int:
    key = f"duty:{one.public_id}"
    holders = {person_id for person_id, _name in one.holders}
    if not people.still_here(holders):
        leaders = people.leaders_of([one.unit_id], POSTS)
        return messages.tell(leaders, "directory.duty_open", {"what": str(one)}, key=key)
    where = "，".join(filter(None, [one.place.name if one.place else "", one.phone]))
    facts = {"what": str(one), "where": where and _("地点、电话：%(where)s") % {"where": where}}
    return messages.tell(holders, "directory.duty", facts, key=key)
