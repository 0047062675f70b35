"""Campus resources: how one comes to each from where one stands, who answers for it, sheets, health, the search."""

import io
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from nanhu.kernel import outgoing
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import searchables
from nanhu.kernel.revisions import revision_of
from nanhu.services.network.reach.models import Resource
from nanhu.services.network.reach.services import resources
from nanhu.services.network.reach.tests.conftest import SYSTEM

DIRECTORY = "/network/resources/"
DESK = "/network/reach/resources/"
HERE = {"campus": "10.20.3.4", "vpn": "10.250.0.9", "outside": "203.0.113.7"}
HEADS = "名称,地址,类别,从哪里能到,负责单位代码,信息中心管理,联系人,电话,CARSI 实体,CARSI 登录地址"


def as_read(row):
    return revision_of(row, resources.CHANGED)


def page_at(client, place, address=DIRECTORY):
    return client.get(address, REMOTE_ADDR=HERE[place]).content.decode()


WAYS = (
    ("vpn", "T1", "campus", "可直接打开"),
    ("vpn", "T1", "vpn", "可直接打开"),
    ("vpn", "T1", "outside", "需先连 VPN"),
    ("vpn", "S1", "outside", "只能在校内"),
    ("campus", "T1", "vpn", "只能在校内"),
    ("carsi", "S1", "campus", "可直接打开"),
    ("carsi", "S1", "outside", "走 CARSI"),
    ("carsi", "T1", "vpn", "走 CARSI"),
    ("open", "S1", "outside", "可直接打开"),
    ("not_by_vpn", "T1", "vpn", "VPN 也到不了"),
)


@pytest.mark.capability("A165.1")
def test_each_says_how_one_comes_to_it_from_here(school):
    way = "https://pub.example/login?idp={idp}"
    found = {
        reach: school.resource(f"资源{reach}", reach=reach, carsi_address=way, unit_id=school.units["12"])
        for reach in {one[0] for one in WAYS}
    }
    clients = {who: school.client(who) for who in ("T1", "S1")}
    for reach, who, place, words in WAYS:
        page = page_at(clients[who], place, f"{DIRECTORY}{found[reach].public_id}/")
        assert words in page, (reach, who, place)
        assert ('href="https://kyc.example.edu.cn/"' in page) == (words == "可直接打开"), (reach, who, place)
    rows = page_at(clients["T1"], "outside").split("<tr>")
    [row] = [one for one in rows if "资源vpn" in one]
    assert "需先连 VPN" in row
    for place, words in (("campus", "您现在在校园网里"), ("vpn", "您现在连着 VPN"), ("outside", "您现在在校外")):
        assert words in page_at(clients["T1"], place)
    reaches = ("open", "vpn", "carsi", "campus", "not_by_vpn")
    asked = {"show=outside": [True, True, True, False, False], "kind=learning": [False] * 5}
    for query, shown in asked.items():
        page = page_at(clients["T1"], "outside", f"{DIRECTORY}?{query}")
        assert [f"资源{reach}" in page for reach in reaches] == shown, query
    answers_for_it = page_at(clients["T1"], "outside", f"{DIRECTORY}{found['vpn'].public_id}/")
    assert all(words in answers_for_it for words in ("计算机学院", "张工", "8640119"))


OPEN_TO_ALL = "/network/resources/open/"


