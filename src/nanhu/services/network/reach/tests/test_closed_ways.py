"""Ways into the machine room that look like none: addresses that stand for others, many narrow networks for all, a gate, a file half written."""

from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.people import api as people
from nanhu.services.network.reach import web_gates
from nanhu.services.network.reach.models import ClosedNetwork, ReachChange, ReachList, Reopening, Resource, VpnGrant
from nanhu.services.network.reach.services import granting, resources
from nanhu.services.network.reach.tests.conftest import SYSTEM
from nanhu.services.network.reach.tests.test_reach import CLOSED, LISTS, Keepers, said
from nanhu.services.network.reach.tests.test_resources import DESK

GATE = "https://kyxt.web.hnist.edu.cn"
NO_WAYS = (
    ("::ffff:10.9.0.17", "不是校园里的网段"),
    ("::ffff:0:0/96", "不是校园里的网段"),
    ("64:ff9b::a09:11", "不是校园里的网段"),
    ("2002:a09:11::/48", "不是校园里的网段"),
    ("::10.9.0.17", "不是校园里的网段"),
    ("2001:0:a09:11::/64", "不是校园里的网段"),
    ("::/8", "太大"),
    ("2400::/8", "太大"),
    ("2001:200::/24", "太大"),
    ("127.0.0.1", "不是校园里的网段"),
    ("169.254.169.254", "不是校园里的网段"),
    ("224.0.0.0/8", "不是校园里的网段"),
    ("fe80::1", "不是校园里的网段"),
    ("fe80::1%eth0", "不是校园里的网段"),
    ("10.0.0.0/7", "太大"),
    ("010.1.2.0/24", "不是网段"),
    ("10.1/16", "不是网段"),
    ("0x0a010200/24", "不是网段"),
    ("kyc.hnist.edu.cn", "不是网段"),
    (" ".join(f"{one}.0.0.0/8" for one in range(11, 200, 2)), "太大"),
    (" ".join(f"{one}.0.0.0/8" for one in range(100, 120)), "太大"),
    ("2001:da8::/32 2001:250::/32 2400::/32", "太大"),
)


@pytest.fixture
def keeper(school):
    client = Keepers(school)
    assert client.post(f"{CLOSED}new/", {"network": "10.9.0.0/24", "name": "主机房"}).status_code == 302
    return client


@pytest.mark.capability("A159.1")
def test_no_way_of_writing_an_address_leads_into_the_machine_room_or_everywhere(keeper):
    for networks, words in NO_WAYS:
        answer = keeper.post(f"{LISTS}new/", {**said(networks=networks), "confirmed": "1"})
        assert answer.status_code in {400, 409, 422}, networks
        assert words in answer.content.decode(), networks
    assert not ReachChange.objects.exists()
    keeper.enter(networks="10.0.0.0/13, 172.16.0.0/12, 192.168.0.0/16, 2001:da8:d800::/48")
    assert len(ReachList.objects.get().networks) == 4, "all that a school has is one list"


