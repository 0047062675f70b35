"""The parties outside, and the wire each is spoken to by, as it is configured."""

from nanhu.platforms.payments.acquirer import AcquirerGateway
from nanhu.platforms.payments.adapters.acp import AcpGateway
from nanhu.platforms.payments.adapters.open_wire import OpenWireBank
from nanhu.platforms.payments.errors import AcquirerNotConnectedError, BankNotConnectedError
from nanhu.platforms.payments.gateway import BankGateway
from nanhu.platforms.payments.models import Channel


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
        address=channel.address,
        merchant=channel.our_id,
        key=channel.our_key,
        certificate=channel.our_certificate,
        authority=channel.their_key,
    )
