"""`kiosk/report`: what a kiosk says of itself."""

from typing import Any

from nanhu.kernel.clock import now
from nanhu.platforms.terminals.bodies import moment_in, text_in, whole_in
from nanhu.platforms.terminals.errors import MalformedError, NotForThisTerminalError
from nanhu.platforms.terminals.models import KIOSKS, Kiosk
from nanhu.platforms.terminals.operations import Request, operation
from nanhu.platforms.terminals.rules import Condition
from nanhu.platforms.terminals.services.kiosks import report

MOST_CARDS = 10_000


@operation("kiosk/report", kinds=KIOSKS, reads=True)
def kiosk_report(request: Request) -> dict[str, Any]:
    """Said again it changes nothing, so that it takes no sequence and is not kept."""
    kiosk = Kiosk.objects.filter(pk=request.terminal.pk).first()
    if kiosk is None:
        raise NotForThisTerminalError
    condition, said_at = condition_in(request.body), min(moment_in(request.body, "said_at"), now())
    return {"noted": report(kiosk=kiosk, condition=condition, said_at=said_at)}


def condition_in(body: dict[str, Any]) -> Condition:
    paper = text_in(body, "paper")
    fault = body.get("fault") or ""
    cards = whole_in(body, "cards_left", least=0, most=MOST_CARDS) if body.get("cards_left") is not None else None
    if paper not in Kiosk.Paper.values or fault not in Kiosk.Fault.values:
        raise MalformedError
    return Condition(paper=paper, cards_left=cards, fault=fault)
