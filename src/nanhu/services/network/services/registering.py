"""NAS are registered, changed and withdrawn; the secret is sealed, shown once, and no log has it."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.revisions import refuse_changed
from nanhu.kernel.secret_files import made_secret
from nanhu.platforms.identity import api as identity
from nanhu.services.network.errors import NasAddressError, NasKnownError, UnknownStyleError
from nanhu.services.network.gateways import gateways
from nanhu.services.network.models import Nas

SECRET_BYTES: Final = 24
AT_ONCE: Final = 500
"""Rows of one statement."""
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


def register(*, by: Actor, facts: dict[str, Any]) -> tuple[Nas, str]:
    """With the secret that was made where none was given, "" else. What `facts` do not say is as it usually is."""
    [nas] = register_many(by=by, orders=[facts])
    return nas, "" if facts.get("secret") else nas.secret


@transaction.atomic
def register_many(*, by: Actor, orders: Sequence[dict[str, Any]]) -> list[Nas]:
    """Three statements, however many. Raises NasKnownError where one is known, NasAddressError, UnknownStyleError; then none is."""
    made = [
        Nas(
            **{name: facts[name] for name in CHANGED if name in facts},
            secret=facts.get("secret") or made_secret(SECRET_BYTES),
        )
        for facts in orders
    ]
    refuse_impossible(made)
    with refused_as(NasKnownError, by="network_nas_once"):
        Nas.objects.bulk_create(made)
    audit.record_many(
        audit.Record(by=by, action="network.register_nas", target=target_of(nas), facts=said)
        for nas, said in each_said(made)
    )
    return made


@transaction.atomic
def change(*, by: Actor, nas: Nas, facts: dict[str, Any], revision: str) -> None:
    """What `facts` do not say stays, and without a secret the old one."""
    found = Nas.objects.select_for_update().filter(pk=nas.pk, withdrawn_at=None).first()
    if found is None:
        raise WrongStateError(what=Nas.what, state=_("已撤下"))
    refuse_changed(found, revision, CHANGED)
    change_many(by=by, orders=[(found, facts)])


@transaction.atomic
def change_many(*, by: Actor, orders: Sequence[tuple[Nas, dict[str, Any]]]) -> None:
    """Of rows that are locked; three statements, however many."""
    for found, facts in orders:
        for name in facts.keys() & CHANGED:
            setattr(found, name, facts[name])
        found.secret = facts.get("secret") or found.secret
    rows = [found for found, _facts in orders]
    refuse_impossible(rows)
    with refused_as(NasKnownError, by="network_nas_once"):
        Nas.objects.bulk_update(rows, [*CHANGED, "secret"], batch_size=AT_ONCE)
    new = [{"new_secret": bool(facts.get("secret"))} for _found, facts in orders]
    audit.record_many(
        audit.Record(by=by, action="network.change_nas", target=target_of(nas), facts=said | own)
        for (nas, said), own in zip(each_said(rows), new, strict=True)
    )


@transaction.atomic
def withdraw(*, by: Actor, nas: Nas, reason: str) -> None:
    """What it tells from now on is that of a stranger, and what it had on line is over."""
    found = Nas.objects.select_for_update().get(pk=nas.pk)
    if found.withdrawn_at is None:
        found.withdrawn_at = now()
        found.save(update_fields=["withdrawn_at"])
        run(END_ALL, [found.pk, found.withdrawn_at])
        facts = said_of(found, identity.network_applications())
        audit.record(by=by, action="network.withdraw_nas", target=target_of(found), reason=reason, facts=facts)


def refuse_address(address: str) -> None:
    """Disconnects go there: never to this cable's own, to where clouds keep secrets, or to a network that the school does not list."""
    if not outgoing.is_callable(address, address):
        raise NasAddressError


def refuse_impossible(rows: Sequence[Nas]) -> None:
    for nas in rows:
        refuse_address(nas.address)
        if gateways.get(nas.style) is None:
            raise UnknownStyleError


def each_said(rows: Sequence[Nas]) -> list[tuple[Nas, dict[str, Any]]]:
    """With what the log says of it; one query."""
    names = identity.network_applications() if rows else []
    return [(nas, said_of(nas, names)) for nas in rows]


def said_of(nas: Nas, names: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """`names`: of the applications by key."""
    return {
        "name": nas.name,
        "address": nas.address,
        "kind": nas.kind,
        "style": nas.style,
        "applications": "、".join(name for key, name in names if key in nas.applications),
    }
