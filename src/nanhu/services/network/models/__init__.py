from nanhu.services.network.models.devices import Device
from nanhu.services.network.models.handovers import Handover
from nanhu.services.network.models.nas import ApPlace, Nas, StrangeNas
from nanhu.services.network.models.policies import NetworkRole, Policy, Service
from nanhu.services.network.models.sessions import (
    AddressLine,
    Disconnect,
    Grant,
    HourSum,
    Refusal,
    Session,
)

__all__ = [
    "AddressLine",
    "ApPlace",
    "Device",
    "Disconnect",
    "Grant",
    "Handover",
    "HourSum",
    "Nas",
    "NetworkRole",
    "Policy",
    "Refusal",
    "Service",
    "Session",
    "StrangeNas",
]
