"""A session that is open already gets its second factor, or a page says what is missing."""

from django.db import transaction
from django.http import HttpRequest

from nanhu.kernel import audit
from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoSession


def strengthen(request: HttpRequest, *, session: SsoSession, method: str) -> None:
    """The second factor is new, the first proof is as old as it was; the session's id changes with its rights."""
    methods = [*(one for one in session.methods if one not in (method, "mfa")), method, "mfa"]
    with transaction.atomic():
        request.session.cycle_key()
        SsoSession.objects.filter(pk=session.pk).update(methods=methods, second_factor_at=now())
        audit.record(
            by=actor_of(request),
            action="identity.second_factor",
            target=f"account:{session.account_id}",
            facts={"how": method},
        )
