"""Agents of VPN gateways (VPN 网关代理): ocserv takes no disconnect by RADIUS, so its agent tells every two seconds who is connected and hears
whom it has to put off. Nothing is queued: an answer that is lost is given again, and the session's Stop confirms it.
"""

from hmac import compare_digest
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nanhu.kernel import strict_json
from nanhu.services.network.api import AgentStyle, Nas, agent_key, closing_sids, gateways

LARGEST_LIST: Final = 2 * 1024 * 1024
LONGEST_ID: Final = 10
SESSION, ID = "Full session", "ID"
"""As `occtl -j show users` calls them; Acct-Session-Id is the whole of its session."""


OCSERV: Final = AgentStyle(key="ocserv", title=_("ocserv（由 VPN 网关上的代理断开）"))
gateways.add(OCSERV)


def nas_with(key: str) -> Nas | None:
    """Every key is compared, so that the time tells nothing."""
    living = Nas.objects.filter(style=OCSERV.key, withdrawn_at=None)
    known = [one for one in living if one.secret and compare_digest(agent_key(one.secret).encode(), key.encode())]
    return known[0] if known else None


def orders_for(nas: Nas, listed: object) -> list[str]:
    """Of who is connected there whoever has to go."""
    closing = closing_sids(nas.pk)
    rows = listed if isinstance(listed, list) else []
    ids = [row.get(ID) for row in rows if isinstance(row, dict) and row.get(SESSION) in closing]
    return [
        f"disconnect {one}" for one in map(str, ids) if one.isascii() and one.isdecimal() and len(one) <= LONGEST_ID
    ]


@csrf_exempt
@login_not_required
@require_POST
def agent(request: HttpRequest) -> HttpResponse:
    """`occtl -j show users` comes in, lines "disconnect ID" go out."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_LIST:
        return JsonResponse({"error": "too_large"}, status=413)
    nas = nas_with(request.headers.get("X-Nanhu-Gateway-Key", ""))
    if nas is None:
        return JsonResponse({"error": "network_reach.unknown_agent"}, status=403)
    try:
        orders = orders_for(nas, strict_json.decode(request.body))
    except strict_json.JsonError:
        return JsonResponse({"error": "bad_request"}, status=400)
    return HttpResponse("".join(f"{one}\n" for one in orders), content_type="text/plain")
