"""What the VPN leads to: lists by post and unit, dated; the machine room and its ports stay out, also against the database; ocserv's files."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel import outgoing
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.models import ClosedNetwork, ReachList, Resource
from nanhu.services.network.reach.registrations import check_reach
from nanhu.services.network.reach.services import effects, resources

LISTS = "/network/reach/lists/"
CLOSED = "/network/reach/closed/"


def said(**more):
    given = {"name": "业务系统", "office": "", "unit": "", "networks": "10.1.2.0/24\n10.1.3.7", "ports": "80 443"}
    return given | {"starts_on": campus_today().isoformat(), "ends_on": "", "reason": "校网信〔2026〕3 号"} | more


CHANGES = "/network/reach/changes/"


@st.composite
def networks(draw):
    """Near one another, so that some hold some."""
    base, bits = draw(st.sampled_from([("10.0.0.0", 32), ("2001:db8::", 128)]))
    low, length = draw(st.integers(0, 255)), draw(st.integers(bits - 10, bits))
    return ip_network((int(ip_network(base).network_address) + low, length), strict=False)


class Keepers:
    """Two of the centre: what one asks for the other agrees to."""

    def __init__(self, school):
        self.one, self.other = school.client("K1"), school.client("K2")
        self.post = self.one.post

    def ask(self, **more):
        """Shown first, then handed to the other; where its case is."""
        assert self.one.post(f"{LISTS}new/", said(**more)).status_code == 200
        answer = self.one.post(f"{LISTS}new/", {**said(**more), "confirmed": "1"})
        assert answer.status_code == 302, answer.content.decode()
        return answer["Location"]

    def enter(self, **more):
        case = self.ask(**more)
        assert self.other.post(f"{case}approve/").status_code == 302


@pytest.fixture
def keeper(school):
    client = Keepers(school)
    assert client.post(f"{CLOSED}new/", {"network": "10.9.0.0/24", "name": "主机房"}).status_code == 302
    return client


@pytest.mark.capability("A157.1")
def test_a_list_says_where_staff_comes_and_who_holds_an_account_reads_it(school, keeper):
    keeper.enter()
    keeper.enter(name="财务", office="head", networks="10.1.9.0/24")
    keeper.enter(name="信息中心", unit="1032 信息中心", networks="10.1.8.0/24")
    keeper.enter(name="中心主任", office="head", unit="1032 信息中心", networks="10.1.7.0/24")
    school.opened("T1")
    page = school.client("T1").get("/network/vpn/").content.decode()
    assert "10.1.2.0/24、10.1.3.7/32" in page
    assert "10.1.9.0/24" not in page, "of heads alone"
    assert "10.1.8.0/24" not in page, "of the centre alone"
    assert "堡垒机" in page
    for number, own, others in (("H1", "10.1.9.0/24", "10.1.8.0/24"), ("K2", "10.1.8.0/24", "10.1.9.0/24")):
        school.granted(number)
        page = school.client(number).get("/network/vpn/").content.decode()
        assert [one in page for one in ("10.1.2.0/24、10.1.3.7/32", own, others)] == [True, True, False], number
        assert "10.1.7.0/24" not in page, "of the centre's head alone, who is both"
    school.granted("K1")
    assert "10.1.7.0/24" in keeper.one.get("/network/vpn/").content.decode()
    ended = ReachList.objects.get(name="业务系统")
    assert keeper.post(f"{LISTS}{ended.public_id}/end/").status_code == 302
    for action in ("network.set_reach_list", "network.end_reach_list"):
        noted = AuditEntry.objects.get(action=action, target=f"reach-list:{ended.public_id}")
        assert noted.facts["title"] == "业务系统"
    assert "10.1.2.0/24" not in school.client("T1").get("/network/vpn/").content.decode(), "a list that was ended"


@pytest.mark.capability("A157.1")
def test_a_list_leads_there_from_its_first_day_to_its_last(school, keeper):
    today = campus_today()
    keeper.enter(name="到今天", networks="10.1.6.0/24", ends_on=today.isoformat())
    keeper.enter(name="明天起", networks="10.1.7.0/24", starts_on=(today + timedelta(days=1)).isoformat())
    school.granted("T1")
    for days, leads in ((0, [True, False]), (1, [False, True])):
        with time_machine.travel(now() + timedelta(days=days), tick=True):
            page = school.client("T1").get("/network/vpn/").content.decode()
            assert [one in page for one in ("10.1.6.0/24", "10.1.7.0/24")] == leads


@pytest.mark.capability("A157.1")
def test_a_list_is_shown_with_who_gains_and_loses_and_holds_when_another_agrees(school, keeper):
    for number in ("T1", "T2"):
        school.opened(number)
    shown = keeper.post(f"{LISTS}new/", said()).content.decode()
    assert [shown.count(one) for one in ("10.1.2.0/24:443", '多了去处的人</dt><dd class="num">2<')] == [1, 1]
    case = keeper.ask()
    assert not ReachList.objects.exists()
    assert keeper.one.post(f"{case}approve/").status_code == 409, "not by who asked"
    assert "10.1.2.0/24:443" in keeper.other.get(case).content.decode()
    assert keeper.other.post(f"{case}approve/").status_code == 302
    assert keeper.other.post(f"{case}approve/").status_code == 409
    assert ReachList.objects.get().created_by_name == "信息员二"

    fewer = keeper.post(f"{LISTS}new/", said(office="head", ports="443")).content.decode()
    assert "10.1.2.0/24:80" in fewer
    assert '少了去处的人</dt><dd class="num">2<' in fewer
    refused = keeper.ask(office="head")
    assert keeper.other.post(f"{refused}refuse/", {"answer": "范围不对"}).status_code == 302
    assert "范围不对" in keeper.one.get(refused).content.decode()
    assert ReachList.objects.get().office == ""


@pytest.mark.capability("A157.1")
def test_what_a_list_would_do_is_asked_of_no_day_that_is_over_and_it_holds_from_the_day_on_which_another_agrees(
    school, keeper
):
    school.opened("T1")
    keeper.enter(ports="80 443")
    early = keeper.post(f"{LISTS}new/", said(ports="443", starts_on="2020-01-01"))
    assert (early.status_code, "规则从今天或以后的一天起生效" in early.content.decode()) == (422, True)
    case = keeper.ask(ports="443")
    with time_machine.travel(now() + timedelta(days=2), tick=True):
        other = school.client("K2")
        assert other.post(f"{case}approve/").status_code == 302
        before, after = ReachList.objects.filter(withdrawn_at=None).order_by("starts_on")
        assert (before.ports, after.ports, after.starts_on) == ([80, 443], [443], campus_today())
        assert before.ends_on == campus_today() - timedelta(days=1)


@pytest.mark.capability("A157.1")
def test_whom_another_list_leads_there_neither_gains_nor_loses(school, keeper):
    for number in ("T1", "T2", "K2"):
        school.granted(number)

    def counted(**more):
        page = keeper.post(f"{LISTS}new/", said(**more)).content.decode()
        return [
            int(page.partition(f'{words}了去处的人</dt><dd class="num">')[2].partition("<")[0])
            for words in ("多", "少")
        ]

    keeper.enter(name="学院", unit="12 计算机学院", networks="10.1.0.0/16", ports="80 443")
    assert counted(networks="10.1.2.0/24", ports="443") == [1, 0], "two of three came there already"
    assert counted(networks="10.1.2.0/24", ports="8443") == [3, 0], "by this port none did"
    assert counted(networks="10.0.0.0/15", ports="443") == [3, 0], "to all of it none did"
    later = (campus_today() + timedelta(days=9)).isoformat()
    keeper.enter(networks="10.1.2.0/24", ports="443")
    assert counted(networks="10.1.2.0/24", ports="443", office="head") == [0, 1], (
        "and who still comes there loses nothing"
    )
    keeper.one.post(f"{LISTS}{ReachList.objects.get(name='学院').public_id}/end/")
    assert counted(networks="10.1.2.0/24", ports="443", office="head", starts_on=later) == [0, 3], (
        "as lists are that day"
    )


def test_what_the_gateway_opens_beside_the_lists_is_told_before_another_agrees(school, keeper, tmp_path):
    """ocserv takes networks and ports of a person's lists each with each."""
    keeper.enter()
    words = "清单没写、网关也会放行的"
    shown = keeper.post(f"{LISTS}new/", said(name="院长", office="head", networks="10.1.9.0/24", ports="8443"))
    told = shown.content.decode().split(words)[1].split("</dd>")[0]
    crossed = ("10.1.2.0/24:8443", "10.1.3.7/32:8443", "10.1.9.0/24:80", "10.1.9.0/24:443")
    assert all(one in told for one in crossed)
    assert "10.1.9.0/24:8443" not in told
    case = keeper.ask(name="院长", office="head", networks="10.1.9.0/24", ports="8443")
    assert words in keeper.other.get(case).content.decode(), "also before the second"
    assert keeper.other.post(f"{case}approve/").status_code == 302

    keeper.one.post(f"{LISTS}{ReachList.objects.get(name='院长').public_id}/end/")
    for harmless in (
        {"name": "业务系统", "networks": "10.1.2.0/24", "ports": "8443"},
        {"name": "同样的端口", "office": "head", "networks": "10.1.2.8/29", "ports": "80"},
    ):
        page = keeper.post(f"{LISTS}new/", said(**harmless))
        assert (page.status_code, words in page.content.decode()) == (200, False), harmless


