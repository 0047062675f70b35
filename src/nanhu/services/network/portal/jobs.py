"""What the worker does: sign-ins that are over by the clock, and forgetting by age."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.services.network.portal.models import Cure, PortalGateway, SignIn, Trust
from nanhu.services.network.portal.services.signing_in import end

KEPT = timedelta(days=180)
CURES_KEPT = timedelta(days=365)
WAITED = timedelta(minutes=2)


@job("network_portal.settle", every="* * * * *")
def settle() -> int:
    """A controller's sign-in ends with its time; a gateway that never answered let nobody in."""
    living = SignIn.objects.filter(ended_at=None)
    end(living.filter(state=SignIn.State.WAITING, asked_at__lt=now() - WAITED), SignIn.State.FAILED, "silence")
    over = living.filter(gateway__kind=PortalGateway.Kind.PORTAL20, ends_at__lt=now())
    return end(over, SignIn.State.LEFT, "over")


@job("network_portal.forget", every="37 3 * * *")
def forget() -> None:
    moment = now()
    SignIn.objects.filter(asked_at__lt=moment - KEPT, ended_at__isnull=False).delete()
    Cure.objects.filter(at__lt=moment - CURES_KEPT).delete()
    Trust.objects.filter(until__lt=moment - CURES_KEPT).delete()
