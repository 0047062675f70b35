"""Outside apps among the channels (外部应用): registered with a secret, given a new one, switched off and on."""

import secrets
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.proposals import given
from nanhu.platforms.payments.errors import ChannelKnownError
from nanhu.platforms.payments.models import Channel

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Issued:
    """An app with the secret it signs by: shown once, kept encrypted."""

    app: Channel
    secret: str = field(repr=False)


@transaction.atomic
def register_app(*, by: Actor, key: str, name: str) -> Issued:
    secret = secrets.token_hex(SECRET_BYTES)
    made, is_new = Channel.objects.get_or_create(
        key=key, defaults={"kind": Channel.Kind.APP, "name": name, "their_key": secret}
    )
    if not is_new:
        raise ChannelKnownError(key=key)
    note(by, made, "payments.register_app")
    return Issued(made, secret)


@transaction.atomic
def rotate_secret(*, by: Actor, app: Channel, reason: str) -> Issued:
    """From the commit on the former one signs nothing."""
    current = locked(app, reason)
    current.their_key = secret = secrets.token_hex(SECRET_BYTES)
    current.save(update_fields=["their_key"])
    note(by, current, "payments.rotate_app_secret", reason)
    return Issued(current, secret)


@transaction.atomic
def switch_app(*, by: Actor, app: Channel, is_on: bool, reason: str) -> Channel:
    """Off it is a stranger: no question of it is answered from the commit on. What it was bound to stays for when it is back."""
    current = locked(app, reason)
    if current.is_on != is_on:
        current.is_on = is_on
        current.save(update_fields=["is_on"])
        note(by, current, "payments.switch_app_on" if is_on else "payments.switch_app_off", reason)
    return current


def locked(app: Channel, reason: str) -> Channel:
    given(reason)
    found = Channel.objects.select_for_update().filter(pk=app.pk, kind=Channel.Kind.APP).first()
    if found is None:
        raise NotFoundError(what=_("这个外部应用"))
    return found


def note(by: Actor, app: Channel, action: str, reason: str = "") -> None:
    facts = {"app": app.name}
    audit.record(by=by, action=action, target=f"payments_channel:{app.pk}", reason=reason.strip(), facts=facts)
