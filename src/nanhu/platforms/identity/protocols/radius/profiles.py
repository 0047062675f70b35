"""Profiles (配置描述文件) that lead a device into the Wi-Fi: EAP-TTLS with the password inside, the server checked."""

import hashlib
import plistlib
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.platforms.identity.panels import filled

TTLS = 21
WINDOWS = Path(__file__).parent / "data" / "windows-wlan"
"""Source: Microsoft's schemas WLAN_profile v1, OneX v1, EapHostConfig and EapTtlsConnectionPropertiesV1. 311 is Microsoft as the
author of the method; without DisablePrompt whoever runs a copy of the network is let in by one click."""
PUBLIC_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """`authority` is the PEM text of the school's own, "" where the server's certificate comes from a public one. `ssid` is of 2.4 GHz,
    and of all bands where `ssid_5ghz` is empty."""

    ssid: str
    server: str
    authority: str
    ssid_5ghz: str = ""

    @property
    def names(self) -> list[tuple[str, str]]:
        """Each network's name with its band in GHz."""
        return [(self.ssid, "2.4"), (self.ssid_5ghz, "5")] if self.ssid_5ghz else [(self.ssid, "2.4 / 5")]


def network() -> Network:
    facts = school().table("network")
    facts.only({"ssid", "ssid_5ghz", "radius_server", "authority", "portal", "reach"})
    path = facts.text("authority", "")
    try:
        authority = Path(path).read_text(encoding="ascii") if path else ""
    except (OSError, ValueError) as error:
        raise facts.fault("authority", path, "the path of a PEM file") from error
    return Network(
        ssid=facts.text("ssid", school().short_name),
        server=facts.text("radius_server", f"radius.{school().domain}"),
        authority=authority,
        ssid_5ghz=facts.text("ssid_5ghz", ""),
    )


def authority_digest(found: Network) -> str:
    """SHA-256 of the school's own root in pairs, as phones and openssl write it; "" where the root is a public one."""
    if not found.authority:
        return ""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(found.authority)).digest().hex(":").upper()


def outer_identity() -> str:
    """What everybody on the way may read; the number stands inside the tunnel."""
    return f"anonymous@{school().domain}"


def identifier(part: str) -> str:
    """The same for the same school: a profile that is fetched again replaces the one before."""
    return str(uuid5(NAMESPACE_URL, f"{configuration().public_url}/help/wifi#{part}")).upper()


def mobileconfig(found: Network) -> bytes:
    """For iOS, iPadOS and macOS. Name and password are asked by the device."""
    networks = [
        wifi_payload(found, name, part) for name, part in zip(names_of(found), ("wifi", "wifi-5"), strict=False)
    ]
    content = list(networks)
    if found.authority:
        anchor = payload("com.apple.security.root", "authority", found.server)
        content.append({**anchor, "PayloadContent": ssl.PEM_cert_to_DER_cert(found.authority)})
        for one in networks:
            one["EAPClientConfiguration"]["PayloadCertificateAnchorUUID"] = [anchor["PayloadUUID"]]
    whole = {**payload("Configuration", "profile", school().name), "PayloadContent": content}
    return plistlib.dumps(whole)


def names_of(found: Network) -> list[str]:
    return [name for name, _band in found.names]


def wifi_payload(found: Network, ssid: str, part: str) -> dict[str, Any]:
    return {
        **payload("com.apple.wifi.managed", part, ssid),
        "SSID_STR": ssid,
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


def payload(kind: str, part: str, name: str) -> dict[str, object]:
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{school().domain}.nanhu.{part}",
        "PayloadUUID": identifier(part),
        "PayloadDisplayName": name,
    }


def windows(found: Network, ssid: str) -> str:
    """For Windows 10 and 11, by `netsh wlan add profile`. Name and password are asked by the device; the school's own authority must
    be among the machine's trusted roots before."""
    root = ""
    if found.authority:
        thumbprint = hashlib.sha1(ssl.PEM_cert_to_DER_cert(found.authority), usedforsecurity=False).hexdigest()
        root = f"\n              <TrustedRootCAHash>{' '.join(re.findall('..', thumbprint))}</TrustedRootCAHash>"
    said = {"ssid": ssid, "server": found.server.replace(".", r"\."), "outer": outer_identity(), "type": str(TTLS)}
    facts = {"authority": root} | {name: escape(value) for name, value in said.items()}
    return filled(WINDOWS.read_text("utf-8"), facts)


def wpa_supplicant(found: Network) -> str:
    return "".join(wpa_block(found, name) for name in names_of(found))


def wpa_block(found: Network, ssid: str) -> str:
    authority = "/etc/ssl/certs/nanhu-ca.pem" if found.authority else PUBLIC_AUTHORITIES
    return f"""network={{
    ssid="{ssid}"
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
    return "".join(manager_lines(found, name) for name in names_of(found))


def manager_lines(found: Network, ssid: str) -> str:
    authority = "/etc/ssl/certs/nanhu-ca.pem" if found.authority else PUBLIC_AUTHORITIES
    return f"""nmcli connection add type wifi con-name {ssid} ssid {ssid} \\
    wifi-sec.key-mgmt wpa-eap 802-1x.eap ttls 802-1x.phase2-auth pap \\
    802-1x.anonymous-identity {outer_identity()} 802-1x.identity … \\
    802-1x.ca-cert {authority} 802-1x.domain-match {found.server}
nmcli --ask connection up {ssid}
"""
