"""The registered applications that stand in the portal's menu, for those who may use them."""

from time import monotonic
from typing import cast

from django.db.models import QuerySet

from nanhu.kernel import registry as house
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Application, Maintenance
from nanhu.platforms.identity.registry.models import Health
from nanhu.platforms.identity.services import access

LIST_SECONDS = 15.0
EVERY_FACE = house.BOTH_FACES | {"guest"}  # its own rules say who may use it
_list: list[tuple[float, dict[int, house.Application]]] = []
"""The listed applications as this process last read them: every page asks, and they change a few times a year."""


def listed_for(viewer: house.Viewer) -> list[house.Application]:
    """Costs no query while none is listed, else one: whether this viewer may use them. A resting one stays in sight."""
    listed = listed_applications()
    if not listed:
        return []
    decisions = access.decide_many(account_id=viewer.account_id, application_ids=listed)
    seen = [pk for pk, decision in decisions.items() if decision.is_allowed or decision.verdict == "maintenance"]
    return [listed[pk] for pk in seen]


def listed_applications() -> dict[int, house.Application]:
    if not _list or _list[0][0] < monotonic():
        rows = Application.objects.filter(is_enabled=True).exclude(menu_section="").select_related("health")
        resting = set(resting_ids())
        _list[:] = [(monotonic() + LIST_SECONDS, {row.pk: entry_of(row, row.pk in resting) for row in rows})]
    return _list[0][1]


def read_anew() -> None:
    """Something changed: this process reads it again at once, the others within LIST_SECONDS."""
    _list.clear()


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
