"""Reads of the directory: what is shown, open now, found by the one search; cards for a phone's own book (vCard)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import folding
from nanhu.kernel.calendar import is_working_day
from nanhu.kernel.calendar.hours import Opening
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.registry import Hit, TileContent, Viewer
from nanhu.kernel.ui import dates
from nanhu.platforms.people import api as people
from nanhu.services.directory.models import Account, Answer, Phone
from nanhu.services.directory.rules import CONFIRMED_FOR, Spans, opening_at, spans_of

LONGEST_ASKED: Final = 300
SHOWN: Final = 4
LEAST_SHARED: Final = 2


def living(model: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.filter(removed_at=None).select_related("unit")
    return found


def phones() -> QuerySet[Phone]:
    """Those for emergencies first."""
    found: QuerySet[Phone] = (
        living(Phone).select_related("unit", "place").order_by("-is_emergency", "unit__code", "name")
    )
    return found


def opening_of(phone: Phone) -> Opening | None:
    """None where nobody said when."""
    if not phone.hours and not phone.other_hours:
        return None

    def spans_on(day: date) -> Spans:
        return spans_of(phone.hours if is_working_day(day) else phone.other_hours)

    return opening_at(now().astimezone(CAMPUS_ZONE), spans_on)


def opening_words(phone: Phone) -> str:
    """在办公，到 18:30 · 周一 08:30 开 · 昼夜."""
    if phone.is_emergency:
        return _("昼夜有人接")
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


def phone_hits() -> Iterable[Hit]:
    for one in phones():
        number = f"{one.number} {_('转')} {one.extension}" if one.extension else one.number
        facts = [number, one.unit.name, hours_words(one)]
        yield Hit(
            key=str(one.public_id),
            title=one.name,
            url=reverse("directory:book:phone", args=[one.public_id]),
            detail=" · ".join(filter(None, facts)),
            words=one.searched,
            icon="phone",
        )


def answer_hits() -> Iterable[Hit]:
    for one in living(Answer):
        yield Hit(
            key=str(one.public_id),
            title=one.question,
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
    return {pair for pair in folding.grams(folding.folded(text[:LONGEST_ASKED])) if len(pair) > 1}


def known_answers() -> Iterable[Hit]:
    """Answering to their question and other names alone, without pinyin."""
    for one in living(Answer):
        address = reverse("directory:book:answer", args=[one.public_id])
        yield Hit(key=str(one.public_id), title=one.question, url=address, detail=one.unit.name, words=one.keywords)


def account_hits() -> Iterable[Hit]:
    for one in living(Account):
        yield Hit(
            key=str(one.public_id),
            title=one.name,
            url=f"{reverse('directory:book:accounts')}#{one.public_id}",
            detail=one.unit.name,
            words=one.searched,
            icon="qr-code",
        )


def vcards(rows: Iterable[Phone]) -> str:
    """vCard 4.0 (RFC 6350), one for each desk."""
    return "".join(vcard(one) for one in rows)


def vcard(phone: Phone) -> str:
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"FN:{escaped(f'{phone.unit.name} {phone.name}')}",
        f"ORG:{escaped(phone.unit.name)}",
        f"TEL;VALUE=uri;TYPE=work:{phone.dialled}",
        *([f"ADR;TYPE=work:;;{escaped(phone.place.name)};;;;"] if phone.place else []),
        f"UID:urn:uuid:{phone.public_id}",
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
