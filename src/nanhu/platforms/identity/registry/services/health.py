"""Health (健康): every few minutes one GET to each application's health address or home, as a browser would come."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from time import monotonic

from django.db import transaction

from nanhu.kernel import outgoing
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.registry.models import Health, HealthLook

TIMEOUT_SECONDS, SLOW_MILLISECONDS = 6.0, 3000
AT_ONCE = 8
DOWN_AFTER = 2
"""One missed look is called slow, the second in a row down: a restart is no outage."""
KEEP_LOOKS = timedelta(days=7)
STATE = Health.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    is_answered: bool
    milliseconds: int
    error: str = ""


def look_at(address: str) -> Look:
    """Any answer below 500 is life: a sign-in, a redirect and "not allowed" come from a program that runs."""
    begun = monotonic()
    try:
        status = outgoing.send(outgoing.Call(address=address), seconds=TIMEOUT_SECONDS).status
    except OSError as error:
        return Look(is_answered=False, milliseconds=since(begun), error=f"{type(error).__name__}: {error}"[:200])
    is_alive = status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Look(is_answered=is_alive, milliseconds=since(begun), error="" if is_alive else f"HTTP {status}")


def address_of(application: Application) -> str:
    """Its health address, else its home, else where it takes its tickets."""
    first = next((one.prefix for one in application.addresses.all()), "")
    return application.health_url or application.home_url or first


def since(begun: float) -> int:
    return round((monotonic() - begun) * 1000)


def look_at_all() -> int:
    """Look at every application that is switched on and has an address to ask; returns how many. No transaction is
    open while they are asked.
    """
    held = Application.objects.filter(is_enabled=True).prefetch_related("addresses").order_by("pk")
    targets = [(one, address) for one in held if (address := address_of(one))]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = list(pool.map(look_at, [address for _one, address in targets]))
    keep(zip([one for one, _address in targets], looks, strict=True))
    HealthLook.objects.filter(created_at__lt=now() - KEEP_LOOKS).delete()
    return len(targets)


@transaction.atomic
def keep(looks: Iterable[tuple[Application, Look]]) -> None:
    held = {one.application_id: one for one in Health.objects.select_for_update().order_by("pk")}
    for application, look in looks:
        health = held.get(application.pk) or Health(application=application)
        note(health, look)
        health.save()
        HealthLook.objects.create(
            application=application, state=health.state, milliseconds=look.milliseconds, error=look.error
        )


def note(health: Health, look: Look) -> None:
    """Bring the present state up to date; `since` moves only when the state does."""
    moment = now()
    health.failures = 0 if look.is_answered else min(health.failures + 1, 32_000)
    state = state_of(look, health.failures)
    if state != health.state:
        health.state, health.since = state, moment
    health.checked_at, health.milliseconds, health.error = moment, look.milliseconds, look.error


def state_of(look: Look, failures: int) -> str:
    if failures >= DOWN_AFTER:
        return STATE.DOWN
    return STATE.SLOW if failures or look.milliseconds > SLOW_MILLISECONDS else STATE.UP