@pytest.mark.capability("A165.1")
def test_the_foot_of_each_page_leads_who_has_not_signed_in_to_what_is_open_to_everybody(school):
    for name, reach in (
        ("选课公告", "open"),
        ("校内镜像", "campus"),
        ("财务系统", "vpn"),
        ("知网", "carsi"),
        ("机房", "not_by_vpn"),
    ):
        way = "https://pub.example/login" if reach == "carsi" else ""
        school.resource(
            name, reach=reach, address=f"https://{reach.replace('_', '')}.example.edu.cn/", carsi_address=way
        )
    stranger = Client()
    for page in ("/sign-in", "/network/why/", "/help/wifi", "/no-such-page"):
        assert f'<a href="{OPEN_TO_ALL}">校内资源</a>' in stranger.get(page).content.decode(), page
    member = school.client("S1")
    assert f'<a href="{OPEN_TO_ALL}">校内资源</a>' in member.get(DIRECTORY).content.decode()
    assert member.get(OPEN_TO_ALL)["Location"] == DIRECTORY

    outside = page_at(stranger, "outside", OPEN_TO_ALL)
    inside = page_at(stranger, "campus", OPEN_TO_ALL)
    for page in (outside, inside):
        assert [name in page for name in ("选课公告", "校内镜像", "财务系统", "知网", "机房")] == [
            True,
            True,
            False,
            False,
            False,
        ]
        assert 'href="https://open.example.edu.cn/"' in page
        assert "只能在校内" in page
        assert f'href="/sign-in?next={DIRECTORY}"' in page
    assert ["https://campus.example.edu.cn/" in page for page in (outside, inside)] == [False, True]


@pytest.mark.capability("A165.2")
def test_federated_sign_in_leads_by_our_own_identity_provider(school):
    client = school.client("S1")
    publisher = school.resource("知网", reach="carsi", carsi_address="https://pub.example/login?idp={idp}&t=1")
    page = page_at(client, "outside", f"{DIRECTORY}{publisher.public_id}/")
    assert "https://pub.example/login?idp=http" in page
    assert "saml%2Fmetadata" in page
    own = school.resource("万方", reach="carsi", carsi_entity="https://sp.example/shibboleth")
    page = page_at(client, "outside", f"{DIRECTORY}{own.public_id}/")
    assert "/saml/start?entity=https%3A%2F%2Fsp.example%2Fshibboleth" in page


@pytest.mark.capability("A166.1")
@pytest.mark.capability("A166.2")
def test_what_the_centre_does_not_run_is_shown_as_such_with_its_owner(school):
    facts = {
        "reach": "not_by_vpn",
        "is_of_centre": False,
        "unit_id": school.units["12"],
        "contact": "李老师",
        "phone": "8640777",
    }
    found = school.resource("院实验平台", **facts)
    client = school.client("T1")
    school.resource("财务系统")
    others = client.get(DIRECTORY, {"show": "others"}).content.decode()
    assert ("院实验平台" in others, "财务系统" in others) == (True, False)
    assert "不归信息中心管" not in page_at(
        client, "vpn", f"{DIRECTORY}{Resource.objects.get(name='财务系统').public_id}/"
    )
    page = page_at(client, "vpn", f"{DIRECTORY}{found.public_id}/")
    assert "不归信息中心管" in page
    assert "VPN 也到不了" in page
    assert 'href="https://kyc.example.edu.cn/"' not in page
    assert "计算机学院 李老师" in page
    assert 'href="tel:8640777"' in page
    answer = school.client("K1").post(
        f"{DESK}{found.public_id}/", said(reach="vpn", unit="12 计算机学院", is_of_centre="")
    )
    assert answer.status_code == 422, "the VPN leads to what the centre runs"


LEARNING = (
    ("慕课平台", "https://mooc.example.edu.cn/", "学习平台", "校外用VPN"),
    ("在线学习平台", "https://learn.example.edu.cn/", "学习平台", "只能在校内"),
    ("视频公开课", "https://open.example.edu.cn/", "学习平台", "哪里都能打开"),
    ("财务系统", "https://pay.example.edu.cn/", "缴费", "校外用VPN"),
)


