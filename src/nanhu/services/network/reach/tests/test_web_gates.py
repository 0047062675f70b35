"""Gates of single systems: who is led there, what stands in Apache's files; an Apache before a system is `tests/interop/test_web_gate.py`."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from nanhu.services.network.reach import rules, sheets, web_gates
from nanhu.services.network.reach.models import Resource
from nanhu.services.network.reach.services import resources
from nanhu.services.network.reach.tests.conftest import SYSTEM
from nanhu.services.network.reach.tests.test_resources import DESK, DIRECTORY, HEADS, as_read, page_at, upload

pytestmark = pytest.mark.django_db
GATE = "https://kyxt.web.hnist.edu.cn"


@pytest.mark.capability("A156.3")
def test_who_is_staff_and_outside_is_led_to_the_gate_and_nobody_else(school):
    made = school.resource(address="https://kyc.example.edu.cn/login?from=1", web_address=GATE)
    address = f"{DIRECTORY}{made.public_id}/"
    link = f'href="{GATE}/login?from=1"'
    teacher, student = school.client("T1"), school.client("S1")
    assert link in page_at(teacher, "outside", address)
    assert "登录后在浏览器里打开" in page_at(teacher, "outside")
    assert link not in page_at(teacher, "campus", address), "on campus it is opened straight"
    assert link not in page_at(student, "outside", address)


@pytest.mark.capability("A156.3")
def test_a_gate_is_a_host_of_its_own_before_what_the_vpn_leads_to(school):
    keeper = school.client("K1")
    said = {
        "name": "科研系统",
        "address": "https://kyc.example.edu.cn/",
        "kind": "research",
        "reach": "vpn",
        "unit": "1032 信息中心",
        "is_of_centre": "on",
        "contact": "张工",
        "phone": "8640119",
    }
    for wrong in ({"web_address": f"{GATE}/path"}, {"web_address": "ftp://x"}, {"web_address": GATE, "reach": "open"}):
        assert keeper.post(f"{DESK}new/", {**said, **wrong}).status_code == 422, wrong
    assert keeper.post(f"{DESK}new/", {**said, "web_address": f"{GATE}/"}).status_code == 302
    assert Resource.objects.get().web_address == GATE
    for gate in (GATE, f"{GATE}:8443", GATE.replace("https", "http")):
        taken = keeper.post(f"{DESK}new/", {**said, "name": "教务系统", "web_address": gate})
        assert (taken.status_code, "已经是“科研系统”的" in taken.content.decode()) == (409, True), gate
    other = school.resource("教务系统")
    read = {"revision": as_read(other)}
    changed = keeper.post(f"{DESK}{other.public_id}/", {**said, **read, "name": "教务系统", "web_address": GATE})
    assert (changed.status_code, "已经是“科研系统”的" in changed.content.decode()) == (409, True)
    for facts in ({"reach": "open", "web_address": "https://jw.web.hnist.edu.cn"}, {"web_address": GATE}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Resource.objects.filter(pk=other.pk).update(**facts)


@pytest.mark.capability("A156.3")
def test_the_files_of_apache_follow_the_list(school, tmp_path):
    made = school.resource(address="http://10.1.2.3:8080/kyxt/", web_address=GATE)
    school.resource("没有入口的")
    resources.remove(by=SYSTEM, found=school.resource("下线的", web_address="https://old.web.hnist.edu.cn"))
    (tmp_path / "gone.web.hnist.edu.cn.conf").write_text("old")
    (tmp_path / "tls.conf").write_text("SSLCertificateFile x")
    call_command("network_web_gates", "--into", str(tmp_path))
    assert {one.name for one in tmp_path.iterdir()} == {"kyxt.web.hnist.edu.cn.conf", "tls.conf"}
    text = (tmp_path / "kyxt.web.hnist.edu.cn.conf").read_text("utf-8")
    for line in (
        "<VirtualHost *:443>",
        "SSLEngine on",
        f"OIDCRedirectURI {GATE}/nanhu-callback",
        f"OIDCProviderMetadataURL {web_gates.campus()}/.well-known/openid-configuration",
        "Require claim affiliation:staff",
        'LogFormat "%{%Y-%m-%dT%H:%M:%S%z}t %a %u %m %U %>s %O" nanhu',
        f"CustomLog {tmp_path}/kyxt.web.hnist.edu.cn.log nanhu",
        "OIDCRemoteUserClaim campus_no",
        "OIDCSessionInactivityTimeout 1800",
        "OIDCSessionMaxDuration 28800",
        'ProxyPass "/" "http://10.1.2.3:8080/"',
    ):
        assert line in text
    Resource.objects.filter(pk=made.pk).update(address='http://10.1.2.3"\nInclude x/')
    assert web_gates.files("x") == {}, "no line of its own gets into Apache's files"
    with pytest.raises(Exception, match="is no folder"):
        call_command("network_web_gates", "--into", str(tmp_path / "gone"))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://A.edu.cn/x?y#z", "https://a.edu.cn"),
        ("http://10.1.2.3:8080", "http://10.1.2.3:8080"),
        ("http://a@b.edu.cn/", ""),
        ("http://[::1]/", ""),
        ("http://a b/", ""),
        ("ftp://a/", ""),
    ],
)
def test_the_host_of_an_address_is_a_plain_name_or_none(address, origin):
    assert rules.origin_of(address) == origin


def test_a_sheet_brings_gates_in_and_out(school):
    assert sheets.origin(f" {GATE}/ ") == GATE
    assert sheets.resource_line(school.resource(web_address=GATE))["web_address"] == GATE


def sheet_of(*lines):
    said = (f"{name},https://kyc.example.edu.cn/,科研,校外用VPN,1032,是,张工,8640119,,,{gate}" for name, gate in lines)
    return {"file": upload("\n".join([f"{HEADS},网页入口", *said]))}


def test_a_sheet_gives_no_gate_twice_and_says_in_which_line_and_whose_it_is(school):
    keeper = school.client("K1")
    other = "https://jwxt.web.hnist.edu.cn"
    school.resource(web_address=GATE)
    for lines in ([("教务系统", GATE)], [("科研系统", GATE), ("教务系统", f"{GATE}:8443")]):
        answer = keeper.post(f"{DESK}import/", sheet_of(("财务系统", ""), *lines))
        assert (answer.status_code, "已经是“科研系统”的" in answer.content.decode()) == (422, True)
        assert not Resource.objects.exclude(name="科研系统").exists()
    assert keeper.post(f"{DESK}import/", sheet_of(("教务系统", GATE), ("科研系统", other))).status_code == 302
    assert keeper.post(f"{DESK}import/", sheet_of(("教务系统", other), ("科研系统", GATE))).status_code == 302
    assert dict(Resource.objects.values_list("name", "web_address")) == {"科研系统": GATE, "教务系统": other}
