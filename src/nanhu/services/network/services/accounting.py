"""RADIUS accounting (计费报文): what an access controller tells of a session, read once and written by one function of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.database.values import one_row, one_value, run
from nanhu.kernel.events import publish
from nanhu.platforms.people import api as people
from nanhu.services.network import rules
from nanhu.services.network.events import SessionUnknown
from nanhu.services.network.models import Nas, Service, StrangeNas

log = structlog.get_logger()
type Facts = Mapping[str, Sequence[str]]
STATUSES: Final = {
    **dict.fromkeys(("start", "1"), "start"),
    **dict.fromkeys(("stop", "2"), "stop"),
    **dict.fromkeys(("interim-update", "alive", "3"), "interim"),
    **dict.fromkeys(("accounting-on", "7", "accounting-off", "8"), "restart"),
}
PORTS: Final = {
    **dict.fromkeys(("ethernet", "15"), Service.WIRED),
    **dict.fromkeys(("wireless-802.11", "19"), Service.WIFI),
    **dict.fromkeys(("virtual", "5"), Service.VPN),
}
LONGEST_ID: Final = 253
"""Of an attribute of RADIUS: a number that is cut makes one session of two."""
LONGEST_NAME: Final = 64
LONGEST_CAUSE: Final = 40
LONGEST_DELAY: Final = 86_400
"""Seconds of Acct-Delay-Time that are believed: what says more counts delays wrongly, and is of the moment at which it came."""
LONGEST_TIME: Final = 31 * 86_400
MOST_STRANGE: Final = 1_000
NOT_THEIRS: Final = "not-theirs"
FLOOD: Final = "flood"
SERVICES: Final = frozenset(Service.values)
ADDRESSES: Final = ("Framed-IP-Address", "Framed-IPv6-Address")
PREFIXES: Final = ("Framed-IPv6-Prefix", "Delegated-IPv6-Prefix")
ACCOUNT: Final = "SELECT session, refused, unknown FROM network_account(%s::inet, %s, %s, %s, %s, %s, %s, %s::inet[], %s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One report of a session, from RADIUS or from a gateway of another kind. `status`: start, interim, stop; `nas`: its registered address."""

    nas: str
    status: str
    sid: str
    identifier: str = ""
    classes: Sequence[str] = ()
    user_name: str = ""
    station: str = ""
    address: str = ""
    addresses: Sequence[str] = ()
    """Where there are several, and prefixes."""
    ap: str = ""
    in_octets: int = 0
    out_octets: int = 0
    happened: datetime | None = None
    seconds: int = 0
    cause: str = "unknown"
    service: str = Service.WIFI
    application: str = ""
    """Whose key it came with; a session is written by one alone."""


def account(application: str, facts: Facts) -> None:
    """One RADIUS record, in any order, twice, late."""
    record = record_of(application, facts)
    if record.status == "restart":
        restarted(record)
    elif record.status and record.sid:
        write(record)


def record_of(application: str, facts: Facts) -> Record:
    """`status` is empty where it is none of ours."""
    nas, identifier = nas_of(facts)
    delay = number(facts, "Acct-Delay-Time")
    return Record(
        nas=nas,
        identifier=identifier,
        status=STATUSES.get(one(facts, "Acct-Status-Type").lower(), ""),
        sid=one(facts, "Acct-Session-Id")[:LONGEST_ID],
        happened=now() - timedelta(seconds=delay if delay <= LONGEST_DELAY else 0),
        classes=[text_of_class(value) for value in facts.get("Class", ())],
        user_name=one(facts, "User-Name")[:LONGEST_NAME],
        station=rules.station_of(one(facts, "Calling-Station-Id")),
        addresses=addresses_in(facts),
        ap=rules.ap_of(one(facts, "Called-Station-Id")),
        in_octets=rules.octets(number(facts, "Acct-Input-Octets"), number(facts, "Acct-Input-Gigawords")),
        out_octets=rules.octets(number(facts, "Acct-Output-Octets"), number(facts, "Acct-Output-Gigawords")),
        seconds=number(facts, "Acct-Session-Time", LONGEST_TIME),
        cause=(one(facts, "Acct-Terminate-Cause") or "unknown")[:LONGEST_CAUSE],
        service=service_of(application, facts),
        application=application,
    )


