"""How the school's DHCP servers lead phones to the page: lines that the programs take, and https or a fault of the doctor."""

import json
import re
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from nanhu.kernel import configuration
from nanhu.kernel.clock import now
from nanhu.kernel.registry import Verdict
from nanhu.platforms.identity.models import SsoSession
from nanhu.services.network.portal import registrations, school
from nanhu.services.network.portal.models import PortalGateway
from nanhu.services.network.portal.tests.conftest import Field
from nanhu.testing.members import grant
from nanhu.testing.sessions import signed_in

CAPPORT = "https://my.example.edu.cn/wifi/capport"


def engineer() -> Client:
    grant("T2", ["network.engineer"])
    client = signed_in("T2")
    SsoSession.objects.update(second_factor_at=now())
    return client


def at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    said = replace(configuration.configuration(), public_url=url, demo=False)
    for module in (school, registrations):
        monkeypatch.setattr(module, "configuration", lambda: said)


def test_the_lines_for_dhcp_name_our_address_and_are_taken_by_the_programs(
    field: Field, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at(monkeypatch, "https://my.example.edu.cn")
    page = engineer().get("/network/gateways/dhcp/").content.decode()
    kea, dnsmasq, router, radvd = (unescape(one) for one in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL))
    assert "还不是 https" not in page
    options = [json.loads(line.partition(": ")[2])["option-data"] for line in kea.splitlines()]
    assert options == [[{"name": f"v{one}-captive-portal", "data": CAPPORT}] for one in (4, 6)]
    (tmp_path / "dnsmasq.conf").write_text(dnsmasq)
    command = ["/usr/sbin/dnsmasq", "--test", f"--conf-file={tmp_path}/dnsmasq.conf"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert dnsmasq.splitlines() == [f'dhcp-option=114,"{CAPPORT}"', f'dhcp-option=option6:103,"{CAPPORT}"']
    assert f"code=114 value=\"'{CAPPORT}'\"" in router
    assert radvd == f'AdvCaptivePortalAPI "{CAPPORT}";'
    assert signed_in("T1").get("/network/gateways/dhcp/").status_code == 404


def test_where_a_gateway_is_registered_the_address_must_be_https(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "http://my.example.edu.cn")
    assert registrations.check_address().verdict == Verdict.FAIL
    assert "还不是 https" in engineer().get("/network/gateways/dhcp/").content.decode()
    at(monkeypatch, "https://my.example.edu.cn")
    assert registrations.check_address().verdict == Verdict.OK
    at(monkeypatch, "http://my.example.edu.cn")
    PortalGateway.objects.update(retired_at=now())
    assert registrations.check_address().verdict == Verdict.OK, "nobody is led there"
