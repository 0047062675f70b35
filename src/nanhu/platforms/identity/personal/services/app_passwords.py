"""App passwords (应用专用密码): for IMAP clients and devices that cannot show a page."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import BinaryField, QuerySet, TextField

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.events import publish
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.events import AppPasswordRevoked
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.personal.errors import TooManySecretsError
from nanhu.platforms.identity.personal.models import AppPassword
from nanhu.platforms.identity.personal.rules import hash_of, new_app_password, normalise_app_password
from nanhu.platforms.identity.rules import normalise_sign_in_name
from nanhu.platforms.identity.services import known_places, sign_in

MOST_LIVE = 10
USED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(*, by: Actor, account: Account, name: str, service: str) -> str:
    """The password's text is returned once and kept nowhere."""
    queries.hold(account)
    if AppPassword.objects.filter(account=account, revoked_at=None).count() >= MOST_LIVE:
        raise TooManySecretsError(most=MOST_LIVE)
    text = new_app_password()
    AppPassword.objects.create(
        account=account, name=name, service=service, secret_hash=hash_of(normalise_app_password(text))
    )
    audit.record(by=by, action="identity.make_app_password", target=f"account:{account.pk}", facts={"service": service})
    return text


@transaction.atomic
def revoke(*, by: Actor, account: Account, public_id: UUID) -> bool:
    live = AppPassword.objects.select_for_update().filter(account=account, public_id=public_id, revoked_at=None).first()
    if live is None:
        return False
    live.revoked_at = now()
    live.save(update_fields=["revoked_at"])
    publish(AppPasswordRevoked(person_id=account.person_id, public_id=str(public_id), service=live.service))
    audit.record(
        by=by, action="identity.revoke_app_password", target=f"account:{account.pk}", facts={"key": str(public_id)}
    )
    return True


def _living() -> QuerySet[AppPassword]:
    known = AppPassword.objects.filter(
        secret_hash=Given("digest", BinaryField()), service=Given("service", TextField())
    )
    return known.filter(revoked_at=None, account__state=Account.State.ACTIVE).select_related("account")


LIVING: Final = Prepared(_living)


def is_live(public_id: UUID, account: Account) -> bool:
    return AppPassword.objects.filter(public_id=public_id, account=account, revoked_at=None).exists()


def row_by(*, typed_name: str, password: str, service: str, address: str = "") -> AppPassword | None:
    """Whose app password is this? It opens its own service only, and only under a number of its own owner."""
    person_id = sign_in.holder_of(normalise_sign_in_name(typed_name))
    row = LIVING.first(digest=hash_of(normalise_app_password(password)), service=service)
    if row is None or person_id is None or row.account.person_id != person_id:
        return None
    moment = now()
    if row.last_used_at is None or moment - row.last_used_at > USED_EVERY:
        AppPassword.objects.filter(pk=row.pk).update(last_used_at=moment, last_used_from=address)
        known_places.note_station(account=row.account, service=service, address=address)
    return row
