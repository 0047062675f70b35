"""The forms of the bench: settings, fields, steps, ways on, what is moved or taken away, and the preview of what is typed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from django.forms import BaseForm
from django.http import HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import FormPage, PageRequest
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.registry import Text
from nanhu.platforms.flows.body import Field
from nanhu.platforms.flows.workshop import forms, queries, services
from nanhu.platforms.flows.workshop import sketch as sketches
from nanhu.platforms.flows.workshop.desk import bench, own, shown_form
from nanhu.platforms.flows.workshop.queries import Work
from nanhu.platforms.flows.workshop.sentences import FIELD_KINDS, STEP_KINDS, Speaker
from nanhu.platforms.flows.workshop.sketch import Sketch
from nanhu.platforms.people import api as people


def own_field(request: PageRequest, key: str, name: str) -> Work:
    found = own(request, key)
    field = found.sketch.field(name)
    if field is None:
        raise NotFoundError(what=_("这一项"))
    return replace(found, field=field)


def own_step(request: PageRequest, key: str, name: str) -> Work:
    found = own(request, key)
    step = found.sketch.step(name)
    if step is None:
        raise NotFoundError(what=_("这一步"))
    return replace(found, step=step)


def own_way(request: PageRequest, key: str, name: str, place: int) -> Work:
    found = own_step(request, key, name)
    if found.step is None or place >= len(found.step.edges) or not sketches.is_pickable(found.step.edges[place]):
        raise NotFoundError(what=_("这条路"))
    return replace(found, place=place)


def new_field(request: PageRequest, key: str) -> Work:
    kind = request.GET.get("kind", "")
    known = cast("Any", kind if kind in FIELD_KINDS else "text")
    return replace(own(request, key), field=Field(key="", label="", kind=known))


def new_step(request: PageRequest, key: str) -> Work:
    return replace(own(request, key), step=forms.new_step(request.POST.get("step_kind") or request.GET.get("kind", "")))


def revision_of(request: PageRequest) -> int:
    """Of the draft that the sender saw."""
    sent = request.POST.get("draft", "")
    return int(sent) if sent.isdecimal() and len(sent) < len("2147483647") else -1


def back_to(work: Work, place: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{bench.address(key=work.key)}#{place}")


def edit(request: PageRequest, work: Work, change: Callable[[Sketch], Sketch], place: str = "") -> HttpResponseRedirect:
    services.change(by=request.actor, definition=work.definition, revision=revision_of(request), edit=change)
    return back_to(work, place)


def beside(request: PageRequest, work: Work) -> dict[str, Any]:
    """What the page of a form shows: the draft as it stands now, with the preview."""
    found = queries.own_work(request.viewer, work.key)
    home = work.sketch.home_of(work.field.key) if work.field else ""
    home = home or request.GET.get("at", "") or request.POST.get("home", "")
    lines = Speaker(found.sketch).lines() if work.step else []
    return {"work": found, "item": work, "lines": lines, **shown_form(found.sketch, home)}


def editor(
    path: str, form: type[BaseForm], title: Text, found: Callable[..., Work], **more: Any
) -> Callable[..., FormPage]:
    """A form at the left, what comes of it at the right."""
    options: Any = {"template": "workshop/edit.html", "facts": beside, "submit": _("存草稿"), **more}
    return bench.form(path, form, title=title, subject=Seen(found), **options)


@editor(
    "settings/",
    forms.SettingsForm,
    _("名称、期限、谁可以申请"),
    own,
    arguments=lambda _request, work: {"sketch": work.sketch},
    initial=lambda _request, work: forms.settings_initial(work.sketch),
)
def settings(request: PageRequest, form: forms.SettingsForm, work: Work) -> HttpResponseBase:
    return edit(request, work, form.settled)


def blank_field(request: PageRequest, work: Work) -> dict[str, Any]:
    return {"kind": work.field.kind if work.field else "text", "is_required": True, "home": request.GET.get("at", "")}


def about_field(_request: PageRequest, work: Work) -> dict[str, Any]:
    return {"sketch": work.sketch, "chosen": work.field.seen_at if work.field else ()}


@editor("fields/new/", forms.FieldForm, _("添一项"), new_field, arguments=about_field, initial=blank_field)
def add_field(request: PageRequest, form: forms.FieldForm, work: Work) -> HttpResponseBase:
    home = form.cleaned_data["home"]
    if home and work.sketch.step(home) is None:
        raise NotFoundError(what=_("这一步"))
    return edit(request, work, lambda sketch: sketches.put_field(sketch, form.made(), home), "form")


@editor(
    "fields/<slug:name>/",
    forms.FieldForm,
    _("改一项"),
    own_field,
    arguments=about_field,
    initial=lambda _request, work: forms.field_initial(work.field),
)
def change_field(request: PageRequest, form: forms.FieldForm, work: Work) -> HttpResponseBase:
    old = cast("Field", work.field)
    made = form.made(old.key, old.choices_from, old.columns)
    return edit(request, work, lambda sketch: sketches.put_field(sketch, made, sketch.home_of(old.key)), old.key)


def about_step(_request: PageRequest, work: Work) -> dict[str, Any]:
    return {"sketch": work.sketch, "step": work.step}


@editor(
    "steps/new/",
    forms.StepForm,
    _("添一步"),
    new_step,
    arguments=about_step,
    initial=lambda _request, work: {"can_return": True, "name": STEP_KINDS[work.step.kind]},
)
def add_step(request: PageRequest, form: forms.StepForm, work: Work) -> HttpResponseBase:
    return edit(request, work, lambda sketch: sketches.put_step(sketch, form.made()), "steps")


@bench.action("split/", subject=Seen(own))
def add_split(request: PageRequest, work: Work) -> HttpResponseBase:
    """Two branches with where they meet, at one press."""
    names = (say("同时办"), say("第一路"), say("第二路"), say("汇合"))
    office = next(iter(people.office_names()), "head")
    return edit(request, work, lambda sketch: sketches.put_split(sketch, names, office), "steps")


@editor(
    "steps/<slug:name>/",
    forms.StepForm,
    _("改一步"),
    own_step,
    arguments=about_step,
    initial=lambda _request, work: forms.step_initial(work.step),
)
def change_step(request: PageRequest, form: forms.StepForm, work: Work) -> HttpResponseBase:
    return edit(request, work, lambda sketch: sketches.put_step(sketch, form.made()), form.step.key)


@editor("steps/<slug:name>/ways/new/", forms.WayForm, _("添一条路"), own_step, arguments=about_step)
def add_way(request: PageRequest, form: forms.WayForm, work: Work) -> HttpResponseBase:
    step = cast("Any", work.step)
    return edit(request, work, lambda sketch: sketches.put_way(sketch, step, None, form.made()), step.key)


@editor(
    "steps/<slug:name>/ways/<int:place>/",
    forms.WayForm,
    _("改一条路"),
    own_way,
    arguments=about_step,
    initial=lambda _request, work: forms.way_initial(work.sketch, work.step.edges[work.place]),
)
def change_way(request: PageRequest, form: forms.WayForm, work: Work) -> HttpResponseBase:
    step = cast("Any", work.step)
    return edit(request, work, lambda sketch: sketches.put_way(sketch, step, work.place, form.made()), step.key)


@bench.action("arrange/", form=forms.ArrangeForm, subject=Seen(own))
def arrange(request: PageRequest, form: forms.ArrangeForm, work: Work) -> HttpResponseBase:
    said = form.cleaned_data
    return edit(request, work, lambda sketch: arranged(sketch, said), said["name"])


def arranged(sketch: Sketch, said: dict[str, Any]) -> Sketch:
    """Up, down or away. What another took away meanwhile is not there."""
    name, op = said["name"], said["op"]
    if said["what"] == "field" and (field := sketch.field(name)):
        return sketches.move_field(sketch, field, op)
    step = sketch.step(name) if said["what"] != "field" else None
    if step is None:
        raise NotFoundError(what=_("这一步"))
    if said["what"] == "way":
        return sketches.drop_way(sketch, step, said["place"] or 0)
    return sketches.move_step(sketch, step, op)


@bench.page("preview/", title=_("预览"), subject=Seen(own), posts=True)
def preview(request: PageRequest, work: Work) -> HttpResponseBase:
    """With what is being typed, as far as it can be read; nothing is kept."""
    what, sent = request.POST.get("what", ""), request.POST
    sketch = typed_field(work.sketch, sent) if what == "field" else typed_step(work.sketch, sent, what)
    home = sketch.home_of(sent.get("item", "")) or sent.get("home", "")
    lines = [] if what == "field" else Speaker(sketch).lines()
    return render(request, "workshop/_preview.html", {"lines": lines, **shown_form(sketch, home)})


def typed_field(sketch: Sketch, sent: QueryDict) -> Sketch:
    old = sketch.field(sent.get("item", ""))
    form = forms.FieldForm(sent, sketch=sketch, chosen=old.seen_at if old else ())
    if not form.is_valid():
        return sketch
    made = form.made(old.key, old.choices_from, old.columns) if old else form.made()
    return sketches.put_field(sketch, made, sketch.home_of(made.key) if old else form.cleaned_data["home"])


def typed_step(sketch: Sketch, sent: QueryDict, what: str) -> Sketch:
    """A step, or a way on from it."""
    step = sketch.step(sent.get("item", ""))
    if what == "way" and step is not None:
        way, place = forms.WayForm(sent, sketch=sketch, step=step), sent.get("place", "")
        number = int(place) if place.isdecimal() and len(place) <= len(step.edges) else None
        return sketches.put_way(sketch, step, number, way.made()) if way.is_valid() else sketch
    form = forms.StepForm(sent, sketch=sketch, step=step or forms.new_step(sent.get("step_kind", "")))
    return sketches.put_step(sketch, form.made()) if form.is_valid() else sketch
