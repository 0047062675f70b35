"""What narrows a list. The address is the filter: it can be kept, sent and opened again, and rubbish in it narrows nothing."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet, TextField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import folding
from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.prepared import Given
from nanhu.kernel.kit.forms import Label
from nanhu.kernel.registry import Text, Viewer
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.widgets import DayInput

type Choices = Iterable[tuple[Any, Text]]
type Condition = Q | Callable[[], Q]
"""A function where it names today."""
LONGEST = 80
PASSING = ("page", "before", "export")
SHOWN_AT_ONCE = 3
"""Fields of the filter bar on a phone."""
"""Where in a list one stands, and in which form: no part of what narrows it."""
SEARCH, VIEW, EVERYTHING = _("搜索"), _("视图"), _("全部")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that holds: what it says, and the address without it."""

    label: Text
    words: str
    off: str


class Filter:
    """`fields`: the form fields by the end of their name ("" is the filter's own name). `usual`: what holds where nothing is chosen."""

    def __init__(self, label: Label, *, usual: Condition | None = None) -> None:
        self.label, self.usual = label, usual
        self.name = ""

    def __set_name__(self, _filters: type, name: str) -> None:
        self.name = name

    def bound(self, viewer: Viewer | None, address: QueryDict) -> "Filter":  # noqa: ARG002
        """As it is for who reads the page, and what the address says; itself, where that is the same for all."""
        return self

    def fields(self) -> Mapping[str, forms.Field]:
        raise NotImplementedError

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        """What a row must fulfil, None where nothing was chosen; `given` by the same ends of names."""
        raise NotImplementedError

    def is_chosen(self, given: Mapping[str, Any]) -> bool:
        return self.condition(given) is not None

    def holds(self, given: Mapping[str, Any]) -> Q | None:
        """What narrows the list: what was chosen, else what is usual."""
        chosen = self.condition(given)
        return resolved(self.usual) if chosen is None and self.usual is not None else chosen

    def faults(self, given: Mapping[str, Any]) -> Mapping[str, Text]:  # noqa: ARG002
        """What is missing or wrong in it, said at its field by the same ends of names."""
        return {}

    def settle(self, form: forms.Form) -> None:
        """Brings what was given in order, before anybody reads it, and where it is shown as well."""

    def words(self, given: Mapping[str, Any]) -> str:
        """As its chip says it."""
        return str(given[""])


class Search(Filter):
    """One line for several fields, found wherever it stands in them."""

    def __init__(self, *fields: str, label: Label = SEARCH, longest: int = LONGEST) -> None:
        super().__init__(label)
        self.searched, self.longest = fields, longest

    def fields(self) -> Mapping[str, forms.Field]:
        widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off", "placeholder": self.label})
        return {"": forms.CharField(label=self.label, max_length=self.longest, required=False, widget=widget)}

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        if not given[""]:
            return None
        found = Q()
        for field in self.searched:
            found |= Q(**{f"{field}__icontains": given[""]})
        return found


def answering(typed: str, field: str = "searched") -> Q:
    """Of rows that answer to every word, by name, pinyin, initials or number: the field holds `folding.searched`."""
    return holding(folding.query_of(typed).split(), field)


def holding(words: Iterable[str | Given], field: str = "searched") -> Q:
    found = Q()
    for word in words:
        found &= Q(**{f"{field}__contains": word})
    return found


def places_of_words(number: int) -> list[Given]:
    """For so many words that come with each call of a prepared query, as `numbered` names them."""
    return [Given(f"word_{place}", TextField()) for place in range(number)]


def numbered(words: Iterable[str]) -> dict[str, str]:
    return {f"word_{place}": word for place, word in enumerate(words)}


class FoldedSearch(Search):
    """One line, every word of which the row answers to."""

    def __init__(self, field: str = "searched", *, label: Label = SEARCH) -> None:
        super().__init__(field, label=label)

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return answering(given[""] or "", self.searched[0]) or None


class Exact(Filter):
    """One line, which the field holds as it is."""

    def __init__(self, label: Label, *, field: str = "") -> None:
        super().__init__(label)
        self.field = field

    def fields(self) -> Mapping[str, forms.Field]:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        return {"": forms.CharField(label=self.label, max_length=LONGEST, required=False, widget=widget)}

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return Q(**{self.field or self.name: given[""]}) if given[""] else None


