"""`/wifi/`: the page to which gateways lead who is not on line. Password, one tap, the choice at the cap, then the gateway opens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from nanhu.kernel.actors import Actor, actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity import api as identity
from nanhu.services.network import api as network
from nanhu.services.network.portal import browsers, rules, visits
from nanhu.services.network.portal.adapters import opennds
from nanhu.services.network.portal.errors import VisitOverError
from nanhu.services.network.portal.forms import PasswordForm
from nanhu.services.network.portal.models import PortalGateway, SignIn, Trust
from nanhu.services.network.portal.queries import is_in_our_networks
from nanhu.services.network.portal.school import portal_address
from nanhu.services.network.portal.services import signing_in
from nanhu.services.network.portal.services.signing_in import Browser
from nanhu.services.network.portal.views import plain
from nanhu.services.network.portal.views.frame import open_page, shown
from nanhu.services.network.portal.visits import Visit

PROOF: Final = "network_portal.proof"
KINDS: Final = (("iPad", "tablet"), ("Mobile", "phone"), ("iPhone", "phone"), ("Android", "phone"))


@open_page
def wifi(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return acted(request)
    visit = visits.found_in(request)
    if visit is None:
        return elsewhere(request)
    here = browser_of(request)
    live = living(here, visit)
    if live is not None and live.state == SignIn.State.WAITING:
        return HttpResponseRedirect(on_address(live))
    return entry(request, visit, PasswordForm(), user=signing_in.trusted(here))


def living(here: Browser, visit: Visit) -> SignIn | None:
    return SignIn.objects.filter(browser=here.key, mac=visit.mac, gateway_id=visit.gateway, ended_at=None).first()


def elsewhere(request: HttpRequest) -> HttpResponse:
    """Nobody leads here: what is on line in this browser, or how to come on line. No address is shown to anybody."""
    live = SignIn.objects.filter(browser=browser_of(request).key, ended_at=None).order_by("-asked_at").first()
    if live is not None and browsers.is_known(request):
        return HttpResponseRedirect(on_address(live))
    address = plain.address_of(request)
    if not request.GET and is_in_our_networks(address) and network.session_at(address) is None:
        return HttpResponseRedirect(rules.INTERCEPTED)
    is_lost = bool(request.GET.get("fas") or request.GET.get("wlanuserip"))
    return shown(request, "elsewhere", is_lost=is_lost, status=400 if is_lost else 200)


def entry(
    request: HttpRequest,
    visit: Visit,
    form: PasswordForm,
    *,
    user: identity.NetworkUser | None = None,
    error: CampusError | None = None,
) -> HttpResponse:
    facts: dict[str, Any] = {"visit": visit, "form": form, "error": error, "sealed": visit.sealed()}
    facts["known"] = f"{user.campus_no[:4]}…{user.campus_no[-2:]}" if user else ""
    status = error.http_status if error else 422 if form.errors else 200
    return shown(request, "captive", status=status, **facts)


def acted(request: HttpRequest) -> HttpResponse:
    try:
        visit = visits.opened(request.POST.get("visit", ""), peer=request.META.get("REMOTE_ADDR", ""))
    except VisitOverError as error:
        return shown(request, "elsewhere", error=error, status=error.http_status)
    acts = {"tap": tapped, "choose": chosen, "forget": forgotten}
    return acts.get(request.POST.get("do", ""), typed)(request, visit)


def typed(request: HttpRequest, visit: Visit) -> HttpResponse:
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return entry(request, visit, form)
    said, here = form.cleaned_data, browser_of(request)
    try:
        user = signing_in.proved(
            by=actor_of(request), typed_name=said["username"], password=said["password"], browser=here
        )
    except CampusError as error:
        return entry(request, visit, form, error=error)
    if said["remember"]:
        signing_in.trust(by=by(request, user), user=user, browser=here)
    return arrived(request, visit, user, here, form)


def tapped(request: HttpRequest, visit: Visit) -> HttpResponse:
    here = browser_of(request)
    user = signing_in.trusted(here)
    if user is None:
        return entry(request, visit, PasswordForm())
    return arrived(request, visit, user, here, PasswordForm())


def forgotten(request: HttpRequest, visit: Visit) -> HttpResponse:
    signing_in.forget(by=actor_of(request), rows=Trust.objects.filter(browser=browser_of(request).key))
    return entry(request, visit, PasswordForm())


def arrived(
    request: HttpRequest, visit: Visit, user: identity.NetworkUser, here: Browser, form: PasswordForm
) -> HttpResponse:
    try:
        made = signing_in.arrive(by=by(request, user), visit=visit, user=user, browser=here)
        signing_in.ask_gateway(made)
    except network.DevicesFullError as error:
        response = choice(request, visit, user, error)
    except CampusError as error:
        response = entry(request, visit, form, user=signing_in.trusted(here), error=error)
    else:
        response = HttpResponseRedirect(on_address(made), status=303)
    browsers.remember(response, request.browser_value)  # type: ignore[attr-defined]  # set by `browser_of`
    return response


def choice(request: HttpRequest, visit: Visit, user: identity.NetworkUser, error: CampusError) -> HttpResponse:
    """All that the admission counts, of which the longest idle that stays is preselected. Who proved the password has five minutes in this
    browser and types it not again; by which password goes along."""
    lines = network.places_of(user.person_id, network.Service.WIFI)
    here = browser_of(request)
    proof = signing.dumps([user.account_id, visit.mac, here.recognised_by, *which_password(user)], salt=PROOF)
    facts: dict[str, Any] = {
        "visit": visit,
        "sealed": visit.sealed(),
        "proof": proof,
        "devices": idle_for(lines),
        "picked": next((one.session_id for one in lines if one.state != "closing"), None),
        "error": error,
    }
    return shown(request, "choice", status=error.http_status, **facts)


def idle_for(lines: Sequence[network.SessionLine]) -> list[tuple[network.SessionLine, int, int]]:
    """With the hours and minutes for which nobody used it."""
    moment = now()
    return [(one, *divmod(int((moment - one.active_at).total_seconds() // 60), 60)) for one in lines]


def chosen(request: HttpRequest, visit: Visit) -> HttpResponse:
    user = proved_before(request, visit)
    session = request.POST.get("session", "")
    if user is None:
        return entry(request, visit, PasswordForm(), error=VisitOverError())
    here = browser_of(request)
    if session.isascii() and session.isdigit() and len(session) <= 18:  # noqa: PLR2004  digits of a bigint
        try:
            network.drop(
                by=by(request, user), person_id=user.person_id, session_id=int(session), cause=network.DEVICE_CAP
            )
        except network.NotOpenError:  # pressed twice, or gone by itself: the place is free, or the choice is shown anew
            made = living(here, visit)
            if made is not None:
                return HttpResponseRedirect(on_address(made), status=303)
    return arrived(request, visit, user, here, PasswordForm())


def proved_before(request: HttpRequest, visit: Visit) -> identity.NetworkUser | None:
    try:
        account_id, mac, browser, app_password, changed_at = signing.loads(
            request.POST.get("proof", ""), salt=PROOF, max_age=rules.PROOF_SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    account = identity.Account.objects.filter(pk=account_id).first()
    if account is None or (mac, browser) != (visit.mac, browser_of(request).recognised_by):
        return None
    return identity.network_user(
        account,
        app_password=UUID(app_password) if app_password else None,
        password_changed_at=datetime.fromisoformat(changed_at) if changed_at else None,
    )


def which_password(user: identity.NetworkUser) -> tuple[str, str]:
    """In text, for the form that comes back."""
    changed_at = user.password_changed_at
    return str(user.app_password or ""), changed_at.isoformat() if changed_at else ""


@open_page
def on(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is, for the browser that signed in: the address itself goes over an open network."""
    found = SignIn.objects.select_related("gateway__nas").filter(public_id=public_id).first()
    if found is None or bytes(found.browser) != browser_of(request).key:
        raise Http404
    if request.method == "POST":
        return went(request, found)
    signing_in.ask_gateway(found)
    waited = now() - found.asked_at
    opens = ""
    if found.state == SignIn.State.WAITING and "back" not in request.GET:
        opens = opening_address(found)
    facts: dict[str, Any] = {
        "sign_in": found,
        "opens": opens,
        "is_late": found.state == SignIn.State.WAITING and waited > rules.PATIENCE,
    }
    response = shown(request, "on", **facts)
    if opens:
        response.headers["Refresh"] = f"0;url={opens}"
    elif found.state in {SignIn.State.WAITING, SignIn.State.LEAVING}:
        response.headers["Refresh"] = "2"
    return response


