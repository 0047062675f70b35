"""The parties outside: the bank's gateway as it is configured, and the account where money under way to us stands."""

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.bank.acquirer import AcquirerGateway
from nanhu.systems.card.bank.adapters.acp import AcpGateway
from nanhu.systems.card.bank.adapters.open_wire import OpenWireBank
from nanhu.systems.card.bank.errors import AcquirerNotConnectedError, BankNotConnectedError
from nanhu.systems.card.bank.gateway import BankGateway
from nanhu.systems.card.bank.models import Channel

BANK_ACCOUNT = "card.bank"


def bank_channel() -> Channel:
    """The bank that people sign with."""
    found = Channel.objects.filter(kind=Channel.Kind.BANK, is_on=True).order_by("id").first()
    if found is None:
        raise BankNotConnectedError
    return found


def gateway_of(channel: Channel) -> BankGateway:
    return OpenWireBank(
        address=channel.address, institution=channel.our_id, our_key=channel.our_key, their_key=channel.their_key
    )


def acquirer_channel() -> Channel:
    found = Channel.objects.filter(kind=Channel.Kind.ACQUIRER, is_on=True).order_by("id").first()
    if found is None:
        raise AcquirerNotConnectedError
    return found


def acquirer_of(channel: Channel) -> AcquirerGateway:
    return AcpGateway(
        address=channel.address, merchant=channel.our_id, key=channel.our_key, certificate=channel.our_certificate,
        authority=channel.their_key,
    )  # fmt: skip


def clearing_account(channel: Channel) -> int:
    """What this party owes us until its settlement arrives: an asset of the ledger, opened when first needed."""
    code = BANK_ACCOUNT if channel.kind == Channel.Kind.BANK else f"card.clearing:{channel.key}"
    known = ledger.account_ids([code])
    if not known:
        order = ledger.AccountOrder(code=code, name=f"{channel.name}在途资金", kind="asset")
        known = ledger.open_accounts([order])
    return known[code]
