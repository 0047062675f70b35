"""Where doors stand and how they are; the log of a place; anti-passback reset by a guard; a person's own passages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel import audit
from nanhu.kernel.clock import now
from nanhu.platforms.access import queries
from nanhu.platforms.access.forms import SidesForm
from nanhu.platforms.access.policies import MANAGER, person_at, viewer_of, watch_only
from nanhu.platforms.access.services.sides import reset_sides
from nanhu.platforms.campus.api import place_with

FILTERS = ("", "refused", "remarked", "offline")


@require_safe
@never_cache
@watch_only
def places(request: HttpRequest) -> HttpResponse:
    lines = queries.place_lines()
    doors = [door for line in lines for door in line.doors]
    facts = {
        "lines": lines, "doors": len(doors), "online": sum(door.is_online for door in doors),
        "stored": sum(door.door.said_stored for door in doors), "as_of": now(), "is_manager": is_manager(request),
    }  # fmt: skip
    return render(request, "access/places.html", facts)


def is_manager(request: HttpRequest) -> bool:
    return MANAGER in viewer_of(request).roles


@require_safe
@never_cache
@watch_only
def place(request: HttpRequest, key: str) -> HttpResponse:
    return show_place(request, key, SidesForm())


def show_place(request: HttpRequest, key: str, form: SidesForm, status: int = 200) -> HttpResponse:
    found = place_with(key)
    line = next(one for one in queries.place_lines() if one.place.pk == found.pk)
    facts = {
        "place": found, "line": line, "rules": queries.rules_over(found), "inside": queries.inside(found),
        "counts": queries.today_counts(found), "passages": queries.with_masked_names(queries.passages_at(found)),
        "pass_back": queries.pass_back_of(found), "form": form, "as_of": now(), "is_manager": is_manager(request),
    }  # fmt: skip
    return render(request, "access/place.html", facts, status=status)


@require_safe
@never_cache
@watch_only
def log(request: HttpRequest, key: str) -> HttpResponse:
    """With full names; that somebody read it is on record."""
    found = place_with(key)
    only = request.GET.get("only", "") if request.GET.get("only", "") in FILTERS else ""
    audit.record(by=person_at(request), action="access.log_read", target=f"place:{key}", facts={"only": only})
    names = {"": _("全部"), "refused": _("没有放行"), "remarked": _("需要关注"), "offline": _("断网时")}
    facts = {
        "place": found, "lines": queries.passages_at(found, only=only, most=queries.LOG_ROWS), "only": only,
        "tabs": [(one, names[one], f"?only={one}") for one in FILTERS],
    }  # fmt: skip
    return render(request, "access/log.html", facts)


@require_POST
@watch_only
def reset(request: HttpRequest, key: str) -> HttpResponse:
    found, form = place_with(key), SidesForm(request.POST)
    if not form.is_valid():
        return show_place(request, key, form, status=422)
    reset_sides(by=person_at(request), place=found, reason=form.cleaned_data["reason"], person_id=form.person_id)
    messages.success(request, _("已重置，下一次刷卡按没有进出记录算。"))
    return redirect("access:place", key=key)


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The viewer's own passages, and nobody else's."""
    person_id = viewer_of(request).person_id
    lines = queries.own_passages(person_id) if person_id is not None else []
    return render(request, "access/mine.html", {"lines": lines})
