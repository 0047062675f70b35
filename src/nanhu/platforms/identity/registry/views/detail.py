"""One application: what it is, who may use it, what it gets, how it fares. Its contact may read, administrators write."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import campus_time
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.policies import has_role, role_required
from nanhu.platforms.identity.registry import queries
from nanhu.platforms.identity.registry.models import HealthLook
from nanhu.platforms.identity.registry.registrations import ADMINISTRATOR, READERS
from nanhu.platforms.identity.registry.views.common import application_or_404, spoken
from nanhu.platforms.identity.services.attributes import ATTRIBUTES
from nanhu.platforms.identity.services.explain import sentence_of

LOOKS_SHOWN = 40


@require_safe
def application_page(request: HttpRequest, key: str) -> HttpResponseBase:
    found = Application.objects.filter(key=key).values_list("contact_id", flat=True).first()
    if found is not None and found == request.user.pk:
        return shown(request, key)
    return guarded(request, key)


def shown(request: HttpRequest, key: str) -> HttpResponse:
    application = application_or_404(key)
    days = queries.sign_ins_by_day(application)
    speaking = spoken(application)
    releases = list(application.releases.all())
    context = {
        "application": application,
        "addresses": list(application.addresses.all()),
        "protocols": speaking,
        "choices": [panel for panel in panels.in_order() if panel not in speaking],
        "releases": [(one, ATTRIBUTES.get(one.name)) for one in releases],
        "rules": [(rule, sentence_of(rule)) for rule in application.access_rules.select_related("unit")],
        "rests": queries.rests_of(application),
        "health": getattr(application, "health", None),
        "looks": looks_of(application),
        "days": days,
        "sign_ins": sum(times for _day, times in days),
        "may_write": has_role(request.viewer, ADMINISTRATOR),  # type: ignore[attr-defined]
        "is_reader": any(has_role(request.viewer, role) for role in READERS),  # type: ignore[attr-defined]
    }
    return render(request, "identity/registry/application.html", context)


guarded = role_required(*READERS)(shown)


def looks_of(application: Application) -> list[tuple[str, int, str]]:
    """The last looks, oldest first, for the plot."""
    looks = HealthLook.objects.filter(application=application).order_by("-created_at")[:LOOKS_SHOWN]
    return [
        (f"{campus_time(one.created_at):%H:%M}", one.milliseconds, f"{one.milliseconds} ms") for one in reversed(looks)
    ]
