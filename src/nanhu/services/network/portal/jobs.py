"""Periodic jobs of the captive page: sign-ins that are over by the clock, and forgetting by age."""

from datetime import timedelta

from django.db.models import Q

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.services.network.portal.models import Cure, PortalGateway, SignIn, Trust
from nanhu.services.network.portal.services.signing_in import end, follow

KEPT = timedelta(days=180)
CURES_KEPT = timedelta(days=365)
WAITED = timedelta(minutes=2)
AGENT_AWAY = timedelta(hours=1)


@job("network_portal.settle", every="* * * * *")
def settle() -> int:
    """A controller's sign-in ends with its time, unless accounting has told of it meanwhile; a gateway that never answered let nobody in.
    One without RADIUS tells by its agent, and where that comes no more an hour is enough."""
    living = SignIn.objects.filter(ended_at=None)
    waiting = living.filter(state=SignIn.State.WAITING, asked_at__lt=now() - WAITED)
    for one in waiting.select_related("gateway"):
        follow(one)
    end(waiting, SignIn.State.FAILED, "silence")
    is_lost = Q(gateway__kind=PortalGateway.Kind.PORTAL20) | Q(ends_at__lt=now() - AGENT_AWAY)
    return end(living.filter(is_lost, ends_at__lt=now()), SignIn.State.LEFT, "over")


@job("network_portal.forget", every="37 3 * * *")
def forget() -> None:
    moment = now()
    SignIn.objects.filter(asked_at__lt=moment - KEPT, ended_at__isnull=False).delete()
    Cure.objects.filter(at__lt=moment - CURES_KEPT).delete()
    Trust.objects.filter(until__lt=moment).delete()