@pytest.mark.capability("A157.1")
def test_a_list_that_begins_later_opens_across_too_and_one_that_is_over_or_begins_after_does_not(school, keeper):
    today = campus_today()
    in_days = [(today + timedelta(days=days)).isoformat() for days in (5, 10, 15, 20, 30)]
    keeper.enter(name="将来", networks="10.1.7.0/24", ports="8080", starts_on=in_days[1], ends_on=in_days[3])
    keeper.enter(name="全体端口", networks="10.1.0.0/16", ports="443", ends_on=in_days[2])
    heads = {"name": "院长", "office": "head", "networks": "10.1.9.0/24", "ports": "8443"}
    for first, last, is_told in (
        (today.isoformat(), in_days[1], True),
        (today.isoformat(), "", True),
        (in_days[3], "", True),
        (today.isoformat(), in_days[0], False),
        (in_days[4], "", False),
    ):
        page = keeper.post(f"{LISTS}new/", said(**heads, starts_on=first, ends_on=last)).content.decode()
        assert ("10.1.7.0/24:8443" in page) == is_told, (first, last)

    keeper.enter(name="学院", unit="12 计算机学院", networks="10.1.7.0/24", ports="443")
    page = keeper.post(f"{LISTS}new/", said(**heads | {"ports": "443", "networks": "10.2.0.0/16"})).content.decode()
    assert "10.2.0.0/16:8080" in page, "of one that begins within the span"


