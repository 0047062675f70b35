"""What scripts of the pages ask for: answers that are known already, whose the phone is, the worker's own service worker."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from nanhu.kernel.kit.offline import page_worker
from nanhu.kernel.viewers import viewer_of
from nanhu.services.requests.queries import answers_like


@never_cache
@require_POST
def known(request: HttpRequest) -> HttpResponse:
    """While one types a question, which stays out of addresses."""
    return render(request, "requests/_known.html", {"hits": answers_like(request.POST.get("words", ""))})


@never_cache
@require_GET
def session(request: HttpRequest) -> JsonResponse:
    """Whose account it is: asked before what a phone kept is sent."""
    account = viewer_of(request).account_id
    return JsonResponse({"account": account, "token": get_token(request)})


@never_cache
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """For the worker's list alone."""
    return page_worker(request, cache="nanhu-own-work-1", pages="/requests/work/$")