class Choice(Filter):
    """One of the values of a field."""

    def __init__(
        self, label: Label, choices: Choices | Callable[[], Choices], *, field: str = "", usual: Condition | None = None
    ) -> None:
        super().__init__(label, usual=usual)
        self.choices, self.field = choices, field

    def all_choices(self) -> list[tuple[Any, Text]]:
        return list(self.choices() if callable(self.choices) else self.choices)

    def fields(self) -> Mapping[str, forms.Field]:
        choices = [("", self.label), *self.all_choices()]
        return {"": forms.ChoiceField(label=self.label, choices=choices, required=False)}

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return Q(**{self.field or self.name: given[""]}) if given[""] else None

    def words(self, given: Mapping[str, Any]) -> str:
        return str({str(key): word for key, word in self.all_choices()}[given[""]])


class OwnChoice(Choice):
    """One of what the reader may meet: `of(viewer, chosen)` is asked once a page, `chosen` being what the address says ("" for nothing).
    Whatever else is said there, by whom it was not offered to, narrows nothing, as any other word that is no choice."""

    def __init__(
        self, label: Label, of: Callable[[Viewer, str], Choices], *, field: str = "", usual: Condition | None = None
    ) -> None:
        super().__init__(label, (), field=field, usual=usual)
        self.of = of

    def bound(self, viewer: Viewer | None, address: QueryDict) -> Filter:
        """Nobody who reads is offered anything."""
        one = copy(self)
        one.choices = [] if viewer is None else list(self.of(viewer, address.get(self.name, "")))
        return one


class Views(Choice):
    """Named conditions, shown in a row above the list: 全部 · 未领 · 已领; with the numbers that `counts` finds for some of them.
    `everything`: what stands there where none is chosen."""

    def __init__(
        self,
        views: Mapping[str, tuple[Text, Condition]],
        *,
        label: Label = VIEW,
        everything: Text = EVERYTHING,
        counts: Callable[[], Mapping[str, int]] = dict,
        usual: Condition | None = None,
    ) -> None:
        super().__init__(label, [(key, word) for key, (word, _condition) in views.items()], usual=usual)
        self.views, self.everything, self.counts = views, everything, counts

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return resolved(self.views[given[""]][1]) if given[""] else None


class Between(Filter):
    """Of two days; given in the wrong order they are turned round."""

    def settle(self, form: forms.Form) -> None:
        ends = [self.name + end for end in self.fields()]
        days: list[date] = [day for end in ends if (day := form.cleaned_data.get(end))]
        if len(days) == len(ends) and (turned := sorted(days)) != days:
            form.cleaned_data.update(zip(ends, turned, strict=True))
            shown: Any = copy(form.data)
            for end, day in zip(ends, turned, strict=True):
                shown[end] = dates.iso_day(day)
            form.data = shown


class Days(Between):
    """From a day until a day of a date field, both included; either may be left out."""

    def __init__(self, label: Label, *, field: str = "", usual: Condition | None = None) -> None:
        super().__init__(label, usual=usual)
        self.field = field

    def fields(self) -> Mapping[str, forms.Field]:
        return {
            "_from": forms.DateField(label=_("从"), required=False, widget=DayInput()),
            "_to": forms.DateField(label=_("到"), required=False, widget=DayInput()),
        }

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        field, found = self.field or self.name, Q()
        if given.get("_from"):
            found &= Q(**{f"{field}__gte": given["_from"]})
        if given.get("_to"):
            found &= Q(**{f"{field}__lte": given["_to"]})
        return found or None

    def words(self, given: Mapping[str, Any]) -> str:
        return dates.span_words(given.get("_from"), given.get("_to"))


class Period(Between):
    """The days that a page is about, both included, `first` and `last` in its address: no condition on rows, the page asks by them."""

    def __set_name__(self, _filters: type, name: str) -> None:
        """Its fields have names of their own."""

    def fields(self) -> Mapping[str, forms.Field]:
        return {
            "first": forms.DateField(label=_("从"), required=False, widget=DayInput()),
            "last": forms.DateField(label=_("到"), required=False, widget=DayInput()),
        }

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return Q() if any(given.values()) else None

    def words(self, given: Mapping[str, Any]) -> str:
        return dates.span_words(given["first"], given["last"])


class OneDay(Filter):
    """The day that a page is about, `first` to `last` where these bound it: no condition on rows, the page asks by it."""

    def __init__(self, label: Label, *, first: date | None = None, last: date | None = None) -> None:
        super().__init__(label)
        self.first, self.last = first, last

    def fields(self) -> Mapping[str, forms.Field]:
        bounds = [(MinValueValidator, self.first), (MaxValueValidator, self.last)]
        within = [validator(day) for validator, day in bounds if day is not None]
        return {"": forms.DateField(label=self.label, required=False, widget=self.widget(), validators=within)}

    def widget(self) -> forms.Widget:
        return DayInput()

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return Q() if given[""] else None

    def words(self, given: Mapping[str, Any]) -> str:
        return dates.short_day(given[""], campus_today().year)


