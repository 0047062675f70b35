"""/help/wifi: a profile for each system, and why not PEAP."""

import plistlib

import pytest
from django.test import Client

from nanhu.kernel.school import school
from nanhu.platforms.identity.protocols.radius import profiles

pytestmark = pytest.mark.django_db
PEM = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"


def test_a_stranger_reads_how_each_system_comes_in_and_why_not_by_peap():
    page = Client().get("/help/wifi").content.decode()
    for word in ("TTLS", "PAP", "iPhone", "安卓", "Windows", "NetworkManager", "wpa_supplicant", "MSCHAPv2", "Argon2"):
        assert word in page
    assert "radius.hnist.edu.cn" in page


def wifi_of(content: bytes) -> dict:
    return next(one for one in plistlib.loads(content)["PayloadContent"] if "SSID_STR" in one)


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


def test_both_texts_for_linux_check_the_servers_name():
    found = profiles.network()
    for text in (profiles.wpa_supplicant(found), profiles.network_manager(found)):
        assert found.server in text
        assert f"anonymous@{school().domain}" in text
