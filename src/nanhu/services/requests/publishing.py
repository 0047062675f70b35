"""Requests as other systems know them: the shared table `service.request`, hourly, without a word of what was said; and who runs the network
of which building (`service.network_operator`), when that changes and hourly.

Complaints, reports on opinion and anonymous requests are not in it: a row there says in which hour it came.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import OperatorBuilding, Request
from nanhu.services.requests.models.requests import OPEN, QUESTIONS, REPAIRS

BY: Final = Actor.system("requests.publish")
TOLD_FOR: Final = timedelta(days=45)
"""After their end; older rows stay as they were written."""


def publish_requests(**which: Any) -> int:
    return datahub.put_own("service.request", rows(**which), by=BY)


def publish_operators() -> int:
    found = OperatorBuilding.objects.select_related("operator", "building").order_by("building__key")
    told = (
        {
            "place": one.building.key,
            "name": one.operator.name,
            "name_en": one.operator.name_en,
            "phone": one.operator.phone,
        }
        for one in found
    )
    return datahub.put_own("service.network_operator", told, by=BY, is_whole=True)


def rows(**which: Any) -> Iterator[Mapping[str, Any]]:
    open_or_new = Q(state__in=[*OPEN, "done"]) | Q(closed_at__gte=now() - TOLD_FOR) | Q(state="merged")
    found = Request.objects.filter(open_or_new, kind__in=[*REPAIRS, *QUESTIONS], is_anonymous=False, **which)
    among = {one for one in found.values_list("person_id", flat=True) if one} if which else None
    numbers = people.numbers_by_person(among)
    for one in found.select_related("place", "fault_class", "unit", "crew").order_by("number").iterator(2_000):
        yield {
            "number": one.number,
            "kind": one.kind,
            "state": one.state,
            "campus_no": numbers.get(one.person_id or 0, ""),
            "place": one.place.key if one.place else "",
            "fault_class": one.fault_class.key if one.fault_class else None,
            "crew": one.crew.name if one.crew else "",
            "unit_code": one.unit.code if one.unit else "",
            "opened_at": one.created_at,
            "due_at": one.due_at,
            "done_at": one.done_at,
            "reopened": one.reopened,
            "rating": one.rating,
            "origin": one.origin,
        }
