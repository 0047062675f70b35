"""The phones of a sample campus: what identity's text messages say. It exists in the demo only."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.models import SmsMessage
from nanhu.platforms.identity.policies import open_during_setup

SHOWN = 20


@login_not_required
@open_during_setup
@never_cache
def phone_page(request: HttpRequest) -> HttpResponse:
    if not configuration().demo:
        raise Http404
    messages = SmsMessage.objects.order_by("-pk")[:SHOWN]
    return render(request, "identity/phone.html", {"texts": messages})
