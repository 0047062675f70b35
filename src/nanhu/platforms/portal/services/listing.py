"""The school's list of applications that are no rooms of this house (应用目录)."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.portal import menu
from nanhu.platforms.portal.errors import ListingRefusedError
from nanhu.platforms.portal.models import ListedApplication


@transaction.atomic
def list_application(
    *,
    by: Actor,
    key: str,
    name: str,
    url: str,
    section: str,
    faces: Collection[str],
    roles: Collection[str] = (),
    icon: str = "app-window",
    owner: str = "",
    description: str = "",
    order: int = 100,
) -> ListedApplication:
    """Put an application on the list or bring its entry up to date. Raises ListingRefusedError with what is wrong."""
    row = ListedApplication.objects.select_for_update().filter(key=key).first() or ListedApplication(key=key)
    row.name, row.url, row.section, row.icon = name, url, section, icon
    row.faces, row.roles = sorted(faces), sorted(roles)
    row.owner, row.description, row.order = owner, description, order
    try:
        row.full_clean()
    except ValidationError as error:
        raise ListingRefusedError(problem="；".join(error.messages)) from error
    row.save()
    transaction.on_commit(menu.read_anew)
    audit.record(by=by, action="portal.list_application", target=f"application:{key}", facts={"url": url})
    return row


@transaction.atomic
def set_maintenance(*, by: Actor, key: str, is_in_maintenance: bool, reason: str) -> None:
    """Mark an application as resting, or as back. Raises ListingRefusedError when it is not on the list."""
    row = ListedApplication.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise ListingRefusedError(problem=key)
    row.is_in_maintenance = is_in_maintenance
    row.save(update_fields=["is_in_maintenance"])
    transaction.on_commit(menu.read_anew)
    facts = {"is_in_maintenance": is_in_maintenance}
    audit.record(by=by, action="portal.set_maintenance", target=f"application:{key}", reason=reason, facts=facts)


@transaction.atomic
def take_off(*, by: Actor, key: str, reason: str) -> None:
    """Take an application off the list; favourites of it stay and are not shown."""
    removed, _tables = ListedApplication.objects.filter(key=key).delete()
    if removed:
        transaction.on_commit(menu.read_anew)
        audit.record(by=by, action="portal.take_off", target=f"application:{key}", reason=reason)
