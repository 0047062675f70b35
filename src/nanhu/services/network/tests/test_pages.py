"""The engineer's desk and my devices through their pages."""

import os
import re
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.clock import campus_time, campus_today, end_of, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.registry.services import maintenance
from nanhu.services.network import jobs, registrations, rules
from nanhu.services.network.desk import desk
from nanhu.services.network.mine import mine
from nanhu.services.network.models import ApPlace, Device, Disconnect, Handover, HourSum, Nas, Policy, Session
from nanhu.services.network.services import handovers, policies, registering
from nanhu.services.network.tests.conftest import CONTROLLER, GATEWAY, LAPTOP, PHONE, SECRET, SWITCH, TABLET
from nanhu.testing.members import SYSTEM, grant
from nanhu.testing.pages import PageTests, ProposalTests

pytestmark = pytest.mark.django_db
DESK = "/network/desk/"


class TestDesk(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("E1")

    @pytest.fixture
    def second(self, school):
        return school.client("E2")

    def submitted(self, client):
        return client.post(f"{DESK}handovers/new/", handover_said())["Location"]

    @pytest.fixture
    def stranger(self, school):
        return school.client("T1")

    def fill(self, count):
        nas = self.school.nas[CONTROLLER]
        sessions = [
            Session(nas=nas, sid=f"fill-{now()}-{n}", service="wifi", station="=1+1", started_at=now(), place=nas.place)
            for n in range(count)
        ]
        made = Session.objects.bulk_create(sessions)
        Disconnect.objects.bulk_create(
            [Disconnect(session=one, nas=nas, cause="ours:kicked", author_name="=1+1", state="failed") for one in made]
        )
        Nas.objects.bulk_create(
            [Nas(name="=1+1", address=f"127.9.{count}.{n}", kind="ac", place=nas.place) for n in range(count)]
        )
        first = HourSum.objects.count()
        HourSum.objects.bulk_create(
            [
                HourSum(
                    hour=now() - timedelta(hours=first + n),
                    place=nas.place,
                    service="wifi",
                    people=1,
                    devices=1,
                    sessions=1,
                    unknown=0,
                )
                for n in range(count)
            ]
        )
        if count == 1:
            self.school.policy("student", "wifi", 3)


class TestMine(PageTests):
    desk = mine
    is_for_everybody = True

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("S1")

    def fill(self, count):
        for n in range(min(count, 5)):
            self.school.on_line("S1", f"02-00-00-00-{len(str(now())):02x}-{n:02x}")


def test_ones_own_devices_are_found_by_their_name_and_mac(school):
    school.on_line("S1")
    client, [device] = school.client("S1"), Device.objects.all()
    client.post(f"/network/devices/{device.public_id}/", {"name": "湖边的手机", "kind": "phone"})

    for text in ("湖边", PHONE):
        assert "湖边的手机" in client.get("/search/", {"q": text}).content.decode(), text
        assert "湖边的手机" not in school.client("S2").get("/search/", {"q": text}).content.decode(), text


def test_planned_maintenance_of_the_network_is_in_the_calendar_of_whom_it_concerns(school):
    begins = now() - timedelta(hours=1)
    for key in ("wifi", "vpn"):
        maintenance.plan(
            by=SYSTEM,
            application=Application.objects.get(key=key),
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            notice="换控制器",
        )
    page = school.client("S1").get("/calendar/?only=network.rests").content.decode()
    assert ("校园无线网维护" in page, "校园 VPN维护" in page) == (True, False)
    assert "校园 VPN维护" in school.client("T1").get("/calendar/?only=network.rests").content.decode()


def test_registered_nas_are_written_as_clients_of_freeradius(school, tmp_path):
    Nas.objects.filter(address=SWITCH).update(address=CONTROLLER, identifier="second")
    Nas.objects.create(name="引号", address="127.0.0.9", kind="ac", secret="reed'}")
    Nas.objects.create(name="换行", address="127.0.0.8", kind="ac", secret="re\ned")
    call_command("network_radius_clients", "--into", str(tmp_path))

    assert {one.name for one in tmp_path.iterdir()} == {"clients-nas-wifi.conf", "clients-nas-vpn.conf"}
    wifi, vpn = ((tmp_path / f"clients-nas-{key}.conf").read_text() for key in ("wifi", "vpn"))
    assert (wifi.count("client nanhu-wifi-"), f"ipaddr = {CONTROLLER}\n    secret = '{SECRET}'" in wifi) == (1, True)
    assert ("引号 127.0.0.9: no one secret" in wifi, "换行 127.0.0.8: no one secret" in wifi) == (True, True)
    assert "reed'" not in wifi
    assert ("require_message_authenticator = yes" in wifi, "require_message_authenticator = no" in vpn) == (True, True)
    assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o600}
    assert AuditEntry.objects.filter(action="network.write_clients").count() == 1
    with pytest.raises(CommandError):
        call_command("network_radius_clients", "--into", str(tmp_path / "gone"))


