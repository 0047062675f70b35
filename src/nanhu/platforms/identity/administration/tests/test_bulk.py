"""Bulk actions: what was shown is what is done, once, also after a crash, and with the rights of that moment."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.models import AuditEntry, Progress
from nanhu.platforms.identity.administration.models import BulkAction, BulkItem
from nanhu.platforms.identity.administration.policies import holder_now
from nanhu.platforms.identity.administration.services import bulk
from nanhu.platforms.identity.administration.tests.conftest import TEST, make_member, put_in, sign_in
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import Account, RoleGrant, SsoSession
from nanhu.platforms.identity.sample import set_password_for_sample
from nanhu.platforms.identity.services import roles

pytestmark = pytest.mark.django_db


def ask(client, **said):
    return client.post("/identity/bulk", {"kind": "suspend", "reason": "毕业清理", **said})


def last() -> BulkAction:
    return BulkAction.objects.latest("created_at")


def skipped() -> dict[str, str]:
    return {item.typed: item.skipped for item in last().items.exclude(skipped="")}


def will() -> list[str]:
    return [item.typed for item in last().items.filter(skipped="")]


def test_a_pasted_list_is_judged_line_by_line(office, here, elsewhere, newcomer) -> None:
    clerk = office("identity.clerk", unit="08")
    numbers = f"学号\n{here.numbers[0]}, {elsewhere.numbers[0]}\t99999；{here.numbers[0]}\n{clerk.member.numbers[0]}"
    answer = ask(clerk.client, numbers=numbers)

    assert will() == [here.numbers[0]]
    nobody = "没有这个账号"
    assert skipped() == {
        elsewhere.numbers[0]: nobody,
        "99999": nobody,
        here.numbers[0]: "名单里重复",
        clerk.member.numbers[0]: nobody,
    }
    assert here.account.state == "active", "a preview does nothing"
    shown = clerk.client.get(answer.headers["Location"]).content.decode()
    assert "曾小南" in shown
    assert elsewhere.name not in shown
    assert "名单里重复" in clerk.client.get(answer.headers["Location"], {"state": "skipped"}).content.decode()


def test_confirming_does_what_was_shown_with_an_audit_row_each(office, here, elsewhere) -> None:
    clerk = office("identity.admin")
    ask(clerk.client, numbers=f"{here.numbers[0]} {elsewhere.numbers[0]} {clerk.member.numbers[0]}")
    assert skipped() == {clerk.member.numbers[0]: "不能对自己办理"}
    action = last()
    answer = clerk.client.post(f"/identity/bulk/{action.public_id}/confirm")
    assert answer.headers["Location"] == f"/progress/{last().progress_id}/"
    for _twice in range(2):
        bulk.run(action_id=action.pk)

    assert (here.account.state, elsewhere.account.state, clerk.member.account.state) == (
        "suspended",
        "suspended",
        "active",
    )
    rows = AuditEntry.objects.filter(action="identity.change_state", reason="毕业清理")
    assert sorted(rows.values_list("target", flat=True)) == sorted(
        f"account:{one.account.pk}" for one in (here, elsewhere)
    )
    assert {row.actor for row in rows} == {clerk.member.name}
    assert last().state == "done"
    assert Progress.objects.get(public_id=last().progress_id).summary == "已办理 2 个账号。"
    assert clerk.client.post(f"/identity/bulk/{action.public_id}/confirm").status_code == 302
    export = b"".join(clerk.client.get(f"/identity/bulk/{action.public_id}/export").streaming_content).decode()
    assert "已办理" in export


def test_it_goes_on_where_it_was_cut_short(office, here, elsewhere, monkeypatch) -> None:
    clerk = office("identity.admin")
    ask(clerk.client, numbers=f"{here.numbers[0]} {elsewhere.numbers[0]}")
    action = bulk.confirm(by=TEST, action=last())
    original, calls = bulk.perform, []

    def dies(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return original(*arguments)

    monkeypatch.setattr(bulk, "perform", dies)
    with pytest.raises(RuntimeError):
        bulk.run(action_id=action.pk)
    assert sorted([here.account.state, elsewhere.account.state]) == ["active", "suspended"]
    assert last().state == "running"

    monkeypatch.setattr(bulk, "perform", original)
    bulk.run(action_id=action.pk)
    assert (here.account.state, elsewhere.account.state, last().state) == ("suspended", "suspended", "done")
    assert AuditEntry.objects.filter(action="identity.change_state", reason="毕业清理").count() == 2


def test_who_lost_the_right_meanwhile_does_nothing_more(office, here) -> None:
    clerk = office("identity.admin")
    ask(clerk.client, numbers=here.numbers[0])
    action = bulk.confirm(by=TEST, action=last())
    roles.revoke(by=TEST, account_id=clerk.member.account.pk, role="identity.admin")
    bulk.run(action_id=action.pk)
    assert here.account.state == "active"
    assert BulkItem.objects.get().outcome == "没有这个账号"


def test_a_clerk_whose_account_was_closed_meanwhile_does_nothing_more(office, here) -> None:
    clerk = office("identity.admin")
    ask(clerk.client, numbers=here.numbers[0])
    action = bulk.confirm(by=TEST, action=last())
    suspensions.suspend(by=TEST, account_id=clerk.member.account.pk, reason="账号被盗")
    bulk.run(action_id=action.pk)

    assert here.account.state == "active"
    assert action.items.get(skipped="").outcome


def test_each_kind_of_action_says_whom_it_skips(office, here, newcomer) -> None:
    clerk = office("identity.admin")
    number = here.numbers[0]
    browser = clerk.client.__class__()
    sign_in(browser, number)
    for kind, refusal in {"resume": "没有被人工停用", "letters": "已经激活过"}.items():
        ask(clerk.client, kind=kind, numbers=number)
        assert skipped() == {number: refusal}
    for kind in ("sign_out", "unlock", "new_password"):
        ask(clerk.client, kind=kind, numbers=number)
        bulk.run(action_id=bulk.confirm(by=TEST, action=last()).pk)
        assert last().items.get().outcome == "", kind
        assert last().items.get().done_at
    assert not SsoSession.objects.filter(account=here.account, ended_at=None).exists()
    assert here.account.state == "must_complete"
    ask(clerk.client, kind="new_password", numbers=number)
    assert skipped() == {number: "已经要求过"}
    suspensions.suspend(by=TEST, account_id=here.account.pk, reason="x")
    ask(clerk.client, kind="suspend", numbers=number)
    assert skipped() == {number: "已停用"}
    ask(clerk.client, kind="resume", numbers=number)
    bulk.run(action_id=bulk.confirm(by=TEST, action=last()).pk)
    assert here.account.state == "must_complete"


def test_letters_are_printed_for_who_waits(office, college) -> None:
    member = put_in(make_member("新同学", "430602200701010011", student="0120260001"), "0801")
    open_accounts(by=TEST, person_ids=[member.person_id])
    clerk = office("identity.clerk", unit="08")
    ask(clerk.client, kind="letters", unit="08", state="awaiting_activation")
    address = f"/identity/bulk/{last().public_id}/letters"
    assert clerk.client.get(address).status_code == 404, "not before it is confirmed"
    bulk.run(action_id=bulk.confirm(by=TEST, action=last()).pk)

    shown = clerk.client.get(address).content.decode()
    assert "新同学" in shown
    assert "0120260001" in shown
    assert member.tail not in shown


def test_a_filter_takes_the_units_below_too_and_only_what_the_clerk_sees(office, here, elsewhere) -> None:
    clerk = office("identity.clerk", unit="08")
    ask(clerk.client, unit="08", affiliation="student", grade="2026")
    assert will() == [here.numbers[0]]
    assert ask(clerk.client, unit="09", affiliation="student").status_code == 422
    assert ask(clerk.client, unit="08", grade="2019").status_code == 422
    assert ask(clerk.client, unit="08", grade="0000").status_code == 422
    guard = office("identity.admin")
    ask(guard.client, affiliation="student", grade="2026")
    assert sorted(will()) == sorted([here.numbers[0], elsewhere.numbers[0]])


def test_a_file_may_be_uploaded_as_offices_write_it(office, here) -> None:
    client = office("identity.admin").client
    for data in (f"学号,姓名\n{here.numbers[0]},曾小南\n".encode("gb18030"), f"\ufeff{here.numbers[0]}\r\n".encode()):
        ask(client, file=SimpleUploadedFile("list.csv", data, "text/csv"))
        assert will() == [here.numbers[0]]


def test_a_list_and_a_filter_together_or_neither_are_refused(office, here) -> None:
    client = office("identity.admin").client
    assert ask(client, numbers=here.numbers[0], unit="08").status_code == 422
    assert ask(client).status_code == 422
    assert ask(client, numbers=here.numbers[0], reason="").status_code == 422
    assert ask(client, numbers="没有号码").status_code == 422
    assert not BulkAction.objects.exists()


def test_a_work_of_somebody_else_is_not_there(office, here) -> None:
    ask(office("identity.admin").client, numbers=here.numbers[0])
    other = office("identity.admin").client
    for part in ("", "/export", "/letters"):
        assert other.get(f"/identity/bulk/{last().public_id}{part}").status_code == 404
    assert other.post(f"/identity/bulk/{last().public_id}/confirm").status_code == 404
    assert last().state == "preview"


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_at_once_one_starts() -> None:
    member = make_member("曾小南", "430602200803151234", student="0020260101")
    clerk = make_member("管理员", "430602200803151235", staff="A00001")
    open_accounts(by=TEST, person_ids=[member.person_id, clerk.person_id])
    roles.grant(by=TEST, account_id=clerk.account.pk, role="identity.admin")
    set_password_for_sample(by=TEST, campus_no="A00001", password="Lake-and-bridge-42")
    action = bulk.preview_accounts(
        by=TEST,
        holder=holder_now(clerk.account.pk),
        order=bulk.Order(kind="unlock", reason="x"),
        accounts=list(Account.objects.filter(pk=member.account.pk)),
    )
    gate, outcomes = threading.Barrier(2), []

    def confirm() -> None:
        try:
            gate.wait()
            bulk.confirm(by=TEST, action=action)
            outcomes.append("started")
        except WrongStateError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "started"]
    assert Progress.objects.filter(kind="identity.bulk").count() == 1

    runs = [threading.Thread(target=run_and_close, args=(action.pk,)) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert AuditEntry.objects.filter(action="identity.unlock").count() == 1
    assert RoleGrant.objects.count() == 1


def run_and_close(action_id: int) -> None:
    try:
        bulk.run(action_id=action_id)
    finally:
        connection.close()
