"""How the school's own DHCP servers and routers name the address of capport (RFC 8910: option 114, of DHCPv6 103, of RA 37)."""

import json

from nanhu.services.network.portal.school import portal_address


def is_secure() -> bool:
    """RFC 8908 wants https; phones ask no other address."""
    return portal_address().startswith("https://")


def snippets() -> list[tuple[str, str]]:
    """By program, the lines to be written there."""
    address = portal_address("/wifi/capport")
    kea = [json.dumps({"option-data": [{"name": f"v{one}-captive-portal", "data": address}]}) for one in (4, 6)]
    router = [
        f"/ip dhcp-server option add name=capport code=114 value=\"'{address}'\"",
        "/ip dhcp-server network set [find] dhcp-option=capport",
    ]
    return [
        ("ISC Kea", "\n".join(f"Dhcp{one}: {lines}" for one, lines in zip((4, 6), kea, strict=True))),
        ("dnsmasq", f'dhcp-option=114,"{address}"\ndhcp-option=option6:103,"{address}"'),
        ("RouterOS", "\n".join(router)),
        ("radvd (RA)", f'AdvCaptivePortalAPI "{address}";'),
    ]
