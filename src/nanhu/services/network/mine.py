"""My devices (我的设备), on the phone first: what is on line in my name, since when and where, kicked with one press; and why not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, PageRequest
from nanhu.kernel.kit.records import seen
from nanhu.kernel.registry import ALL_FACES, Viewer
from nanhu.platforms.people import api as people
from nanhu.services.network import queries
from nanhu.services.network.errors import NotOpenError
from nanhu.services.network.forms import DeviceForm
from nanhu.services.network.models import Device, NetworkRole, Service, Session
from nanhu.services.network.services import devices as device_services
from nanhu.services.network.services import passes

SHOWN_BEFORE = 10

mine = Console(
    "network:mine",
    _("我的设备"),
    icon="tablet-smartphone",
    owner=_("信息中心"),
    description=_("在线的手机和电脑，踢下线、改名；为什么上不了网"),
    faces=ALL_FACES,
    allows=lambda viewer: viewer.person_id is not None,
    section="service",
    order=46,
)


def roles_of(viewer: Viewer) -> set[str]:
    card = viewer.record if isinstance(viewer.record, people.PersonCard) else people.person_card(viewer.person_id or 0)
    return card.live_kinds if card else set()


@mine.page("", title=_("我的设备"), tab=_("设备"), lead=_("以您的账号上网的设备。不认识的，请让它下线，再改密码。"))
def devices(request: PageRequest) -> HttpResponse:
    person_id = request.viewer.person_id or 0
    lines = queries.sessions_of(person_id, only_open=False)
    rows = [line for line in reversed(lines) if line.state != "closed"]
    roles = roles_of(request.viewer)
    facts = {
        "usage": queries.usage_of(person_id, roles),
        "guest_until": passes.last_day_of(person_id) if roles == {NetworkRole.GUEST} else None,
        "online": [(line, Service(line.service).label) for line in rows],
        "before": [(line, queries.cause_words(line.cause)) for line in reversed(lines) if line.state == "closed"][
            :SHOWN_BEFORE
        ],
        "devices": known(request.viewer, lines),
        "refusals": queries.refusals_of(person_id),
    }
    return render(request, "network/devices.html", facts)


def known(viewer: Viewer, lines: Sequence[queries.SessionLine]) -> list[tuple[Device, str, datetime | None]]:
    """Each with where it was last, of the seven days that are shown, and until when it comes on line by a single tap."""
    places = {one.device_id: one.place for one in sorted(lines, key=lambda one: one.started_at) if one.place}
    until = device_services.trusted_until(viewer.account_id)
    return [(one, places.get(one.pk, ""), until.get(one.pk)) for one in queries.devices_of(viewer.person_id or 0)]


@devices.action(
    "sessions/<uuid:public_id>/kick/",
    subject=seen(lambda viewer: Session.objects.filter(person=viewer.person_id or 0), Session.what),
    done=_("已让它下线：真的断开之前显示“断网中”。"),
)
def kick(request: PageRequest, found: Session) -> None:
    if found.closing_at is not None and found.stopped_at is None:
        return
    if found.stopped_at is not None:
        raise NotOpenError
    device_services.kick(by=request.actor, session=found)


OWN: Final = seen(lambda viewer: Device.objects.filter(person=viewer.person_id or 0, removed_at=None), Device.what)


@devices.action("<uuid:public_id>/let-in/", subject=OWN, done=_("这台设备可以再上线了。"))
def let_in(request: PageRequest, found: Device) -> None:
    device_services.let_in(by=request.actor, device=found)


@devices.action("<uuid:public_id>/remove/", subject=OWN, done=_("已移除。它再来，就是一台新设备。"))
def remove(request: PageRequest, found: Device) -> None:
    device_services.remove(by=request.actor, device=found)


def said_of(_request: PageRequest, device: Device) -> dict[str, Any]:
    return {"name": device.name, "kind": device.kind}


@devices.form(
    "<uuid:public_id>/",
    DeviceForm,
    title=_("给设备起名"),
    subject=OWN,
    initial=said_of,
    done=_("已改。"),
    to="devices",
)
def rename(request: PageRequest, form: DeviceForm, found: Device) -> None:
    device_services.rename(by=request.actor, device=found, **form.cleaned_data)
