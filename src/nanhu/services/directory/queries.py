"""Reads of the directory: what is shown, open now, found by the one search; cards for a phone's own book (vCard)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import DateField, DateTimeField, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import folding
from nanhu.kernel.calendar import is_working_day
from nanhu.kernel.calendar.hours import Opening, Timetable, spans_of
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, end_of, now, start_of
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.kit.calendars import Entry, hours_of
from nanhu.kernel.kit.filters import holding, numbered, places_of_words
from nanhu.kernel.registry import Hit, Occurrence, Owner, TileContent, Viewer, of_keys
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import called, term
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.services.directory.models import KINDS, Account, Answer, Duty, DutyExchange, Phone, StaffMobile
from nanhu.services.directory.rules import CONFIRMED_FOR, Spans, dialled, opening_at

LONGEST_ASKED: Final = 300
MOST_FOUND: Final = 20
"""By the one search."""
SHOWN: Final = 4
LEAST_SHARED: Final = 2
PAIR: Final = 2
ALIKE: Final = 0.6
"""Of one, as trigrams are compared: a slip of one letter in a word."""
ONE_DAY: Final = timedelta(days=1)
A_YEAR: Final = timedelta(days=365)


def living(model: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.filter(removed_at=None).select_related("unit")
    return found


def phones() -> QuerySet[Phone]:
    """Those for emergencies first."""
    found: QuerySet[Phone] = (
        living(Phone).select_related("unit", "place").order_by("-is_emergency", "unit__code", "name")
    )
    return found


def phones_like(text: str) -> QuerySet[Phone]:
    """What sounds like it: 小元卡, xiaoyuanak."""
    sound = folding.sound_of(folding.folded(text))
    near = Phone.objects.filter(removed_at=None).annotate(likeness=TrigramWordSimilarity(sound, "searched"))
    return near.filter(likeness__gte=ALIKE)


def due_by_unit() -> dict[tuple[int, str], int]:
    """Units, by number and name, with how many of their phones, accounts and answers nobody has confirmed for a year."""
    latest, found = campus_today() - A_YEAR, Counter[tuple[int, str]]()
    for model in KINDS.values():
        found.update(living(model).filter(confirmed_on__lt=latest).values_list("unit_id", "unit__name"))
    return dict(found)


def with_hours(rows: Sequence[Phone]) -> Sequence[Phone]:
    """With the timetables of their units, and who has duty now where a phone rings by day and night."""
    known = flows.timetables()
    alarms = {one.unit_id for one in rows if one.is_emergency}
    on_duty = names_on_duty(alarms) if alarms else {}
    for one in rows:
        one.timetable = known.get(one.unit.code, Timetable())
        one.on_duty = on_duty.get(one.unit_id, "")
    return rows


def opening_of(phone: Phone) -> Opening | None:
    """By its own hours, else by those of its unit, on days of which that says nothing by the school's; on days on which the unit is closed
    nobody is there. None where nobody said when."""
    table = phone.timetable
    has_own = bool(phone.hours or phone.other_hours)
    if not has_own and not table.seasons:
        return None

    def spans_on(day: date) -> Spans:
        is_working = is_working_day(day)
        season = table.season_on(day)
        if has_own and not (season and season.is_closure):
            return spans_of(phone.hours if is_working else phone.other_hours)
        known = table.spans_on(day, is_working=is_working)
        return known if known is not None else flows.school_spans(is_working=is_working)

    return opening_at(now().astimezone(CAMPUS_ZONE), spans_on)


def opening_words(phone: Phone) -> str:
    """在办公，到 18:30 · 周一 08:30 开 · 昼夜有人接，现在值班：周敏."""
    if phone.is_emergency:
        who = phone.on_duty
        return _("昼夜有人接，现在值班：%(who)s") % {"who": who} if who else _("昼夜有人接")
    opening = opening_of(phone)
    if opening is None:
        return ""
    if opening.at is None:
        return _("这两周不办公")
    if opening.is_open:
        return _("在办公，到 %(time)s") % {"time": f"{opening.at:%H:%M}"}
    return _("不在办公时间，%(day)s %(time)s 开") % {
        "day": dates.short_day(opening.at.date(), campus_today().year),
        "time": f"{opening.at:%H:%M}",
    }


def duties() -> QuerySet[Duty]:
    found: QuerySet[Duty] = Duty.objects.filter(state=Duty.State.STANDING).select_related("unit", "place")
    return found.order_by("begins_at", "unit__code", "task", "pk")


def coming_duties() -> QuerySet[Duty]:
    return duties().filter(ends_at__gt=now())


def units_on_duty() -> list[tuple[str, str]]:
    """(code, name) of the units that have duties ahead of them."""
    found = coming_duties().order_by("unit__code").values_list("unit__code", "unit__name").distinct()
    return [(code, f"{code} {term(name)}") for code, name in found]


def running(first: date, last: date) -> QuerySet[Duty]:
    """Of these days, also what began the evening before."""
    return coming_duties().filter(day__lte=last, ends_at__gt=start_of(first))


def shown_by_day(rows: Iterable[Duty], first: date) -> Mapping[date, list[Entry]]:
    """On the day on which each begins, on the `first` that is shown what began before it."""
    found: defaultdict[date, list[Entry]] = defaultdict(list)
    for one in with_holders(rows):
        found[max(one.day, first)].append(
            Entry(
                title=f"{one.who} {one.phone}".strip(),
                hours=hours_of(one.begins_at, one.ends_at) if one.day >= first else one.when,
                url=one.dialled if one.phone else "",
                place=term(one.unit.name),
                words=term(one.place.name) if one.place else "",
                source=called(one.task),
            )
        )
    return found


def on_duty_now() -> QuerySet[Duty]:
    return coming_duties().filter(begins_at__lte=now()).order_by("unit__code", "task", "pk")


def own_duties(viewer: Viewer) -> QuerySet[Duty]:
    """Of who looks, also by the posts that he holds today."""
    if viewer.person_id is None:
        return duties().none()
    wanted = Q(person=viewer.person_id)
    for post in people.own_posts(viewer):
        wanted |= Q(unit=post.unit_id, office=post.office)
    return duties().filter(wanted)


def with_holders(rows: Iterable[Duty]) -> list[Duty]:
    """With the names of posts that have duty, and until tomorrow with who holds them."""
    found = list(rows)
    by_post = [one for one in found if one.office]
    names = people.office_names() if by_post else {}
    soon = {one.day for one in by_post if one.day <= campus_today() + ONE_DAY}
    units = {one.unit_id for one in by_post}
    held = {day: people.post_holders(units, on=day) for day in soon}
    for one in by_post:
        one.office_name = names.get(one.office, one.office)
        one.holders_of_post = held.get(one.day, {}).get((one.unit_id, one.office), [])
    return found


def names_on_duty(unit_ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for one in with_holders(on_duty_now().filter(unit__in=list(unit_ids))):
        found.setdefault(one.unit_id, []).append(one.who)
    return {unit: "、".join(names) for unit, names in found.items()}


def is_unconfirmed(row: Phone | Account | Answer) -> bool:
    return campus_today() - row.confirmed_on > CONFIRMED_FOR


def hours_words(phone: Phone) -> str:
    return phone.hours.replace(" ", "、").replace("-", "–")


def phones_tile(viewer: Viewer) -> TileContent | None:
    """The phones of one's own unit."""
    units = people.own_unit_ids(viewer)
    found = phones().filter(unit__in=units)[:SHOWN]
    lines = tuple(f"{one.name} {one.number}" for one in found)
    return TileContent(caption=_("本单位的电话"), lines=lines, url=reverse("directory:book:phones")) if lines else None