class AsOf(OneDay):
    """The day at whose end a page looks at things, never one to come."""

    def widget(self) -> DayInput:
        return DayInput(attrs={"max": campus_today().isoformat()})


class Filters:
    """Filters are class attributes; `Filters(request.GET, request.viewer)` is what the address says, for this reader. Without one an
    `OwnChoice` offers nothing. `led_by`: the filter without which the list is empty; it stands first, and whole on a phone."""

    declared: ClassVar[tuple[Filter, ...]] = ()
    led_by: ClassVar[str | None] = None

    def __init_subclass__(cls) -> None:
        """One declared anew takes the place of the one above."""
        super().__init_subclass__()
        own = {name: one for name, one in vars(cls).items() if isinstance(one, Filter)}
        cls.declared = (*(own.pop(one.name, one) for one in cls.declared), *own.values())

    def __init__(self, address: QueryDict, viewer: Viewer | None = None) -> None:
        self.query = address
        in_turn = sorted(self.declared, key=lambda one: one.name != self.led_by)
        self.bound = tuple(one.bound(viewer, address) for one in in_turn)
        fields = {one.name + end: field for one in self.bound for end, field in one.fields().items()}
        form_class: type[forms.Form] = type("FilterForm", (forms.Form,), fields)
        self.form = form_class(address, auto_id="filter_%s")
        self.form.is_valid()
        for one in self.bound:
            one.settle(self.form)
            for end, fault in one.faults(self.given(one)).items():
                self.form.add_error(one.name + end, str(fault))

    def given(self, one: Filter) -> dict[str, Any]:
        """Without what the form refused."""
        return {end: self.form.cleaned_data.get(one.name + end) for end in one.fields()}

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for one in self.bound:
            condition = one.holds(self.given(one))
            rows = rows.filter(condition) if condition is not None else rows
        return rows

    @property
    def is_narrowing(self) -> bool:
        return any(one.is_chosen(self.given(one)) for one in self.bound)

    @property
    def chips(self) -> list[Chip]:
        shown = [one for one in self.bound if not isinstance(one, Views)]
        return [self.chip(one) for one in shown if one.is_chosen(self.given(one))]

    def chip(self, one: Filter) -> Chip:
        return Chip(one.label, one.words(self.given(one)), address_with(self.query, dict.fromkeys(self.names(one), "")))

    @staticmethod
    def names(one: Filter) -> list[str]:
        return [one.name + end for end in one.fields()]

    @property
    def views(self) -> list[tuple[Text, str, bool]]:
        """(word, address, is current) of the named views."""
        one = next((one for one in self.bound if isinstance(one, Views)), None)
        if one is None:
            return []
        current, counts = self.given(one)[""] or "", one.counts()
        return [
            (
                f"{word} {counts[key]}" if key in counts else word,
                address_with(self.query, {one.name: key}),
                key == current,
            )
            for key, word in [("", one.everything), *one.all_choices()]
        ]

    @cached_property
    def shown_fields(self) -> list[forms.BoundField]:
        """Those of the filter bar; what is a view stands above it."""
        shown = (self.form[name] for one in self.bound if not isinstance(one, Views) for name in self.names(one))
        return [field for field in shown if not field.is_hidden]

    @cached_property
    def first_fields(self) -> list[forms.BoundField]:
        """Those that a phone shows at once."""
        if len(self.shown_fields) <= SHOWN_AT_ONCE:
            return self.shown_fields
        leading = sum(len(self.names(one)) for one in self.bound if one.name == self.led_by)
        return self.shown_fields[: leading or SHOWN_AT_ONCE - 1]

    @cached_property
    def more_fields(self) -> list[forms.BoundField]:
        """Those that a phone folds away."""
        return self.shown_fields[len(self.first_fields) :]

    @property
    def is_more_used(self) -> bool:
        return any(field.errors or self.query.get(field.html_name) for field in self.more_fields)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the filter bar sends along unseen: the view, the order and the columns."""
        return sent_along(self.query, but=(field.html_name for field in self.shown_fields))


def resolved(condition: Condition) -> Q:
    return condition() if callable(condition) else condition


def sent_along(address: QueryDict, *, but: Iterable[str]) -> list[tuple[str, str]]:
    """What a form that asks for something else of the same list sends along unseen."""
    seen = {*but, *PASSING}
    return [(name, value) for name in address if name not in seen for value in address.getlist(name)]


def address_with(address: QueryDict, changes: Mapping[str, str]) -> str:
    """The same address with some values changed, back at its beginning; an empty value goes."""
    kept = address.copy()
    for name in PASSING:
        kept.pop(name, None)
    for name, value in changes.items():
        kept.pop(name, None)
        if value:
            kept[name] = value
    return f"?{kept.urlencode()}"
