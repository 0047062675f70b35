"""What only the sample campus and tests need: passwords and second factors that are printed. Refused outside a sample campus."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Coalesce

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.errors import DemoOnlyError
from nanhu.platforms.identity.factors.services.sample import give_totp_for_sample
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.protocols.radius.services.clients import issue_key as issue_radius_key
from nanhu.platforms.identity.registry.services.rules import admit_only
from nanhu.platforms.identity.rules import normalise_password
from nanhu.platforms.identity.services.sign_in import account_with

__all__ = [
    "admit_only",
    "give_totp_for_sample",
    "issue_radius_key",
    "set_password_for_sample",
    "set_passwords_for_sample",
]


@transaction.atomic
def set_password_for_sample(*, by: Actor, campus_no: str, password: str) -> Account:
    """Complete an account's set-up for the demo's printed sign-ins. Refused outside a sample campus."""
    account = account_with(campus_no)
    set_passwords_for_sample(by=by, person_ids=[account.person_id], password=password)
    account.refresh_from_db()
    return account


@transaction.atomic
def set_passwords_for_sample(*, by: Actor, person_ids: Iterable[int], password: str) -> None:
    """As `set_password_for_sample`, for the accounts of many in three statements."""
    if not configuration().demo:
        raise DemoOnlyError
    found = Account.objects.filter(person_id__in=list(person_ids))
    pks = list(found.select_for_update().order_by("pk").values_list("pk", flat=True))
    moment = now()
    Account.objects.filter(pk__in=pks).update(
        password=hashing.hash_secret(normalise_password(password)),
        is_password_due=False,
        initial_value_used_at=Coalesce("initial_value_used_at", moment),
        state=Account.State.ACTIVE,
        state_changed_at=moment,
        password_changed_at=moment,
    )
    audit.record_many(audit.Record(by=by, action="identity.set_sample_password", target=f"account:{pk}") for pk in pks)