def addresses_in(facts: Facts) -> list[str]:
    """In the one order in which a session keeps them. What is sent while there is none (0.0.0.0, 255.255.255.254) is nobody's."""
    said = [rules.host_of(value) for name in ADDRESSES for value in facts.get(name, ())]
    said += [rules.prefix_of(value) for name in PREFIXES for value in facts.get(name, ())]
    found = {one for one in said if one}
    return sorted(found, key=rules.address_order) if len(found) > 1 else list(found)


@transaction.atomic
def write(record: Record) -> int | None:
    """The session's number. Of a NAS that nobody registered it is counted and not kept: None."""
    session_id, refused, unknown = one_row(
        ACCOUNT,
        [
            record.nas or None,
            record.identifier,
            record.status,
            record.sid,
            list(record.classes),
            record.user_name,
            rules.station_of(record.station),
            [one for one in (*record.addresses, record.address) if one],
            record.ap,
            record.in_octets,
            record.out_octets,
            record.happened or now(),
            record.seconds,
            record.cause,
            record.service,
            record.application,
            owner_by_name(record),
        ],
    )
    if refused:
        count_strange(record, refused)
        return None
    if unknown:
        publish(SessionUnknown(session_id=int(session_id), note=unknown))
    return int(session_id)


def owner_by_name(record: Record) -> int | None:
    """At a vendor's system in place alone; "13914@hnist" is 13914."""
    if record.classes or not record.user_name:
        return None
    of_vendor = Nas.objects.filter(address=record.nas or None, withdrawn_at=None, kind=Nas.Kind.VENDOR)
    if not of_vendor.filter(identifier__in=["", record.identifier]).exists():
        return None
    return people.find_person_by_campus_no(record.user_name.partition("@")[0])


def restarted(record: Record) -> None:
    said = [record.nas or None, record.identifier, record.happened, record.application]
    refused = one_value("SELECT network_restarted(%s::inet, %s, %s, %s)", said)
    if refused:
        count_strange(record, refused)
    else:
        log.info("network.nas_restarted", nas=record.nas, identifier=record.identifier)


def count_strange(record: Record, refused: str) -> None:
    """Counted by address (and whose key it was, where that does not speak for it, or that it is a flood), and of so many only: whoever invents
    them fills no table."""
    beside = {NOT_THEIRS: f" · {record.application}", FLOOD: " · flood"}
    nas = record.nas + beside.get(refused, "")
    run(
        """INSERT INTO network_strange_nas AS s (address, count, first_at, last_at)
           SELECT %(nas)s, 1, now(), now()
            WHERE EXISTS (SELECT FROM network_strange_nas WHERE address = %(nas)s)
               OR (SELECT count(*) FROM network_strange_nas) < %(most)s
           ON CONFLICT (address) DO UPDATE SET count = s.count + 1, last_at = now()""",
        {"nas": nas, "most": MOST_STRANGE},
    )


def strange_nas() -> list[StrangeNas]:
    return list(StrangeNas.objects.order_by("-last_at")[:20])


def one(facts: Facts, name: str) -> str:
    values = facts.get(name)
    return values[0].strip() if values else ""


def number(facts: Facts, name: str, most: int = rules.MOST_OCTETS) -> int:
    """0 where it is none."""
    if name not in facts:
        return 0
    text = one(facts, name)
    return (
        min(int(text), most) if text.isascii() and text.isdecimal() and len(text) <= len(str(rules.MOST_OCTETS)) else 0
    )


def nas_of(facts: Facts) -> tuple[str, str]:
    address = rules.address_of(one(facts, "NAS-IP-Address")) or rules.address_of(one(facts, "NAS-IPv6-Address"))
    return address, one(facts, "NAS-Identifier")[:LONGEST_NAME]


def text_of_class(value: str) -> str:
    """rlm_rest writes octets as 0x…"""
    if not value.startswith("0x"):
        return value
    try:
        return bytes.fromhex(value[2:]).decode("ascii").replace("\0", "")
    except ValueError:
        return ""


def service_of(application: str, facts: Facts) -> str:
    """What it is for somebody who is bound to no grant; and the question of an Access-Request."""
    if one(facts, "Called-Station-Id").lower().endswith(":eduroam"):
        return Service.EDUROAM
    port = PORTS.get(one(facts, "NAS-Port-Type").lower())
    if application in SERVICES and (port is None or application == Service.VPN):
        return application
    return port or Service.WIFI
