"""The operations of this part: `kiosk/report`."""

from typing import Any

from nanhu.kernel.clock import now
from nanhu.systems.card.devices.bodies import moment_in, text_in, whole_in
from nanhu.systems.card.devices.errors import MalformedError, NotForThisTerminalError
from nanhu.systems.card.devices.models import Machine
from nanhu.systems.card.devices.operations import KIOSKS, Asked, operation
from nanhu.systems.card.devices.rules import Condition
from nanhu.systems.card.devices.services.machines import report

MOST_CARDS = 10_000


@operation("kiosk/report", kinds=KIOSKS, reads=True)
def kiosk_report(asked: Asked) -> dict[str, Any]:
    """Said again it changes nothing, so that it takes no sequence and is not kept."""
    machine = Machine.objects.filter(pk=asked.terminal.pk).first()
    if machine is None:
        raise NotForThisTerminalError
    condition, said_at = condition_in(asked.body), min(moment_in(asked.body, "said_at"), now())
    return {"noted": report(machine=machine, condition=condition, said_at=said_at)}


def condition_in(body: dict[str, Any]) -> Condition:
    paper = text_in(body, "paper")
    fault = body.get("fault") or ""
    cards = whole_in(body, "cards_left", least=0, most=MOST_CARDS) if body.get("cards_left") is not None else None
    if paper not in Machine.Paper.values or fault not in Machine.Fault.values:
        raise MalformedError
    return Condition(paper=paper, cards_left=cards, fault=fault)
