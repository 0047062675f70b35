"""The phones of a sample campus: what identity's texts and mails say, and what the sample administrators' apps show.

It exists in the demo only, and shows the codes of factors that the demo itself gave.
"""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.factors.services import names, sample, totp
from nanhu.platforms.identity.models import SmsMessage
from nanhu.platforms.identity.policies import open_during_setup

SHOWN = 20


@dataclass(frozen=True, slots=True)
class AppCode:
    """What the authenticator app of a sample administrator shows: now, and next."""

    name: str
    campus_no: str
    code: str
    following: str
    seconds_left: int


@login_not_required
@open_during_setup
@never_cache
def phone_page(request: HttpRequest) -> HttpResponse:
    if not configuration().demo:
        raise Http404
    messages = SmsMessage.objects.order_by("-pk")[:SHOWN]
    return render(request, "identity/phone.html", {"texts": messages, "codes": app_codes()})


def app_codes() -> list[AppCode]:
    moment = now()
    step = totp.step_of(moment)
    left = totp.PERIOD_SECONDS - int(moment.timestamp()) % totp.PERIOD_SECONDS
    return [
        AppCode(
            queries.card_of(factor.account).name,
            names.main_number(factor.account),
            totp.code_at(str(factor.secret), step),
            totp.code_at(str(factor.secret), step + 1),
            left,
        )
        for factor in sample.sample_factors()
    ]
