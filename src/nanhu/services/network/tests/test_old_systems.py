"""A vendor's system that stays in place: its sessions are bound by the account name, and by its alone; the real tables are in `tests/interop/test_radacct.py`."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.models import AuditEntry
from nanhu.services.network import api, old_systems
from nanhu.services.network.models import AddressLine, Session
from nanhu.services.network.services import registering
from nanhu.services.network.services.disconnecting import named
from nanhu.services.network.tests.conftest import LAPTOP, PHONE, nas_facts
from nanhu.services.network.tests.test_addresses import trace
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db
OLD = "127.0.0.7"


@pytest.fixture
def srun(school):
    return registering.register(by=SYSTEM, facts=nas_facts(OLD, "vendor", "深澜"))[0]


def row(**more):
    """Of radacct, as it came from the database."""
    began = now() - timedelta(minutes=30)
    return {
        "acctsessionid": "0a1b",
        "acctuniqueid": "5f3c9d1e77aa",
        "username": "S1@hnist",
        "callingstationid": PHONE,
        "framedipaddress": "10.2.3.4",
        "acctstarttime": began,
        "acctupdatetime": began + timedelta(minutes=20),
        "acctstoptime": None,
        "acctinputoctets": 5 * 2**32,
        "acctoutputoctets": 7,
        **more,
    }


def test_a_session_of_the_old_system_is_bound_by_its_account_and_read_again_is_the_same(school, srun):
    for _twice in range(2):
        assert old_systems.take(srun, [row()]) == 1
    [session] = Session.objects.all()
    assert (session.person_id, session.note, session.in_octets) == (school["S1"], "named", 5 * 2**32)
    assert (now() - session.started_at) // timedelta(minutes=1) == 30
    assert "林晓湖" in trace(school, "10.2.3.4", now() - timedelta(minutes=15))
    over = row(acctstoptime=now() - timedelta(minutes=1), acctterminatecause="User-Request")
    old_systems.take(srun, [over, row()])
    session.refresh_from_db()
    assert (session.state, session.cause) == ("closed", "User-Request")
    assert not AddressLine.objects.filter(ended_at=None).exists()


def test_the_name_is_believed_of_the_old_system_alone(school, srun):
    """Live, too: its accounting packets are handed on to our FreeRADIUS."""
    said = {"User_Name": "S1", "Calling_Station_Id": PHONE}
    assert school.report("Start", "live", **said).person_id is None
    assert (
        school.post(
            "accounting",
            "wifi",
            {
                "Acct-Status-Type": "Start",
                "Acct-Session-Id": "live",
                "NAS-IP-Address": OLD,
                "User-Name": "s1",
            },
        ).status_code
        == 204
    )
    assert Session.objects.get(nas=srun).person_id == school["S1"]
    old_systems.take(srun, [row(username="nobody-here")])
    assert Session.objects.get(sid__startswith="0a1b").note == "unknown"


def test_a_number_that_the_old_system_gives_again_is_the_session_of_whom_it_names(school, srun):
    """It began to count anew; of the second person nobody is told that he is the first."""
    said = {"Acct-Session-Id": "00000001", "NAS-IP-Address": OLD}
    for status, number, mac, address in (
        ("Start", "S1", PHONE, "10.2.3.4"),
        ("Start", "S2@hnist", LAPTOP, "10.2.3.5"),
        ("Interim-Update", "S2@hnist", LAPTOP, "10.2.3.5"),
    ):
        more = {"User-Name": number, "Calling-Station-Id": mac, "Framed-IP-Address": address}
        assert school.post("accounting", "wifi", {"Acct-Status-Type": status, **said, **more}).status_code == 204
    held = {(one.person_id, one.address, one.state) for one in Session.objects.filter(nas=srun)}
    assert held == {(school["S1"], "10.2.3.4", "closed"), (school["S2"], "10.2.3.5", "open")}
    assert "刘一帆" in trace(school, "10.2.3.5")
    assert "林晓湖" not in trace(school, "10.2.3.5")


def test_who_is_cut_off_is_cut_off_at_the_old_system_by_its_own_number(school, srun):
    old_systems.take(srun, [row()])
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause="ours:suspended")
    [session] = Session.objects.all()
    assert session.disconnects.get().nas == srun
    assert (named(session).sid, named(session).user_name) == ("0a1b", "S1@hnist")


HEADS = "登录名,用户IP,用户MAC,登录时间,注销时间,下线类型"


def test_an_export_of_srun_or_sam_is_read_whole_or_not_at_all(school, srun, tmp_path):
    began = campus_time(now() - timedelta(hours=3)).strftime("%Y/%m/%d %H:%M:%S")
    ended = campus_time(now() - timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S")
    lines = [HEADS, f"S1,10.2.3.4,{PHONE},{began},{ended},用户主动下线", f"S2,10.2.3.5,{LAPTOP},{began},,"]
    path = tmp_path / "上网明细.csv"
    path.write_text("\n".join([*lines, f"S2,10.2.3.6,{LAPTOP},昨天,,"]), "utf-8")
    with pytest.raises(CommandError):
        call_command("network_read_old_system", "深澜", "--list", str(path))
    assert not Session.objects.exists()
    path.write_text("\n".join(lines), "gb18030")
    for _twice in range(2):
        call_command("network_read_old_system", "深澜", "--list", str(path))
    held = dict(Session.objects.values_list("person_id", "cause"))
    assert held == {school["S1"]: "用户主动下线", school["S2"]: ""}
    page = trace(school, "10.2.3.4", now() - timedelta(hours=2, minutes=30))
    assert "林晓湖" in page
    assert AuditEntry.objects.filter(action="network.read_old_system").count() == 2
    for wrong in ("无线控制器", "没有"):
        with pytest.raises(CommandError, match="no 旧认证系统"):
            call_command("network_read_old_system", wrong, "--list", str(path))
