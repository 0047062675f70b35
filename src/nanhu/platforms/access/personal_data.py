"""What doors keep about a person, as they may take it along."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nanhu.kernel.registry import Owner
from nanhu.platforms.access.models import Passage


def passage_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    found = Passage.objects.filter(person_id=owner.person_id).select_related("place")
    for one in (found.filter(at__gte=since) if since else found).order_by("-at", "-id").iterator():
        yield {
            "at": one.at,
            "place": one.place.name,
            "direction": one.direction,
            "means": one.means,
            "is_opened": one.is_opened,
            "code": one.code,
        }
