"""Periodic jobs of the directory: shared tables are written, approved rosters come into force, who has duty tomorrow is told, and who has to confirm what
his unit keeps."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now, start_of
from nanhu.kernel.jobs import alone, job
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.services.directory import policies, publishing, queries
from nanhu.services.directory.models import Duty, DutyExchange
from nanhu.services.directory.policies import POSTS
from nanhu.services.directory.services import duties, exchanging, phone_lists

CLOCK: Final = Actor.system("directory.lapse_exchanges")
DUTY: Final = "directory.duty"
OPEN_DUTY: Final = "directory.duty_open"
UNCONFIRMED: Final = "directory.unconfirmed"
EVENING: Final = 18


@job("directory.publish", every="17 * * * *")
def publish_everything() -> int:
    """Units that moved, were closed or opened have other hours. A table that cannot be written takes no other with it."""
    changed = 0
    for table, write in publishing.TABLES.items():
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


@job("directory.tell_tomorrow", every="*/30 * * * *")
def tell_tomorrow() -> int:
    """From the evening before on (18:00 on the campus) until the duty begins: each is told once, also who exchanged a duty meanwhile. Whom
    nobody told in the evening (the school was read-only, no worker ran) hears it as soon as one runs."""
    found = Duty.objects.filter(state=Duty.State.STANDING, begins_at__gt=now(), day__lte=last_day_to_tell())
    coming = queries.with_holders(found.select_related("unit", "place").order_by("begins_at"))
    keys = {key_of(one) for one in coming}
    since = start_of(campus_today() - timedelta(days=1))
    heard = {kind: messages.recipients_since(kind, keys, since) for kind in (DUTY, OPEN_DUTY)}
    told = 0
    for one in coming:
        with alone("directory.duty_not_told", duty=one.pk):
            told += tell_holders(one, heard)
    return told


def last_day_to_tell() -> date:
    """Tomorrow, once it is evening."""
    moment = campus_time(now())
    return moment.date() + timedelta(days=moment.hour >= EVENING)


def key_of(one: Duty) -> str:
    return f"duty:{one.public_id}"


def tell_holders(one: Duty, heard: Mapping[str, Mapping[str, set[int]]]) -> int:
    """`heard`: by message and duty, who knows."""
    key = key_of(one)
    holders = {person_id for person_id, _name in one.holders}
    if not people.still_here(holders):
        leaders = set(people.leaders_of([one.unit_id], POSTS)) - heard[OPEN_DUTY].get(key, set())
        return messages.tell(leaders, OPEN_DUTY, {"what": one}, key=key)
    where = "，".join(filter(None, [one.place.name if one.place else "", one.phone]))
    facts = {"what": one, "where": where and lazy_filled(_("地点、电话：%(where)s"), where=where)}
    return messages.tell(holders - heard[DUTY].get(key, set()), DUTY, facts, key=key)


@job("directory.ask_to_confirm", every="13 1 * * *")
def ask_to_confirm() -> int:
    """Once a month each unit with something that nobody has confirmed for a year: whoever keeps it, the nearest above while no post is held."""
    told, first = 0, campus_today().replace(day=1)
    for (unit_id, name), count in queries.due_by_unit().items():
        with alone("directory.unit_not_asked", unit=unit_id):
            key = f"confirm:{unit_id}:{first:%Y-%m}"
            known = messages.recipients_since(UNCONFIRMED, {key}, start_of(first)).get(key, set())
            facts = {"unit": name, "count": count}
            told += messages.tell(policies.keepers_of(unit_id) - known, UNCONFIRMED, facts, key=key)
    return told
