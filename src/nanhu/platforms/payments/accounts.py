"""Where money under way at a party outside stands in the ledger."""

from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.models import Channel

BANK_ACCOUNT = "payments.bank"


def clearing_account(channel: Channel) -> int:
    """What this party owes us until its settlement arrives: an asset of the ledger, opened when first needed."""
    code = BANK_ACCOUNT if channel.kind == Channel.Kind.BANK else f"payments.clearing:{channel.key}"
    known = ledger.account_ids([code])
    if not known:
        order = ledger.AccountOrder(code=code, name=f"{channel.name}在途资金", kind="asset")
        known = ledger.open_accounts([order])
    return known[code]
