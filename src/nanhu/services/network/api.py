"""The API of the campus network, on which the captive page, VPN grants and the sample stand.

`admit(AdmissionRequest) -> Admission` or NotAdmittedError (DevicesFullError: let the person choose from `sessions_of`, then `drop`);
`disconnect(by, person_id, cause, services, session_ids)` ends grants and sessions, of `session_ids` all that their devices could go on by;
`end_these(by, session_ids, cause)` these alone; `sessions_of`, `devices_of`, `refusals_of` read;
`service_rules` and `gateways` take registrations. Devices by cookie: `device_of_browser(person_id, "cookie:<hash>", mac)`,
and `confirm_device` once the gateway has let it through.
MACs and addresses are read by `mac_of` and `address_of` alone.
"""

from nanhu.services.network.agents import answer_agent
from nanhu.services.network.errors import (
    DevicesFullError,
    NotAdmittedError,
    NotOpenError,
    ServiceRefusedError,
    UnknownAgentError,
)
from nanhu.services.network.events import AdmissionGranted, DeviceKicked, DeviceSeen, GuestPassed
from nanhu.services.network.gateways import (
    AgentStyle,
    Gateway,
    Heard,
    NasTarget,
    Outcome,
    SessionTarget,
    agent_key,
    gateways,
)
from nanhu.services.network.models import LONGEST_DAYS, ApPlace, Device, Nas, Policy, Refusal, Service
from nanhu.services.network.queries import (
    Point,
    SessionLine,
    UnderWay,
    access_points_in,
    closing_sids,
    devices_of,
    heard_on_line,
    nas_points,
    on_line_counts,
    open_at,
    places_of,
    point_of,
    presence_swiftly,
    refusals_of,
    role_of,
    session_at,
    sessions_of,
    under_way,
    usage_of,
)
from nanhu.services.network.rules import address_of, mac_of, printable
from nanhu.services.network.services.accounting import Record
from nanhu.services.network.services.accounting import write as account
from nanhu.services.network.services.admission import (
    AdmissionRequest,
    ServiceRule,
    admit,
    policy_of,
    service_rules,
    words_against,
)
from nanhu.services.network.services.devices import confirm_device, device_of_browser
from nanhu.services.network.services.devices import let_in as let_in_device
from nanhu.services.network.services.devices import trusts as device_trusts
from nanhu.services.network.services.disconnecting import DEVICE_CAP, KICKED, disconnect, drop, end_these
from nanhu.services.network.services.parting import grants_under, numbers_of
from nanhu.services.network.services.passes import last_days as last_guest_days
from nanhu.services.network.services.passes import renew as renew_guest
from nanhu.services.network.services.redeeming import waiting as redeemed_while
from nanhu.services.network.services.unlisted import note_list

__all__ = [
    "DEVICE_CAP",
    "KICKED",
    "LONGEST_DAYS",
    "AdmissionGranted",
    "AdmissionRequest",
    "AgentStyle",
    "ApPlace",
    "Device",
    "DeviceKicked",
    "DeviceSeen",
    "DevicesFullError",
    "Gateway",
    "GuestPassed",
    "Heard",
    "Nas",
    "NasTarget",
    "NotAdmittedError",
    "NotOpenError",
    "Outcome",
    "Point",
    "Policy",
    "Record",
    "Refusal",
    "Service",
    "ServiceRefusedError",
    "ServiceRule",
    "SessionLine",
    "SessionTarget",
    "UnderWay",
    "UnknownAgentError",
    "access_points_in",
    "account",
    "address_of",
    "admit",
    "agent_key",
    "answer_agent",
    "closing_sids",
    "confirm_device",
    "device_of_browser",
    "device_trusts",
    "devices_of",
    "disconnect",
    "drop",
    "end_these",
    "gateways",
    "grants_under",
    "heard_on_line",
    "last_guest_days",
    "let_in_device",
    "mac_of",
    "nas_points",
    "note_list",
    "numbers_of",
    "on_line_counts",
    "open_at",
    "places_of",
    "point_of",
    "policy_of",
    "presence_swiftly",
    "printable",
    "redeemed_while",
    "refusals_of",
    "renew_guest",
    "role_of",
    "service_rules",
    "session_at",
    "sessions_of",
    "under_way",
    "usage_of",
    "words_against",
]
