"""What the VPN leads to: lists by post and unit, dated; the machine room and its ports stay out, also against the database; ocserv's files."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today
from nanhu.services.network.reach.models import ClosedNetwork, ReachList

LISTS = "/network/reach/lists/"
CLOSED = "/network/reach/closed/"


def said(**more):
    given = {"name": "业务系统", "office": "", "unit": "", "networks": "10.1.2.0/24\n10.1.3.7", "ports": "80 443"}
    return given | {"starts_on": campus_today().isoformat(), "ends_on": "", "reason": "校网信〔2026〕3 号"} | more


@pytest.fixture
def keeper(school):
    client = school.client("K1")
    assert client.post(f"{CLOSED}new/", {"network": "10.9.0.0/24", "name": "主机房"}).status_code == 302
    return client


@pytest.mark.capability("A157.1")
def test_a_list_says_where_staff_comes_and_who_holds_an_account_reads_it(school, keeper):
    assert keeper.post(f"{LISTS}new/", said()).status_code == 302
    assert keeper.post(f"{LISTS}new/", said(name="财务", office="head", networks="10.1.9.0/24")).status_code == 302
    assert (
        keeper.post(f"{LISTS}new/", said(name="信息中心", unit="1032 信息中心", networks="10.1.8.0/24")).status_code
        == 302
    )
    school.opened("T1")
    page = school.client("T1").get("/network/vpn/").content.decode()
    assert "10.1.2.0/24、10.1.3.7/32" in page
    assert "10.1.9.0/24" not in page, "of heads alone"
    assert "10.1.8.0/24" not in page, "of the centre alone"
    assert "堡垒机" in page


INTO_THE_MACHINE_ROOM = (
    ({"ports": "22 443"}, "走堡垒机"),
    ({"ports": "3389"}, "走堡垒机"),
    ({"ports": "５９００"}, "走堡垒机"),
    ({"networks": "10.9.0.17"}, "机房网段"),
    ({"networks": "10.8.0.0/15"}, "机房网段"),
    ({"networks": "0.0.0.0/0"}, "太大"),
    ({"networks": "0.0.0.0/1, 128.0.0.0/1"}, "太大"),
    ({"networks": "::/0"}, "太大"),
    ({"networks": "10.1.2.3/24"}, "不是网段"),
    ({"networks": "<script>"}, "不是网段"),
    ({"networks": "10.1.2.0/24\0"}, ""),
    ({"ports": "0"}, "端口写数字"),
    ({"ports": "65536"}, "端口写数字"),
    ({"ports": "http"}, "端口写数字"),
)


@pytest.mark.capability("A159.1")
@pytest.mark.capability("A159.2")
def test_what_leads_into_the_machine_room_is_refused_with_the_way_that_there_is(keeper):
    for wrong, words in INTO_THE_MACHINE_ROOM:
        answer = keeper.post(f"{LISTS}new/", said(**wrong))
        assert answer.status_code in {409, 422}, wrong
        assert words in answer.content.decode(), wrong
    assert not ReachList.objects.exists()


@pytest.mark.capability("A159.1")
def test_the_database_itself_keeps_lists_out_of_it(keeper):
    facts = {"name": "偷偷", "starts_on": campus_today(), "reason": "x", "created_by_name": "x"}
    for wrong in (
        {"networks": ["10.9.0.0/25"], "ports": [443]},
        {"networks": ["0.0.0.0/0"], "ports": [443]},
        {"networks": ["10.1.0.0/16"], "ports": [22]},
        {"networks": [], "ports": [443]},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReachList.objects.create(**facts, **wrong)
    assert keeper.post(f"{LISTS}new/", said()).status_code == 302
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedNetwork.objects.create(network="10.1.0.0/16", name="x", created_by_name="x")
    answer = keeper.post(f"{CLOSED}new/", {"network": "10.1.2.128/25", "name": "新机柜"})
    assert (answer.status_code, "先改清单再封" in answer.content.decode()) == (409, True)


def test_a_newer_list_of_a_name_takes_the_place_of_the_old_one_from_its_day_on(keeper):
    assert keeper.post(f"{LISTS}new/", said()).status_code == 302
    later = (campus_today() + timedelta(days=30)).isoformat()
    assert keeper.post(f"{LISTS}new/", said(networks="10.2.0.0/16", starts_on=later)).status_code == 302
    living = ReachList.objects.filter(withdrawn_at=None).order_by("starts_on")
    assert [(one.networks, one.ends_on) for one in living] == [
        (["10.1.2.0/24", "10.1.3.7/32"], campus_today() + timedelta(days=29)),
        (["10.2.0.0/16"], None),
    ]
    assert keeper.post(f"{LISTS}{living[0].public_id}/end/").status_code == 302
    assert ReachList.objects.filter(withdrawn_at=None).count() == 1


@pytest.mark.capability("A157.1")
@pytest.mark.capability("A159.1")
@pytest.mark.capability("A160.1")
@pytest.mark.capability("A163.1")
def test_ocserv_is_given_what_is_listed_and_nothing_else(school, keeper, tmp_path):
    call_command("network_vpn_config", "--into", str(tmp_path))
    assert "route = 192.0.2.1/32" in (tmp_path / "default.conf").read_text(), "without a list it leads nowhere"
    keeper.post(f"{LISTS}new/", said())
    keeper.post(f"{LISTS}new/", said(name="院长", office="head", networks="10.1.9.0/24", ports="8443"))
    school.opened("T1")
    (tmp_path / "config-per-user" / "gone").write_text("route = 10.0.0.0/8")
    call_command("network_vpn_config", "--into", str(tmp_path))
    lines = (tmp_path / "default.conf").read_text().splitlines()
    assert [one for one in lines if one.startswith("route")] == ["route = 10.1.2.0/24", "route = 10.1.3.7/32"]
    for line in (
        "no-route = 10.9.0.0/24",
        "restrict-user-to-routes = true",
        "max-same-clients = 2",
        "idle-timeout = 1800",
    ):
        assert line in lines
    [ports] = [one for one in lines if one.startswith("restrict-user-to-ports")]
    assert "tcp(443)" in ports
    assert not any(f"({port})" in ports for port in (22, 3389, 5900))
    assert list((tmp_path / "config-per-user").iterdir()) == [], "whose reach is that of all has no file"
