"""Pure rules of the network: MAC addresses, hours of a policy, grant codes."""

import base64
import ipaddress
import re
import secrets
from datetime import datetime, time, timedelta
from typing import Final

GRANT_PREFIX: Final = "n1:"
GRANT_BYTES: Final = 17
GRANT_LETTERS: Final = 26
LONGEST_STATION: Final = 64
LONGEST_SECRET: Final = 128
NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]")
MAC: Final = re.compile(r"^[0-9A-Fa-f]{2}([:.-]?[0-9A-Fa-f]{2}){5}$|^([0-9A-Fa-f]{4}[.-]){2}[0-9A-Fa-f]{4}$")
PLAIN_MAC: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
PLAIN_IPV4: Final = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")
"""As nearly all come, and as they are kept."""
NOBODYS: Final = re.compile(r"0\.|169\.254\.|2(?:2[4-9]|[345][0-9])\.")
"""Of IPv4: this network, link-local, multicast and reserved."""
PORT_BEHIND: Final = re.compile(r"\[[0-9]{1,5}\]\Z")
HEX_DIGITS: Final = 12
GIGAWORD: Final = 2**32
MOST_OCTETS: Final = 2**62
SILENT_POINT: Final = timedelta(minutes=30)
"""An access point that nobody heard of for so long is in trouble."""
KEPT_DAYS: Final = timedelta(days=184)
"""网络安全法第二十一条: not less than six months, the longest of which have 184 days; and not longer."""


def new_code() -> str:
    """130 random bits that nobody guesses."""
    letters = base64.b32encode(secrets.token_bytes(GRANT_BYTES)).decode().lower()
    return GRANT_PREFIX + letters[:GRANT_LETTERS]


def mac_of(text: str) -> str:
    """`aa:bb:cc:dd:ee:ff` however it was written, "" where it is no MAC."""
    if PLAIN_MAC.fullmatch(text):
        return text
    if not MAC.match(text.strip()):
        return ""
    digits = NOT_HEX.sub("", text).lower()
    return ":".join(digits[at : at + 2] for at in range(0, HEX_DIGITS, 2))


def address_of(text: str) -> str:
    """An IP address as the database takes it, "" for anything else: a scope ("fe80::1%eth0") is nobody's address elsewhere."""
    if PLAIN_IPV4.fullmatch(text):
        return text
    try:
        return "" if "%" in text else str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""


def host_of(text: str) -> str:
    """An address by which a device can be found, "" for what is none: not there yet (0.0.0.0; RFC 2865 has 255.255.255.254 and .255 for
    "choose one"), given by the device to itself (169.254.…, fe80::…), or a group's."""
    said = address_of(text)
    if not said or NOBODYS.match(said):
        return ""
    if ":" not in said:
        return said
    found = ipaddress.IPv6Address(said)
    return "" if found.is_unspecified or found.is_link_local or found.is_multicast else said


def prefix_of(text: str) -> str:
    """An IPv6 prefix ("2001:db8:1::/64") without what it leaves open, "" for anything else."""
    try:
        return "" if "%" in text else str(ipaddress.IPv6Network(text.strip(), strict=False))
    except ValueError:
        return ""


def station_tail(station: str) -> str:
    """By which whoever stands before a list tells devices of a place apart, and nobody finds one that he knows."""
    return f"…{station[-2:]}" if station else ""


def address_net(address: str | None) -> str:
    """In which a host is, not which it is: of IPv4 the last part is left out, of IPv6 what the device gives itself."""
    if not address:
        return ""
    return str(ipaddress.ip_network(f"{address}/{64 if ':' in address else 24}", strict=False))


def address_order(text: str) -> tuple[int, int, int]:
    """As PostgreSQL orders what a session holds: by version, hosts before prefixes."""
    found = ipaddress.ip_interface(text)
    return found.version, -found.network.prefixlen, int(found)


def station_of(text: str) -> str:
    """A MAC in one form, the address of a VPN's caller without the port that strongSwan writes behind it and as IPv4 where it is one; anything
    else as it is."""
    return mac_of(text) or caller_of(text) or text.strip()[:LONGEST_STATION]


def caller_of(text: str) -> str:
    said = address_of(PORT_BEHIND.sub("", text.strip()))
    inside = ipaddress.IPv6Address(said).ipv4_mapped if said.startswith("::ffff:") else None
    return str(inside or said)


def is_secret(text: str) -> bool:
    """What FreeRADIUS reads as one word of its file, and a controller takes."""
    return text.isascii() and text.isprintable() and len(text) <= LONGEST_SECRET


def printable(text: str, longest: int) -> str:
    """What strangers say of themselves, as it may stand in a line."""
    return "".join(letter for letter in text if letter.isprintable())[:longest]


def ap_of(called: str) -> str:
    """The access point's MAC of a Called-Station-Id, which may go on with ":SSID"."""
    return called and (mac_of(called[:17]) or mac_of(called[:14]) or mac_of(called[:12]))


def is_open(at: datetime, opens: time | None, closes: time | None) -> bool:
    """`at` on the campus's clocks; hours may go past midnight."""
    if opens is None or closes is None:
        return True
    moment = at.time()
    if opens < closes:
        return opens <= moment < closes
    return moment >= opens or moment < closes


def closing_after(at: datetime, opens: time | None, closes: time | None) -> datetime | None:
    """When the hours that hold `at` are over, on the campus's clocks; None where there are none."""
    if opens is None or closes is None:
        return None
    over = datetime.combine(at.date(), closes, at.tzinfo)
    return over if over > at else over + timedelta(days=1)


def octets(low: int, gigawords: int) -> int:
    """The counter of 32 bits and how often it went over; never more than a column holds."""
    return min(max(low, 0) + max(gigawords, 0) * GIGAWORD, MOST_OCTETS)
