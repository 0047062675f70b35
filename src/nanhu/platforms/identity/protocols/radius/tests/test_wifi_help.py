"""/help/wifi: a profile for each system, and why not PEAP."""

import hashlib
import plistlib
import re
import subprocess
from html import unescape
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from nanhu.kernel.school import school
from nanhu.platforms.identity.protocols.radius import profiles
from nanhu.testing.scanner import drawn, read_codes

pytestmark = pytest.mark.django_db
PEM = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"


@pytest.mark.capability("A171.2")
def test_a_stranger_reads_how_each_system_comes_in_and_why_not_by_peap():
    page = Client().get("/help/wifi").content.decode()
    for word in ("TTLS", "PAP", "iPhone", "安卓", "Windows", "NetworkManager", "wpa_supplicant", "MSCHAPv2", "Argon2"):
        assert word in page
    assert "radius.hnist.edu.cn" in page


def wifi_of(content: bytes) -> dict:
    return next(one for one in plistlib.loads(content)["PayloadContent"] if "SSID_STR" in one)


@pytest.mark.capability("A171.2")
def test_the_profile_for_apple_checks_the_server_and_puts_pap_inside_the_tunnel():
    answer = Client().get("/help/wifi/wifi.mobileconfig")
    assert answer.headers["Content-Type"] == "application/x-apple-aspen-config"
    wifi = wifi_of(answer.content)
    eap = wifi["EAPClientConfiguration"]
    assert (wifi["SSID_STR"], wifi["EncryptionType"]) == ("hnist", "WPA2")
    assert (eap["AcceptEAPTypes"], eap["TTLSInnerAuthentication"]) == ([21], "PAP")
    assert eap["TLSTrustedServerNames"] == ["radius.hnist.edu.cn"]
    assert "PayloadCertificateAnchorUUID" not in eap, "a public authority needs no anchor"
    assert Client().get("/help/wifi/nanhu-ca.pem").status_code == 404


def test_the_schools_own_authority_goes_with_the_profile():
    found = profiles.Network(ssid="X", server="radius.example.edu.cn", authority=PEM)
    whole = plistlib.loads(profiles.mobileconfig(found))
    [anchor] = [one for one in whole["PayloadContent"] if one["PayloadType"] == "com.apple.security.root"]
    assert anchor["PayloadContent"] == b"\x00\x01\x02"
    assert wifi_of(profiles.mobileconfig(found))["EAPClientConfiguration"]["PayloadCertificateAnchorUUID"] == [
        anchor["PayloadUUID"]
    ]
    assert "nanhu-ca.pem" in profiles.wpa_supplicant(found)


def test_a_phone_reads_the_hash_of_the_schools_authority_from_the_page(monkeypatch, tmp_path):
    assert "<code>" not in (public := Client().get("/help/wifi").content.decode()), (
        "of a public authority nothing is compared"
    )
    assert read_codes(public) == []
    own = profiles.Network(ssid="X", server="radius.example.edu.cn", authority=PEM)
    monkeypatch.setattr(profiles, "network", lambda: own)
    page = Client().get("/help/wifi").content.decode()
    digest = ":".join(f"{byte:02X}" for byte in hashlib.sha256(b"\x00\x01\x02").digest())
    [svg] = re.findall(r'src="data:image/svg\+xml;[^,]*,([^"]+)"', page)
    drawn(unquote(unescape(svg))).save(tmp_path / "code.png")
    read = subprocess.run(["zbarimg", "-q", "--raw", tmp_path / "code.png"], capture_output=True, check=True)
    assert read.stdout.decode().strip() == digest
    assert f"<code>{digest}</code>" in page


def values_of(content: bytes | str) -> dict[str, str]:
    """What stands in the elements, by their names without the namespace."""
    found = ET.fromstring(content)  # noqa: S314 - ours
    return {one.tag.partition("}")[2]: (one.text or "").strip() for one in found.iter()}


@pytest.mark.capability("A171.2")
def test_the_profile_for_windows_checks_the_server_and_lets_nobody_click_past_it():
    page = Client().get("/help/wifi").content.decode()
    assert "netsh wlan add profile filename=wifi-1.xml" in page
    answer = Client().get("/help/wifi/windows-1.xml")
    assert f'href="{answer.wsgi_request.path}"' in page
    said = values_of(answer.content)
    assert (said["name"], said["authentication"], said["Type"], said["useOneX"]) == ("hnist", "WPA2", "21", "true")
    assert (said["ServerNames"], said["DisablePrompt"]) == (r"radius\.hnist\.edu\.cn", "true")
    assert ("PAPAuthentication" in said, said["AnonymousIdentity"]) == (True, f"anonymous@{school().domain}")
    assert "TrustedRootCAHash" not in said
    assert [Client().get(f"/help/wifi/windows-{place}.xml").status_code for place in (0, 99)] == [404, 404]


def test_of_two_networks_each_has_a_file_with_the_schools_own_authority():
    found = profiles.Network(ssid="A&B", ssid_5ghz="A&B-5G", server="radius.example.edu.cn", authority=PEM)
    for name in profiles.names_of(found):
        said = values_of(profiles.windows(found, name))
        assert said["name"] == name
        assert said["TrustedRootCAHash"] == "0c 7a 62 3f d2 bb c0 5b 06 42 3b e3 59 e4 02 1d 36 e7 21 ad"


@pytest.mark.capability("A171.2")
def test_both_texts_for_linux_check_the_servers_name():
    found = profiles.network()
    texts = (profiles.wpa_supplicant(found), profiles.network_manager(found))
    for text, words in zip(
        texts,
        (
            ("eap=TTLS", 'phase2="auth=PAP"', 'ca_cert="/', f'domain_match="{found.server}"'),
            ("802-1x.eap ttls", "802-1x.phase2-auth pap", "802-1x.ca-cert /", f"802-1x.domain-match {found.server}"),
        ),
        strict=True,
    ):
        assert f"anonymous@{school().domain}" in text
        assert [text.count(one) for one in words] == [len(found.names)] * len(words), "in the part of each network"
