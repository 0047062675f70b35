"""Guests' part of a person's data. The desk enters itself in the menu."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.platforms.identity.guests.models import Sponsorship


def guest_records(owner: registry.Owner, _since: datetime | None) -> Iterator[dict[str, Any]]:
    """Both sides: for whom one vouched, and who vouched for one."""
    for side, mine in (("sponsor", {"sponsor_id": owner.account_id}), ("guest", {"guest_id": owner.person_id})):
        for one in Sponsorship.objects.filter(**mine).order_by("-created_at"):
            yield {"as": side, "number": one.campus_no, "kind": one.kind, "until": one.ends_on, "reason": one.reason}


registry.personal_data.add(
    registry.PersonalData(
        key="identity.guests",
        title=_("来宾担保"),
        load=guest_records,
        order=24,
        description=_("您担保过谁，谁担保过您"),
    )
)
