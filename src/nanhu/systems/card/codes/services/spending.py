"""Taking a code at a door of the web process: the same as the gateway's desk, inside the caller's transaction."""

import time

from nanhu.kernel.database.values import one_row, one_value
from nanhu.systems.card.codes.errors import FAULTS, CodeWrongError
from nanhu.systems.card.codes.gateway import CLAIM, opened
from nanhu.systems.card.codes.rules import Kind, read_code
from nanhu.systems.card.models import Card

DEVICE = "SELECT device_id, key, card_id FROM card_code_device_of(%s, %s)"


def spend_code(text: str, *, kind: Kind, terminal_id: int, sequence: int) -> Card:
    """The card the code stands for. The same terminal and sequence again gives the same card."""
    code = read_code(text)
    if code is None or code.kind != kind:
        raise CodeWrongError
    found = one_row(DEVICE, [code.device, code.kind])
    if found is None or found[2] is None or not code.is_signed_by(opened(bytes(found[1]), code.kind)):
        raise CodeWrongError
    claim = [found[0], code.kind, code.step, code.nonce, terminal_id, sequence, code.is_in_time(time.time())]
    outcome = one_value(CLAIM, claim)
    if outcome != "ok":
        raise FAULTS[outcome]
    return Card.objects.select_related("wallet").get(pk=found[2])