def test_what_all_may_reach_for_a_part_of_the_time_is_told_as_opened_beside(school, keeper):
    until = (campus_today() + timedelta(days=5)).isoformat()
    keeper.enter(name="学院", unit="12 计算机学院", networks="10.1.7.0/24", ports="8080")
    heads = {"name": "院长", "office": "head", "networks": "10.1.9.0/24", "ports": "8443"}
    keeper.enter(name="全体", networks="10.1.0.0/16", ports="8080 8443", ends_on=until)
    for last, is_told in ((until, False), ("", True)):
        page = keeper.post(f"{LISTS}new/", said(**heads, ends_on=last)).content.decode()
        assert ("10.1.7.0/24:8443" in page) == is_told, last


def test_members_of_posts_and_units_are_read_once_however_many_lists_there_are(school, keeper, monkeypatch):
    for number in range(3):
        keeper.enter(name=f"学院{number}", unit="12 计算机学院", networks=f"10.1.{number}.0/24", ports="8080")
    read = []
    members = effects.members
    monkeypatch.setattr(effects, "members", lambda *whose: read.append(whose) or members(*whose))
    keeper.post(f"{LISTS}new/", said(name="院长", office="head", networks="10.1.9.0/24", ports="8443"))
    assert len(read) == len(set(read)) == 2


def test_a_preview_reads_each_network_of_a_list_a_few_times_however_many_ports_it_has(school, keeper, monkeypatch):
    for number in ("T1", "H1"):
        school.granted(number)
    for third, unit in ((1, "12 计算机学院"), (2, "")):
        lines = "\n".join(f"10.{third}.{one}.0/24" for one in range(40))
        keeper.enter(name=f"清单{third}", unit=unit, networks=lines, ports="80 443")
    read = []
    named = rules.network_named
    monkeypatch.setattr(rules, "network_named", lambda text: read.append(text) or named(text))
    lines = "\n".join(f"10.1.{one}.0/25" for one in range(60))
    ports = " ".join(map(str, range(8000, 8030)))
    page = keeper.post(f"{LISTS}new/", said(name="院长", office="head", networks=lines, ports=ports)).content.decode()
    assert '多了去处的人</dt><dd class="num">1<' in page
    assert len(read) < 10 * (40 + 40 + 60), "not once for each port and each network of the others"


