"""Repairs of things (资产报修): what the system of assets, ours or a vendor's, says is broken becomes a request, once; what it says is
mended is called off."""

from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from nanhu.kernel.actors import Actor
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Text
from nanhu.platforms.campus import api as campus
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import FaultClass, Request
from nanhu.services.requests.models.requests import OPEN
from nanhu.services.requests.publishing import publish_requests
from nanhu.services.requests.services.filing import file_repair
from nanhu.services.requests.services.timeline import locked, said, tell_requester
from nanhu.services.requests.services.working import call_off

TABLE: Final = "assets.repair"
BY: Final = Actor.system("requests.things")
ENDED, TAKEN_BACK = _("资产系统登记了维修结果"), _("资产系统撤了这次报修")
FURNITURE: Final = "A05"
"""家具用具 of GB/T 14885."""


@transaction.atomic
def keep_up(keys: Iterable[str]) -> None:
    """With the rows of these keys, as they are by now; `service.request` has what came of them at once."""
    changed = [one.pk for one in map(follow_row, keys) if one is not None]
    if changed:
        publish_requests(pk__in=changed)


def follow_row(key: str) -> Request | None:
    """The request that was made or called off, in the caller's transaction."""
    origin = f"{TABLE}/{key}"
    lock_key(f"requests.origin:{origin}")
    row = next(iter(datahub.rows(TABLE, keys=[(key,)])), None)
    known = Request.objects.filter(origin=origin).first()
    if row is not None and row.state == "open":
        return file_of(origin, row) if known is None else None
    if known is None or not known.is_open:
        return None
    found = locked(known, set(OPEN))
    return None if found.me_too.exists() else called_off(found, ENDED if row is not None else TAKEN_BACK)


def called_off(request: Request, why: Text) -> Request:
    with override(settings.LANGUAGE_CODE):  # kept for whoever reads it
        words = str(why)
    call_off(BY, request, words)
    tell_requester(request, said(request, _("已撤回：%(why)s"), why=why))
    return request


def file_of(origin: str, row: Any) -> Request | None:
    """In the name of who reported it there; None where he has no account, or nobody knows where the thing stands: nobody could be let in."""
    place = campus.Place.objects.filter(key=row.place or "").first()
    person_id = people.find_people_by_campus_no([row.campus_no or ""]).get(row.campus_no or "", 0)
    person, account = people.person_card(person_id), identity.account_of(person_id)
    if place is None or person is None or account is None:
        return None
    is_furniture = row.classification.startswith(FURNITURE)
    return file_repair(
        by=Actor(account_id=account.pk, name=person.name),
        person_id=person.person_id,
        place=place,
        fault_class=FaultClass.objects.get(key=FaultClass.Key.FURNITURE if is_furniture else FaultClass.Key.OTHER),
        words=f"{row.name} {row.asset}：{row.fault or ''}",
        twin="other",
        origin=origin,
    )
