"""{% load ui %}: the tags behind the layouts and components."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django import template
from django.forms import BaseForm
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import NoReverseMatch
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from nanhu.kernel import clock
from nanhu.kernel.audit import words as audit_words
from nanhu.kernel.money import MINUS, format_yuan
from nanhu.kernel.registry import address_of, foot_links
from nanhu.kernel.ui import audit_terms, charts, dates, fields, words
from nanhu.kernel.ui import brand as brands
from nanhu.kernel.ui.constant_folding import constant
from nanhu.kernel.ui.icons import icon_svg

register = template.Library()

WATERMARKS = 40
MOST_DRAWN = 4096
WHOLE_NUMBER, COUNTED = re.compile(r"[0-9]+"), re.compile(r"-?[0-9]+( ?/ ?[0-9]+)?")
TONES = {"success": "good", "warning": "attention", "error": "danger", "debug": "quiet"}
TONE_ICONS = {
    "good": "circle-check",
    "attention": "triangle-alert",
    "danger": "octagon-alert",
    "info": "info",
    "quiet": "info",
}


@register.simple_tag(takes_context=True)
def block_text(context: Context, name: str) -> SafeString:
    """A block's rendered text, so that a layout can show it twice (title and h1) or leave out its frame when it is empty.

    Works in a layout that is extended, not inside {% include %}, which has a render context of its own.
    """
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return mark_safe(str(block.render(context)).strip()) if block else SafeString("")  # noqa: S308 - rendered by Django


@register.simple_tag
def drawn_once(template_name: str, **shown: object) -> SafeString:
    """A piece that stands alike on many pages, drawn once in a process for what it shows (fragment cache keyed by its content): the template
    knows these words, numbers, truths and lists of them, and nothing else of the page or its reader. Words are escaped, safe ones too."""
    return _drawn(template_name, get_language(), tuple((name, _plain(value)) for name, value in shown.items()))


type Shown = str | int | tuple[Shown, ...] | None


def _plain(value: object) -> Shown:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return "".join([str(value)])  # a word that was marked safe equals the same word that was not


@lru_cache(maxsize=MOST_DRAWN)
def _drawn(template_name: str, _language: str | None, shown: tuple[tuple[str, Shown], ...]) -> SafeString:
    return render_to_string(template_name, dict(shown))


@register.simple_tag(takes_context=True)
def watermark(context: Context) -> SafeString:
    """Over a page that shows what is sealed: who looked, by campus number, and in which minute. A photograph of it tells where it came from."""
    viewer = getattr(context.get("request"), "viewer", None)
    here = clock.campus_time(clock.now())
    said = f"{viewer.campus_no if viewer else ''} {dates.iso_day(here.date())} {here:%H:%M}".strip()
    marks = format_html_join("", '<span data-said="{}"></span>', ((said,) for _each in range(WATERMARKS)))
    return format_html('<div class="watermark" aria-hidden="true">{}</div>', marks)


@register.simple_tag
@constant
def icon(name: str, size: int | str = 20, label: str = "") -> SafeString:
    return icon_svg(str(name or "circle"), int(size), str(label or ""))


@register.simple_tag
def amount(fen: int | str, sign: object = "", size: str = "") -> SafeString:
    """Money: ¥ 12.50 in tabular figures; with `sign`, in and out differ by sign, colour and (for the ear) a word."""
    number = int(fen or 0)
    if not sign or number == 0:
        return format_html('<span class="amount {}">{}</span>', f"amount-{size}" if size else "", format_yuan(number))
    word, tone = (gettext("收入"), "in") if number > 0 else (gettext("支出"), "out")
    return format_html(
        '<span class="amount amount-{} {}"><span class="visually-hidden">{} </span>{}</span>',
        tone,
        f"amount-{size}" if size else "",
        word,
        format_yuan(number, signed=True),
    )


@register.simple_tag
def field_parts(field: object, help_text: str = "", source: str = "") -> fields.FieldParts:
    return fields.field_parts(field, help_text, source)


@register.simple_tag
def form_sections(form: BaseForm) -> list[fields.Section]:
    return fields.sections_of(form)


@dataclass(frozen=True, slots=True)
class ProgressParts:
    done: str
    total: str
    percent: int | None
    left: str


@register.simple_tag
def progress_parts(
    done: int | str | None, total: int | str | None, started: datetime | str | None = None
) -> ProgressParts:
    """Count, percent and, once a little of it is done, the time left."""
    made, whole = int(done or 0), int(total or 0)
    percent = min(100, made * 100 // whole) if whole else None
    is_under_way = isinstance(started, datetime) and 0 < made < whole
    left = (
        time_left((clock.now() - started).total_seconds(), made, whole)
        if isinstance(started, datetime) and is_under_way
        else ""
    )
    return ProgressParts(f"{made:,}", f"{whole:,}", percent, left)


@register.filter
def thousands(value: object) -> str:
    """1,234,567: of a whole number of four digits or more, or of two with a stroke between them; anything else as it is."""
    said = str(value)
    return WHOLE_NUMBER.sub(lambda found: f"{int(found[0]):,}", said) if COUNTED.fullmatch(said) else said


def time_left(elapsed: float, done: int, total: int) -> str:
    seconds = round(elapsed * (total - done) / done)
    if seconds < 60:  # noqa: PLR2004 - a minute
        return ngettext("大约还要 %(number)d 秒", "大约还要 %(number)d 秒", seconds) % {"number": max(seconds, 1)}
    minutes = round(seconds / 60)
    return ngettext("大约还要 %(number)d 分钟", "大约还要 %(number)d 分钟", minutes) % {"number": minutes}


@register.simple_tag
def day_part() -> str:
    """dawn, day, dusk or night on the campus: the lake follows the hour."""
    return dates.day_part(clock.campus_time(clock.now()).hour)


@register.filter
def campus_date(moment: date) -> str:
    """11月24日 周二"""
    return dates.day(moment, clock.campus_today().year)


def _of_a_date(words_of: Callable[[Any], str]) -> Callable[[object], str]:
    """Nothing where there is no date, so that a template may go on with |default."""
    return lambda moment: words_of(moment) if isinstance(moment, date | time) else ""


@register.filter
def campus_day(moment: object) -> str:
    """9月1日, of a day that is kept as text too; nothing where there is none."""
    found = date.fromisoformat(moment) if isinstance(moment, str) and moment else moment
    return dates.short_day(found, clock.campus_today().year) if isinstance(found, date) else ""


register.filter("campus_time", _of_a_date(dates.time_words))
register.filter("campus_second", _of_a_date(dates.second_words))
register.filter(
    "campus_hour",
    _of_a_date(
        lambda moment: f"{clock.campus_time(moment):%H:%M}" if isinstance(moment, datetime) else f"{moment:%H:%M}"
    ),
)
register.filter("campus_clock_second", _of_a_date(lambda moment: f"{clock.campus_time(moment):%H:%M:%S}"))
register.filter("iso", _of_a_date(dates.iso))
register.filter("iso_day", _of_a_date(dates.iso_day))


@register.filter
def campus_span(first: object, last: object) -> str:
    """From a day until a day; in words where one of them is open."""
    return dates.span_words(*(one if isinstance(one, date) else None for one in (first, last)))


@register.filter
def who(name: str) -> str:
    """A person's name; a part of the program (`system:…`) is the system to whoever reads it."""
    return words.actor(name)