@given(networks(), networks())
def test_a_network_lies_in_those_around_it_and_in_no_other(one, other):
    lies_within = one.version == other.version and one.subnet_of(other)
    assert (str(other) in rules.networks_holding(one)) == lies_within


@pytest.mark.capability("A157.1")
def test_lists_of_two_units_in_which_nobody_is_both_open_nothing_across(school, keeper):
    keeper.enter(name="学院", unit="12 计算机学院", networks="10.1.7.0/24", ports="8080")
    page = keeper.post(
        f"{LISTS}new/", said(name="信息中心", unit="1032 信息中心", networks="10.1.8.0/24", ports="8443")
    )
    assert "网关也会放行" not in page.content.decode()
    page = keeper.post(f"{LISTS}new/", said(name="院长", office="head", networks="10.1.9.0/24", ports="8443"))
    assert "10.1.7.0/24:8443" in page.content.decode(), "who is the head of that unit has both"


@pytest.mark.capability("A165.1")
def test_who_says_that_the_vpn_leads_there_is_held_against_the_lists(school, keeper, monkeypatch):
    monkeypatch.setattr(outgoing, "send", lambda _call: outgoing.Answer(status=200))
    keeper.enter()
    for name, address in (
        ("教务", "http://10.1.2.7/"),
        ("旧系统", "https://10.5.5.5/"),
        ("教务后台", "https://10.1.2.7:8443/"),
        ("无名", "https://nobody.invalid/"),
    ):
        school.resource(name=name, address=address, reach="vpn", is_of_centre=True)
    resources.look_at_all()
    page = keeper.one.get("/network/reach/resources/").content.decode()
    assert dict(Resource.objects.values_list("name", "is_listed")) == {
        "教务": True,
        "旧系统": False,
        "教务后台": False,
        "无名": None,
    }
    assert "没有清单通到它" in page
    assert "2 个写着" in check_reach().message


INTO_THE_MACHINE_ROOM = (
    ({"ports": "22 443"}, "远程操作服务器请走堡垒机（"),
    ({"ports": "3389"}, "远程操作服务器请走堡垒机（"),
    ({"ports": "５９００"}, "远程操作服务器请走堡垒机（"),
    ({"networks": "10.9.0.17"}, "不进 VPN：远程操作服务器请走堡垒机"),
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
    keeper.enter(ports="80 443")
    assert ReachList.objects.get().ports == [80, 443], "what the pages of a business system need is let through"


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
    keeper.enter()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedNetwork.objects.create(network="10.1.0.0/16", name="x", created_by_name="x")
    answer = keeper.post(f"{CLOSED}new/", {"network": "10.1.2.128/25", "name": "新机柜"})
    assert (answer.status_code, "“业务系统”里有这个网段的地址，先改清单再封" in answer.content.decode()) == (409, True)


@pytest.mark.capability("A157.1")
def test_a_newer_list_of_a_name_takes_the_place_of_the_old_one_from_its_day_on(keeper):
    keeper.enter()
    later = (campus_today() + timedelta(days=30)).isoformat()
    keeper.enter(networks="10.2.0.0/16", starts_on=later)
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
    keeper.enter()
    keeper.enter(name="院长", office="head", networks="10.1.9.0/24", ports="8443")
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
        "mobile-idle-timeout = 1800",
    ):
        assert line in lines
    [ports] = [one for one in lines if one.startswith("restrict-user-to-ports")]
    assert "tcp(443)" in ports
    assert not any(f"({port})" in ports for port in (22, 3389, 5900))
    assert list((tmp_path / "config-per-user").iterdir()) == [], "whose reach is that of all has no file"
    school.granted("H1")
    later = (campus_today() + timedelta(days=1)).isoformat()
    keeper.enter(name="明天起", networks="10.1.7.0/24", starts_on=later)
    call_command("network_vpn_config", "--into", str(tmp_path))
    [own] = (tmp_path / "config-per-user").iterdir()
    lines = own.read_text().splitlines()
    assert own.name == "H1"
    assert "route = 10.1.9.0/24" in lines
    assert any("tcp(8443)" in one for one in lines if one.startswith("restrict-user-to-ports"))
    assert not any("10.1.7.0" in path.read_text() for path in (own, tmp_path / "default.conf"))
