"""The page on which a clerk looks at the photos of an order, large enough to judge a face."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.systems.card.issuing.policies import office_only
from nanhu.systems.card.issuing.services.faces import look_over, unseen
from nanhu.systems.card.issuing.views.desk import seen_by, show

AT_ONCE = 24
"""As many as one looks at before one no longer looks."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def faces(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, access = seen_by(request, public_id)
    if request.method == "POST":
        told = (one.partition(":") for one in request.POST.getlist("shown"))
        shown = {int(line): path for line, _colon, path in told if is_line(line)}
        refused = {int(line) for line in request.POST.getlist("refused") if is_line(line)}
        try:
            look_over(by=person_at(request), order=found, shown=shown, refused=refused)
        except CampusError as error:
            found.refresh_from_db()
            return show(request, found, access, error=error.message, status=error.http_status)
    left = unseen(found)
    if not left.exists():
        return redirect("card:issuing:order", public_id=found.public_id)
    return render(request, "card_issuing/faces.html", {"order": found, "rows": left[:AT_ONCE], "left": left.count()})


def is_line(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9  # noqa: PLR2004  as many as an integer column takes
