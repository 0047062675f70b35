"""openNDS (FAS level 1): what its redirect says, the token that opens a client there, and what its agent is told and tells.

The redirect carries `fas=` base64 of "hid=…, clientip=…, clientmac=…, gatewayname=…, gatewayaddress=…": opaque, but not sealed. So nothing
of it is believed that the registered gateway does not confirm. The token is sha256(hid + faskey) and opens the client at which the
gateway sees it, whoever carries it.
"""

import base64
import binascii
import hashlib
import re
from typing import NamedTuple
from urllib.parse import quote, unquote

LONGEST_FAS = 4096
HID = re.compile(r"[0-9a-f]{16,128}\Z")
MOST_CLIENTS = 5000
AUTHENTICATED = "Authenticated"
KILOBYTE, MOST_DIGITS = 1024, 15


def facts_of(fas: str) -> dict[str, str]:
    """{} where it is no such text."""
    if not fas or len(fas) > LONGEST_FAS:
        return {}
    try:
        raw = base64.b64decode(fas.replace(" ", "+") + "=" * (-len(fas) % 4), validate=True)
        text = raw.decode()
    except (binascii.Error, ValueError):
        return {}
    parts = (one.partition("=") for one in text.split(","))
    return {name.strip(): unquote(value.strip()) for name, _equals, value in parts if name.strip()}


def token(hid: str, faskey: str) -> str:
    return hashlib.sha256((hid + faskey).encode()).hexdigest()


def opening_address(gateway: str, hid: str, faskey: str, then: str) -> str:
    """`gateway`: host and port as the campus registered them, never as the browser says."""
    return f"http://{gateway}/opennds_auth/?tok={token(hid, faskey)}&redir={quote(then, safe='')}"


class NoListError(ValueError):
    """No list of clients: nothing may be concluded from it."""


class Client(NamedTuple):
    """As the gateway lists it. `hid` is what it alone was given in its redirect: sha256 of the gateway's token for it. `sent`, `received`:
    octets of the client in this session."""

    address: str = ""
    is_let: bool = False
    hid: str = ""
    sent: int = 0
    received: int = 0


def clients_in(listed: object) -> dict[str, Client]:
    """By MAC, of `ndsctl json`."""
    clients = listed.get("clients") if isinstance(listed, dict) else None
    if not isinstance(clients, dict):
        raise NoListError
    return {
        key.lower(): client_of(one)
        for key, one in list(clients.items())[:MOST_CLIENTS]
        if isinstance(key, str) and isinstance(one, dict)
    }


def client_of(one: dict[str, object]) -> Client:
    address, mark = one.get("ip"), one.get("token")
    return Client(
        address=address if isinstance(address, str) else "",
        is_let=one.get("state") == AUTHENTICATED,
        hid=hashlib.sha256(mark.encode("utf-8", "replace")).hexdigest() if isinstance(mark, str) else "",
        sent=octets_of(one.get("upload_this_session")),
        received=octets_of(one.get("download_this_session")),
    )


def octets_of(kilobytes: object) -> int:
    """openNDS writes numbers as text."""
    text = str(kilobytes)
    return int(text) * KILOBYTE if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0
