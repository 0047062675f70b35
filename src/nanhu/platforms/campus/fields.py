"""A picker for forms: a place out of thousands, by its code or its name. What is typed is understood without a script, too."""

from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Viewer
from nanhu.kernel.sheets.cells import halfwidth
from nanhu.kernel.ui.widgets import SuggestInput, Suggestion
from nanhu.platforms.campus.models import Place
from nanhu.platforms.campus.queries.places import open_places

MOST: Final = 12


class PlaceField(forms.CharField):
    """The value is a Place, None where nothing is typed. Only for forms of a console, whose page finds places while one types.
    `open_only`: closed ones are neither offered nor taken."""

    def __init__(self, *, open_only: bool = False, **options: Any) -> None:
        self.open_only = open_only
        super().__init__(max_length=80, widget=SuggestInput(), **options)

    def places(self) -> QuerySet[Place]:
        return open_places() if self.open_only else Place.objects.order_by("key")

    def suggest(self, _viewer: Viewer, typed: str) -> list[Suggestion]:
        """Buildings before their rooms: the shorter code first."""
        text = typed.strip()
        found = self.places().filter(Q(key__icontains=text) | Q(name__icontains=text)).select_related("parent")
        ordered = found.order_by(Length("key"), "key")[:MOST]
        return [Suggestion(f"{one.key} {one.name}", one.parent.name if one.parent else "") for one in ordered]

    def clean(self, value: Any) -> Place | None:
        text = " ".join(halfwidth(super().clean(value)).split())
        if not text:
            return None
        found = list(self.places().filter(Q(key=text.partition(" ")[0]) | Q(name=text))[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("没有这个地点，或有几个叫这个名字：请从列出的里面选，或写代码。"))
        return found[0]