@register.filter
def paragraphs(said: str) -> SafeString:
    """A text of several lines; one that stands in Chinese on a page in another language says so."""
    text = mark_safe(linebreaks(str(said), autoescape=True))  # noqa: S308 - what was typed is escaped
    return format_html('<div lang="zh-Hans">{}</div>', text) if isinstance(said, words.InChinese) else text


register.filter("browser", words.browser)
register.filter("called", words.called)
register.filter("ways", words.ways)
register.filter("encoding", words.encoding)
register.filter("target", words.target)
register.filter("audit_action", audit_words.action)
register.filter("reason", audit_words.reason)
register.filter("audit_facts", audit_terms.facts)
register.filter("code", words.code)
register.filter("term", words.term)


@register.filter
def campus_moment(moment: datetime) -> str:
    """3 小时前, or 11月24日 周二 14:30 when it is more than a day ago."""
    return dates.moment_words(moment, clock.now())


@register.filter
def campus_clock(moment: datetime | None) -> str:
    """14:30 when it is today, the date before it otherwise; nothing where there is none."""
    return dates.clock_words(moment, clock.now()) if moment else ""


@register.filter
def seconds(value: float, digits: int = 0) -> str:
    """By how much a clock is wrong: −3 秒, with the one minus of the house."""
    said = f"{abs(value):.{digits}f}"
    sign = MINUS if value < 0 and float(said) else ""
    return gettext("{seconds} 秒").format(seconds=sign + said)


