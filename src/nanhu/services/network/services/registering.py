"""NAS are registered, changed and withdrawn; the secret is sealed, shown once, and no log has it."""

import secrets
from typing import Any, Final

from django.db import transaction

from nanhu.kernel import audit, outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.platforms.identity import api as identity
from nanhu.services.network.errors import NasAddressError, NasKnownError, UnknownStyleError
from nanhu.services.network.gateways import gateways
from nanhu.services.network.models import Nas

SECRET_BYTES: Final = 24
END_ALL: Final = """SELECT count(*) FROM network_end(
    ARRAY(SELECT id FROM network_session WHERE nas_id = %s AND stopped_at IS NULL ORDER BY id FOR UPDATE), 'nas-withdrawn', %s)"""
CHANGED: Final = (
    "name",
    "kind",
    "address",
    "identifier",
    "applications",
    "place",
    "style",
    "coa_port",
    "interim_seconds",
)


def target_of(nas: Nas) -> str:
    return f"network-nas:{nas.public_id}"


@transaction.atomic
def register(*, by: Actor, facts: dict[str, Any]) -> tuple[Nas, str]:
    """With the secret that was made where none was given, "" else. What `facts` do not say is as it usually is."""
    made = "" if facts.get("secret") else secrets.token_urlsafe(SECRET_BYTES)
    nas = Nas(**{name: facts[name] for name in CHANGED if name in facts}, secret=facts.get("secret") or made)
    save(nas)
    audit.record(by=by, action="network.register_nas", target=target_of(nas), facts=said_of(nas))
    return nas, made


@transaction.atomic
def change(*, by: Actor, nas: Nas, facts: dict[str, Any]) -> None:
    """What `facts` do not say stays, and without a secret the old one."""
    found = Nas.objects.select_for_update().get(pk=nas.pk, withdrawn_at=None)
    for name in CHANGED:
        setattr(found, name, facts.get(name, getattr(found, name)))
    found.secret = facts.get("secret") or found.secret
    save(found)
    said = {**said_of(found), "new_secret": bool(facts.get("secret"))}
    audit.record(by=by, action="network.change_nas", target=target_of(found), facts=said)


@transaction.atomic
def withdraw(*, by: Actor, nas: Nas, reason: str) -> None:
    """What it tells from now on is that of a stranger, and what it had on line is over."""
    found = Nas.objects.select_for_update().get(pk=nas.pk)
    if found.withdrawn_at is None:
        found.withdrawn_at = now()
        found.save(update_fields=["withdrawn_at"])
        run(END_ALL, [found.pk, found.withdrawn_at])
        audit.record(by=by, action="network.withdraw_nas", target=target_of(found), reason=reason, facts=said_of(found))


def refuse_address(address: str) -> None:
    """Disconnects go there: never to this cable's own, to where clouds keep secrets, or to a network that the school does not list."""
    if not outgoing.is_callable(address, address):
        raise NasAddressError


def save(nas: Nas) -> None:
    refuse_address(nas.address)
    if gateways.get(nas.style) is None:
        raise UnknownStyleError
    with refused_as(NasKnownError, by="network_nas_once"):
        nas.save()


def said_of(nas: Nas) -> dict[str, Any]:
    return {
        "name": nas.name,
        "address": nas.address,
        "kind": nas.kind,
        "style": nas.style,
        "applications": "、".join(name for key, name in identity.network_applications() if key in nas.applications),
    }
