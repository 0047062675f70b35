"""Agents of VPN gateways (VPN 网关代理): ocserv takes no disconnect by RADIUS, so its agent tells every two seconds who is connected and hears
whom it has to put off. Nothing is queued: an answer that is lost is given again, and the session's Stop confirms it, or two of its lists.
"""

from hmac import compare_digest
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nanhu.kernel import read_only
from nanhu.services.network.api import (
    AgentStyle,
    Nas,
    UnknownAgentError,
    agent_key,
    answer_agent,
    closing_sids,
    gateways,
    note_list,
    printable,
)
from nanhu.services.network.reach.services import posture

LONGEST_ID: Final = 10
SESSION, ID, PROGRAM = "Full session", "ID", "User-Agent"
"""As `occtl -j show users` calls them; Acct-Session-Id is the whole of its session."""
LONGEST_PROGRAM: Final = 80

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
    """Of who is connected there whoever has to go; with a program that the school does not admit, too. Of a whole list whoever is missing
    has gone."""
    told = listed if isinstance(listed, list) else []
    rows = [row for row in told if isinstance(row, dict) and isinstance(row.get(SESSION), str)]
    is_whole = isinstance(listed, list) and len(rows) == len(told)
    programs = {
        row[SESSION]: printable(row[PROGRAM], LONGEST_PROGRAM) for row in rows if isinstance(row.get(PROGRAM), str)
    }
    if not read_only.is_on():
        posture.judge(nas, programs)
        if is_whole:
            note_list(nas_id=nas.pk, sids={row[SESSION] for row in rows})
    closing = closing_sids(nas.pk)
    ids = [row.get(ID) for row in rows if row[SESSION] in closing]
    return [
        f"disconnect {one}" for one in map(str, ids) if one.isascii() and one.isdecimal() and len(one) <= LONGEST_ID
    ]


@csrf_exempt
@login_not_required
@require_POST
def agent(request: HttpRequest) -> HttpResponse:
    """`occtl -j show users` comes in, lines "disconnect ID" go out."""
    return answer_agent(request, nas_with, orders_for)
