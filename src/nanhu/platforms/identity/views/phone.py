"""The phones of a sample campus: what identity's texts and mails say, and what the sample administrators' apps show.

It exists in the demo only, and shows the codes of factors that the demo itself gave.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import MailMessage, SmsMessage
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.factors.services import sample, totp
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.services import contact_names

SHOWN = 20


@dataclass(frozen=True, slots=True)
class AppCode:
    """What the app of a sample administrator shows; no code while the last one was spent just now."""

    name: str
    campus_no: str
    code: str
    seconds_left: int


@open_page
def phone_page(request: HttpRequest) -> HttpResponse:
    if not configuration().demo:
        raise Http404
    messages = SmsMessage.objects.order_by("-pk")[:SHOWN]
    mails = MailMessage.objects.order_by("-pk")[:SHOWN]
    return render(request, "identity/phone.html", {"texts": messages, "mails": mails, "codes": app_codes()})


def app_codes() -> list[AppCode]:
    moment = now()
    left = totp.PERIOD_SECONDS - int(moment.timestamp()) % totp.PERIOD_SECONDS
    return [
        AppCode(
            queries.card_of(factor.account).name,
            contact_names.number_of(factor.account),
            sample.unspent_code(factor, moment),
            left,
        )
        for factor in sample.sample_factors()
    ]
