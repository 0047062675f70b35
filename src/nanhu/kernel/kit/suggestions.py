"""What a picker finds while one types. The page that shows the form answers: its door is the picker's door."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from django.forms import BaseForm, Field, Form
from django.http import Http404, HttpResponse

from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui.widgets import Suggestion, option_tags

if TYPE_CHECKING:
    from nanhu.kernel.kit.pages import Page
    from nanhu.kernel.kit.requests import PageRequest

FIELD = "suggest"
"""Of an address: the field's name. What is typed stands under that name."""


@runtime_checkable
class Suggesting(Protocol):
    """A form field that finds what begins so, for this reader."""

    def suggest(self, viewer: Viewer, typed: str) -> list[Suggestion]: ...


@runtime_checkable
class ReaderField(Protocol):
    """A form field that takes more from one reader than from another; nobody, until the page says who it is."""

    reader: Viewer | None


def read_by[F: BaseForm](form: F, viewer: Viewer) -> F:
    for field in form.fields.values():
        if isinstance(field, ReaderField):
            field.reader = viewer
    return form


def fields_of(form: type[Form]) -> Mapping[str, Any]:
    """Those that the form declares, and those that other rooms add to it when it is made (`further_fields`)."""
    further: Callable[[], Mapping[str, Field]] = getattr(form, "further_fields", dict)
    return {**form.base_fields, **further()}


def suggestions(request: "PageRequest", page: "Page") -> HttpResponse:
    """For a field of this page's form, or of a button's form on it."""
    name = request.GET[FIELD]
    for one in (page, *(child for child in page.console.pages.values() if child.parent is page)):
        form = getattr(one, "form_class", None)
        field = fields_of(form).get(name) if form is not None else None
        if isinstance(field, Suggesting) and one.is_shown_to(request.viewer):
            return HttpResponse(option_tags(field.suggest(request.viewer, request.GET.get(name, ""))))
    raise Http404
