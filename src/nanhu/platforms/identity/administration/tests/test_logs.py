"""The sign-in log and the audit log, as the auditor reads them."""

from datetime import timedelta

import pytest

from nanhu.kernel import audit
from nanhu.kernel.audit.sealing import seal
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry, Progress
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.campus.models import Place
from nanhu.platforms.identity.administration.jobs import verify_trail
from nanhu.platforms.identity.administration.queries import sign_ins
from nanhu.platforms.identity.administration.tests.conftest import TEST
from nanhu.platforms.identity.models import SignInEvent
from nanhu.platforms.identity.services.sign_in_log import name_key
from nanhu.platforms.people import api as people
from nanhu.testing.finished import until_finished

pytestmark = pytest.mark.django_db


def event(**facts) -> SignInEvent:
    return SignInEvent.objects.create(**{"kind": "sign_in", "how": "pwd", "address": "10.0.0.1"} | facts)


def shown(client, **asked) -> str:
    return client.get("/identity/sign-ins", asked).content.decode()


def test_filters_stand_in_the_address(office, here) -> None:
    client = office("identity.auditor").client
    event(account_id=here.account.pk, campus_no=here.numbers[0], browser="Firefox-one")
    event(account_id=999, campus_no="S999", address="10.9.9.9", browser="Firefox-two", application="office")
    event(kind="refused", reason="wrong", name_key=name_key("S777"), browser="Firefox-three")
    event(at=now() - timedelta(days=5), browser="Firefox-old")

    for asked, seen in (
        ({"q": here.numbers[0]}, {"one"}),
        ({"address": "10.9.9.9"}, {"two"}),
        ({"kind": "refused"}, {"three"}),
        ({"reason": "wrong"}, {"three"}),
        ({"application": "office"}, {"two"}),
        ({"q": "s777"}, {"three"}),
        ({"first": str(campus_today() - timedelta(days=6)), "last": str(campus_today() - timedelta(days=4))}, {"old"}),
        ({"how": "nothing"}, set()),
        ({"first": "yesterday"}, {"one", "two", "three"}),
    ):
        page = shown(client, **asked)
        assert {name for name in ("one", "two", "three", "old") if f"Firefox-{name}" in page} == seen, asked


def test_pages_are_walked_without_losing_or_doubling_a_line(office) -> None:
    client = office("identity.auditor").client
    moment = now() - timedelta(minutes=5)
    SignInEvent.objects.bulk_create(
        SignInEvent(kind="sign_in", at=moment, address="10.7.7.7", browser=f"B{number:03d}.") for number in range(230)
    )
    seen, before = [], ""
    for _page in range(3):
        answer = client.get("/identity/sign-ins", {"address": "10.7.7.7", "before": before})
        seen += [one.browser for one in answer.context["list"].rows]
        before = answer.context["list"].older
    assert before == ""
    assert len(seen) == len(set(seen)) == 230


def test_the_export_is_no_formula(office) -> None:
    event(browser="=cmd|' /C calc'!A0", campus_no="+86")
    answer = office("identity.auditor").client.get("/identity/sign-ins/export")
    text = b"".join(answer.streaming_content).decode()
    assert "'=cmd" in text
    assert "'+86" in text
    assert AuditEntry.objects.filter(action="identity.export_sign_in_log").exists()


def test_the_export_writes_down_what_narrowed_it(office, here) -> None:
    event(browser="Firefox-one")
    asked = {"q": here.numbers[0], "kind": "nonsense", "first": "yesterday", "last": "2026-01-31", "sort": "at"}
    answer = office("identity.auditor").client.get("/identity/sign-ins/export", asked)
    assert answer.status_code == 200
    entry = AuditEntry.objects.get(action="identity.export_sign_in_log")
    assert entry.facts["query"] == f"q={here.numbers[0]}&last=2026-01-31"


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_the_last_day_is_the_hour_that_runs_and_the_24_before_it(office, monkeypatch, minute) -> None:
    moment = now().replace(minute=minute, second=59)
    monkeypatch.setattr(sign_ins, "now", lambda: moment)
    for at in (moment, moment - timedelta(hours=24), moment - timedelta(hours=25)):
        event(at=at)
    begins, ends = sign_ins.last_day()
    charts = sign_ins.charts(sign_ins.Wanted(begins=begins, ends=ends))
    assert [count for _hour, count in charts.sign_ins] == [1] + [0] * 23 + [1]


def test_charts_count_what_happened(office) -> None:
    for how, times in (("pwd", 3), ("hwk", 2)):
        for _time in range(times):
            event(how=how)
    event(kind="refused", reason="throttled")
    begins, ends = sign_ins.last_day()
    charts = sign_ins.charts(sign_ins.Wanted(begins=begins, ends=ends))
    assert charts.total == 5
    assert charts.is_by_hour
    assert len(charts.sign_ins) == 25
    assert dict(charts.methods) == {"密码": 3, "通行密钥": 2}
    assert charts.refusals == [("尝试过多", 1)]
    month = sign_ins.charts(sign_ins.Wanted(begins=ends - timedelta(days=30), ends=ends))
    assert not month.is_by_hour
    assert month.total == 5


