"""校内资源 for whoever has not signed in: where the foot of each page and of the school's sites leads (A165)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from nanhu.services.network.reach import queries
from nanhu.services.network.reach.book import HERE
from nanhu.services.network.reach.rules import Standing
from nanhu.services.network.reach.school import standing_at


@login_not_required
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Members are led to the whole of it. A stranger gets no address that does not open from where he stands."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("network_reach:book:resources"))
    standing = standing_at(str(request.META.get("REMOTE_ADDR", "")))
    facts = {"resources": queries.open_resources(), "is_inside": standing == Standing.CAMPUS, "here": HERE[standing]}
    return render(request, "network_reach/directory.html", facts)
