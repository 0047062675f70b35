"""The office's mailbox: which mails became drafts, which went back, whose sender nobody knows."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.systems.card.issuing.models import IncomingMail
from nanhu.systems.card.issuing.policies import office_only

PAGE = 50


@require_safe
@never_cache
@office_only
def mail(request: HttpRequest) -> HttpResponse:
    mails = IncomingMail.objects.select_related("order").order_by("-received_at", "-id")
    return render(request, "card_issuing/mail.html", {"page": Paginator(mails, PAGE).get_page(request.GET.get("page"))})
