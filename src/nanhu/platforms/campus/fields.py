"""A picker for forms: a place out of thousands, by its code or its name. What is typed is understood without a script, too."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Length
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import halfwidth, tidied
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui.widgets import SuggestInput, Suggestion
from nanhu.kernel.ui.words import reads_chinese, term
from nanhu.platforms.campus.models import Place
from nanhu.platforms.campus.queries.places import called, names_within, open_places

MOST: Final = 12
LONGEST: Final = 80
WHOLE: Final = Concat("parent__name", Value(" "), "name", output_field=TextField())
"""南院1栋宿舍 305."""


def as_typed(places: Sequence[Place]) -> dict[int, str]:
    """What people write for each: a building's name, a room's with its building before it, the code where others are called the same.
    In English behind the code, by which it is understood."""
    if not reads_chinese():
        return {one.pk: f"{one.key} {one.full_name}"[:LONGEST] for one in places}
    alike = list(
        Place.objects.filter(name__in={one.name for one in places}).order_by().values_list("name", "parent__name")
    )
    names, whole = Counter(name for name, _building in alike), Counter(alike)

    def words(place: Place) -> str:
        building = place.parent.name if place.parent else ""
        said = f"{building} {place.name}" if building and place.kind == Place.Kind.ROOM else place.name
        is_alone = whole[place.name, building] <= 1 if said != place.name else names[place.name] <= 1
        return said if is_alone and tidied(said) == said else f"{place.key} {place.name}"

    return {one.pk: words(one) for one in places}


class PlaceField(forms.CharField):
    """The value is a Place, None where nothing is typed. Only for forms of a console, whose page finds places while one types.
    `open_only`: closed ones are neither offered nor taken."""

    def __init__(self, *, open_only: bool = False, **options: Any) -> None:
        self.open_only = open_only
        super().__init__(max_length=LONGEST, widget=SuggestInput(), **options)

    def places(self) -> QuerySet[Place]:
        return open_places() if self.open_only else Place.objects.order_by("key")

    def suggest(self, _viewer: Viewer, typed: str) -> list[Suggestion]:
        """Buildings before their rooms: the shorter code first. Each word is looked for, also in the English name: "南院1栋 305"."""
        found = self.places().select_related("parent").order_by(Length("key"), "key")
        for word in halfwidth(typed).split():
            called_so, said = names_within(word), Q(name__icontains=word) | Q(parent__name__icontains=word)
            said |= Q(name__in=called_so) | Q(parent__name__in=called_so)
            found = found.filter(said | Q(key__icontains=word))
        rows = list(found[:MOST])
        names = as_typed(rows)
        return [Suggestion(names[one.pk], term(one.parent.name) if one.parent else "") for one in rows]

    def clean(self, value: Any) -> Place | None:
        text = tidied(super().clean(value))
        if not text:
            return None
        key, *more = text.split()
        places, code, name = self.places().annotate(whole=WHOLE), Q(key=key), Q(name=text) | Q(whole=text)
        english = called(text)  # behind a code alone: it is no other place's name
        ways = (name | english, code) if more else (name | code, english)
        found = next((rows for way in ways if (rows := list(places.filter(way)[:2]))), [])
        if len(found) != 1:
            raise forms.ValidationError(_("没有这个地点，或有几个叫这个名字：请从列出的里面选，或写代码。"))
        return found[0]
