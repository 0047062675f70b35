"""Admission (放行): what happens between a proof of who somebody is and an open session."""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from nanhu.platforms.identity import devices
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
) -> HttpResponse:
    """Open (or renew) the session of this browser and send it on: to set-up, or to `after`.

    `methods` are the names of RFC 8176 for what was proved: "pwd", "otp", "hwk", "sms", "kba", "swk", "mfa".
    """
    present = request.sso_session  # type: ignore[attr-defined]
    how = "+".join(methods)
    if present is not None and present.account_id == account.pk:
        sessions.renew_session(request, session=present, how=how, methods=methods)
    else:
        sessions.open_session(request, account=account, campus_no=campus_no, how=how, methods=methods)
    request.session[AFTER_SETUP] = after
    if account.state != Account.State.ACTIVE:
        response: HttpResponse = HttpResponseRedirect(reverse("identity:setup"))
    else:
        response = welcome(request) if welcome is not None else HttpResponseRedirect(after)
    devices.remember(request, response, campus_no)
    return response
