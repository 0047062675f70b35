"""The registered applications that stand in the portal's menu, for those who may use them."""

from typing import cast

from django.db.models import QuerySet

from nanhu.kernel import registry as house
from nanhu.kernel.clock import now
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.identity.models import Application, Maintenance
from nanhu.platforms.identity.registry.models import Health
from nanhu.platforms.identity.services import access

LIST_SECONDS = 15.0
EVERY_FACE = house.BOTH_FACES | {"guest"}  # its own rules say who may use it


def listed_for(viewer: house.Viewer) -> list[house.Application]:
    """Costs no query while none is listed, else one: whether this viewer may use them. A resting one stays in sight."""
    listed = listed_applications()
    if not listed:
        return []
    decisions = access.decide_many(account_id=viewer.account_id, application_ids=listed)
    seen = [pk for pk, decision in decisions.items() if decision.is_allowed or decision.verdict == "maintenance"]
    return [listed[pk] for pk in seen]


def read_list() -> dict[int, house.Application]:
    rows = Application.objects.filter(is_enabled=True).exclude(menu_section="").select_related("health")
    resting = set(resting_ids())
    return {row.pk: entry_of(row, row.pk in resting) for row in rows}


listed_applications = Remembered(read_list, seconds=LIST_SECONDS)
"""The listed applications as this process last read them: every page asks, and they change a few times a year."""


def read_anew() -> None:
    """Something changed: this process reads it again at once, the others within LIST_SECONDS."""
    listed_applications.forget()


def resting_ids() -> QuerySet[Maintenance, int]:
    moment = now()
    return Maintenance.objects.filter(starts_at__lte=moment, ends_at__gt=moment).values_list(
        "application_id", flat=True
    )


def entry_of(row: Application, is_resting: bool) -> house.Application:
    health: Health | None = getattr(row, "health", None)
    is_away = is_resting or (health is not None and health.state == Health.State.DOWN)
    return house.Application(
        key=row.key,
        name=row.name,
        icon="app-window",
        url=row.home_url,
        section=cast("house.Section", row.menu_section),
        faces=EVERY_FACE,
        owner=row.owner,
        description=row.description,
        external=True,
        single_sign_on=True,
        in_maintenance=lambda: is_away,
    )