@pytest.mark.capability("A159.1")
def test_the_database_takes_no_ipv6_address_that_stands_for_one_of_the_machine_room(keeper):
    facts = {"name": "偷偷", "starts_on": campus_today(), "reason": "x", "created_by_name": "x", "ports": [443]}
    for wrong in ("::ffff:10.9.0.17/128", "64:ff9b::a09:11/128", "2002:a09:11::/48", "2400::/8"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReachList.objects.create(**facts, networks=[wrong])


def test_a_machine_room_is_not_closed_by_an_address_that_closes_nothing(keeper):
    answer = keeper.post(f"{CLOSED}new/", {"network": "::ffff:10.8.0.0/120", "name": "新机柜"})
    assert (answer.status_code, ClosedNetwork.objects.count()) == (422, 1)
    assert "IPv4 就写成 IPv4" in answer.content.decode()


def reopened(keeper):
    """By the two of them; where its case is."""
    room = ClosedNetwork.objects.get()
    case = keeper.post(f"{CLOSED}{room.public_id}/open/", {"reason": "机房搬走了"})["Location"]
    assert keeper.other.post(f"{case}approve/").status_code == 302
    return case


@pytest.mark.capability("A159.1")
def test_whoever_agrees_to_a_list_is_told_that_it_leads_to_what_was_the_machine_room(school, keeper):
    reopened(keeper)
    case = keeper.ask(networks="10.9.0.0/28")
    page = keeper.other.get(case).content.decode()
    assert "曾是机房网段" in page
    assert "主机房 10.9.0.0/24（信息员、信息员二" in page
    assert "机房搬走了" in page
    assert "曾是机房网段" not in keeper.post(f"{LISTS}new/", said()).content.decode()


@pytest.mark.capability("A159.1")
def test_a_network_is_the_machine_rooms_until_a_second_person_agrees_with_the_reason_that_it_is_no_more(school, keeper):
    room = ClosedNetwork.objects.get()
    at = f"{CLOSED}{room.public_id}/open/"
    for nothing in ({}, {"reason": "  "}):
        assert keeper.post(at, nothing).status_code == 422, "not without a reason"
    case = keeper.post(at, {"reason": "机房搬走了"})["Location"]
    assert keeper.post(f"{LISTS}new/", said(networks="10.9.0.0/28")).status_code == 409, "asked is not opened"
    page = keeper.one.get(CLOSED).content.decode()
    assert ("去掉：待复核" in page, at in page) == (True, False)
    assert "清单和网页入口可以通到这里" in keeper.other.get(case).content.decode(), "on the button of who agrees"
    assert "已经有人提出" in keeper.other.post(at, {"reason": "又一次"}).content.decode()
    assert keeper.post(f"{case}approve/").status_code == 409, "nor agreed to by who asked"
    assert keeper.other.post(f"{case}refuse/", {"answer": "还在用"}).status_code == 302
    assert keeper.post(f"{LISTS}new/", said(networks="10.9.0.0/28")).status_code == 409
    case = reopened(keeper)
    assert "机房搬走了" in keeper.one.get(case).content.decode()
    assert keeper.other.post(f"{case}approve/").status_code == 409, "once"
    keeper.enter(networks="10.9.0.0/28")
    assert keeper.post(f"{CLOSED}new/", {"network": "10.8.0.0/24", "name": "新机柜"}).status_code == 302, "one closes"
    noted = AuditEntry.objects.filter(target__startswith="closed-network:").order_by("pk")
    opened = ["ask_reopening", "refuse_reopening", "ask_reopening", "open_network"]
    assert [one.action for one in noted] == [f"network.{one}" for one in ("close_network", *opened, "close_network")]


@pytest.mark.capability("A159.1")
def test_the_database_itself_lets_nobody_alone_open_the_machine_room(school, keeper):
    room = ClosedNetwork.objects.get()
    one, other = (school.actor(number).account_id for number in ("K1", "K2"))
    asked = {"token": uuid4(), "closed": room, "reason": "x", "author_id": one, "author_name": "x"}
    rows = ClosedNetwork.objects.filter(pk=room.pk)
    for opens in (
        lambda: rows.update(removed_at=now()),
        lambda: rows.update(network="10.200.0.0/24"),
        rows.delete,
        lambda: Reopening.objects.create(**asked, state="agreed", approver_id=one, decided_at=now()),
        lambda: Reopening.objects.create(**asked, state="agreed", decided_at=now()),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            opens()
    Reopening.objects.create(**asked, state="agreed", approver_id=other, decided_at=now())
    assert rows.update(removed_at=now()) == 1


GATED = {
    "name": "科研系统",
    "kind": "research",
    "reach": "vpn",
    "unit": "1032 信息中心",
    "is_of_centre": "on",
    "contact": "张工",
    "phone": "8640119",
    "web_address": GATE,
}


@pytest.mark.capability("A159.1")
def test_no_gate_stands_before_the_machine_room_or_remote_operation(school, keeper):
    for address in (
        "http://10.9.0.17/",
        "http://[::ffff:10.9.0.17]/",
        "http://10.1.2.3:5900/",
        "http://kyc.example.edu.cn:3389/",
        "http://169.254.169.254/",
    ):
        answer = keeper.post(f"{DESK}new/", {**GATED, "address": address})
        assert (answer.status_code, "走堡垒机" in answer.content.decode()) == (409, True), address
    assert not Resource.objects.exists()
    assert keeper.post(f"{DESK}new/", {**GATED, "address": "http://10.1.2.3/"}).status_code == 302
    assert keeper.post(f"{CLOSED}new/", {"network": "10.1.2.0/24", "name": "新机柜"}).status_code == 302
    assert web_gates.files("x") == {}, "nor before what became one since"


def test_a_file_that_ocserv_may_read_at_any_moment_is_whole(school, keeper, tmp_path, monkeypatch):
    """An empty one would take all traffic."""
    keeper.enter()
    call_command("network_vpn_config", "--into", str(tmp_path))
    path = tmp_path / "default.conf"
    before = path.read_text()
    monkeypatch.setattr("os.fsync", lambda _descriptor: 1 // 0)
    keeper.enter(networks="10.3.0.0/16")
    with pytest.raises(ZeroDivisionError):
        call_command("network_vpn_config", "--into", str(tmp_path))
    assert path.read_text() == before
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["default.conf"]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.capability("A157.1")
def test_the_list_of_a_unit_is_for_its_staff_and_not_for_who_studies_there(school, keeper, tmp_path):
    tie = people.AffiliationRecord(
        kind="student", campus_no="G9", starts_on=campus_today(), unit_code="1032", state="active"
    )
    record = people.PersonRecord(key="T1", person_id=school["T1"], name="王老师", affiliations=(tie,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))
    keeper.enter(name="信息中心", unit="1032 信息中心", networks="10.1.8.0/24")
    for number in ("T1", "K2"):
        held = school.granted(number)
    VpnGrant.objects.update(until=campus_today())
    pages = [school.client(number).get("/network/vpn/").content.decode() for number in ("T1", "K2")]
    assert ["10.1.8.0/24" in one for one in pages] == [False, True]
    call_command("network_vpn_config", "--into", str(tmp_path))
    assert [one.name for one in (tmp_path / "config-per-user").iterdir()] == ["K2"], "on his last day too"
    granting.close(by=SYSTEM, grant=held, cause=VpnGrant.Cause.ENDED)
    call_command("network_vpn_config", "--into", str(tmp_path))
    assert not list((tmp_path / "config-per-user").iterdir()), "whose account is closed has no file"


def test_of_an_address_that_a_sheet_or_the_form_changes_nothing_is_known_yet(school):
    facts = {"kind": "research", "reach": "vpn", "is_of_centre": True, "contact": "张工", "phone": "1"}
    for number in range(2):
        made = school.resource()
        resources.note_health(made.pk, is_there=True)
        moved = {
            **facts,
            "unit_id": school.units["1032"],
            "name": made.name,
            "address": f"https://new{number}.example.edu.cn/",
        }
        if number:
            resources.change(by=SYSTEM, found=made, facts=moved, revision=revision_of(made, resources.CHANGED))
        else:
            line = {**moved, "carsi_entity": "", "carsi_address": "", "web_address": ""}
            resources.take_resources(by=SYSTEM, rows=[line], is_trial=False)
        page = school.client("T1").get(f"/network/resources/{made.public_id}/").content.decode()
        assert "还没有检查</dd>" in page, "and since when is not said either"
        resources.remove(by=SYSTEM, found=made)
