"""Reads of the captive portal: buildings to choose from, one's own sign-ins."""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv4Network, ip_address
from typing import Any, Final

from django.db.models import QuerySet

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Owner
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui.words import called
from nanhu.platforms.campus import api as campus
from nanhu.platforms.datahub import api as datahub
from nanhu.services.network.portal.models import Cure, PortalGateway, SignIn, Trust

SECONDS: Final = 10
"""So long other processes go on with the networks of before."""


def listed_networks() -> list[IPv4Network]:
    listed = PortalGateway.living().values_list("networks", flat=True)
    return [IPv4Network(one) for networks in listed for one in networks]


own_networks: Final = Remembered(listed_networks, seconds=SECONDS)


def is_in_our_networks(address: str) -> bool:
    """Asked by every device that looks whether it is on line."""
    return bool(address) and any(ip_address(address) in one for one in own_networks())


def open_buildings() -> QuerySet[campus.Place]:
    return campus.open_places().exclude(kind__in=["campus", "room"])


def buildings() -> list[tuple[str, str]]:
    """Key and name of each building that is in use."""
    return list(open_buildings().order_by("name").values_list("key", "name"))


def building(key: str) -> campus.Place | None:
    """None where it is not in use any more, or never was: an address may be old."""
    return open_buildings().filter(key=key).first() if key else None


def trusted_devices(account_id: int) -> dict[int, datetime]:
    found = Trust.objects.filter(account_id=account_id, until__gt=now(), device_id__isnull=False)
    rows = found.order_by("until").values_list("device_id", "until")
    return {device: until for device, until in rows if device is not None}


def operator_of(campus_no: str) -> tuple[str, str, str] | None:
    """Of whoever has a bed in a building whose network an operator runs: that place, the operator, its phone. By the shared tables of beds and
    of operators, whoever fills them."""
    beds = [one.place for one in datahub.rows("dorm.stay", {"campus_no": campus_no, "state": "living"})]
    bed = campus.Place.objects.filter(key__in=beds).select_related("parent__parent").first()
    above = [one for one in (bed, bed.parent, bed.parent and bed.parent.parent) if one] if bed else []
    rows = {one.place: one for one in datahub.rows("service.network_operator", {"place": [one.key for one in above]})}
    found = next(((one, rows[one.key]) for one in above if one.key in rows), None)
    return (found[0].full_name, called(found[1].name, found[1].name_en or ""), found[1].phone) if found else None


def is_waited_for(grant: str) -> bool:
    return SignIn.objects.filter(grant=grant, state=SignIn.State.WAITING, ended_at=None).exists()


def records_of(owner: Owner, _since: datetime | None) -> Iterator[dict[str, Any]]:
    """For the copy of one's data."""
    for one in SignIn.objects.filter(person_id=owner.person_id).select_related("gateway").order_by("-asked_at"):
        yield {
            "at": one.asked_at,
            "gateway": one.gateway.name,
            "device": one.mac,
            "address": one.address,
            "state": one.get_state_display(),
            "ended": one.ended_at,
        }
    for cure in Cure.objects.filter(person_id=owner.person_id).order_by("-at"):
        yield {"at": cure.at, "finding": cure.finding, "cure": cure.cure, "solved": cure.is_solved}
