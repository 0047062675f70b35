"""Federations for the administrator: which are joined, how their metadata fares, who is in them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.policies import role_required
from nanhu.platforms.identity.protocols.saml.addresses import entity_id, own
from nanhu.platforms.identity.protocols.saml.engine import program
from nanhu.platforms.identity.protocols.saml.forms import FeedForm
from nanhu.platforms.identity.protocols.saml.jobs import refresh_feed
from nanhu.platforms.identity.protocols.saml.models import Feed, Partner
from nanhu.platforms.identity.protocols.saml.services import feeds

ADMINISTRATOR = "campus.admin"
A_PAGE = 50
TONES = {"good": "good", "waiting": "info", "failing": "attention", "expired": "danger"}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(ADMINISTRATOR)
def feeds_page(request: HttpRequest) -> HttpResponse:
    form = FeedForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and added(request, form):
        return redirect("identity:saml_feeds")
    rows = Feed.objects.select_related("application").annotate(count=Count("partners")).order_by("name")
    facts = {
        "form": form,
        "feeds": [(row, TONES[row.state]) for row in rows],
        "entity_id": entity_id(),
        "metadata": own("saml_metadata"),
        "is_ready": program() is not None,
    }
    return render(request, "identity/saml/feeds.html", facts)


def added(request: HttpRequest, form: FeedForm) -> bool:
    try:
        with transaction.atomic():
            feed = feeds.add_feed(by=actor_of(request), **form.cleaned_data)
            refresh_feed.defer(feed_id=feed.pk)
    except CampusError as error:
        form.add_error(None, error.message)
    except IntegrityError:
        form.add_error(None, _("这个联盟（名称、标识或地址）已经登记过。"))
    else:
        messages.success(request, _("已登记，正在取第一份元数据。"))
        return True
    return False


@require_safe
@role_required(ADMINISTRATOR)
def feed_page(request: HttpRequest, number: int) -> HttpResponse:
    """Who is in it; one search over entityID and name."""
    feed = get_object_or_404(Feed.objects.select_related("application"), pk=number)
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = Partner.objects.filter(feed=feed).select_related("application").defer("xml", "facts").order_by("name", "pk")
    if query:
        found = found.filter(Q(entity_id__icontains=query) | Q(name__icontains=query))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    facts: dict[str, Any] = {"feed": feed, "tone": TONES[feed.state], "page": page, "query": query}
    return render(request, "identity/saml/feed.html", facts)


@require_POST
@role_required(ADMINISTRATOR)
def refresh_page(request: HttpRequest, number: int) -> HttpResponse:
    feed = get_object_or_404(Feed, pk=number)
    refresh_feed.defer(feed_id=feed.pk)
    messages.success(request, _("正在更新，几秒后刷新本页看结果。"))
    return redirect("identity:saml_feed", feed.pk)


@require_POST
@role_required(ADMINISTRATOR)
def switch_page(request: HttpRequest, number: int) -> HttpResponse:
    """Switch a federation off (nobody gets in under it) or on again."""
    feed = get_object_or_404(Feed, pk=number)
    feeds.switch_feed(by=actor_of(request), feed=feed, is_enabled=not feed.is_enabled)
    messages.success(request, _("已停用。") if feed.is_enabled else _("已启用。"))
    return redirect("identity:saml_feed", feed.pk)
