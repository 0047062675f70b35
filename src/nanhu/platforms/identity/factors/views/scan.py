"""QR sign-in: the desktop's three endpoints, and the phone's one."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.kernel.ui import qr, words
from nanhu.platforms.identity import devices, queries
from nanhu.platforms.identity.current import session_of
from nanhu.platforms.identity.factors import admission
from nanhu.platforms.identity.factors.errors import ScanRefusedError
from nanhu.platforms.identity.factors.forms import NumberForm
from nanhu.platforms.identity.factors.models import ScanRequest
from nanhu.platforms.identity.factors.services import attempts, scans
from nanhu.platforms.identity.pages import next_path
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.services.roles import administrative_grants

WAITING = "identity.scan"


@open_page
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """A new picture for this browser. By POST: a link that somebody sends must not begin a sign-in."""
    attempts.count_stranger(devices.caller_in(request))
    opened = scans.open_request(
        address=request.META.get("REMOTE_ADDR", ""), user_agent=request.headers.get("User-Agent", "")
    )
    request.session[WAITING] = {**asdict(opened), "after": next_path(request)}
    return HttpResponseRedirect(reverse("identity:scan_desktop"))


@open_page
@require_GET
def desktop(request: HttpRequest) -> HttpResponse:
    facts = request.session.get(WAITING)
    if facts is None:
        return HttpResponseRedirect(reverse("identity:sign_in"))
    found = scans.of_desktop(facts["poll"])
    address = configuration().public_url + reverse("identity:scan_phone", args=[facts["token"]])
    context = {
        "state": found.state if found is not None else "expired",
        "after": facts["after"],
        "number": facts["number"],
        "qr_code": qr.picture(address, scale=6),
        "name": approver_name(found),
        "seconds": int(scans.LIFE.total_seconds()),
    }
    return render(request, "identity/scan_desktop.html", context)


def approver_name(found: ScanRequest | None) -> str:
    if found is None or found.claimed_by is None or found.state != scans.State.APPROVED:
        return ""
    return queries.card_of(found.claimed_by.account).name


@open_page
@require_GET
def state(request: HttpRequest) -> HttpResponse:
    """What the waiting page asks every two seconds: one word."""
    facts = request.session.get(WAITING)
    found = scans.of_desktop(facts["poll"]) if facts is not None else None
    return JsonResponse({"state": found.state if found is not None else "expired"})


@open_page
@require_POST
def finish(request: HttpRequest) -> HttpResponse:
    """Whoever sits at the desktop has read whose account opens, and goes in.

    As fresh as the phone: else a session could prove itself anew by letting itself in.
    """
    facts = request.session.pop(WAITING, None)
    if facts is None:
        raise ScanRefusedError
    phone = scans.use(poll=facts["poll"]).session
    is_whole = phone.second_factor_at is not None and not administrative_grants().filter(account=phone.account).exists()
    response = admission.admit(
        request,
        account=phone.account,
        campus_no=phone.campus_no,
        methods=("swk", "mfa") if is_whole else ("swk",),
        after=facts["after"],
        proved_at=phone.authenticated_at,
    )
    response.cookies.pop(devices.COOKIE, None)  # nobody said that this device is his own
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, token: str) -> HttpResponse:
    """Which computer asks, from where; the number on its screen lets it in."""
    session = session_of(request)
    form = NumberForm(request.POST if request.method == "POST" and "number" in request.POST else None)
    by = actor_of(request)
    try:
        if "refuse" in request.POST:
            scans.refuse(by=by, token=token, session=session)
            return HttpResponseRedirect(f"{reverse('identity:scan_done')}?{urlencode({'how': 'refused'})}")
        if form.is_valid():
            scans.approve(by=by, token=token, session=session, number=form.cleaned_data["number"])
            return HttpResponseRedirect(reverse("identity:scan_done"))
        asking = scans.claim(token=token, session=session)
    except CampusError as error:
        return render(request, "identity/scan_over.html", {"message": error.message}, status=error.http_status)
    context = {
        "form": form,
        "what": words.browser(asking.user_agent),
        "where": asking.address,
        "is_same_network": asking.address == request.META.get("REMOTE_ADDR", ""),
        "began": asking.created_at,
    }
    return render(request, "identity/scan_phone.html", context)


@require_GET
def phone_done(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/scan_done.html", {"is_refused": request.GET.get("how") == "refused"})