@pytest.mark.capability("A158.1")
def test_learning_sites_are_a_list_of_their_own_that_says_how_one_comes_to_each(school):
    """As the centre's sheet names them; what was taken away, and what is no learning site, stands not in it."""
    sheet = "\n".join([HEADS, *(",".join([*one, "1032", "是", "张工", "1", "", ""]) for one in LEARNING)])
    assert school.client("K1").post(f"{DESK}import/", {"file": upload(sheet)}).status_code == 302
    gone = school.resource("旧慕课", kind="learning")
    resources.remove(by=SYSTEM, found=gone)
    with pytest.raises(WrongStateError):
        resources.change(by=SYSTEM, found=gone, facts={"name": "晚了一步"}, revision=as_read(gone))
    listed = f"{DIRECTORY}?kind=learning"
    for who, place, ways in (
        ("T1", "outside", {"慕课平台": "需先连 VPN", "在线学习平台": "只能在校内", "视频公开课": "可直接打开"}),
        ("T1", "vpn", {"慕课平台": "可直接打开", "在线学习平台": "只能在校内", "视频公开课": "可直接打开"}),
        ("S1", "outside", {"慕课平台": "只能在校内", "在线学习平台": "只能在校内", "视频公开课": "可直接打开"}),
    ):
        body = page_at(school.client(who), place, listed).partition("<tbody")[2].partition("</tbody>")[0]
        rows = {one.split("</a>")[0].rpartition(">")[2].strip(): one for one in body.split("<tr")[1:]}
        assert rows.keys() == ways.keys(), (who, place)
        for name, way in ways.items():
            assert way in rows[name], (who, place, name)
            assert "学习平台" in rows[name].replace(name, "")
    found = Resource.objects.get(name="慕课平台")
    page = page_at(school.client("T1"), "vpn", f"{DIRECTORY}{found.public_id}/")
    assert 'href="https://mooc.example.edu.cn/"' in page
    assert "慕课平台" in page_at(school.client("T1"), "outside", f"{DIRECTORY}?q=学习平台")


def said(**more):
    given = {"name": "科研系统", "address": "https://kyc.example.edu.cn/", "kind": "research", "reach": "vpn"}
    more_given = {"unit": "1032 信息中心", "is_of_centre": "on", "contact": "张工", "phone": "8640119"}
    return given | more_given | {"carsi_entity": "", "carsi_address": ""} | more


NO_RESOURCE = (
    {"address": "javascript:alert(1)"},
    {"address": "https://a b/"},
    {"address": "ftp://x/"},
    {"reach": "carsi"},
    {"reach": "carsi", "carsi_address": "javascript:x"},
    {"name": "名\0"},
    {"unit": "99"},
)


@pytest.mark.capability("A165.1")
def test_what_is_no_resource_is_refused_beside_its_field(school):
    keeper = school.client("K1")
    for wrong in NO_RESOURCE:
        assert keeper.post(f"{DESK}new/", said(**wrong)).status_code == 422, wrong
    assert not Resource.objects.exists()


@pytest.mark.capability("A165.1")
def test_it_is_entered_changed_taken_away_and_found(school):
    keeper = school.client("K1")
    assert keeper.post(f"{DESK}new/", said()).status_code == 302
    assert keeper.post(f"{DESK}new/", said()).status_code == 409
    found = Resource.objects.get()
    address, read = f"{DESK}{found.public_id}/", {"revision": as_read(found)}
    assert keeper.post(address, said(name="科研管理 <b>")).status_code == 422, "a page without"
    assert keeper.post(address, said(name="科研管理 <b>", **read)).status_code == 302
    assert keeper.post(address, said(phone="1", **read)).status_code == 409, "in a second tab"
    [hit] = list(searchables.get("network_reach.resources").hits())
    assert "kygl" in hit.words
    assert [words in hit.detail for words in (found.get_kind_display(), "信息中心", found.get_reach_display())] == [
        True
    ] * 3
    page = school.client("T1").get(hit.url).content.decode()
    assert "科研管理 &lt;b&gt;" in page
    assert f'action="{DESK}{found.public_id}/remove/"' in keeper.get(f"{DESK}{found.public_id}/").content.decode()
    assert school.client("T1").post(f"{DESK}{found.public_id}/remove/").status_code == 404
    assert keeper.post(f"{DESK}{found.public_id}/remove/").status_code == 302
    assert school.client("T1").get(f"{DIRECTORY}{found.public_id}/").status_code == 404
    assert "科研管理" not in page_at(school.client("T1"), "campus")
    kept = AuditEntry.objects.filter(target=f"network-resource:{found.public_id}").order_by("id")
    assert [(one.action.partition(".")[2], one.actor, one.facts["title"]) for one in kept] == [
        ("add_resource", kept[0].actor, "科研系统"),
        ("change_resource", kept[0].actor, "科研管理 <b>"),
        ("remove_resource", kept[0].actor, "科研管理 <b>"),
    ]