def test_what_looks_like_an_attack_is_said(office) -> None:
    for number in range(25):
        event(kind="refused", reason="wrong", address="203.0.113.9", name_key=f"{number:016d}")
    for number in range(6):
        event(kind="refused", reason="wrong", address=f"198.51.100.{number}", name_key="f" * 16)
    begins, ends = sign_ins.last_day()
    found = sign_ins.anomalies(sign_ins.Wanted(begins=begins, ends=ends))
    assert [(one.what, one.value, one.refusals, one.others) for one in found] == [
        ("address", "203.0.113.9", 25, 25),
        ("name", "f" * 16, 6, 6),
    ]
    assert "203.0.113.9" in shown(office("identity.security").client)


def test_the_facts_of_a_line_name_whom_and_which_unit_they_are_about(office, here) -> None:
    auditor = office("identity.auditor")
    facts = {"unit": "08", "person": here.account.person_id, "hours": 168.0}
    audit.record(by=TEST, action="identity.grant_role", target=f"account:{here.account.pk}", facts=facts)
    page = auditor.client.get("/identity/audit", {"action": "identity.grant_role"}).content.decode()
    for words in ("单位 信息学院", f"人员 {people.person_card(here.account.person_id).name}", "小时 168"):
        assert words in page
    assert "168.0" not in page


def test_the_audit_is_read_by_filter(office, here) -> None:
    auditor = office("identity.auditor")
    clerk = office("identity.admin")
    clerk.client.post(f"/identity/accounts/{here.account.public_id}/suspend", {"reason": "<i>处分</i>"})
    page = auditor.client.get("/identity/audit", {"target": f"account:{here.account.pk}"}).content.decode()
    assert "&lt;i&gt;处分" in page
    assert "identity.change_state" in page
    assert people.person_card(here.account.person_id).name in page, "an account is shown by the name of its holder"
    by_actor = auditor.client.get("/identity/audit", {"q": clerk.member.numbers[0]}).context["list"].rows
    assert {line.entry.account_id for line in by_actor} == {clerk.member.account.pk}
    assert {line.who for line in by_actor} == {people.person_card(clerk.member.account.person_id).name}, (
        "and whoever did it"
    )
    assert auditor.client.get("/identity/audit", {"q": "nobody"}).context["list"].rows == []
    assert auditor.client.get("/identity/audit", {"before": "9" * 40}).status_code == 200
    assert auditor.client.get("/identity/audit", {"before": "9" * 5000}).status_code == 200


@pytest.mark.parametrize("page", ["sign-ins", "sign-ins/export", "audit", "audit/export"])
def test_the_first_and_the_last_day_of_all_can_be_asked_for(office, page) -> None:
    client = office("identity.auditor").client
    for asked in ({"first": "0001-01-01"}, {"last": "9999-12-31"}, {"last": "0001-01-01"}, {"first": "9999-12-31"}):
        assert client.get(f"/identity/{page}", asked).status_code == 200, asked
    assert client.get(f"/identity/{page}", {"first": "0001-01-01", "last": "9999-12-31"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_auditor_verifies_and_exports_what_is_sealed(office, here) -> None:
    auditor = office("identity.auditor")
    until_finished()
    seal()
    auditor.client.post("/identity/audit/verify")
    progress = Progress.objects.get(kind="kernel.verify_audit")
    verify_trail(progress_id=str(progress.public_id))
    progress.refresh_from_db()
    assert progress.state == "done"

    answer = auditor.client.get("/identity/audit/export")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith('{"format":"nanhu-audit-1"}\n{"block":{"number":1,')
    assert b"standard library" in b"".join(auditor.client.get("/identity/audit/verifier").streaming_content)
    page = auditor.client.get("/identity/audit").content.decode()
    assert "一致" in page
    assert auditor.client.get("/identity/audit/roots").status_code == 200


def test_whoever_reads_the_lines_of_one_person_is_seen_by_that_person(office, here) -> None:
    client = office("identity.auditor").client
    client.get("/identity/sign-ins", {"address": "10.9.9.9"})
    assert not AuditEntry.objects.filter(action="identity.look_account").exists()
    client.get("/identity/sign-ins", {"q": here.numbers[0]})
    assert AuditEntry.objects.filter(action="identity.look_account", target=f"person:{here.person_id}").count() == 1


def test_the_audit_says_what_things_are_called_by_one_query_a_kind(office, here) -> None:
    Place.objects.create(key="south", name="南区", kind="campus")
    for number in range(3):
        Place.objects.create(key=f"south.{number}", name=f"南区{number}号门", kind="other")
        audit.record(by=TEST, action="campus.close_place", target=f"place:south.{number}")
    audit.record(by=TEST, action="campus.close_place", target="place:gone")
    client = office("identity.auditor").client
    page = client.get("/identity/audit").content.decode()
    assert all(f"地点 南区{number}号门" in page for number in range(3))
    assert "地点 gone" in page, "what is gone is named as it was written"
    assert sum('"campus_place"' in query for query in queries_of(client, "/identity/audit")) == 1


def test_the_audit_is_never_counted(office) -> None:
    client = office("identity.auditor").client
    for number in range(60):
        audit.record(by=TEST, action="campus.close_place", target=f"place:{number}")
    answer = client.get("/identity/audit", {"action": "停用地点"})
    assert len(answer.context["list"].rows) == 50
    older = client.get("/identity/audit" + answer.context["list"].older_url).context["list"]
    assert len(older.rows) == 10
    assert older.older == ""
    asked = queries_of(client, "/identity/audit")
    assert not [query for query in asked if "COUNT(" in query and '"kernel_audit_entry"' in query]
