"""Feeds of other systems: calendars (iCalendar) into everybody's own calendar, news (RSS, Atom) into the notices of the home."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from heapq import nsmallest
from http import HTTPStatus
from itertools import islice
from time import thread_time
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.db import transaction
from icalendar import Calendar

from nanhu.kernel.clock import CAMPUS_ZONE, campus_time, campus_today, now, start_of
from nanhu.kernel.outgoing import Call
from nanhu.kernel.registry import NoticeLine, Occurrence, Viewer
from nanhu.kernel.ui.words import term
from nanhu.platforms.portal.integrations import calling, failing, living, news, rules
from nanhu.platforms.portal.models import Integration, IntegrationItem

MOST_ITEMS: Final = 500
BACK, AHEAD = timedelta(days=90), timedelta(days=400)
RULED_BACK: Final = timedelta(days=30 * 366)
USUAL_PARTS: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
SLOW_RULES: Final = {
    "DAILY": frozenset({"BYDAY"}),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": frozenset({"BYMONTH", "BYDAY", "BYMONTHDAY", "BYSETPOS"}),
}
"""What a rule of each may name beside the usual; with it no rule looks for its next time for longer than about a second."""
FILE_SECONDS: Final = 2.0
"""Of the processor for one file: whose rules take more is refused, however busy the machine is."""
LONGEST_TITLE: Final = 120
LONGEST_URL: Final = 500
MOST_STEPS: Final = 12_000
ONE_DAY: Final = timedelta(days=1)
RULED: Final = ("rrule", "rdate", "recurrence-id")
"""What makes several times of one event."""
NEWS_FRESH: Final = timedelta(days=14)
DECLARED_CHINESE: Final = re.compile(rb"""\s*<\?xml[^>]{,200}encoding=["']gb(?:2312|k|18030)["']""", re.IGNORECASE)
ATOM: Final = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    url: str = ""
    place: str = ""
    is_whole_days: bool = False


def read_all() -> int:
    """Reads those that live; how many items changed. One that fails keeps what it had."""
    rows = Integration.objects.filter(kind=Integration.Kind.FEED, state=Integration.State.LIVE)
    return sum(read_one(one) for one in rows if not failing.is_paused(one))


def read_one(one: Integration) -> int:
    """Whatever is wrong with one, the others are read."""
    try:
        changed = keep(one, read_items(one))
    except Exception as error:  # noqa: BLE001 - noted and told to its owner
        failing.note_failure(one, error)
        return 0
    failing.note_success(one)
    return changed


def read_items(one: Integration) -> list[Item]:
    """The nearest to today, of a feed that has more than we keep."""
    headers = ((one.header_name, one.secret),) if one.header_name and one.secret else ()
    document = calling.fetch(Call(address=one.address, headers=headers))
    if document.status != HTTPStatus.OK:
        raise rules.BadAnswerError(f"status {document.status}")
    read = occurrences_in if one.format == Integration.Format.ICALENDAR else news_in
    try:
        nearest = nsmallest(MOST_ITEMS, read(document.body), key=lambda item: abs(item.starts_at - now()))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as error:
        raise rules.BadAnswerError(f"no feed: {type(error).__name__}") from error
    return list({item.uid: item for item in nearest}.values())


@transaction.atomic
def keep(one: Integration, items: Iterable[Item]) -> int:
    """Writes what differs; what the feed names no more goes."""
    if not living.is_current(one):
        return 0
    standing = {row.uid: row for row in IntegrationItem.objects.select_for_update().filter(integration=one)}
    wanted = {item.uid: item for item in items}
    changed = [item for uid, item in wanted.items() if uid not in standing or facts_of(standing[uid]) != item]
    for item in changed:
        row = standing.get(item.uid) or IntegrationItem(integration=one, sequence=-1)
        for name, value in asdict(item).items():
            setattr(row, name, value)
        row.sequence, row.changed_at = row.sequence + 1, now()
        row.save()
    gone, _by_model = IntegrationItem.objects.filter(integration=one, uid__in=standing.keys() - wanted.keys()).delete()
    if standing and one.format == Integration.Format.RSS:
        news.tell(one, (item for item in changed if item.uid not in standing and item.starts_at > now() - NEWS_FRESH))
    transaction.on_commit(living.read_anew)
    return len(changed) + gone


def facts_of(row: IntegrationItem) -> Item:
    return Item(**{name: getattr(row, name) for name in Item.__slots__})


def occurrences_in(body: bytes) -> Iterator[Item]:
    """Of a calendar, from ninety days ago to four hundred ahead; rules that repeat by the day and slower are followed. One time of a rule
    that is told anew (RECURRENCE-ID: moved, or called off) stands where it is now, and not where the rule has it."""
    since, until = start_of(campus_today() - BACK), start_of(campus_today() + AHEAD)
    events = Calendar.from_ical(body).walk("VEVENT")
    anew, once = overrides_in(events), single_uids(events)
    deadline = thread_time() + FILE_SECONDS
    for event in events:
        if thread_time() > deadline:
            raise rules.BadAnswerError("a calendar whose rules take too long")
        try:
            starts, length, is_whole = span_of(event)
            moved = moment_before(event)
            moments = [starts] if moved else list(moments_of(event, starts, since, until))
            name = rules.shown(str(event.get("summary", "")), LONGEST_TITLE)
            place = rules.shown(str(event.get("location", "")), LONGEST_TITLE)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
            continue
        uid = sha256(uid_of(event).encode()).hexdigest()[:32]
        skipped = set() if moved else anew[uid_of(event)]
        for moment in moments:
            if name and not is_cancelled(event) and since <= moment < until and moment not in skipped:
                yield Item(
                    uid=uid if uid_of(event) in once else f"{uid}-{campus_time(moved or moment):%Y%m%dT%H%M}",
                    title=name,
                    place=place,
                    starts_at=moment,
                    ends_at=moment + length,
                    is_whole_days=is_whole,
                )


def uid_of(event: Any) -> str:
    return str(event.get("uid", event.get("summary", "")))


def is_cancelled(event: Any) -> bool:
    return str(event.get("status", "")).upper() == "CANCELLED"


def moment_before(event: Any) -> datetime | None:
    """At which time of its rule it stood, where it tells that one time anew."""
    told = event.get("recurrence-id")
    return moment_at(told.dt) if told is not None else None


def overrides_in(events: Iterable[Any]) -> Mapping[str, set[datetime]]:
    found: defaultdict[str, set[datetime]] = defaultdict(set)
    for event in events:
        with suppress(ValueError, TypeError, AttributeError, OverflowError):
            if (moment := moment_before(event)) is not None:
                found[uid_of(event)].add(moment)
    return found


def single_uids(events: Iterable[Any]) -> set[str]:
    """Which are one thing at one time, and the same thing when its time is another."""
    counts = Counter(map(uid_of, events))
    ruled = {uid_of(event) for event in events if any(event.get(name) for name in RULED)}
    return {uid for uid, count in counts.items() if count == 1} - ruled


def span_of(event: Any) -> tuple[datetime, timedelta, bool]:
    starts = event.decoded("dtstart")
    is_whole = not isinstance(starts, datetime)
    ends = event.decoded("dtend", None)
    usual, least = (ONE_DAY, ONE_DAY) if is_whole else (timedelta(hours=1), timedelta())
    length = moment_at(ends) - moment_at(starts) if ends is not None else event.decoded("duration", usual)
    return moment_at(starts), min(max(length, least), AHEAD), is_whole


def moment_at(value: date | datetime) -> datetime:
    found = value if isinstance(value, datetime) else datetime.combine(value, time(), CAMPUS_ZONE)
    return found if found.tzinfo else found.replace(tzinfo=CAMPUS_ZONE)


def moments_of(event: Any, starts: datetime, since: datetime, until: datetime) -> Iterable[datetime]:
    rule = event.get("rrule")
    if not rule or starts < now() - RULED_BACK or not is_followed(rule):
        return [starts, *further_of(event)]
    told = campus_time(starts).replace(tzinfo=None)
    parts = (part for part in rule.to_ical().decode().split(";") if not part.startswith(("UNTIL=", "COUNT=")))
    steps = min([MOST_STEPS, *(int(one) for one in rule.get("count", []))])
    last = min([until, *(moment_at(one) for one in rule.get("until", []))])
    every = rrulestr(";".join(parts), dtstart=told).replace(until=campus_time(last).replace(tzinfo=None))
    skipped = {moment_at(one.dt) for dates in listed(event.get("exdate")) for one in dates.dts}
    moments = (moment.replace(tzinfo=CAMPUS_ZONE) for moment in islice(every, max(steps, 0)))
    ruled = islice((one for one in moments if one >= since), MOST_ITEMS)
    return [one for one in dict.fromkeys([*ruled, *further_of(event)]) if one not in skipped]


def further_of(event: Any) -> list[datetime]:
    """Times beside the rule (RDATE)."""
    said = [one.dt for dates in listed(event.get("rdate")) for one in dates.dts]
    return [moment_at(one[0] if isinstance(one, tuple) else one) for one in said[:MOST_ITEMS]]


def is_followed(rule: Any) -> bool:
    """By the day and slower, at one time of a day: rules of hours and minutes cost more than a calendar is worth."""
    return not set(rule) - USUAL_PARTS - SLOW_RULES.get(str(rule.get("freq", [""])[0]), frozenset(rule))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def news_in(body: bytes) -> Iterator[Item]:
    try:
        root = fromstring(text_of(body))
    except (ParseError, DefusedXmlException) as error:
        raise rules.BadAnswerError(f"no feed: {error}") from error
    for entry in (*root.iter("item"), *root.iter(f"{ATOM}entry")):
        is_atom = entry.tag.startswith(ATOM)
        mark = ATOM if is_atom else ""
        link = entry.find(f"{mark}link")
        url = ((link.get("href") or "") if is_atom else (link.text or "")).strip() if link is not None else ""
        name = rules.shown(text_in(entry, f"{mark}title"), LONGEST_TITLE)
        if not name or not url.lower().startswith(("https://", "http://")) or len(url) > LONGEST_URL:
            continue
        moment = published(text_in(entry, f"{mark}updated") if is_atom else text_in(entry, "pubDate"))
        uid = sha256(f"{url}\n{text_in(entry, f'{mark}id' if is_atom else 'guid')}".encode()).hexdigest()[:32]
        yield Item(uid=uid, title=name, url=url, starts_at=moment, ends_at=moment)


def text_of(body: bytes) -> bytes | str:
    """The Chinese encodings are read here: the parser knows none of them."""
    return body.decode("gb18030") if DECLARED_CHINESE.match(body) else body


def text_in(entry: Element, name: str) -> str:
    found = entry.find(name)
    return "".join(found.itertext()).strip() if found is not None else ""


def published(text: str) -> datetime:
    """What says no time, or one that cannot be or is still to come, stands at the end of the list and is never news. A site whose
    clock or zone is wrong is hours ahead."""
    try:
        moment = parsedate_to_datetime(text) if text[:4].isalpha() or "," in text else rules.moment_of(text)
        known = moment if moment.tzinfo else moment.replace(tzinfo=CAMPUS_ZONE)
    except (ValueError, TypeError, IndexError):
        known = rules.EARLIEST
    return known if rules.EARLIEST < known < now() + ONE_DAY else rules.EARLIEST


def news_for(viewer: Viewer) -> list[NoticeLine]:
    """The newest of the feeds that this viewer has, for the home; no query where they were read within the minute."""
    feeds = {one.pk: one for one in living.of_kind(Integration.Kind.FEED, viewer)}
    lines = [one for one in living.news() if one.integration_id in feeds and one.starts_at > now() - NEWS_FRESH]
    return [
        NoticeLine(
            title=one.title, url=one.url, office=term(feeds[one.integration_id].name), published_at=one.starts_at
        )
        for one in lines[: living.NEWS_SHOWN]
    ]


def calendar_of(viewer: Viewer, since: date, until: date) -> Iterator[Occurrence]:
    feeds = {one.pk: one for one in living.of_kind(Integration.Kind.FEED, viewer, everywhere=True)}
    calendars = [pk for pk, one in feeds.items() if one.format == Integration.Format.ICALENDAR]
    if not calendars:
        return
    rows = IntegrationItem.objects.filter(
        integration_id__in=calendars, starts_at__lt=start_of(until), ends_at__gte=start_of(since)
    )
    for one in rows.order_by("starts_at", "pk"):
        first, last = campus_time(one.starts_at), campus_time(one.ends_at)
        yield Occurrence(
            uid=f"integration.{one.integration_id}.{one.uid}",
            title=one.title,
            starts=first.date() if one.is_whole_days else one.starts_at,
            ends=last.date() if one.is_whole_days else one.ends_at,
            changed_at=one.changed_at,
            sequence=one.sequence,
            place=one.place,
            description=term(feeds[one.integration_id].name),
        )
