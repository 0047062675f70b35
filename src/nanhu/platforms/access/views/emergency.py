"""Emergency open, by guards and the manager: open, see which doors have heard it, close."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.clock import now
from nanhu.platforms.access import queries
from nanhu.platforms.access.errors import EmergencyNotFoundError
from nanhu.platforms.access.forms import EmergencyForm
from nanhu.platforms.access.models import DoorEmergency
from nanhu.platforms.access.policies import person_at, watch_only
from nanhu.platforms.access.services import emergencies

PAST = 30


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@watch_only
def emergency(request: HttpRequest) -> HttpResponse:
    form = EmergencyForm(request.POST or None, initial=request.GET.dict())
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        emergencies.open_place(
            by=person_at(request), place=said["place"], reason=said["reason"], minutes=said["minutes"]
        )
        messages.success(request, _("已下达开门指令。门在几秒内收到，下面显示哪些已打开。"))
        return redirect("access:emergency")
    lines = [line for line in queries.place_lines() if line.emergency and line.doors]
    doors = [door for line in lines for door in line.doors]
    facts = {
        "form": form, "open": queries.open_emergencies(), "lines": lines, "doors": len(doors),
        "heard": sum(door.has_heard for door in doors), "past": past(), "as_of": now(),
    }  # fmt: skip
    return render(request, "access/emergency.html", facts, status=422 if form.is_bound else 200)


def past() -> list[DoorEmergency]:
    rows = DoorEmergency.objects.select_related("place").order_by("-opened_at")[:PAST]
    return [one for one in rows if one.closed_at or one.ends_at <= now()]


@require_POST
@watch_only
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = DoorEmergency.objects.filter(public_id=public_id).first()
    if found is None:
        raise EmergencyNotFoundError
    emergencies.end(by=person_at(request), emergency=found)
    messages.success(request, _("已下达关门指令。"))
    return redirect("access:emergency")