def duty_lines(rows: Iterable[Duty]) -> tuple[str, ...]:
    return tuple(f"{one.unit.name} {one.task} {one.when} {one.who}" for one in with_holders(rows))


def duty_tile(viewer: Viewer) -> TileContent | None:
    """One's own next duties; else who has duty now in one's units."""
    mine = list(own_duties(viewer).filter(ends_at__gt=now())[:SHOWN])
    if mine:
        lines = tuple(f"{one.when} {one.unit.name}{one.task}" for one in mine)
        return TileContent(caption=_("我的值班"), lines=lines, url=reverse("directory:book:mine"))
    lines = duty_lines(on_duty_now().filter(unit__in=people.own_unit_ids(viewer))[:SHOWN])
    return TileContent(caption=_("现在值班"), lines=lines, url=reverse("directory:book:duty")) if lines else None


def duties_found(_viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Who has duty now or today, by unit, name or the word itself."""
    words = folding.query_of(text).split()
    given = {"today": campus_today(), "moment": now(), **numbered(words)}
    found = now_holding(len(words))(**given)[:limit] if text.strip() else []
    return [
        Hit(
            key=str(one.public_id),
            title=f"{one.unit.name}{one.task}：{one.who}",
            url=reverse("directory:book:duty"),
            detail=" · ".join(filter(None, [one.when, one.phone, one.place.name if one.place else ""])),
            icon="clock",
        )
        for one in with_holders(found)
    ]


@cache
def now_holding(number: int) -> Prepared[Duty]:
    moment = Given("moment", DateTimeField())
    today = duties().filter(Q(day=Given("today", DateField())) | Q(begins_at__lte=moment), ends_at__gt=moment)
    return Prepared(lambda: today.filter(holding(places_of_words(number)))[:MOST_FOUND])


def occurrences(viewer: Viewer, since: date, until: date) -> Iterator[Occurrence]:
    """One's own duties; what was taken from one or given away stays as cancelled: it would stand in a calendar for ever."""
    me = viewer.person_id
    if me is None:
        return
    within = Q(begins_at__lt=end_of(until), ends_at__gt=start_of(since))
    given = {"person": me, "since": start_of(since), "until": end_of(until)}
    for one in own_duties(viewer).filter(within) if people.own_posts(viewer) else OWN(**given):
        yield occurrence_of(one)
    for one in GONE(**given):
        yield occurrence_of(one, is_cancelled=True)


def gone() -> QuerySet[Duty]:
    me = Given("person")
    swapped = DutyExchange.objects.filter(state=DutyExchange.State.ACCEPTED)
    given_away = Q(pk__in=swapped.filter(author=me).values("given")) | Q(
        pk__in=swapped.filter(other=me).values("taken")
    )
    taken_away = Q(person=me, state__in=[Duty.State.REMOVED, Duty.State.REPLACED])
    return Duty.objects.filter(taken_away | given_away & ~Q(person=me), WITHIN).select_related("unit", "place")


WITHIN = Q(begins_at__lt=Given("until", DateTimeField()), ends_at__gt=Given("since", DateTimeField()))
OWN = Prepared(lambda: duties().filter(WITHIN, person=Given("person")))
GONE = Prepared(gone)


def occurrence_of(one: Duty, *, is_cancelled: bool = False) -> Occurrence:
    return Occurrence(
        uid=f"duty.{one.public_id}",
        title=f"{one.unit.name}{one.task}",
        starts=one.begins_at,
        ends=one.ends_at,
        changed_at=one.changed_at,
        sequence=int(one.changed_at.timestamp()) // 60,
        place=one.place.name if one.place else "",
        description=one.phone,
        url=reverse("directory:book:mine"),
        is_cancelled=is_cancelled,
    )


def duties_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, Any]]:
    found = duties().filter(person=owner.person_id).order_by("-begins_at")
    for one in found.filter(created_at__gte=since) if since else found:
        yield {
            "unit": one.unit.name,
            "task": one.task,
            "begins_at": one.begins_at.isoformat(),
            "ends_at": one.ends_at.isoformat(),
            "place": one.place.name if one.place else "",
        }