def opening_address(found: SignIn) -> str:
    gateway = found.gateway
    if gateway.kind != PortalGateway.Kind.OPENNDS:
        return ""
    then = portal_address(f"{on_address(found)}?back")
    return opennds.opening_address(gateway.host, found.hid, gateway.secret, then)


def went(request: HttpRequest, found: SignIn) -> HttpResponse:
    try:
        signing_in.leave(by=actor_of(request), public_id=found.public_id)
    except CampusError as error:
        return shown(request, "on", sign_in=found, error=error, status=error.http_status)
    return HttpResponseRedirect(on_address(found), status=303)


def on_address(found: SignIn) -> str:
    return reverse("network_portal:on", args=[found.public_id])


def by(request: HttpRequest, user: identity.NetworkUser) -> Actor:
    seen = actor_of(request)
    return Actor(account_id=user.account_id, name=user.campus_no, address=seen.address, browser=seen.browser)


def browser_of(request: HttpRequest) -> Browser:
    """One cookie a request: a browser that has none yet keeps the one that was made first."""
    if not hasattr(request, "browser_value"):
        request.browser_value = browsers.value_in(request)  # type: ignore[attr-defined]
    agent = request.META.get("HTTP_USER_AGENT", "")
    kind = next((kind for word, kind in KINDS if word in agent), "computer")
    return Browser(key=browsers.key_of(request.browser_value), kind=kind)  # type: ignore[attr-defined]
