"""我的消息: what a person was told, in one list with the notices, and how he wants to be told."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel import strict_json
from nanhu.kernel.actors import actor_of
from nanhu.kernel.delivery.webpush import application_key
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import Console, PageRequest, page_of
from nanhu.kernel.registry import Viewer, message_channels
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.messages import inbox
from nanhu.platforms.messages.errors import EndpointRefusedError
from nanhu.platforms.messages.filters import inbox_filters
from nanhu.platforms.messages.models import PushSubscription
from nanhu.platforms.messages.services import choosing, reading
from nanhu.platforms.messages.settings_form import SettingsForm, chosen

PAGE = 20
LARGEST_SUBSCRIPTION = 8 * 1024


def has_person(viewer: Viewer) -> bool:
    return viewer.person_id is not None


desk = Console(
    "inbox:mine",
    _("我的消息"),
    icon="bell",
    owner=_("信息中心"),
    description=_("公告、待办和各项业务的消息"),
    allows=has_person,
    section="service",
    order=45,
)


def person_of(request: PageRequest) -> int:
    assert request.viewer.person_id is not None  # noqa: S101 - the console lets nobody else in
    return request.viewer.person_id


@desk.page("", title=_("我的消息"), tab=_("消息"))
def messages(request: PageRequest) -> HttpResponse:
    figures = inbox.figures_of(request.viewer)
    filters = inbox_filters({"unread": figures.unread, "task": figures.tasks})(request.GET)
    show = filters.form.cleaned_data.get("show", "")
    page = page_of(request, inbox.lines_of(request.viewer, show), PAGE)
    facts = {
        "page": page,
        "lines": inbox.lines(page),
        "show": show,
        "narrowing": {"filters": filters},
        "figures": figures,
        "tasks": [one for one in inbox.tasks_of(request.viewer) if one.count],
    }
    return render(request, "messages/inbox.html", facts)


@messages.action("read-all/", done=_("已全部标为已读；必读的公告请逐条打开确认。"))
def read_all(request: PageRequest) -> None:
    reading.mark_messages_read(by=request.viewer)
    reading.mark_all_read(by=request.viewer)


@messages.action("<uuid:public_id>/read/")
def read(request: PageRequest, public_id: UUID) -> None:
    found = inbox.entry_for(request.viewer, public_id)
    reading.mark_message_read(by=request.viewer, message_id=found.message_id)


def settings_facts(request: PageRequest, *_subject: object) -> dict[str, Any]:
    person_id = person_of(request)
    channels = [
        {
            "title": one.title,
            "icon": one.icon,
            "hint": one.hint,
            "is_reached": person_id in set(one.reaches([person_id])),
        }
        for one in message_channels
        if one.is_on()
    ]
    browsers = PushSubscription.objects.filter(person=person_id).order_by("pk")
    return {"channels": channels, "browsers": browsers, "application_key": application_key()}


def said(request: PageRequest) -> dict[str, Any]:
    return chosen(person_of(request))


def kept(request: PageRequest) -> dict[str, Any]:
    rows = choosing.choices_of(person_of(request)).values()
    return {"kept": {key for one in rows for key in one.channels or ()}}


@desk.form(
    "settings/",
    SettingsForm,
    title=_("我的消息设置"),
    tab=_("设置"),
    lead=_("每类消息从哪里来、什么时候来，由您决定；本站里总会有一份。"),
    template="messages/settings.html",
    initial=said,
    arguments=kept,
    facts=settings_facts,
    button=_("消息设置"),
    icon="sliders-horizontal",
    done=_("已保存。"),
    to="settings",
)
def settings(request: PageRequest, form: SettingsForm) -> None:
    choosing.choose(by=request.actor, person_id=person_of(request), **form.choices())


@never_cache
@require_safe
def opened(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The way from a mail, a push or the list to the thing itself: reading it here is reading it everywhere."""
    viewer = viewer_of(request)
    found = inbox.entry_for(viewer, public_id).message
    if found.notice_id is None:
        reading.mark_message_read(by=viewer, message_id=found.pk)
    return HttpResponseRedirect(found.link or reverse("inbox:mine:messages"))


@never_cache
@require_safe
def badge(request: HttpRequest) -> HttpResponse:
    """The number at the bell, and at what waits in the bar of a phone (`bell.js`): asked for after every page."""
    viewer = viewer_of(request)
    facts = {"unread": inbox.unread_of(viewer), "tasks": [one for one in inbox.tasks_of(viewer) if one.count]}
    return render(request, "messages/_badge.html", facts)


@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker that shows pushes; its scope is this room."""
    return render(request, "messages/push_worker.js", content_type="text/javascript; charset=utf-8")


@never_cache
@require_POST
def let_in(request: HttpRequest) -> JsonResponse:
    """A subscription as the browser makes it: {endpoint, keys: {p256dh, auth}}."""
    viewer = viewer_of(request)
    try:
        given = strict_json.decode(request.body[:LARGEST_SUBSCRIPTION])
        keys = given["keys"]
        facts = {"endpoint": given["endpoint"], "public_key": keys["p256dh"], "auth": keys["auth"]}
    except (ValueError, KeyError, TypeError):
        return refused(EndpointRefusedError())
    if viewer.person_id is None:
        return refused(EndpointRefusedError())
    device = str(given.get("device", ""))
    try:
        choosing.let_in(by=actor_of(request), person_id=viewer.person_id, device=device, **facts)
    except CampusError as error:
        return refused(error)
    return JsonResponse({"ok": True})


def refused(error: CampusError) -> JsonResponse:
    return JsonResponse({"ok": False, "why": error.message}, status=error.http_status)


@settings.action("browsers/<uuid:public_id>/remove/", done=_("这个浏览器不再接收推送。"))
def shut_out(request: PageRequest, public_id: UUID) -> None:
    choosing.shut_out(by=request.actor, person_id=person_of(request), public_id=public_id)
