"""What narrows the rows of a holder. The address is the filter; a wrong value is as good as none."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import Choice, Filters, Period
from nanhu.systems.card.kinds import GROUP_NAMES, GROUPS
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.queries import Place, Range, last_three_months

EARLIEST = date(1990, 1, 1)
LONGEST_PLACE = 80


class DayFilters(Filters):
    days = Period(_("日期"))

    @property
    def range(self) -> Range:
        """Three months unless another range is asked."""
        said, usual = self.form.cleaned_data, last_three_months()
        last = within(said.get("last") or usual.last)
        first = within(said.get("first") or min(usual.first, last))
        return Range(first=first, last=last)


def within(day: date) -> date:
    return min(max(day, EARLIEST), campus_today())


class Kind(Choice):
    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return Q(kind__in=GROUPS[given[""]]) if given[""] else None


class PlaceField(forms.ChoiceField):
    """A place in which nothing was spent can be asked for, too."""

    def valid_value(self, value: str) -> bool:
        return len(value) <= LONGEST_PLACE and "\0" not in value


class Where(Choice):
    """ "canteen:…" or "merchant:<key>"."""

    def fields(self) -> Mapping[str, forms.Field]:
        return {"": PlaceField(label=self.label, choices=[("", self.label), *self.all_choices()], required=False)}

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        what, _colon, name = (given[""] or "").partition(":")
        if not name:
            return None
        return Q(merchant__canteen=name) if what == "canteen" else Q(merchant__key=name)

    def words(self, given: Mapping[str, Any]) -> str:
        """Also of a place at which nothing was spent in these days."""
        what, _colon, name = str(given[""]).partition(":")
        if what == "canteen":
            return canteen(name)[0][1]
        return Merchant.objects.filter(key=name).values_list("name", flat=True).first() or name


def filters_of(places: Iterable[Place]) -> type[DayFilters]:
    """By where this holder spent something; those of a canteen stand together."""
    halls: Any = [
        (hall or _("其他"), [*canteen(hall), *((f"merchant:{one.key}", one.name) for one in found)])
        for hall, found in groupby(places, lambda place: place.canteen)
    ]
    said = {"kind": Kind(_("类别"), GROUP_NAMES.items()), "place": Where(_("食堂或商户"), halls)}
    return type("StatementFilters", (DayFilters,), said)


def canteen(hall: str) -> list[tuple[str, str]]:
    return [(f"canteen:{hall}", _("整个%(hall)s") % {"hall": hall})] if hall else []
