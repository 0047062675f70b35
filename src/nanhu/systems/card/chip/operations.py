"""What a terminal asks of the purse at the services door."""

from typing import Any

from nanhu.platforms.terminals.api import MalformedError, Request, operation, text_in, whole_in
from nanhu.systems.card.chip.services.proofs import note_proof
from nanhu.systems.card.models import SELLING

LARGEST_PROOFS = 100


@operation("chip/proofs", kinds=SELLING)
def proofs(request: Request) -> dict[str, Any]:
    rows = request.body.get("rows")
    if not isinstance(rows, list) or not 0 < len(rows) <= LARGEST_PROOFS:
        raise MalformedError
    for row in rows:
        if not isinstance(row, dict):
            raise MalformedError
        whole_in(row, "sequence")
        whole_in(row, "amount_fen", most=2**32 - 1)
        row["card"] = text_in(row, "card").upper()
    codes = [note_proof(by=request.by, terminal=request.terminal, row=row) for row in rows]
    told = [{"sequence": row["sequence"], "code": code} for row, code in zip(rows, codes, strict=True)]
    return {"rows": told}
