"""`/a/<number>`: what a label says to whoever reads it. The same for every number, so that it tells nobody what there is."""

import re
from datetime import timedelta
from typing import Final

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.school import school
from nanhu.kernel.throttle import Gate, Limit, admit, network_of
from nanhu.systems.assets.counting.models import FoundReport

TELLING: Final = Limit("assets.found", free=3, cap=3600, memory=timedelta(days=1), leak=0.0005)
"""Messages of one address: three at once, then about forty a day."""
OFFICE: Final = Gate(Limit("assets.found_all", free=200, cap=60, memory=timedelta(hours=1), leak=0.05), "office")
"""Of all addresses together: what an office can read."""


CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,40}")
"""What a label of ours, or of the system before, can say; other text of an address does not come into the office's list."""


class FoundForm(forms.Form):
    words = forms.CharField(
        label=_("在哪里捡到或看到的"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例：图书馆三楼东侧楼梯口"),
    )
    contact = forms.CharField(label=_("怎么联系您（可不填）"), max_length=60, required=False)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def label(request: HttpRequest, code: str) -> HttpResponse:
    form = FoundForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        admit([Gate(TELLING, network_of(request.META.get("REMOTE_ADDR", ""))), OFFICE])
        FoundReport.objects.create(number=code if CODE.fullmatch(code) else "?", **form.cleaned_data)
        return HttpResponseRedirect(f"{request.path}?told")
    facts = {"form": form, "is_told": "told" in request.GET, "school": school(), "code": code}
    status = 422 if form.is_bound else 200
    answer = render(request, "assets_counting/found.html", facts, status=status)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@transaction.atomic
def settle(*, by: Actor, report: FoundReport) -> FoundReport:
    row = FoundReport.objects.select_for_update().get(pk=report.pk)
    if row.settled_at is None:
        row.settled_at, row.settled_by_name = now(), by.name
        row.save(update_fields=["settled_at", "settled_by_name"])
        audit.record(by=by, action="assets.settle_found", target=f"found-report:{row.public_id}")
    return row
