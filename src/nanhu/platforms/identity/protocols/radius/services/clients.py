"""Keys of the programs that ask: made, changed with an overlap, known by their hash."""

from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import BinaryField, DateTimeField, Q, QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.secret_files import made_secret
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.radius.errors import UnknownRadiusClientError
from nanhu.platforms.identity.protocols.radius.models import RadiusClient

OVERLAP = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=1)
DAY_OF_WORK = 8 * 3600


def hash_of(key: str) -> bytes:
    """Keys are random enough that a plain hash keeps them."""
    return sha256(key.encode()).digest()


@transaction.atomic
def issue_key(
    *,
    by: Actor,
    application: Application,
    session_seconds: int = DAY_OF_WORK,
    service: str = RadiusClient.Service.NETWORK,
) -> str:
    """A new key, shown once; the former one goes on working for a day, so that servers can be changed one by one."""
    Application.objects.select_for_update().get(
        pk=application.pk
    )  # two at once: the second changes the first one's key
    key = made_secret(30)
    held = RadiusClient.objects.filter(application=application).first() or RadiusClient(application=application)
    if held.pk and held.is_enabled:
        held.former_key_hash, held.former_key_until = held.key_hash, now() + OVERLAP
    held.key_hash, held.session_seconds, held.service, held.is_enabled = hash_of(key), session_seconds, service, True
    held.save()
    facts = {"service": service, "session_seconds": session_seconds}
    audit.record(by=by, action="identity.issue_radius_key", target=f"application:{application.key}", facts=facts)
    return key


@transaction.atomic
def change(*, by: Actor, application: Application, session_seconds: int, service: str) -> None:
    """The key stays."""
    held = RadiusClient.objects.select_for_update().get(application=application, is_enabled=True)
    if (held.session_seconds, held.service) == (session_seconds, service):
        return
    held.session_seconds, held.service = session_seconds, service
    held.save(update_fields=["session_seconds", "service"])
    facts = {"service": service, "session_seconds": session_seconds}
    audit.record(by=by, action="identity.change_radius_client", target=f"application:{application.key}", facts=facts)


@transaction.atomic
def forget(*, by: Actor, application: Application) -> None:
    if RadiusClient.objects.filter(application=application).update(
        is_enabled=False, former_key_hash=None, former_key_until=None
    ):
        audit.record(by=by, action="identity.forget_radius_key", target=f"application:{application.key}")


def network_applications() -> list[tuple[str, str]]:
    """Keys and names of the applications that ask in the name of a network (Wi-Fi, VPN)."""
    rows = RadiusClient.objects.filter(is_enabled=True, service=RadiusClient.Service.NETWORK)
    return list(rows.order_by("application__name").values_list("application__key", "application__name"))


def living_hashes() -> frozenset[bytes]:
    """Of all keys that are good now, former ones too."""
    rows = RadiusClient.objects.filter(is_enabled=True).values_list("key_hash", "former_key_hash", "former_key_until")
    moment = now()
    former = {bytes(one) for _key, one, until in rows if one and until and until > moment}
    return frozenset({bytes(key) for key, _former, _until in rows} | former)


def _client_with() -> QuerySet[RadiusClient]:
    digest, moment = Given("digest", BinaryField()), Given("moment", DateTimeField())
    known = Q(key_hash=digest) | Q(former_key_hash=digest, former_key_until__gt=moment)
    return RadiusClient.objects.select_related("application").filter(known, is_enabled=True)


CLIENT = Prepared(_client_with)


def client_with(key: str) -> RadiusClient:
    """Found by its hash: nothing to compare letter by letter."""
    moment = now()
    client = CLIENT.first(digest=hash_of(key), moment=moment)
    if client is None:
        raise UnknownRadiusClientError
    if client.last_request_at is None or moment - client.last_request_at > SEEN_EVERY:
        RadiusClient.objects.filter(pk=client.pk).update(last_request_at=moment)
    return client
