"""What narrows the two lists of notices: that of the readers and that of the desk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import clock
from nanhu.kernel.kit import Choice, Filters, Search, Views
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui.words import term
from nanhu.platforms.messages import inbox, queries
from nanhu.platforms.messages.models import Notice

FIRST_YEAR, LAST_YEAR = 1990, 2200
DIGITS = 4


class Titled(Search):
    """Forgives a slip of the pen."""

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return queries.title_condition(given[""] or "")


class YearField(forms.ChoiceField):
    """A year in which nothing was published can be asked for, too."""

    def valid_value(self, value: str) -> bool:
        is_number = len(value) == DIGITS and value.isascii() and value.isdecimal()
        return is_number and FIRST_YEAR <= int(value) <= LAST_YEAR


class Year(Choice):
    def fields(self) -> Mapping[str, forms.Field]:
        choices = [("", self.label), *self.all_choices()]
        return {"": YearField(label=self.label, choices=choices, required=False)}

    def words(self, given: Mapping[str, Any]) -> str:
        return str(given[""])

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        if not given[""]:
            return None
        first = datetime(int(given[""]), 1, 1, tzinfo=clock.CAMPUS_ZONE)
        return Q(published_at__gte=first, published_at__lt=first.replace(year=first.year + 1))


class DeskFilters(Filters):
    q = Titled(label=_("按标题搜索"))
    state = Views({key: (word, Q(state=key)) for key, word in Notice.State.choices})


def inbox_filters(counts: Mapping[str, int]) -> type[Filters]:
    """Of messages and notices in one, which `inbox.lines_of` finds itself."""
    views = {key: (word, Q()) for key, word in inbox.SHOWN.items()}
    shown = {key: number for key, number in counts.items() if number}
    return type("InboxFilters", (Filters,), {"show": Views(views, counts=lambda: shown)})


def filters_of(visible: QuerySet[Notice], viewer: Viewer) -> type[Filters]:
    """By the offices and years of what this reader sees."""
    offices, years = queries.facets_of(visible)
    said: dict[str, object] = {
        "q": Titled(label=_("按标题搜索")),
        "unread": Views({"1": (_("只看未读"), queries.is_unread_by(viewer))}, everything=_("全部")),
        "office": Choice(_("发布单位"), [(code, term(name)) for code, name in offices], field="office__code"),
        "year": Year(_("年份"), [(year, str(year)) for year in years]),
    }
    if not offices:
        del said["office"]
    if not years:
        del said["year"]
    return type("NoticeFilters", (Filters,), said)
