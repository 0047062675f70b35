"""What the portal keeps of a person, for the copy of my data: what he chose in it, and figures that it fetched for him."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Owner, PersonalData, personal_data
from nanhu.platforms.portal.models import (
    CalendarAddress,
    HomeLayout,
    IntegrationValue,
    NewsFollower,
    Preference,
    Shortcut,
)


def values_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, Any]]:
    rows = IntegrationValue.objects.filter(person_id=owner.person_id).select_related("integration")
    for one in (rows.filter(fetched_at__gte=since) if since else rows).order_by("-fetched_at"):
        said = json.loads(one.content) if one.content else {}
        yield {"system": one.integration.name, "at": one.fetched_at.isoformat(), **said}


def choices_of(owner: Owner, since: datetime | None) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 - how it stands now
    """Of an address of the calendar its secret is kept nowhere, and so is not here."""
    account = owner.account_id
    for look in Preference.objects.filter(pk=account).values("theme", "type_size", "language", "face"):
        yield {"what": "look", **look}
    for home in HomeLayout.objects.filter(account=account).order_by("width").values("width", "order", "hidden"):
        yield {"what": "home", **home}
    for shortcut in Shortcut.objects.filter(account=account).order_by("application_key"):
        is_favourite, opened = shortcut.position is not None, moment(shortcut.opened_at)
        yield {"what": "application", "key": shortcut.application_key, "favourite": is_favourite, "opened_at": opened}
    for address in CalendarAddress.objects.filter(account=account).order_by("-created_at"):
        times = {name: moment(getattr(address, name)) for name in ("created_at", "read_at", "revoked_at")}
        yield {"what": "calendar address", **times, "leaves_out": address.leaves_out}
    for name in NewsFollower.objects.filter(person=owner.person_id).values_list("integration__name", flat=True):
        yield {"what": "site", "name": name}


def moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""


personal_data.add(
    PersonalData(
        key="portal.integration_values",
        title=_("门户替我取来的数字"),
        load=values_of,
        description=_("别的系统给出的数字、说明和时间，最多留三十天"),
    ),
    PersonalData(
        key="portal.choices",
        title=_("我在门户里选的"),
        load=choices_of,
        description=_("外观、首页布置、收藏和最近打开、日历订阅、关注的网站"),
    ),
)