def phone_hits(keys: Collection[str] | None = None) -> Iterable[Hit]:
    for one in of_keys(phones(), keys):
        number = f"{one.number} {_('转')} {one.extension}" if one.extension else one.number
        facts = [number, one.unit.name, hours_words(one)]
        yield Hit(
            key=str(one.public_id),
            title=one.called,
            url=reverse("directory:book:phone", args=[one.public_id]),
            detail=" · ".join(filter(None, facts)),
            words=one.searched,
            icon="phone",
        )


def unit_hits() -> Iterable[Hit]:
    """Units that are written to, under the one above them; what one does with one is to ring it."""
    for one in people.unit_choices(without_kinds=people.SMALL_UNITS):
        yield Hit(
            key=one.code,
            title=one.name,
            url=f"{reverse('directory:book:phones')}?{urlencode({'q': one.name})}",
            detail=one.above,
            icon="building-2",
        )


def answer_hits(keys: Collection[str] | None = None) -> Iterable[Hit]:
    for one in of_keys(living(Answer), keys):
        yield Hit(
            key=str(one.public_id),
            title=one.called,
            url=reverse("directory:book:answer", args=[one.public_id]),
            detail=one.unit.name,
            words=one.searched,
            icon="circle-question-mark",
        )


def answers_like(text: str, limit: int) -> Sequence[Hit]:
    """What shares most pairs of letters with a question in anybody's own words; at least two, and a fifth of the answer's own question."""
    wanted = pairs_of(text)
    found = [(len(wanted & (own := pairs_of(f"{one.title} {one.words}"))), len(own), one) for one in known_answers()]
    like = [(shared, one) for shared, size, one in found if shared >= LEAST_SHARED and shared * 5 >= size]
    return [hit for _shared, hit in sorted(like, key=lambda pair: -pair[0])[:limit]]


