"""Agents of VPN gateways (VPN 网关代理): ocserv takes no disconnect by RADIUS, so its agent tells every two seconds who is connected and hears
whom it has to put off. Nothing is queued: an answer that is lost is given again, and the session's Stop confirms it.
"""

from hmac import compare_digest
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nanhu.services.network.api import AgentStyle, Nas, agent_key, answer_agent, closing_sids, gateways
from nanhu.services.network.reach.errors import UnknownAgentError

LONGEST_ID: Final = 10
SESSION, ID = "Full session", "ID"
"""As `occtl -j show users` calls them; Acct-Session-Id is the whole of its session."""


OCSERV: Final = AgentStyle(key="ocserv", title=_("ocserv（由 VPN 网关上的代理断开）"))
gateways.add(OCSERV)


def nas_with(key: str) -> Nas:
    """Every key is compared, so that the time tells nothing."""
    living = Nas.objects.filter(style=OCSERV.key, withdrawn_at=None)
    known = [one for one in living if one.secret and compare_digest(agent_key(one.secret).encode(), key.encode())]
    if not known:
        raise UnknownAgentError
    return known[0]


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
    return answer_agent(request, nas_with, orders_for)
