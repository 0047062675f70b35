"""Periodic jobs of the application registry: health checks of the applications."""

from nanhu.kernel.jobs import job
from nanhu.platforms.identity.registry.services import health


@job("identity_registry.look_at_applications", every="*/3 * * * *", attempts=1)
def look_at_applications() -> None:
    health.look_at_all()
