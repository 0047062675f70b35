"""Bills that somebody of a sample campus pays from his card."""

from contextlib import suppress

from nanhu.kernel.actors import Actor
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.funds.errors import WalletShortError
from nanhu.systems.card.funds.services.deductions import deduct


def pay_bills(*, by: Actor, person_id: int, issuer: str) -> int:
    """What he owes this issuer; how many. Who has no card, or too little on it, owes it still."""
    count = 0
    for bill in ledger.open_bills([person_id]).filter(issuer=issuer):
        with suppress(CardNotFoundError, WalletShortError):
            deduct(by=by, bill=bill, person_id=person_id)
            count += 1
    return count
