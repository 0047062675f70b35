"""/weather/: today and the next two days, warnings whole, and when it was fetched."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.portal.weather.services import weather


@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    viewer_of(request)
    return render(request, "portal/weather.html", {"weather": weather()})