def pairs_of(text: str) -> set[str]:
    return {pair for pair in folding.grams(folding.folded(text[:LONGEST_ASKED])) if len(pair) == PAIR}


def known_answers() -> Iterable[Hit]:
    """Answering to their question and other names alone, without pinyin."""
    for one in living(Answer):
        address = reverse("directory:book:answer", args=[one.public_id])
        yield Hit(key=str(one.public_id), title=one.question, url=address, detail=one.unit.name, words=one.keywords)


def account_hits(keys: Collection[str] | None = None) -> Iterable[Hit]:
    for one in of_keys(living(Account), keys):
        yield Hit(
            key=str(one.public_id),
            title=one.called,
            url=f"{reverse('directory:book:accounts')}#{one.public_id}",
            detail=one.unit.name,
            words=one.searched,
            icon="qr-code",
        )


def vcards(rows: Iterable[Phone], mobiles: Iterable[tuple[StaffMobile, str]] = ()) -> str:
    """vCard 4.0 (RFC 6350), one for each desk, and for each of its staff whose mobile the reader may have, with that number."""
    desks = (vcard(one, f"{one.unit.name} {one.name}", one.unit.name, one.dialled, place=one.place) for one in rows)
    persons = (vcard(one, one.name, one.unit, dialled(number), kind="cell") for one, number in mobiles)
    return "".join((*desks, *persons))


def vcard(row: Phone | StaffMobile, name: str, unit: str, number: str, *, kind: str = "work", place: Any = None) -> str:
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"FN:{escaped(name)}",
        f"ORG:{escaped(unit)}",
        f"TEL;VALUE=uri;TYPE={kind}:{number}",
        *([f"ADR;TYPE=work:;;{escaped(place.name)};;;;"] if place else []),
        f"UID:urn:uuid:{row.public_id}",
        "END:VCARD",
    ]
    return "".join(folded_line(line) for line in lines)


def escaped(text: str) -> str:
    for sign in "\\,;":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def folded_line(line: str) -> str:
    """At most 75 octets a line, none cut through a letter (RFC 6350 §3.2)."""
    out, room = "", 75
    for sign in line:
        size = len(sign.encode())
        if size > room:
            out, room = f"{out}\r\n ", 74
        out, room = out + sign, room - size
    return f"{out}\r\n"


def markdown_of(answers: Iterable[Answer]) -> str:
    parts = [
        f"## {one.question}\n\n{one.answer}\n\n*{one.unit.name} · {one.confirmed_on:%Y-%m-%d}*\n" for one in answers
    ]
    return "\n".join(parts)
