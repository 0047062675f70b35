"""openNDS (FAS level 1): what its redirect says, the token that opens a client there, and what its agent is told and tells.

The redirect carries `fas=` base64 of "hid=…, clientip=…, clientmac=…, gatewayname=…, gatewayaddress=…": opaque, but not sealed. So nothing
of it is believed that the registered gateway does not confirm. The token is sha256(hid + faskey) and opens the client at which the
gateway sees it, whoever carries it.
"""

import base64
import binascii
import hashlib
import hmac
import re
from urllib.parse import quote, unquote

LONGEST_FAS = 4096
HID = re.compile(r"[0-9a-f]{16,128}\Z")
MOST_CLIENTS = 5000
AUTHENTICATED = "Authenticated"


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


def agent_key(faskey: str) -> str:
    """What the gateway's agent shows us. The faskey itself does not travel."""
    return hmac.digest(faskey.encode(), b"nanhu agent", "sha256").hex()


def opening_address(gateway: str, hid: str, faskey: str, then: str) -> str:
    """`gateway`: host and port as the campus registered them, never as the browser says."""
    return f"http://{gateway}/opennds_auth/?tok={token(hid, faskey)}&redir={quote(then, safe='')}"


def clients_in(listed: object) -> dict[str, tuple[str, bool]]:
    """MAC → address and whether it is let through, of `ndsctl json`."""
    clients = listed.get("clients") if isinstance(listed, dict) else None
    if not isinstance(clients, dict):
        return {}
    found: dict[str, tuple[str, bool]] = {}
    for key, one in list(clients.items())[:MOST_CLIENTS]:
        if isinstance(key, str) and isinstance(one, dict):
            state, address = one.get("state"), one.get("ip")
            found[key.lower()] = (address if isinstance(address, str) else "", state == AUTHENTICATED)
    return found