@register.filter
def tone(level: str) -> str:
    """Django's message level → our tone."""
    return TONES.get(str(level).split(" ")[-1], "info")


@register.filter
def tone_icon(name: str) -> str:
    return TONE_ICONS.get(str(name), "info")


@register.simple_tag
def form_token() -> str:
    """A name for one form of a console (`nanhu.kernel.kit`): sent twice, it is done once."""
    return str(uuid4())


@register.simple_tag(takes_context=True)
def page_link(context: Context, number: int, query: str = "", param: str = "page") -> str:
    """The same address with another page number; filters stay in it."""
    request = context.get("request")
    kept = (
        QueryDict(str(query).lstrip("?"), mutable=True)
        if query
        else request.GET.copy()
        if request
        else QueryDict(mutable=True)
    )
    kept[param] = str(number)
    return "?" + kept.urlencode()


@dataclass(frozen=True, slots=True)
class TabItem:
    key: str
    label: str
    url: str
    count: object = None


@register.filter
def tab_items(tabs: Iterable[Sequence[object]]) -> list[TabItem]:
    """(key, label, url[, count]) tuples as objects."""
    return [TabItem(str(tab[0]), str(tab[1]), str(tab[2]), tab[3] if len(tab) > 3 else None) for tab in tabs or ()]  # noqa: PLR2004


@register.simple_tag
def chart_parts(
    bars: Iterable[Sequence[object]],
    lines: Iterable[Sequence[object]],
    parts: Sequence[object] = (),
    *,
    kind: str = "",
    unit: str = "",
    height: int | str = 180,
) -> charts.Chart:
    chosen = kind or ("line" if lines else "bars")
    return charts.draw(lines or bars or (), kind=chosen, unit=str(unit), height=int(height), parts=parts or ())


@register.simple_tag
def heat_parts(rows: Iterable[tuple[object, Sequence[float | None]]], columns: Sequence[object]) -> charts.Heat:
    return charts.heat(rows or (), columns or ())


@register.simple_tag
def spark(shares: Sequence[float], least: float = 0) -> SafeString:
    """Percents as bars in a line of text, the oldest first; read, they are numbers."""
    bars = enumerate(charts.spark(shares, least=least, most=100))
    places = ((4 * at, charts.SPARK_HEIGHT - height, height) for at, height in bars)
    return format_html(
        '<svg class="spark" viewBox="0 0 {0} {1}" width="{0}" height="{1}" aria-hidden="true">{2}</svg>'
        '<span class="visually-hidden">{3}</span>',
        4 * len(shares) - 1,
        charts.SPARK_HEIGHT,
        format_html_join("", '<rect x="{}" y="{}" width="3" height="{}"/>', places),
        " ".join(f"{one:.1f}%" for one in shares),
    )


@register.inclusion_tag("ui/_brand.html")
def brand() -> dict[str, object]:
    """The mark and the school's name."""
    return {"brand": brands.brand()}


@register.inclusion_tag("ui/_foot.html")
def foot() -> dict[str, object]:
    """Where rooms lead from the foot of any page; what has no address here is left out, for a page of an error must stand."""
    links = []
    for one in foot_links:
        with suppress(NoReverseMatch):
            links.append((one.title, address_of(one.page)))
    return {"links": links}


@register.simple_tag
def school_name() -> str:
    return brands.brand().name


@register.simple_tag
def school_picture() -> str:
    """The school's own picture for the sign-in page; empty where it keeps the lake."""
    return brands.brand().picture_url


@register.simple_tag
def theme_url() -> str:
    """/theme.css with the fingerprint of its content, so that it may be cached for a year."""
    return brands.theme_address()
