"""/health/live and /health/ready: no page, no session, no name of anything inside."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.doctor import health
from nanhu.kernel.sealing.carrying import last_roots, written


@login_not_required
@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive" if health.liveness() else "dead"})


@login_not_required
@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    missing = health.readiness()
    if missing:
        return JsonResponse({"status": "not ready", "missing": missing}, status=503)
    return JsonResponse({"status": "ready"})


@login_not_required
@never_cache
@require_safe
def roots(_request: HttpRequest) -> HttpResponse:
    """For another machine that keeps them; they tell nothing but how many blocks there are."""
    return HttpResponse("".join(f"{written(root)}\n" for root in last_roots()), content_type="application/jsonl")
