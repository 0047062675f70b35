"""The phone's code page (付款码): a shell that works without network; what it shows is made on the phone."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.school import school
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.queries import ended_devices, living_devices, state_of
from nanhu.systems.card.codes.rules import STEP_SECONDS
from nanhu.systems.card.codes.services.devices import MOST_DEVICES, end_device, register_device
from nanhu.systems.card.queries import card_of, door_supplier
from nanhu.systems.card.views.frame import own_card

PHONES = {"iPhone": "iPhone", "iPad": "iPad", "HarmonyOS": "鸿蒙手机", "Android": "安卓手机"}  # names, not sentences


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    card = card_of(viewer_of(request).person_id)
    if card is None:
        return render(request, "card/none.html", {"school": school()})
    facts = {"card": card, "step_seconds": STEP_SECONDS, "is_sample": configuration().demo, "supplier": door_supplier()}
    return render(request, "card_codes/home.html", facts)


@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """What the page asks every few seconds: is this phone still registered, was a code it showed taken, what is left."""
    found = state_of(own_card(request), device=request.GET.get("device", ""), shown=request.GET.getlist("shown"))
    return JsonResponse(found, headers={"Cache-Control": "no-store"})


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def enable(request: HttpRequest) -> HttpResponse:
    """Tells the keys once, to the script that asks for them: pressed before the script is there, the page comes again, and no key is shown."""
    card = own_card(request)
    if request.method != "POST" or request.headers.get("Accept") != "application/json":
        facts = {"devices": living_devices(card.person_id), "most": MOST_DEVICES}
        return render(request, "card_codes/enable.html", facts)
    made = register_device(
        by=person_at(request),
        person_id=card.person_id,
        name=phone_name(request),
        replaces=request.POST.get("replaces", ""),
    )
    told = {
        "number": made.device.number,
        "pay_key": made.pay_key,
        "door_key": made.door_key,
        "server_time": now().timestamp(),
    }
    return JsonResponse(told, status=201, headers={"Cache-Control": "no-store"})


def phone_name(request: HttpRequest) -> str:
    browser = request.headers.get("User-Agent", "")
    return next((name for word, name in PHONES.items() if word in browser), _("电脑浏览器"))


@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    card = own_card(request)
    facts = {"devices": living_devices(card.person_id), "ended": ended_devices(card.person_id)}
    return render(request, "card_codes/devices.html", facts)


@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    own = CodeDevice.objects.filter(person_id=own_card(request).person_id)
    device = found_in(own, _("这部手机"), public_id=public_id)
    ending = CodeDevice.Ending.LOST if request.POST.get("ending") == "lost" else CodeDevice.Ending.OWNER
    end_device(by=person_at(request), device=device, ending=ending)
    messages.success(request, _("已停用。这部手机上的付款码和门禁码从现在起都不能用。"))
    return redirect("card:code_devices")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker stands beside the page, for its scope is its folder."""
    facts = {"page": json.dumps(request.path.removesuffix("worker.js"))}
    return render(request, "card_codes/worker.js", facts, content_type="text/javascript; charset=utf-8")
