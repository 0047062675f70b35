"""Agents of gateways (网关代理) over HTTP: what one tells of its gateway comes in as JSON, what it has to do goes out as lines."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from nanhu.kernel import strict_json
from nanhu.kernel.errors import CampusError

LARGEST_LIST: Final = 2 * 1024 * 1024
KEY_HEADER: Final = "X-Nanhu-Gateway-Key"


def answer_agent[Known](
    request: HttpRequest, whose: Callable[[str], Known], orders: Callable[[Known, object], list[str]]
) -> HttpResponse:
    """`whose` knows a gateway by its key, or raises a CampusError; `orders` may raise ValueError where what was told is no list."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_LIST:
        return JsonResponse({"error": "too_large"}, status=413)
    try:
        known = whose(request.headers.get(KEY_HEADER, ""))
        found = orders(known, strict_json.decode(request.body))
    except (strict_json.JsonError, ValueError):
        return JsonResponse({"error": "bad_request"}, status=400)
    except CampusError as error:
        return JsonResponse({"error": error.code}, status=error.http_status)
    return HttpResponse("".join(f"{one}\n" for one in found), content_type="text/plain")
