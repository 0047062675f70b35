"""What a calendar program reads: no session, no cookie; the secret in the address says who."""

from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nanhu.platforms.portal.services.calendar import calendar_of, reader_at


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    request.path = reverse(
        "portal:calendar:feeds"
    )  # what is refused or breaks is written into the log, and no secret with it
    found = reader_at(secret)
    if found is None:
        return HttpResponse(_("没有这个日历。"), status=404, content_type="text/plain; charset=utf-8")
    viewer, address = found
    content = calendar_of(viewer, address.leaves_out)
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    answer = (
        HttpResponseNotModified()
        if tag in request.headers.get("If-None-Match", "")  # said back as a weak one where it came compressed
        else HttpResponse(content, content_type="text/calendar; charset=utf-8")
    )
    answer["ETag"], answer["Cache-Control"] = tag, "private, no-cache"
    return answer
