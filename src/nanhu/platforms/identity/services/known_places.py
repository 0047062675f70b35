"""Known places (来过的地方): networks an account was signed in from, and stations it used a service from (Wi-Fi, VPN, mail), lately."""

from datetime import timedelta

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.throttle import network_of
from nanhu.platforms.identity.models import Account, KnownStation, SsoSession

REMEMBERED = timedelta(days=90)
NOTED_EVERY = timedelta(hours=1)
NOBODY = -1
MOST_ADDRESSES = 500
MOST_STATIONS = 30


def is_network_known(*, account: Account | None, address: str) -> bool:
    """The same query for a name that nobody has."""
    account_id = account.pk if account is not None else NOBODY
    sessions = SsoSession.objects.filter(account_id=account_id, created_at__gt=now() - REMEMBERED)
    addresses = sessions.order_by("-created_at").values_list("address", flat=True)[:MOST_ADDRESSES]
    return network_of(address) in {network_of(one) for one in addresses}


def station_key(address: str) -> bytes:
    """MAC addresses are written with dashes, colons, dots or nothing, in either case."""
    network = network_of(address)
    plain = "".join(letter for letter in network if letter.isalnum()).lower()
    return blind_index(plain if is_mac(plain) else network, purpose="identity.known_station")


def is_mac(plain: str) -> bool:
    return len(plain) == 12 and set(plain) <= set("0123456789abcdef")  # noqa: PLR2004  six bytes


def is_station_known(*, account: Account | None, service: str, address: str) -> bool:
    """Did this account use this service from this device or network before? "" is no station."""
    known = KnownStation.objects.filter(
        account_id=account.pk if account is not None else NOBODY,
        service=service,
        station=station_key(address),
        last_used_at__gt=now() - REMEMBERED,
    )
    return known.exists() and bool(address)


def note_station(*, account: Account, service: str, address: str) -> None:
    """Called after a success. The newest few are kept."""
    if not address:
        return
    moment, station = now(), station_key(address)
    mine = KnownStation.objects.filter(account=account, service=service)
    if mine.filter(station=station, last_used_at__gt=moment - NOTED_EVERY).exists():
        return
    with transaction.atomic():
        KnownStation.objects.update_or_create(
            account=account, service=service, station=station, defaults={"last_used_at": moment}
        )
        kept = mine.order_by("-last_used_at").values_list("pk", flat=True)[:MOST_STATIONS]
        mine.exclude(pk__in=list(kept)).delete()


def forget_old() -> None:
    KnownStation.objects.filter(last_used_at__lt=now() - REMEMBERED).delete()
