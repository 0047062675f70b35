"""Reading places."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import BigIntegerField, BooleanField, Func, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.folding import folded
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui.words import term
from nanhu.platforms.campus.errors import PlaceClosedError, PlaceNotClosedError
from nanhu.platforms.campus.models import Place


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in the tree. `is_closed`: itself, or one above it."""

    place: Place
    depth: int
    is_closed: bool

    @property
    def state(self) -> str:
        """ "open", "closed" by itself, or closed with one "above"."""
        return "closed" if self.place.closed_at else "above" if self.is_closed else "open"

    @property
    def key(self) -> str:
        return self.place.key


def place_with(key: str) -> Place:
    found = Place.objects.select_related("parent").filter(key=key).first()
    if found is None:
        raise NotFoundError(what=_("这个地点"))
    return found


def places_with(keys: Collection[str]) -> dict[str, Place]:
    """Those of these keys that there are, by key; one query."""
    return {place.key: place for place in Place.objects.select_related("parent").filter(key__in=keys)}


def place_to_close(key: str) -> Place:
    place = place_with(key)
    if not is_open(place):
        raise PlaceClosedError(place=place.name)
    return place


def place_to_reopen(key: str) -> Place:
    """One that was closed by itself; what is closed with the place above it opens with that."""
    place = place_with(key)
    if is_open(place):
        raise WrongStateError(what=place.name, state=_("在用"))
    if place.closed_at is None:
        raise PlaceNotClosedError(place=place.name)
    return place


def open_places() -> QuerySet[Place]:
    """Those that are closed neither by themselves nor by one above them."""
    is_open = Func("pk", function="campus_is_open", output_field=BooleanField())
    return Place.objects.filter(is_open).order_by("key")


def is_open(place: Place) -> bool:
    return open_places().filter(pk=place.pk).exists()


def place_lines(wanted: QuerySet[Place] | None = None) -> list[PlaceLine]:
    """The tree, each place before what is below it, in one query: the whole of it, or those that are `wanted` with all above them."""
    places = Place.objects.select_related("parent").order_by("key")
    children: dict[int | None, list[Place]] = {}
    for place in places if wanted is None else places.filter(pk__in=upwards(wanted)):
        children.setdefault(place.parent_id, []).append(place)
    return list(walked(children, parent=None, depth=0, is_closed=False))


def upwards(wanted: QuerySet[Place]) -> QuerySet[Place, int]:
    """These and all above them."""
    above = Func("pk", function="campus_upwards", output_field=BigIntegerField())
    return wanted.order_by().annotate(above=above).values_list("above", flat=True)


def walked(
    children: dict[int | None, list[Place]], *, parent: int | None, depth: int, is_closed: bool
) -> Iterator[PlaceLine]:
    for place in children.get(parent, []):
        line = PlaceLine(place, depth, is_closed or place.closed_at is not None)
        yield line
        yield from walked(children, parent=place.pk, depth=depth + 1, is_closed=line.is_closed)


def read_english() -> dict[str, str]:
    """What places are called in English, folded, by their names, where that is another word."""
    with translation.override("en"):
        names = Place.objects.order_by().values_list("name", flat=True).distinct()
        return {name: folded(said) for name in names if (said := term(name)) != name}


known_english = Remembered(read_english, seconds=60.0)


def names_within(text: str) -> list[str]:
    """Names of which this stands in the English; a number alone stands in the names themselves, too."""
    asked = folded(text)
    is_asked = any("a" <= letter <= "z" for letter in asked)
    return [name for name, said in known_english().items() if asked in said] if is_asked else []


def called(text: str) -> Q:
    """A place that this is the English name of, whole, alone or behind that of its building."""
    asked, english = folded(text), known_english()
    found = Q(name__in=[name for name, said in english.items() if said == asked])
    for building, said in english.items():
        if asked.startswith(f"{said} "):
            rest = asked.removeprefix(said).strip()
            rooms = [name for name, of_room in english.items() if of_room == rest]
            found |= Q(parent__name=building) & (Q(name__iexact=rest) | Q(name__in=rooms))
    return found
