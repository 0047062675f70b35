"""The columns of a table: each says once its head, its cell on the page, its cell in an export, its order and its sum."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Literal

from django.http import HttpRequest
from django.template import Context, Engine
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel import clock
from nanhu.kernel.kit.pages import Action, page_named
from nanhu.kernel.kit.people import PersonLine
from nanhu.kernel.money import format_yuan
from nanhu.kernel.proposals import Proposal
from nanhu.kernel.registry import Text as Words
from nanhu.kernel.ui import dates, words
from nanhu.kernel.ui.templatetags.ui import amount, spark


@dataclass(frozen=True)
class Reader:
    """For whom a table is made, and the people who are named in its rows."""

    request: HttpRequest | None = None
    account_id: int | None = None
    people: Mapping[int, PersonLine] = field(default_factory=dict)

    @cached_property
    def context(self) -> Context:
        """For the templates of cells: the context processors are asked once a table."""
        given: dict[str, Any] = {"request": self.request}
        if self.request is not None:
            for processor in Engine.get_default().template_context_processors:
                given |= processor(self.request)
        return Context(given)


def read(row: Any, path: str) -> Any:
    """What stands there: "batch__title" as in a query."""
    for part in path.split("__"):
        row = getattr(row, part, None) if not isinstance(row, Mapping) else row.get(part)
    return row() if callable(row) else row


def arguments_of(row: Any, fields: Iterable[str]) -> dict[str, object]:
    """Of an address, by the last part of each field: "order__public_id" is its `public_id`."""
    return {name.rpartition("__")[2]: read(row, name) for name in fields}


type Of = str | Callable[[Any], Any]
type Tone = Literal["good", "info", "warn", "bad", "none", ""]
NOTHING = "—"


class Column:
    """`of`: where the value stands in a row, "batch__title" as in a query, or a function of the row; else the column's own name.
    `sort`: the fields it is sorted by, where they are others; False: not at all. `is_wide`: not on a phone."""

    css: ClassVar[str] = ""

    def __init__(
        self, head: Words, of: Of = "", *, sort: str | bool = True, total: bool = False, is_wide: bool = False
    ) -> None:
        self.head, self.of, self.sort, self.total, self.is_wide = head, of, sort, total, is_wide
        self.name = ""

    def __set_name__(self, _table: type, name: str) -> None:
        self.name = name
        self.of = self.of or name

    def value(self, row: Any) -> Any:
        return self.of(row) if callable(self.of) else read(row, self.of)

    def shown(self, row: Any, reader: Reader) -> str:
        """The cell on the page; what is not safe is escaped by the template."""
        return self.words(self.value(row), row, reader) or NOTHING

    def exported(self, row: Any, reader: Reader) -> object:
        """The cell in a spreadsheet, before the rule against formulas."""
        return self.words(self.value(row), row, reader)

    def words(self, value: Any, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return "" if value is None else value if isinstance(value, words.InChinese) else str(value)

    @property
    def exported_head(self) -> Words:
        return self.head

    def person_of(self, row: Any) -> int | None:  # noqa: ARG002
        """Whom this cell names; the table looks all of a page up at once."""
        return None

    def sum_words(self, total: int) -> str:
        return f"{total:,}"


class Text(Column):
    """Words as they are. `names`: those of kept values; `is_term`: a name of a code table, in the reader's language;
    `is_number`: figures of one width."""

    def __init__(
        self,
        head: Words,
        of: Of = "",
        *,
        names: Mapping[Any, Words] | None = None,
        is_term: bool = False,
        is_number: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(head, of, **more)
        self.names, self.is_term, self.is_number = names or {}, is_term, is_number

    def words(self, value: Any, row: Any, reader: Reader) -> str:
        said = super().words(self.names.get(value, value) if self.names else value, row, reader)
        return words.term(said) if self.is_term else said

    def shown(self, row: Any, reader: Reader) -> str:
        said = super().shown(row, reader)
        return format_html('<span class="code">{}</span>', said) if self.is_number else said


class Leading(Column):
    """What stands there leads on: `to` is the name of a page, "card:closing:settlement" of another console; its arguments are fields of the
    row, "order__public_id" as in a query. Where one is missing, it leads nowhere. A row is opened by its first cell."""

    def __init__(self, head: Words, of: Of = "", *, to: str, by: Iterable[str] = ("public_id",), **more: Any) -> None:
        super().__init__(head, of, **more)
        self.to, self.by = to, tuple(by)

    def arguments(self, row: Any) -> dict[str, object]:
        return arguments_of(row, self.by)


class Link(Leading, Text):
    """Words that lead on."""


class Number(Column):
    css = "num"

    def words(self, value: Any, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)

    def exported(self, row: Any, reader: Reader) -> object:  # noqa: ARG002
        return self.value(row)


class Money(Number):
    """Fen in the row, yuan for people: ¥ 12.50 on the page, 12.50 in a sheet. `is_signed`: in and out differ, also for the ear."""

    css = "num code"

    def __init__(self, head: Words, of: Of = "", *, is_signed: bool = False, **more: Any) -> None:
        super().__init__(head, of, **more)
        self.is_signed = is_signed

    def shown(self, row: Any, reader: Reader) -> str:
        return amount(self.value(row) or 0, sign=True) if self.is_signed else super().shown(row, reader)

    def words(self, value: Any, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return "" if value is None else format_yuan(int(value))

    def exported(self, row: Any, reader: Reader) -> object:  # noqa: ARG002
        value = self.value(row)
        return None if value is None else Decimal(int(value)).scaleb(-2)

    def sum_words(self, total: int) -> str:
        return format_yuan(total)

    @property
    def exported_head(self) -> Words:
        return _("%(head)s（元）") % {"head": self.head}


class Day(Column):
    css = "num"

    def words(self, value: date | None, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return "" if value is None else dates.short_day(value, clock.campus_today().year)

    def exported(self, row: Any, reader: Reader) -> object:  # noqa: ARG002
        value: date | None = self.value(row)
        return "" if value is None else dates.iso_day(value)


class Month(Day):
    """Of books and bills; the first day of it is kept."""

    def words(self, value: date | None, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return "" if value is None else dates.month_words(value)

    def exported(self, row: Any, reader: Reader) -> object:  # noqa: ARG002
        value: date | None = self.value(row)
        return "" if value is None else f"{value:%Y-%m}"


class Moment(Column):
    def words(self, value: datetime | None, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return "" if value is None else dates.moment_words(value, clock.now())

    def exported(self, row: Any, reader: Reader) -> object:  # noqa: ARG002
        value: datetime | None = self.value(row)
        return "" if value is None else f"{clock.campus_time(value):%Y-%m-%d %H:%M}"


class Clock(Moment):
    """When exactly, where one of many of today is found by it: the hour alone today, the day with it before."""

    def words(self, value: datetime | None, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return "" if value is None else dates.clock_words(value, clock.now())


class Due(Moment):
    """By when something is to be done: what was to be done before now says since when it is late. What ends with a day is said by that day,
    not by the midnight after it."""

    def words(self, value: datetime | None, row: Any, reader: Reader) -> str:
        if value is None or clock.campus_time(value).time() != time():
            return super().words(value, row, reader)
        last = clock.campus_time(value).date() - timedelta(days=1)
        return dates.short_day(last, clock.campus_today().year)

    def shown(self, row: Any, reader: Reader) -> str:
        late = dates.late_words(self.value(row), clock.now())
        return format_html('<span class="state state-bad">{}</span>', late) if late else super().shown(row, reader)


class Span(Column):
    """From a day until a day, both included; open where the end is not known."""

    css = "code"

    def __init__(self, head: Words, first: str = "starts_on", last: str = "ends_on", **more: Any) -> None:
        super().__init__(head, first, **more)
        self.last = last

    def words(self, value: date | None, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return dates.span_words(value, getattr(row, self.last))

    def exported(self, row: Any, reader: Reader) -> object:  # noqa: ARG002
        return "/".join(dates.iso_day(day) if day else "" for day in (self.value(row), getattr(row, self.last)))


class Badge(Column):
    """A state: shape, colour and word. `names`: the choices of its field, where it is one; `tones`: by the kept value, `tone` for the
    rest, or a function of the row."""

    def __init__(
        self,
        head: Words,
        of: Of = "",
        *,
        names: Mapping[Any, Words] | Iterable[tuple[Any, Words]] = (),
        tones: Mapping[Any, Tone] | Callable[[Any], Tone] | None = None,
        tone: Tone = "",
        **more: Any,
    ) -> None:
        super().__init__(head, of, **more)
        self.names, self.tones, self.tone = dict(names), tones or {}, tone

    def words(self, value: Any, row: Any, reader: Reader) -> str:
        if self.of == "state" and isinstance(row, Proposal) and row.ended_alone:
            return str(row.state_word)
        return str(self.names[value]) if value in self.names else super().words(value, row, reader)

    def tone_of(self, row: Any) -> Tone:
        return self.tones(row) if callable(self.tones) else self.tones.get(self.value(row), self.tone)

    def shown(self, row: Any, reader: Reader) -> str:
        said = self.words(self.value(row), row, reader) or NOTHING
        return format_html('<span class="state state-{}">{}</span>', self.tone_of(row), said)


class Course(Column):
    """Shares in percent, the oldest first, as bars from `least` to a hundred, and from where to where they go; of one alone there is no
    course to draw."""

    css = "code"

    def __init__(self, head: Words, of: Of = "", *, least: float = 0, **more: Any) -> None:
        super().__init__(head, of, sort=False, **more)
        self.least = least

    def words(self, value: Sequence[float], row: Any, reader: Reader) -> str:  # noqa: ARG002
        if len(value) <= 1:
            return ""
        lowest, highest = (f"{one(value):.1f}" for one in (min, max))
        return f"{lowest}%" if lowest == highest else f"{lowest}–{highest}%"

    def shown(self, row: Any, reader: Reader) -> str:
        value = self.value(row)
        said = self.words(value, row, reader)
        if not said:
            return NOTHING
        return format_html('{} <span aria-hidden="true">{}</span>', spark(value, self.least), said)


class Who(Column):
    """An actor as the audit keeps the name; `at` adds when; `account` names the field by which the reader is 我."""

    def __init__(self, head: Words, of: Of = "", *, at: str = "", account: str = "", **more: Any) -> None:
        super().__init__(head, of, **more)
        self.at, self.account = at, account

    def words(self, value: Any, row: Any, reader: Reader) -> str:  # noqa: ARG002
        return words.actor(value)

    def shown(self, row: Any, reader: Reader) -> str:
        is_own = bool(self.account) and read(row, self.account) == reader.account_id is not None
        name, moment = _("我") if is_own else super().shown(row, reader), getattr(row, self.at) if self.at else None
        if moment is None:
            return name
        return format_html('{} <span class="sub">{}</span>', name, dates.moment_words(moment, clock.now()))


class Person(Column):
    """A person by id, with the campus number; all of a page are looked up at once."""

    def person_of(self, row: Any) -> int | None:
        found: int | None = self.value(row)
        return found

    def words(self, value: int | None, row: Any, reader: Reader) -> str:  # noqa: ARG002
        line = reader.people.get(value) if value is not None else None
        return f"{line.name} {line.number}".strip() if line else ""

    def shown(self, row: Any, reader: Reader) -> str:
        value = self.value(row)
        line = reader.people.get(value) if value is not None else None
        if line is None:
            return _("查无此人") if value is not None else NOTHING
        return format_html('{} <span class="sub code">{}</span>', line.name, line.number)


class PersonLink(Leading, Person):
    """A person who stands for the row."""


class Markup(Column):
    """A cell of a template of its own, which is given `row`; `of` says what an export holds (nothing: no column there)."""

    def __init__(self, head: Words, template: str, of: Of = "", **more: Any) -> None:
        super().__init__(head, of, **more)
        self.template, self.is_exported = template, bool(of)

    def shown(self, row: Any, reader: Reader) -> str:
        with reader.context.push(row=row):
            return Engine.get_default().get_template(self.template).render(reader.context)


class Press(Markup):
    """A button of the row: `to` is the action that it does, or the form that it leads to, named as in `Link`. `when`: of which rows."""

    def __init__(
        self,
        said: Words,
        *,
        to: str,
        by: Iterable[str] = ("public_id",),
        icon: str = "",
        when: Callable[[Any], bool] = lambda _row: True,
    ) -> None:
        super().__init__(gettext_lazy("操作"), "kit/_press.html")
        self.said, self.to, self.by, self.icon, self.when = said, to, tuple(by), icon, when

    def shown(self, row: Any, reader: Reader) -> str:
        if not self.when(row) or reader.request is None:
            return ""
        page = page_named(self.to, reader.request)
        address = page.address(**arguments_of(row, self.by))
        with reader.context.push(said=self.said, to=address, icon=self.icon, is_action=isinstance(page, Action)):
            return Engine.get_default().get_template(self.template).render(reader.context)
