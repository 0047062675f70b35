"""The phone counter (手机盘点): a shell that works without network; what it is given, and what it brings."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.bodies import takes_files
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.kernel.kit.offline import page_worker
from nanhu.kernel.registry import Application, Viewer, Waiting, WaitingLine
from nanhu.kernel.viewers import viewer_of
from nanhu.systems.assets.counting.forms import TypedForm
from nanhu.systems.assets.counting.models import StockTake
from nanhu.systems.assets.counting.photos import LARGEST_BODY, sent_photo, take_photo
from nanhu.systems.assets.counting.pictures import MOST_AT_ONCE, pictures_of
from nanhu.systems.assets.counting.queries import any_open, count_takes, counters, takes_of, things_for
from nanhu.systems.assets.counting.services.uploading import batch_of, take_rows


def for_counters(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who is in no team of this count is told that there is none. Also after it ended, or after one was taken off its team, for what a phone
    brings late."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, public_id: UUID) -> HttpResponse:
        take = StockTake.objects.filter(public_id=public_id).first()
        if take is None or not counters(take, viewer_of(request).person_id).exists():
            raise NotFoundError(what=StockTake.what)
        return view(request, take)

    return guarded


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    person_id = viewer_of(request).person_id
    takes = takes_of(person_id) if person_id is not None else []
    return render(request, "assets_counting/mine.html", {"takes": takes})


@require_safe
@for_counters
def counter(request: HttpRequest, take: StockTake) -> HttpResponse:
    viewer = viewer_of(request)
    return render(
        request,
        "assets_counting/counter.html",
        {"take": take, "account": viewer.account_id, "counter": viewer.name, "form": TypedForm()},
    )


@require_safe
@for_counters
def things(request: HttpRequest, take: StockTake) -> HttpResponse:
    """The list names keepers: only who counts now is given it."""
    person_id = viewer_of(request).person_id or 0
    return private(things_for(take, person_id) if take in takes_of(person_id) else {"things": None})


@require_safe
@for_counters
def pictures(request: HttpRequest, take: StockTake) -> HttpResponse:
    """Small ones of those of his list that the phone names (`of`)."""
    asked = []
    for one in request.GET.getlist("of")[:MOST_AT_ONCE]:
        with suppress(ValueError):
            asked.append(UUID(one))
    person_id = viewer_of(request).person_id or 0
    return private({"pictures": pictures_of(by=person_at(request), person_id=person_id, take=take, asked=asked)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_counters
def rows(request: HttpRequest, take: StockTake) -> HttpResponse:
    """Asked first: whose rows it would take now, and with which token. `account` guards a phone that two people use."""
    viewer = viewer_of(request)
    if request.method != "POST" or viewer.person_id is None:
        return private(
            {"account": viewer.account_id, "token": get_token(request), "state": take.state, "round": take.round}
        )
    taken = take_rows(person_id=viewer.person_id, take=take, batch=batch_of(request.body))
    return private(asdict(taken))


@require_POST
@takes_files(largest=LARGEST_BODY)
@for_counters
def photos(request: HttpRequest, take: StockTake) -> HttpResponse:
    """One photo, with what the phone knows of it (`facts`); why it is not taken is said in words, which the phone shows beside it."""
    viewer, upload = viewer_of(request), request.FILES.get("photo")
    try:
        seen = take_photo(
            by=person_at(request),
            person_id=viewer.person_id or 0,
            take=take,
            sent=sent_photo(request.POST.get("facts", "")),
            content=upload.read() if isinstance(upload, UploadedFile) else b"",
        )
    except CampusError as refused:
        return private({"message": refused.message}, status=refused.http_status)
    return private(asdict(seen))


def private(found: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(found, status=status, headers={"Cache-Control": "no-store"})


@require_safe
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """For the counter, and for the list of counts beside it."""
    return page_worker(request, cache="nanhu-own-count-1", pages="/count/([0-9a-f-]{36}/)?$")


TAKES = Prepared(lambda: takes_of(Given("person")))


def counted_by(viewer: Viewer) -> list[StockTake]:
    """What this viewer counts now, read once a request: menu and to-dos both say it."""
    person_id = viewer.person_id
    return viewer.once("assets.takes", lambda: TAKES(person=person_id) if any_open() and count_takes(viewer) else [])


def menu(viewer: Viewer) -> list[Application]:
    """An entry for those who count now."""
    if not counted_by(viewer):
        return []
    return [
        Application(
            key="assets.count",
            name=_("资产盘点"),
            icon="scan-line",
            url=reverse("assets:count"),
            section="work",
            owner=_("国资处"),
            order=49,
        )
    ]


def waiting(viewer: Viewer, limit: int) -> Waiting | None:
    takes = counted_by(viewer)
    lines = [
        WaitingLine(title=one.title, url=reverse("assets:counter", args=[one.public_id]), since=one.opened_at)
        for one in takes
    ]
    return Waiting(count=len(takes), url=reverse("assets:count"), lines=lines[:limit]) if takes else None
