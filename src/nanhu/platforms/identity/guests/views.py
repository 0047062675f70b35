"""The sponsor's pages: my guests, a new one, longer, over."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.guests.forms import DayForm, InvitationForm
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.guests.services import sponsoring
from nanhu.platforms.identity.views.setup import owner_of
from nanhu.platforms.people import api as people

PAGE_SIZE = 20
type View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """Only who works here, by a live staff affiliation, may vouch for somebody."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        viewer = request.viewer  # type: ignore[attr-defined]
        card = people.person_card(viewer.person_id) if viewer and viewer.person_id else None
        if card is None or not any(one.is_live and one.kind == "staff" for one in card.affiliations):
            raise Http404
        return view(request, *arguments, **options)

    return guarded


@never_cache
@for_staff
def guests_page(request: HttpRequest) -> HttpResponse:
    mine = Sponsorship.objects.filter(sponsor=owner_of(request)).order_by("-created_at")
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    cards = people.person_cards([one.guest_id for one in page])
    today = campus_today()
    rows = [(one, cards.get(one.guest_id), one.ended_at is None and one.ends_on >= today) for one in page]
    return render(request, "identity/guests/list.html", {"page": page, "rows": rows, "most": sponsoring.MOST_LIVE})


@never_cache
@for_staff
def invite_guest(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            held = sponsoring.invite(by=actor_of(request), sponsor=owner_of(request), **form.cleaned_data)
            messages.success(request, _("来宾号 %(number)s 已开通，登录方法已发短信。") % {"number": held.campus_no})
            return HttpResponseRedirect(reverse("identity:guests"))
        except CampusError as error:
            form.add_error(None, error.message)
    return render(request, "identity/guests/invite.html", {"form": form})


@require_POST
@for_staff
def invite_again(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return done(request, lambda: sponsoring.invite_again(
        by=actor_of(request), sponsor=owner_of(request), public_id=public_id
    ), _("登录方法已重发短信。"))  # fmt: skip


@require_POST
@for_staff
def prolong_guest(request: HttpRequest, public_id: UUID) -> HttpResponse:
    form = DayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选一个日期。"))
        return HttpResponseRedirect(reverse("identity:guests"))
    return done(request, lambda: sponsoring.prolong(
        by=actor_of(request), sponsor=owner_of(request), public_id=public_id, ends_on=form.cleaned_data["ends_on"]
    ), _("最后一天已改。"))  # fmt: skip


@require_POST
@for_staff
def end_guest(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return done(request, lambda: sponsoring.end(
        by=actor_of(request), sponsor=owner_of(request), public_id=public_id
    ), _("这位来宾的身份已结束，登录已退出。"))  # fmt: skip


def done(request: HttpRequest, deed: Callable[[], None], said: str) -> HttpResponse:
    try:
        deed()
        messages.success(request, said)
    except CampusError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("identity:guests"))
