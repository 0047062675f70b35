"""What guests show of themselves: the sponsor's entry in the menu, and their part of a person's data."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.platforms.identity.guests.models import Sponsorship

registry.applications.add(
    registry.Application(
        key="identity.guests",
        name=_("来宾"),
        icon="user-plus",
        url=reverse_lazy("identity:guests"),
        section="work",
        faces=frozenset({"staff"}),
        owner=_("信息中心"),
        description=_("为访客、家长、合作单位和校友开通临时身份"),
        order=800,
    )
)


def guest_records(owner: registry.Owner, _since: datetime | None) -> Iterator[dict[str, Any]]:
    """Both sides: for whom one vouched, and who vouched for one."""
    for one in Sponsorship.objects.filter(sponsor_id=owner.account_id).order_by("-created_at"):
        yield {"as": "sponsor", "number": one.campus_no, "kind": one.kind, "until": one.ends_on, "reason": one.reason}
    for one in Sponsorship.objects.filter(guest_id=owner.person_id).order_by("-created_at"):
        yield {"as": "guest", "number": one.campus_no, "kind": one.kind, "until": one.ends_on, "reason": one.reason}


registry.personal_data.add(
    registry.PersonalData(
        key="identity.guests",
        title=_("来宾担保"),
        load=guest_records,
        order=24,
        description=_("您担保过谁，谁担保过您"),
    )
)
