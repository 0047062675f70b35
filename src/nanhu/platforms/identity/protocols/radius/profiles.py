"""Profiles (配置描述文件) that lead a device into the Wi-Fi: EAP-TTLS with the password inside, the server checked."""

import plistlib
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school

TTLS = 21
PUBLIC_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """`authority` is the PEM text of the school's own, "" where the server's certificate comes from a public one."""

    ssid: str
    server: str
    authority: str


def network() -> Network:
    facts = school().table("network")
    facts.only({"ssid", "radius_server", "authority", "portal"})
    path = facts.text("authority", "")
    try:
        authority = Path(path).read_text(encoding="ascii") if path else ""
    except (OSError, ValueError) as error:
        raise facts.fault("authority", path, "the path of a PEM file") from error
    return Network(
        ssid=facts.text("ssid", school().short_name),
        server=facts.text("radius_server", f"radius.{school().domain}"),
        authority=authority,
    )


def outer_identity() -> str:
    """What everybody on the way may read; the number stands inside the tunnel."""
    return f"anonymous@{school().domain}"


def identifier(part: str) -> str:
    """The same for the same school: a profile that is fetched again replaces the one before."""
    return str(uuid5(NAMESPACE_URL, f"{configuration().public_url}/help/wifi#{part}")).upper()


def mobileconfig(found: Network) -> bytes:
    """For iOS, iPadOS and macOS. Name and password are asked by the device."""
    wifi: dict[str, Any] = {
        **payload("com.apple.wifi.managed", "wifi", found.ssid),
        "SSID_STR": found.ssid,
        "EncryptionType": "WPA2",
        "AutoJoin": True,
        "EAPClientConfiguration": {
            "AcceptEAPTypes": [TTLS],
            "TTLSInnerAuthentication": "PAP",
            "OuterIdentity": outer_identity(),
            "TLSTrustedServerNames": [found.server],
            "TLSMinimumVersion": "1.2",
        },
    }
    content = [wifi]
    if found.authority:
        anchor = payload("com.apple.security.root", "authority", found.server)
        content.append({**anchor, "PayloadContent": ssl.PEM_cert_to_DER_cert(found.authority)})
        wifi["EAPClientConfiguration"]["PayloadCertificateAnchorUUID"] = [anchor["PayloadUUID"]]
    whole = {**payload("Configuration", "profile", school().name), "PayloadContent": content}
    return plistlib.dumps(whole)


def payload(kind: str, part: str, name: str) -> dict[str, object]:
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{school().domain}.nanhu.{part}",
        "PayloadUUID": identifier(part),
        "PayloadDisplayName": name,
    }


def wpa_supplicant(found: Network) -> str:
    authority = "/etc/ssl/certs/nanhu-ca.pem" if found.authority else PUBLIC_AUTHORITIES
    return f"""network={{
    ssid="{found.ssid}"
    key_mgmt=WPA-EAP
    eap=TTLS
    phase2="auth=PAP"
    anonymous_identity="{outer_identity()}"
    identity="…"
    password="…"
    ca_cert="{authority}"
    domain_match="{found.server}"
}}
"""


def network_manager(found: Network) -> str:
    authority = "/etc/ssl/certs/nanhu-ca.pem" if found.authority else PUBLIC_AUTHORITIES
    return f"""nmcli connection add type wifi con-name {found.ssid} ssid {found.ssid} \\
    wifi-sec.key-mgmt wpa-eap 802-1x.eap ttls 802-1x.phase2-auth pap \\
    802-1x.anonymous-identity {outer_identity()} 802-1x.identity … \\
    802-1x.ca-cert {authority} 802-1x.domain-match {found.server}
nmcli --ask connection up {found.ssid}
"""