def test_what_is_withdrawn_or_of_an_application_that_is_off_is_no_client_of_freeradius_any_more(school, tmp_path):
    Application.objects.create(key="lab", name="实验室网", owner="x")
    Nas.objects.filter(address=SWITCH).update(applications=["lab"])
    call_command("network_radius_clients", "--into", str(tmp_path))
    vpn, lab = tmp_path / "clients-nas-vpn.conf", tmp_path / "clients-nas-lab.conf"
    assert SECRET in vpn.read_text()
    assert SECRET in lab.read_text()
    Nas.objects.exclude(address=CONTROLLER).update(withdrawn_at=now())
    call_command("network_radius_clients", "--into", str(tmp_path))
    for file in (vpn, lab):
        assert (file.read_text()[0], file.read_text().count("\n")) == ("#", 1)
    assert SECRET in (tmp_path / "clients-nas-wifi.conf").read_text()


def test_clients_of_freeradius_are_put_in_place_whole_and_through_no_link(school, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("of another")
    elsewhere.chmod(0o644)
    wifi = tmp_path / "clients-nas-wifi.conf"
    wifi.symlink_to(elsewhere)
    call_command("network_radius_clients", "--into", str(tmp_path))
    assert (elsewhere.read_text(), elsewhere.stat().st_mode & 0o777) == ("of another", 0o644)
    assert (wifi.is_symlink(), SECRET in wifi.read_text(), wifi.stat().st_mode & 0o777) == (False, True, 0o600)
    given: list[tuple[int, ...]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda _descriptor, *owner: given.append(owner))
    call_command("network_radius_clients", "--into", str(tmp_path))
    assert set(given) == {(tmp_path.stat().st_uid, tmp_path.stat().st_gid)}, "FreeRADIUS can read what root writes"
    monkeypatch.setattr(os, "fsync", lambda _descriptor: 1 // 0)
    Nas.objects.update(secret="another")
    with pytest.raises(ZeroDivisionError):
        call_command("network_radius_clients", "--into", str(tmp_path))
    assert SECRET in wifi.read_text(), "who reloads meanwhile reads the former, whole"
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")], "no draft with secrets stays"


def test_an_address_of_which_two_applications_are_the_first_is_no_client_twice(school, tmp_path):
    Nas.objects.filter(address=GATEWAY).update(address=CONTROLLER, identifier="second")
    call_command("network_radius_clients", "--into", str(tmp_path))
    texts = [(tmp_path / f"clients-nas-{key}.conf").read_text() for key in ("wifi", "vpn")]
    assert [f"ipaddr = {CONTROLLER}" in text for text in texts] == [False, False]
    assert ["enter it by hand" in text for text in texts] == [True, True]
    assert [text.count("ipaddr") for text in texts] == [1, 0]


def test_who_had_an_address_is_read_with_a_reason_and_seen_by_that_person(school):
    school.on_line("S1", address="10.2.3.4")
    engineer = school.client("E1")
    moment = f"{campus_time(now()):%Y-%m-%dT%H:%M}"
    refused = engineer.post(f"{DESK}trace/", {"sought": "10.2.3.4", "at": moment, "reason": ""})
    assert refused.status_code == 422
    assert not AuditEntry.objects.filter(action="network.trace_address").exists()
    for sought in ("10.2.3.4", "::ffff:10.2.3.4", PHONE):
        page = engineer.post(f"{DESK}trace/", {"sought": sought, "at": moment, "reason": "公安来函"}).content.decode()
        assert "林晓湖" in page
        assert "图书馆" in page
        assert ("现在在" in page) is (sought == PHONE)
    before = f"{campus_time(now()) - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    nobody = engineer.post(f"{DESK}trace/", {"sought": "10.2.3.4", "at": before, "reason": "公安来函"})
    assert "那时没有人用它" in nobody.content.decode()
    for odd, why in ((now() + timedelta(days=1), "还没有到"), (now() - rules.KEPT_DAYS * 2, "记录保存半年")):
        asked = {"sought": "10.2.3.4", "at": f"{campus_time(odd):%Y-%m-%dT%H:%M}", "reason": "公安来函"}
        told = engineer.post(f"{DESK}trace/", asked).content.decode()
        assert (why in told, "那时没有人用它" in told) == (True, False), why
    assert AuditEntry.objects.filter(action="network.search_log").count() == 4
    assert AuditEntry.objects.filter(action="network.trace_address", target=f"person:{school['S1']}").count() == 3
    assert "上网记录" in school.client("S1").get("/account/data/looks").content.decode()
    for rubbish in ("x", "10.2.3", "\0", "' OR 1=1"):
        assert engineer.post(f"{DESK}trace/", {"sought": rubbish, "at": moment, "reason": "r"}).status_code == 422


def handover_said(**more):
    moments = {"since": now() - timedelta(days=1), "until": min(now() + timedelta(minutes=5), end_of(campus_today()))}
    said = {name: f"{campus_time(at):%Y-%m-%dT%H:%M}" for name, at in moments.items()}
    token = {"form_token": str(uuid4())}
    return {
        "authority": "岳阳市公安局",
        "document": "岳公（网）调证字〔2026〕7 号",
        "sought": "10.2.3.4",
        **said,
        **token,
        **more,
    }


def test_the_police_get_what_two_agreed_and_nobody_else_opens_it(school):
    school.on_line("S1", address="10.2.3.4")
    school.on_line("S2", LAPTOP, address="10.9.9.9")
    first, second = school.client("E1"), school.client("E2")
    too_long = handover_said(since="2026-01-01T00:00")
    assert first.post(f"{DESK}handovers/new/", too_long).status_code == 422
    for since, until in (("0001-01-01", "0001-01-02"), ("9999-12-20", "9999-12-25"), ("2026-12-01", "2099-01-01")):
        odd = handover_said(since=f"{since}T00:00", until=f"{until}T00:00")
        assert first.post(f"{DESK}handovers/new/", odd).status_code == 422, since
    tomorrow = campus_time(now()) + timedelta(days=1)
    later = first.post(f"{DESK}handovers/new/", handover_said(until=f"{tomorrow:%Y-%m-%dT%H:%M}"))
    assert "还没有的记录移交不了" in later.content.decode()
    address = first.post(f"{DESK}handovers/new/", handover_said())["Location"]
    assert first.post(f"{address}log.csv").status_code == 404
    assert first.post(f"{address}approve/").status_code == 409
    assert second.post(f"{address}approve/").status_code == 302
    row = Handover.objects.get()
    for client in (first, second):
        file = client.post(f"{address}log.csv")
        assert sha256(file.content).hexdigest() == row.digest
        assert client.get(f"{address}log.csv").status_code == 405, "no browser fetches it ahead"
        assert "no-store" in file["Cache-Control"]
        sheet = client.post(f"{address}sheet/")
        assert client.get(sheet["Location"]).content[:5] == b"%PDF-"
    assert PrintedDocument.objects.filter(paper="network.handover").count() == 2
    text = file.content.decode("utf-8-sig")
    assert "林晓湖" in text
    assert "刘一帆" not in text
    assert school.client("T1").post(f"{address}log.csv").status_code == 404
    grant("T1", ["network.engineer"])
    for refused in (
        school.client("T1").post(f"{address}log.csv"),
        school.client("T1").post(f"{address}sheet/"),
        school.client("T1").get(sheet["Location"]),
    ):
        assert refused.status_code == 404, "an engineer, but not one of the two"
    steps = list(
        AuditEntry.objects.filter(action__contains="_handover").order_by("pk").values_list("action", flat=True)
    )
    assert steps == ["network.ask_handover", "network.approve_handover", *["network.fetch_handover"] * 2]
    with time_machine.travel(now() + timedelta(days=31)):
        handovers.forget()
    row.refresh_from_db()
    assert (row.content, row.lines) == ("", 1)


def test_an_authority_is_handed_nothing_of_what_the_log_has_forgotten(school):
    first = school.client("E1")
    edge = campus_time(now()) - rules.KEPT_DAYS
    old = {name: f"{edge + timedelta(days=days):%Y-%m-%dT%H:%M}" for name, days in (("since", -1), ("until", 1))}
    gone = first.post(f"{DESK}handovers/new/", handover_said(**old)).content.decode()
    assert "记录保存半年" in gone, "an authority must not read that nobody had what nobody knows any more"
    waiting = first.post(f"{DESK}handovers/new/", handover_said(since=f"{edge:%Y-%m-%dT%H:%M}", until=old["until"]))
    with time_machine.travel(now() + timedelta(days=1), tick=True):
        late = school.client("E2").post(f"{waiting['Location']}approve/")
    assert (late.status_code, "记录保存半年" in late.content.decode()) == (422, True)


def test_the_list_of_who_is_on_line_names_nobody(school):
    school.on_line("S1")
    page = school.client("E1").get(DESK).content.decode()
    assert "…01" in page
    assert "林晓湖" not in page


def test_where_a_device_is_now_is_asked_with_a_reason_and_where_it_went_is_its_owners(school):
    """The list of who is on line, its export, its search, the form that ends a session and the outbox tell nobody where a known MAC is."""
    session, engineer = school.on_line("S1"), school.client("E1")
    school.on_line("S2", LAPTOP, address="2001:db8:1:2::5", nas=SWITCH)
    cut = {"person": "S1", "reason": "账号被盗"}
    assert engineer.post(f"{DESK}cut/", {**cut, "form_token": str(uuid4())}).status_code == 302
    for page in ("", "?export=csv", "?sort=station", "outbox/", f"{session.public_id}/end/"):
        shown = engineer.get(f"{DESK}{page}")
        text = b"".join(shown).decode("utf-8-sig", "replace") if shown.streaming else shown.content.decode()
        assert "图书馆" in text, page
        for known in ("02:00:00:00:00:01", "10.2.3.4", "3c:22:fb", "2001:db8:1:2::5"):
            assert known not in text, page
    for sought in ("02:00:00:00:00:01", "10.2.3.4", session.sid, "3c:22"):
        assert rows_on_line(engineer, sought) == 0
    assert rows_on_line(engineer, "图书馆") == 1
    Session.objects.filter(pk=session.pk).update(place=campus.place_with("south.d1"))
    looks = AuditEntry.objects.filter(action="network.trace_address", target=f"person:{school['S1']}")
    for minutes, says_where in ((0, True), (15, False)):
        with time_machine.travel(now() + timedelta(minutes=minutes)):
            if minutes:
                school.report("Interim-Update", session.sid)
            at = f"{campus_time(now()) - timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"
            said = {"sought": PHONE, "at": at, "reason": "私接路由器"}
            page = engineer.post(f"{DESK}trace/", said).content.decode()
            assert ("一栋" in page) is says_where, "where it is by now, and of no moment that is over"
            assert "图书馆" not in page
    assert looks.filter(reason="私接路由器").count() == 2


def rows_on_line(client, words):
    page = client.get(DESK, {"q": words}).content.decode()
    return page.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr")


def test_a_row_has_the_button_for_what_can_be_done_with_it(school):
    session, engineer = school.on_line("S1"), school.client("E1")
    assert f'href="{DESK}{session.public_id}/end/"' in engineer.get(DESK).content.decode()
    facts = {"cause": "ours:kicked", "author_name": "x"}
    row = Disconnect.objects.create(session=session, nas=session.nas, state="sent", **facts)
    again = f'action="{DESK}outbox/{row.public_id}/retry/"'
    assert again not in engineer.get(f"{DESK}outbox/").content.decode()
    Disconnect.objects.update(state="failed")
    page = engineer.get(f"{DESK}outbox/").content.decode()
    assert (again in page, "再试" in page) == (True, True)
    change = f"{DESK}nas/{session.nas.public_id}/"
    page = " ".join(engineer.get(change).content.decode().split())
    assert f'<a href="{change}withdraw/">撤下这台设备</a>' in page


def test_a_policy_says_first_who_loses_and_then_drops_what_was_longest_idle(school):
    school.policy("student", "wifi", 3, starts_on=campus_today() - timedelta(days=30))
    idle = school.on_line("S1", PHONE)
    Session.objects.filter(pk=idle.pk).update(active_at=now() - timedelta(minutes=10))
    for mac in (LAPTOP, TABLET):
        school.on_line("S1", mac)
    school.on_line("S2", PHONE)
    engineer = school.client("E1")
    said = {
        "role": "student",
        "service": "wifi",
        "devices": 2,
        "session_minutes": 480,
        "idle_minutes": 30,
        "starts_on": campus_today().isoformat(),
        "reason": "信息中心〔2026〕5 号",
    }
    preview = engineer.post(f"{DESK}policies/new/", said).content.decode()
    assert "会少：1 人超出，共 1 台设备" in preview
    assert counted(preview) == ["2", "0", "1"], "on line, gain, lose"
    for more, gain in (
        ({"devices": 4}, "2"),
        ({"devices": 3}, "0"),
        ({"devices": 3, "session_minutes": 600}, "2"),
        ({"devices": 3, "idle_minutes": 60}, "2"),
        ({"devices": 2, "session_minutes": 600}, "1"),
    ):
        assert counted(engineer.post(f"{DESK}policies/new/", said | more).content.decode())[1] == gain, more
    past = (campus_today() - timedelta(days=1)).isoformat()
    for day, why in (
        (past, "规则从今天或以后的一天起生效"),
        ("0202-03-01", "规则从今天"),
        ("9999-12-31", "请核对年份"),
    ):
        refused = engineer.post(f"{DESK}policies/new/", {**said, "starts_on": day, "confirmed": "1"})
        assert (refused.status_code, why in refused.content.decode()) == (422, True), day
    hours = {**said, "devices": 3, "opens": "06:00", "closes": "23:00", "session_minutes": 240}
    changed = " ".join(engineer.post(f"{DESK}policies/new/", hours).content.decode().split())
    assert all(one in changed for one in ("全天 → <b>06:00–23:00</b>", "8 个小时 → <b>4 个小时</b>", "时段外的"))
    opens = campus_time(now()) + timedelta(hours=2)
    shut = {**said, "devices": 3, "opens": f"{opens:%H:%M}", "closes": f"{opens + timedelta(hours=1):%H:%M}"}
    closing = engineer.post(f"{DESK}policies/new/", shut).content.decode()
    assert ("现在在线的 2 人在时段外" in closing, counted(closing)) == (True, ["2", "0", "2"])
    assert Policy.objects.filter(devices=2).count() == 0
    assert engineer.post(f"{DESK}policies/new/", {**said, "confirmed": "1"}).status_code == 302
    assert policies.enforce() == 1
    assert Disconnect.objects.get().session_id == idle.pk
    assert policies.enforce() == 0


def counted(preview):
    return re.findall(r'<dd class="num">(\d+)</dd>', preview)


def test_a_secret_is_shown_once_sealed_and_stands_in_no_log(school):
    engineer = school.client("E1")
    said = {
        "name": "新控制器",
        "kind": "ac",
        "applications": ["wifi"],
        "address": "127.0.0.9",
        "style": "session-id",
        "coa_port": 3799,
        "interim_seconds": 300,
    }
    token = {"form_token": str(uuid4())}
    page = engineer.post(f"{DESK}nas/new/", said | token)
    nas = Nas.objects.get(address="127.0.0.9")
    assert nas.secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    again = engineer.post(f"{DESK}nas/new/", said | token, follow=True).content.decode()
    assert ("填一个新的" in again, nas.secret in again) == (True, False), "pressed twice"
    change = f"{DESK}nas/{nas.public_id}/"
    assert nas.secret not in engineer.get(change).content.decode()
    said["revision"] = revision_of(nas, registering.CHANGED)
    assert engineer.post(change, {**said, "name": "改名"}).status_code == 302
    late = engineer.post(change, {**said, "coa_port": 1700})
    assert (late.status_code, "刚才有人改过" in late.content.decode()) == (409, True), "in a second tab"
    kept = Nas.objects.get(pk=nas.pk)
    assert (kept.name, kept.secret) == ("改名", nas.secret)
    assert nas.secret not in str(list(AuditEntry.objects.values_list("facts", flat=True)))
    assert engineer.post(f"{DESK}nas/new/", said).status_code == 409
    assert engineer.post(f"{change}withdraw/", {"reason": "退役"}).status_code == 302
    with pytest.raises(WrongStateError):
        registering.change(by=SYSTEM, nas=nas, facts={"name": "晚了一步"}, revision="")
    assert school.report("Start", "x", nas="127.0.0.9") is None


def test_a_sheet_of_nas_is_taken_as_a_whole(school):
    engineer = school.client("E1")
    head = "名称,类型,IP 地址,NAS-Identifier,应用,楼栋代码,共享密钥\n"

    def hand_in(lines, heads=head):
        file = SimpleUploadedFile("nas.csv", (heads + lines).encode())
        return engineer.post(f"{DESK}nas/sheet/", {"file": file})

    wrong = hand_in("甲,交换机,127.0.0.21,,网,,\n乙,路由器,127.0.0.22,,,nowhere,\n丙,交换机,10.0.0,,,,\n")
    assert wrong.status_code == 422
    assert Nas.objects.count() == 3
    assert all(word in wrong.content.decode() for word in ("只能是", "要一个 IP 地址", "没有这个应用：网"))
    long = "长" * 61
    for odd in ('"la\nke"', "湖", "l" * 129):
        told = hand_in(f"乙,交换机,127.0.0.22,,,,{odd}\n{long},交换机,127.0.0.23,{long}长长长长,,,\n").content.decode()
        assert ("密钥只能用英文字母" in told, "最多 60 个字" in told, "最多 64 个字" in told) == (True, True, True), odd
    assert Nas.objects.count() == 3
    good = hand_in(
        f"图书馆控制器,无线控制器,{CONTROLLER},,,south.lib,\n二栋,交换机,127.0.0.22,,wifi vpn,south.d1,lake\n"
    )
    assert good.status_code == 302
    assert Nas.objects.get(address=CONTROLLER).name == "图书馆控制器"
    made = Nas.objects.get(address="127.0.0.22")
    assert (made.secret, made.applications) == ("lake", ["wifi", "vpn"])
    assert "校园无线网、校园 VPN" in engineer.get(f"{DESK}nas/").content.decode()
    assert hand_in("二栋,127.0.0.22,交换机,,wifi,,\n", "名称,IP 地址,类型,备 注,应用,电话,\n").status_code == 302
    assert "没有读这几列：备 注、电话。" in engineer.get(f"{DESK}nas/").content.decode()


def test_a_sheet_of_nas_asks_the_database_as_often_for_many_lines_as_for_a_few(school):
    def queries_of(count):
        lines = "".join(f"交换机{n},交换机,127.9.9.{n},,wifi vpn,south.d1,\n" for n in range(1, count + 1))
        file = SimpleUploadedFile(
            "nas.csv", f"名称,类型,IP 地址,NAS-Identifier,应用,楼栋代码,共享密钥\n{lines}".encode()
        )
        with CaptureQueriesContext(connection) as asked:
            assert school.client("E1").post(f"{DESK}nas/sheet/", {"file": file}).status_code == 302
        [locks] = [one["sql"] for one in asked if "network_nas" in one["sql"] and " FOR " in one["sql"]]
        assert "FOR NO KEY UPDATE" in locks, "a session that begins there names its NAS, and waits for no sheet"
        assert CONTROLLER not in locks
        return len(asked)

    first = queries_of(2)
    secret = Nas.objects.get(address="127.9.9.2").secret
    assert queries_of(40) < first + 10, "new ones, and known ones as well"
    assert queries_of(40) < first + 10
    assert Nas.objects.filter(address__startswith="127.9.9.").count() == 40
    assert Nas.objects.get(address="127.9.9.2").secret == secret != Nas.objects.get(address="127.9.9.3").secret
    registered = AuditEntry.objects.filter(action="network.register_nas", facts__name__startswith="交换机")
    changed = AuditEntry.objects.filter(action="network.change_nas").values_list("facts__applications", flat=True)
    assert (registered.count(), len(changed)) == (40, 42)
    assert set(changed[0].split("、")) == {"校园无线网", "校园 VPN"}


@pytest.mark.capability("A174.1")
def test_a_device_is_named_by_its_owner_alone(school):
    school.on_line("S1")
    device = Device.objects.get()
    address = f"/network/devices/{device.public_id}/"
    assert school.client("S2").post(address, {"name": "x", "kind": "phone"}).status_code == 404
    for odd in ("\0", "x" * 41, ""):
        assert school.client("S1").post(address, {"name": odd, "kind": "phone"}).status_code == 422
    assert school.client("S1").post(address, {"name": "<b>湖</b>", "kind": "phone"}).status_code == 302
    page = school.client("S1").get("/network/devices/").content.decode()
    assert "&lt;b&gt;湖&lt;/b&gt;" in page


@pytest.mark.capability("A174.1")
def test_the_home_says_how_many_devices_are_on_line(school):
    school.policy("student", "wifi", 3)
    client = school.client("S1")
    assert "台设备在线" not in client.get("/").content.decode()
    school.on_line("S1", PHONE)
    school.on_line("S1", LAPTOP)
    assert "2/3" in client.get("/").content.decode()


def test_places_are_shown_for_a_week_and_to_nobody_else(school):
    session = school.on_line("S1")
    school.report("Stop", session.sid)
    client = school.client("S1")
    assert "图书馆" in client.get("/network/devices/").content.decode()
    assert "图书馆" not in school.client("S2").get("/network/devices/").content.decode()
    Session.objects.update(stopped_at=now() - timedelta(days=8))
    assert "图书馆" not in client.get("/network/devices/").content.decode()


def test_a_device_says_where_it_was_last_and_by_what_it_came_to_its_owner_alone(school):
    for nas in (SWITCH, CONTROLLER):
        session = school.on_line("S1", nas=nas)
        school.report("Stop", session.sid, nas=nas)
    [known] = re.findall(r'<li class="cluster">(.*?)</li>', devices_page(school, "S1"), re.DOTALL)
    assert ("图书馆" in known, "一栋" in known) == (True, False), "the last, not the one before"
    tail = PHONE[-5:].replace("-", ":")
    assert f"802.1X 设备 {tail}" in known
    assert "图书馆" not in devices_page(school, "S2")
    Session.objects.update(stopped_at=now() - timedelta(days=8))
    assert "图书馆" not in devices_page(school, "S1"), "a place is shown for seven days"
    Device.objects.update(kind="phone")
    assert f"手机 {tail}" in devices_page(school, "S1"), "as its owner says"


def devices_page(school, number):
    return school.client(number).get("/network/devices/").content.decode()


def test_each_building_is_listed_with_what_fell_silent_the_worst_first(school):
    moment = now()
    with time_machine.travel(moment - timedelta(hours=2), tick=False):
        fallen = school.on_line("S2", nas=SWITCH)
    with time_machine.travel(moment - timedelta(hours=1), tick=False):
        school.report("Interim-Update", fallen.sid, nas=SWITCH)
    Nas.objects.filter(address=SWITCH).update(last_heard_at=moment - timedelta(hours=1))
    school.on_line("S1")
    dark = campus.Place.objects.create(key="dark", name="黑楼", kind="teaching")
    room = campus.Place.objects.create(key="dark.1", name="101", kind="room", parent=dark)
    for number, (place, minutes) in enumerate(((dark, 90), (room, 90), (room, 1))):
        ApPlace.objects.create(
            mac=f"aa:00:00:00:00:0{number}",
            place=place,
            seen_at=moment - timedelta(minutes=minutes),
            listed_at=moment,
        )
    empty = campus.Place.objects.create(key="empty", name="空楼", kind="teaching")
    ApPlace.objects.create(mac="aa:00:00:00:00:09", place=empty, seen_at=moment)
    assert rows_of(school) == [
        ["一栋", "0", "1", "1", "整栋没有消息"],
        ["黑楼", "0", "3", "2", "部分没有消息"],
        ["空楼", "0", "1", "0", "没有人在线"],
        ["图书馆", "1", "1", "0", "正常"],
    ]
    Session.objects.create(
        nas=school.nas[CONTROLLER], sid="x", service="wifi", ap="aa:00:00:00:00:00", place=dark, started_at=now()
    )
    assert rows_of(school)[1] == ["黑楼", "1", "3", "1", "部分没有消息"], "who is on line there tells of it"


def test_a_house_where_everybody_sleeps_is_not_silent_and_one_that_fell_silent_amid_sessions_stays_so(school):
    night = now()
    ApPlace.objects.create(
        mac="3c:22:fb:aa:00:01", place=campus.place_with("south.lib"), seen_at=night, listed_at=night
    )
    beside = {"Called_Station_Id": "3c-22-fb-aa-00-01:hnist"}
    for nas, at in ((CONTROLLER, beside), (SWITCH, {})):
        with time_machine.travel(night, tick=False):
            session = school.on_line("S1", nas=nas)
        with time_machine.travel(night + timedelta(minutes=40), tick=False):
            school.report("Interim-Update", session.sid, nas=nas, **at)
            Nas.objects.update(last_heard_at=now())
            if nas == CONTROLLER:
                school.report("Stop", session.sid, nas=nas, **at)
    for hours in (7, 30):
        with time_machine.travel(night + timedelta(hours=hours), tick=False):
            jobs.watch()
            assert rows_of(school) == [
                ["一栋", "0", "1", "1", "整栋没有消息"],
                ["图书馆", "0", "2", "0", "没有人在线"],
            ], "also a day later, when what it never ended is taken as lost"
            assert "1 台接入设备有人在网却没有报告" in str(registrations.check_network().message)


def test_a_phone_that_went_without_a_word_makes_nothing_silent_that_spoke_since(school):
    night = now()
    with time_machine.travel(night, tick=False):
        lost, last = school.on_line("S1"), school.on_line("S2", LAPTOP)
    for minutes, sids in ((5, [lost.sid, last.sid]), (40, [last.sid])):
        with time_machine.travel(night + timedelta(minutes=minutes), tick=False):
            for sid in sids:
                school.report("Interim-Update", sid)
            Nas.objects.update(last_heard_at=now())
    with time_machine.travel(night + timedelta(minutes=41), tick=False):
        school.report("Stop", last.sid)
    with time_machine.travel(night + timedelta(hours=7), tick=False):
        assert ["图书馆", "0", "1", "0", "没有人在线"] in rows_of(school)


def test_two_buildings_of_one_name_are_two_rows_each_with_its_campus(school):
    north = campus.Place.objects.create(key="north", name="北院", kind="campus")
    other = campus.Place.objects.create(key="north.d1", name="一栋", kind="dorm", parent=north)
    ApPlace.objects.create(mac="aa:00:00:00:00:01", place=other)
    school.on_line("S1", nas=SWITCH)
    session = school.on_line("S2")
    Session.objects.filter(pk=session.pk).update(place=other)
    HourSum.objects.create(
        hour=now() - timedelta(hours=1), place=other, service="wifi", people=1, devices=3, sessions=3, unknown=0
    )
    HourSum.objects.create(
        hour=now() - timedelta(hours=1),
        place=campus.place_with("south.d1"),
        service="wifi",
        people=1,
        devices=5,
        sessions=5,
        unknown=0,
    )
    assert [row[:3] for row in rows_of(school)] == [
        ["图书馆", "0", "1"],
        ["北院 一栋", "1", "1"],
        ["南院 一栋", "1", "1"],
    ]
    for page in ("", "sums/"):
        shown = school.client("E1").get(f"/network/desk/{page}").content.decode()
        assert ("北院 一栋" in shown, "南院 一栋" in shown) == (True, True)


def rows_of(school):
    page = school.client("E1").get("/network/desk/buildings/").content.decode()
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in body.split("</tr>") if "<t" in row]
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in cells]
