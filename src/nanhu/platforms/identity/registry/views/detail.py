"""One application: what it is, who may use it, what it gets, how it fares. Its contact may read, administrators write."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time
from nanhu.kernel.kit import SIGNED_IN, PageRequest
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.policies import SYSTEM, admit, has_role
from nanhu.platforms.identity.registry import queries
from nanhu.platforms.identity.registry.console import READERS, application_with, spoken
from nanhu.platforms.identity.registry.models import HealthLook
from nanhu.platforms.identity.registry.views.listing import applications
from nanhu.platforms.identity.services.attributes import ATTRIBUTES
from nanhu.platforms.identity.services.explain import sentence_of

LOOKS_SHOWN = 40


@applications.page("<slug:key>/", title=_("应用"), roles=SIGNED_IN)
def application(request: PageRequest, key: str) -> HttpResponseBase:
    found = Application.objects.filter(key=key).values_list("contact_id", flat=True).first()
    if found is None or found != request.viewer.account_id:
        refused = admit(request, frozenset(READERS))
        if refused is not None:
            return refused
    return shown(request, application_with(key))


def shown(request: PageRequest, application: Application) -> HttpResponse:
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
        "may_write": has_role(request.viewer, SYSTEM),
        "is_reader": any(has_role(request.viewer, role) for role in READERS),
    }
    return render(request, "identity/registry/application.html", context)


def looks_of(application: Application) -> list[tuple[str, int, str]]:
    """The last looks, oldest first, for the plot."""
    looks = HealthLook.objects.filter(application=application).order_by("-created_at")[:LOOKS_SHOWN]
    return [
        (f"{campus_time(one.created_at):%H:%M}", one.milliseconds, f"{one.milliseconds} ms") for one in reversed(looks)
    ]
