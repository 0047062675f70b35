from nanhu.services.network.models.devices import Device
from nanhu.services.network.models.handovers import Handover
from nanhu.services.network.models.nas import ApPlace, Nas, StrangeNas
from nanhu.services.network.models.passes import LONGEST_DAYS, GuestPass
from nanhu.services.network.models.policies import NetworkRole, Policy, Service
from nanhu.services.network.models.sessions import (
    AddressLine,
    Disconnect,
    Grant,
    HourSum,
    LateSpan,
    Refusal,
    Session,
)

__all__ = [
    "LONGEST_DAYS",
    "AddressLine",
    "ApPlace",
    "Device",
    "Disconnect",
    "Grant",
    "GuestPass",
    "Handover",
    "HourSum",
    "LateSpan",
    "Nas",
    "NetworkRole",
    "Policy",
    "Refusal",
    "Service",
    "Session",
    "StrangeNas",
]
