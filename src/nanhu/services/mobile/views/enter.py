"""Sign-in from 企业微信 (OAuth 2, snsapi_base): out with a state of this browser, back with a code, on to where one wanted to go."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from nanhu.kernel import throttle
from nanhu.kernel.actors import actor_of
from nanhu.kernel.configuration import configuration
from nanhu.kernel.cookies import host_only
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.kernel.throttle import Gate, Limit
from nanhu.kernel.viewers import viewer_or_none
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import VendorError
from nanhu.services.mobile.adapters.wecom.client import BAD_CODE
from nanhu.services.mobile.errors import StateMismatchError
from nanhu.services.mobile.models import Binding
from nanhu.services.mobile.services import bindings, entering

STATES, ENTERED = "mobile.states", "mobile.entered"
COOKIE, SALT = host_only("nanhu_wecom"), "nanhu.mobile.link"
MOST_STATES, SECONDS = 5, 600
HOME: Final = "/"
CODES: Final = Limit("mobile.code", free=300, cap=2, memory=timedelta(hours=1), leak=0.5)
"""Made-up codes cost the school calls; a good one is taken off, for a campus may stand behind one address. A browser that signed
anybody in before has a gate of its own (`identity.caller_in`)."""
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@login_not_required
@never_cache
@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """What the app in 企业微信 opens, and every card that is pressed there. It is asked whose app it is each time, whoever is signed in: the
    browser of a phone or a desktop stays when another account of 企业微信 takes its place there."""
    target = own_path(request.GET.get("to", ""))
    state = secrets.token_urlsafe(24)
    kept: dict[str, Any] = request.session.get(STATES, {})
    kept[state] = [target, time.time()]
    request.session[STATES] = dict(list(kept.items())[-MOST_STATES:])
    back = configuration().public_url + reverse("mobile:entered")
    return HttpResponseRedirect(choice.vendor().authorize_address(back=back, state=state))


def own_path(target: str) -> str:
    return target if identity.is_own_path(target) else HOME


@login_not_required
@never_cache
@require_GET
def entered(request: HttpRequest) -> HttpResponse:
    target, gates = taken_state(request), [Gate(CODES, identity.caller_in(request))]
    throttle.admit(gates)
    entry: entering.Entry | None = None
    try:
        entry = entering.entry(by=actor_of(request), code=request.GET.get("code", "")[:512])
    except (OSError, VendorError) as error:
        if getattr(error, "code", 0) == BAD_CODE:
            raise StateMismatchError from error
    throttle.take_back(gates)
    if entry is None:
        return failed(request, "away", target)
    make_room_for(request, entry.binding)
    if not entry.userid:
        return failed(request, "stranger", target)
    if entry.binding is None:
        return waiting_to_be_linked(entry.userid)
    return signed_in(request, entry.binding, target)


def make_room_for(request: HttpRequest, binding: Binding | None) -> None:
    """Another person's session in this browser ends. One who signed in by himself binds a new account of his: that session stays."""
    viewer = viewer_or_none(request)
    is_same = binding is not None and viewer is not None and viewer.person_id == binding.person_id
    if viewer is not None and not is_same and (binding is not None or request.session.get(ENTERED)):
        identity.make_room(request)


def taken_state(request: HttpRequest) -> str:
    """Where this browser wanted to go when it asked; each answer counts once."""
    kept: dict[str, Any] = request.session.get(STATES, {})
    found = kept.pop(request.GET.get("state", ""), None)
    if found is None or found[1] < time.time() - SECONDS:
        raise StateMismatchError
    request.session[STATES] = kept
    request.session.save()
    return own_path(str(found[0]))


def failed(request: HttpRequest, why: str, target: str) -> HttpResponse:
    facts = {"why": why, "next": target}
    return render(request, "mobile/not_entered.html", facts, status=503 if why == "away" else 403)


def signed_in(request: HttpRequest, binding: Binding, target: str) -> HttpResponse:
    """No second page, but for who owes a second step. It is no fresh proof: money and secrets ask for one. Whose session it opened here
    before goes on as it is."""
    if request.session.get(ENTERED) and viewer_or_none(request) is not None:
        return HttpResponseRedirect(target)
    account = identity.account_of(binding.person_id)
    card = people.person_card(binding.person_id)
    if account is None or card is None or not account.may_sign_in or not card.affiliations:
        return failed(request, "no_account", target)
    response = identity.admit(
        request,
        account=account,
        campus_no=card.campus_no,
        methods=(bindings.METHOD,),
        after=target,
        proved_at=LONG_AGO,
    )
    request.session[ENTERED] = True
    return response


def waiting_to_be_linked(userid: str) -> HttpResponse:
    """In a cookie of this browser, signed: a sign-in between begins a new session."""
    response = HttpResponseRedirect(reverse("mobile:link"))
    response.set_cookie(
        COOKIE,
        signing.TimestampSigner(salt=SALT).sign(userid),
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def userid_to_link(request: HttpRequest) -> str:
    try:
        return signing.TimestampSigner(salt=SALT).unsign(request.COOKIES.get(COOKIE, ""), max_age=SECONDS)
    except signing.BadSignature as error:
        raise StateMismatchError from error


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponseBase:
    """A userid that nobody's record fits (A060): who signs in binds it himself, and so changes an old binding."""
    userid = userid_to_link(request)
    viewer = viewer_or_none(request)
    if viewer is None or viewer.person_id is None:
        return linking(request, userid, is_signed_in=viewer is not None)
    return confirm(request, userid, viewer.person_id)


def linking(request: HttpRequest, userid: str, *, is_signed_in: bool) -> HttpResponse:
    facts = {"here": reverse("mobile:link"), "is_signed_in": is_signed_in, "userid": userid}
    return render(request, "mobile/link.html", facts)


@identity.fresh_sign_in_required
def confirm(request: HttpRequest, userid: str, person_id: int) -> HttpResponse:
    """It signs in from now on, as a password does: an unlocked phone alone does not add it."""
    if request.method != "POST":
        return linking(request, userid, is_signed_in=True)
    response: HttpResponse = HttpResponseRedirect(HOME)
    try:
        bindings.bind(
            by=actor_of(request),
            person_id=person_id,
            userid=userid,
            how=Binding.How.ACCOUNT,
            moves=True,
            session_id=identity.session_of(request).pk,
        )
    except CampusError as error:
        response = render(request, "mobile/certify_refused.html", {"error": error}, status=error.http_status)
    response.delete_cookie(COOKIE)
    return response


@login_not_required
@require_GET
def trusted_domain(_request: HttpRequest, mark: str) -> HttpResponse:
    """The file by which 企业微信 sees that this address is the school's (可信域名): `[wecom] verify` in the school's file."""
    if not mark or mark != str(school().table("wecom").members.get("verify", "")):
        raise Http404
    return HttpResponse(mark, content_type="text/plain")
