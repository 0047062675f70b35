"""What the office's card encoder asks at the services door: the content of a chip whose plastic was made and not handed over."""

from typing import Any, Final

from nanhu.platforms.terminals.api import Request, Terminal, operation, text_in
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.chip.services import making
from nanhu.systems.card.chip.services.delivery import sealed_chip
from nanhu.systems.card.issuing.errors import PlasticUnknownError
from nanhu.systems.card.issuing.models import OrderRow

ENCODERS: Final = frozenset({Terminal.Kind.REISSUE_KIOSK})


@operation("chip/personalise", kinds=ENCODERS)
def personalise(request: Request) -> dict[str, Any]:
    """Sealed for this machine and this blank. Never for a card in somebody's hand: whoever holds a machine's key gets no
    keys of living chips."""
    uid = text_in(request.body, "uid").upper()
    row = OrderRow.objects.select_for_update(of=("self",)).filter(plastic_uid=uid, state=OrderRow.State.MADE).first()
    if row is None or row.card is None:
        raise PlasticUnknownError
    making.make_purses(by=request.by, cards=[row.card])
    chip = Chip.objects.select_related("card").get(card=row.card)
    if chip.online_counter or chip.offline_counter or chip.opening_chip_fen:
        raise PlasticUnknownError
    return {"number": row.card.number, "chip_sealed": sealed_chip(chip=chip, terminal=request.terminal, uid=uid)}
