"""Admission (放行): what happens between a proof of who somebody is and an open session.

One pipeline for password, passkey, QR code, recovery and whatever comes: first proof → second step, where it is owed →
session → set-up, where it is due → on. Nobody else opens sessions.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from nanhu.platforms.identity import devices, queries
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.factors.services import new_devices, pending, remembered
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.factors.services.pending import Pending
from nanhu.platforms.identity.middleware import AFTER_SETUP
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services import sessions

type Welcome = Callable[[HttpRequest], HttpResponse]


def admit(
    request: HttpRequest,
    *,
    account: Account,
    campus_no: str,
    methods: Sequence[str],
    after: str,
    welcome: Welcome | None = None,
    proved_at: datetime | None = None,
    application: str = "",
) -> HttpResponse:
    """Open (or renew) the session of this browser and send it on: to the second step, to set-up, or to `after`.

    `methods` are the names of RFC 8176 for what was proved: "pwd", "otp", "hwk", "sms", "kba", "swk"; with "mfa" the
    proof was of two factors already. Where a second step comes between, `welcome` is not called and `after` is opened.
    `proved_at` is given where the proof is older than this moment; `application`, the key of who sent the browser here.
    """
    present = session_or_none(request)
    if present is not None and present.account_id == account.pk:
        sessions.renew_session(
            request,
            session=present,
            how="+".join(methods),
            methods=methods,
            proved_at=proved_at,
            application=application,
        )
        return sent_on(request, account=account, campus_no=campus_no, after=after, welcome=welcome)
    if owes_second_step(request, account=account, methods=methods):
        pending.begin(
            request,
            account=account,
            campus_no=campus_no,
            methods=methods,
            after=after,
            proved_at=proved_at,
            application=application,
        )
        return HttpResponseRedirect(reverse("identity:second_factor"))
    return opened(
        request,
        account=account,
        campus_no=campus_no,
        methods=methods,
        after=after,
        welcome=welcome,
        proved_at=proved_at,
        application=application,
    )


def owes_second_step(request: HttpRequest, *, account: Account, methods: Sequence[str]) -> bool:
    if "mfa" in methods:
        return False
    factors = factors_of(account)
    if factors.is_administrator:
        return True
    return factors.is_on and not remembered.spares_the_step(request, account=account, methods=methods)


def complete(request: HttpRequest, *, step: Pending, method: str, is_remembered: bool = False) -> HttpResponse:
    """The second step is done: the session opens, under another new id, and the browser goes where it wanted to."""
    methods = [*(one for one in step.methods if one != method), method, "mfa"]
    with transaction.atomic():
        response = opened(
            request,
            account=step.account,
            campus_no=step.campus_no,
            methods=methods,
            after=step.after,
            welcome=None,
            proved_at=step.proved_at,
            application=step.application,
        )
        if is_remembered and not factors_of(step.account).is_administrator:
            remembered.remember(request, response, account=step.account)
    if not (is_remembered or step.is_own_device):
        response.cookies.pop(devices.COOKIE, None)  # a computer of the library need not know who sat there
    return response


def opened(
    request: HttpRequest,
    *,
    account: Account,
    campus_no: str,
    methods: Sequence[str],
    after: str,
    welcome: Welcome | None,
    proved_at: datetime | None,
    application: str,
) -> HttpResponse:
    session = sessions.open_session(
        request,
        account=account,
        campus_no=campus_no,
        how="+".join(methods),
        methods=methods,
        proved_at=proved_at,
        application=application,
    )
    new_devices.notice(request, account=account, session=session)
    return sent_on(request, account=account, campus_no=campus_no, after=after, welcome=welcome)


def sent_on(
    request: HttpRequest, *, account: Account, campus_no: str, after: str, welcome: Welcome | None
) -> HttpResponse:
    request.session[AFTER_SETUP] = after
    if account.state != Account.State.ACTIVE:
        response: HttpResponse = HttpResponseRedirect(reverse("identity:setup"))
    elif welcome is not None:
        session_id = request.session[sessions.SESSION_ID]
        request.sso_session = queries.live_session(account_id=account.pk, session_id=session_id)  # type: ignore[attr-defined]
        response = welcome(request)
    else:
        response = HttpResponseRedirect(after)
    devices.remember(request, response, campus_no)
    devices.mark_seen(request, response, account.pk)
    return response
