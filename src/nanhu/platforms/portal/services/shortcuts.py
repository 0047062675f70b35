"""Favourites and what was opened lately."""

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.platforms.portal import rules
from nanhu.platforms.portal.models import Shortcut


@transaction.atomic
def toggle_favourite(*, account_id: int, application_key: str) -> bool:
    """True when it is a favourite afterwards."""
    row = Shortcut.objects.select_for_update().filter(account_id=account_id, application_key=application_key).first()
    if row is not None and row.position is not None:
        _drop(row)
        return False
    place = len(_keys(account_id))
    Shortcut.objects.update_or_create(
        account_id=account_id, application_key=application_key, defaults={"position": place}
    )
    return True


@transaction.atomic
def move_favourite(*, account_id: int, application_key: str, step: int) -> None:
    keys = _keys(account_id)
    for place, key in enumerate(rules.moved(keys, application_key, step)):
        Shortcut.objects.filter(account_id=account_id, application_key=key).exclude(position=place).update(
            position=place
        )


def note_opened(*, account_id: int, application_key: str) -> None:
    Shortcut.objects.update_or_create(
        account_id=account_id, application_key=application_key, defaults={"opened_at": now()}
    )


def _keys(account_id: int) -> list[str]:
    """The favourites in order, locked."""
    rows = Shortcut.objects.select_for_update().filter(account_id=account_id, position__isnull=False)
    return [row.application_key for row in rows.order_by("position", "id")]


def _drop(row: Shortcut) -> None:
    """Forget the place in the row; a shortcut that was never opened has no use left."""
    if row.opened_at is None:
        row.delete()
    else:
        row.position = None
        row.save(update_fields=["position"])