def upload(text):
    return SimpleUploadedFile("资源.csv", text.encode())


@pytest.mark.capability("A165.1")
def test_a_sheet_is_taken_whole_or_not_at_all_and_goes_out_as_it_came_in(school):
    keeper = school.client("K1")
    good = f"{HEADS}\n科研系统,https://kyc.example.edu.cn/,科研,校外用VPN,1032,是,张工,8640119,,\n"
    bad = (
        good
        + "知网,https://cnki.example/,数字资源,校外用CARSI,1032,否,李,1,,\n"
        + "教务,ftp://x,教务,哪里都能打开,99,是,王,2,,\n"
    )
    answer = keeper.post(f"{DESK}import/", {"file": upload(bad)})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "CARSI" in page
    assert "http://" in page
    assert not Resource.objects.exists()
    assert keeper.post(f"{DESK}import/", {"file": upload(good), "is_trial": "on"}).status_code == 302
    assert not Resource.objects.exists(), "only checked"
    assert keeper.post(f"{DESK}import/", {"file": upload(good)}).status_code == 302
    found = Resource.objects.get()
    assert (found.reach, found.unit.code, found.searched != "") == ("vpn", "1032", True)
    out = keeper.get(f"{DESK}template.xlsx?filled").content
    cells = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(out)).active.iter_rows()]
    again = SimpleUploadedFile("again.xlsx", out)
    assert "科研系统" in str(cells)
    assert keeper.post(f"{DESK}import/", {"file": again}).status_code == 302
    assert Resource.objects.count() == 1
    taken = AuditEntry.objects.filter(action="network.take_resources").order_by("id").values_list("facts", flat=True)
    assert list(taken) == [{"added": 1, "changed": 0}, {"added": 0, "changed": 0}], "a trial is none"


def test_a_sheet_of_resources_asks_the_database_as_often_for_many_lines_as_for_a_few(school, monkeypatch):
    looked_up = Mock(return_value=set())
    monkeypatch.setattr(resources, "ends_of", looked_up)

    def queries_of(count, contact="张工"):
        lines = [
            f"系统{n},https://s{n}.example.edu.cn/,科研,校外用VPN,1032,是,{contact},1,,,https://w{n}.example.edu.cn"
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as asked:
            answer = school.client("K1").post(
                f"{DESK}import/", {"file": upload("\n".join([f"{HEADS},网页入口", *lines]))}
            )
        assert answer.status_code == 302
        return len(asked)

    first = queries_of(2)
    assert queries_of(40) < first + 10, "new ones, and known ones as well"
    assert queries_of(40, contact="李工") < first + 10
    assert Resource.objects.count() == 40
    assert set(Resource.objects.values_list("contact", flat=True)) == {"李工"}
    assert "ligong" in Resource.objects.get(name="系统39").searched
    assert looked_up.call_count == 2 + 40 + 40, "each gate is looked behind"


@pytest.mark.capability("A165.1")
def test_one_miss_is_none_and_two_say_that_it_is_down(school, monkeypatch):
    found = school.resource()
    answers = iter([200, OSError("gone"), 503, 302, 401, 401, 403, 403, 405, 405])

    def send(_call):
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return outgoing.Answer(status=answer)

    monkeypatch.setattr(outgoing, "send", send)
    states = []
    for _turn in range(10):
        resources.look_at_all()
        found.refresh_from_db()
        states.append(found.health)
    assert states == ["up", "up", "down", "up", *["up"] * 6], "and what asks who comes is there"
    assert "正常" in page_at(school.client("T1"), "campus")
    resources.change(by=SYSTEM, found=found, facts={"address": "https://new.example/"}, revision=as_read(found))
    assert Resource.objects.get().health == "unknown"
