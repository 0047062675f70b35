"""What narrows a list of rooms: which are free at a time, how big, on which campus."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.kit import Choice, Filters, Search, Views
from nanhu.kernel.kit.filters import SEARCH, Filter
from nanhu.kernel.kit.forms import Label
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.campus.forms import campuses
from nanhu.platforms.campus.models import Place, Room
from nanhu.platforms.campus.queries.occupancy import is_free
from nanhu.platforms.campus.queries.places import names_within


def time_field(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget)


class FreeAt(Filter):
    """Nobody stands in it on that day from that time to that time; all three or none."""

    def fields(self) -> Mapping[str, forms.Field]:
        day = forms.DateField(label=_("哪天空闲"), required=False, widget=DayInput())
        return {"_on": day, "_from": time_field(_("从")), "_to": time_field(_("到"))}

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        day, begins, finishes = (given.get(end) for end in ("_on", "_from", "_to"))
        if not day or begins is None or finishes is None:
            return None
        return self.free_between(*(datetime.combine(day, moment, CAMPUS_ZONE) for moment in (begins, finishes)))

    def free_between(self, begins_at: datetime, ends_at: datetime) -> Q:
        """Other rooms say what free means for them."""
        return is_free(begins_at, ends_at)

    def faults(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """A part of it alone would list rooms in which somebody stands."""
        said = {end for end, value in given.items() if value is not None}
        if said and len(said) < len(given):
            return {end: _("三项都要写") for end in given if end not in said}
        begins, finishes = given.get("_from"), given.get("_to")
        is_backwards = begins is not None and finishes is not None and begins >= finishes
        return {"_to": _("要晚于开始")} if is_backwards else {}

    def words(self, given: Mapping[str, Any]) -> str:
        day = dates.short_day(given["_on"], given["_on"].year)
        return f"{day} {given['_from']:%H:%M}–{given['_to']:%H:%M}"


class AtLeast(Filter):
    def fields(self) -> Mapping[str, forms.Field]:
        return {"": forms.IntegerField(label=self.label, required=False, min_value=1, max_value=20_000)}

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return Q(**{f"{self.name}__gte": given[""]}) if given[""] else None


class OnCampus(Choice):
    def condition(self, given: Mapping[str, Any]) -> Q | None:
        if not given[""]:
            return None
        start = "SELECT down.id FROM campus_place p, campus_downwards(p.id) down WHERE p.key = %s"
        return Q(place__in=RawSQL(start, [given[""]]))  # noqa: S611 - no text of ours but a placeholder


class PlaceSearch(Search):
    """`places`: fields with the name of a place, which answers to its English one, too, whatever its reader reads."""

    def __init__(self, *fields: str, places: Sequence[str], label: Label = SEARCH) -> None:
        super().__init__(*fields, *places, label=label)
        self.places = places

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        found = super().condition(given)
        return found and found | named(given[""], self.places)


def named(typed: str, places: Sequence[str]) -> Q:
    names = names_within(typed)
    return reduce(or_, (Q(**{f"{field}__in": names}) for field in places))


class RoomFilters(Filters):
    q = PlaceSearch("place__key", places=("place__name", "place__parent__name"))
    campus = OnCampus(_("校区"), campuses)
    kind = Choice(_("类型"), Room.Kind.choices)
    seats = AtLeast(_("至少多少座"))
    free = FreeAt(_("空闲"))


class FreeRoomFilters(RoomFilters):
    led_by = "free"

    @property
    def asks_a_time(self) -> bool:
        return self.free.condition(self.given(self.free)) is not None


class PlaceFilters(Filters):
    q = PlaceSearch("key", places=("name",))
    kind = Choice(_("种类"), Place.Kind.choices)
    closed = Views({"closed": (_("已停用"), Q(closed_at__isnull=False))})
