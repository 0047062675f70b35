"""The emergency read-only mode through everybody's door: two people switch it, pages say so, nothing typed is lost, and what is outside goes on."""

import fnmatch
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver
from procrastinate.contrib.django import app

from nanhu.kernel import read_only, registry
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.events.outbox import subscribers
from nanhu.kernel.jobs import companions, worker
from nanhu.kernel.jobs.queue import ALWAYS
from nanhu.kernel.models import AuditEntry, EventDelivery, ReadOnlySpell
from nanhu.kernel.proposals import NOT_IN_TIME
from nanhu.kernel.read_only import goes_on, switching
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.api import AccountClosed, PasswordChanged
from nanhu.platforms.identity.models import Account
from nanhu.platforms.portal.models import ReadOnlyChange, SearchSynonym, Shortcut
from nanhu.platforms.portal.read_only_desk import desk
from nanhu.platforms.portal.tests.conftest import PASSWORD, TEST, join, signed_in
from nanhu.testing.pages import PageTests
from nanhu.testing.second_factors import sample_code

pytestmark = pytest.mark.django_db
PAGE = "/read-only/"


def administrator(name: str, number: str, role: str = "campus.admin") -> Client:
    join(name, staff=number, roles=(role, "portal.search"))
    identity_sample.give_totp_for_sample(by=TEST, campus_no=number)
    return sign_in(number)


def sign_in(number: str) -> Client:
    browser = Client(headers={"accept-language": "zh-hans"})
    browser.post("/sign-in", {"username": number, "password": PASSWORD})
    browser.post("/sign-in/second", {"way": "totp", "code": sample_code(campus_no=number)})
    return browser


@pytest.fixture
def one() -> Client:
    return administrator("周敏", "T00551")


@pytest.fixture
def other() -> Client:
    return administrator("钱进", "T00552", "identity.security")


def ask(browser: Client, reason: str = "存储告警") -> ReadOnlyChange:
    answer = browser.post(f"{PAGE}ask/", {"reason": reason})
    assert answer.status_code == 302, answer.content.decode()
    return ReadOnlyChange.objects.latest("pk")


def agree(browser: Client, change: ReadOnlyChange) -> int:
    answer = browser.post(f"{PAGE}changes/{change.public_id}/approve/")
    read_only.current.forget()
    return answer.status_code


def test_two_administrators_begin_and_end_it_and_nobody_alone(one, other, student, django_capture_on_commit_callbacks):
    change = ask(one)
    assert one.post(f"{PAGE}ask/", {"reason": "再来"}).status_code == 409
    assert agree(one, change) != 302
    assert not ReadOnlySpell.objects.exists()
    assert (student.get(PAGE).status_code, student.post(f"{PAGE}ask/", {"reason": "x"}).status_code) == (404, 404)
    with django_capture_on_commit_callbacks(execute=True):
        assert agree(other, change) == 302
    assert "存储告警" in student.get("/").content.decode()
    assert agree(one, ask(other, "已修复")) == 302
    [spell] = ReadOnlySpell.objects.all()
    assert (spell.began_with, spell.began_by, spell.ended_with, spell.ended_by) == ("周敏", "钱进", "钱进", "周敏")
    assert "存储告警" not in student.get("/").content.decode()
    written = AuditEntry.objects.filter(target="read-only").order_by("pk").values_list("action", flat=True)
    assert list(written) == [
        "portal.ask_read_only",
        "kernel.begin_read_only",
        "portal.ask_read_only",
        "kernel.end_read_only",
    ]


def test_a_request_that_fits_no_more_or_is_overdue_does_not_block_the_next(one, other):
    begin = ask(one)
    call_command("read_only", "on", "存储告警")
    read_only.current.forget()
    end = ask(one, "修好了")
    begin.refresh_from_db()
    assert (begin.state, begin.approver_id, "机房里已经切换过" in begin.answer) == ("refused", None, True)
    assert "机房里已经切换过" in str(begin.history[-1].words)
    ReadOnlyChange.objects.filter(pk=end.pk).update(created_at=now() - timedelta(days=400))
    newest = ask(one, "真的修好了")
    end.refresh_from_db()
    assert (end.state, end.answer, end.is_expired) == ("refused", NOT_IN_TIME, True)
    assert agree(other, newest) == 302
    assert not read_only.is_on()
    assert AuditEntry.objects.filter(action="portal.refuse_read_only").count() == 2


def test_what_was_typed_comes_back_and_can_be_sent_again_afterwards(one, read_only_now):
    typed = {"word": "补卡", "means": "校园卡<b>补办", "note": "第一行\n第二行", "pinned": "钉住", "code": ""}
    answer = one.post("/search/words/new/", typed)
    text = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert not SearchSynonym.objects.exists()
    assert 'name="word" value="补卡"' in text
    assert "校园卡&lt;b&gt;补办" in text
    assert "第一行\n第二行" in text.replace("\r", "")
    assert ('name="pinned" value="钉住"' in text, 'name="code"' in text, "返回上一页" in text) == (True, True, False)
    for secret in ("password", "old_pin", "unit-code", "code", "password1"):
        without = one.post("/search/words/new/", {**typed, secret: "geheim-1"}).content.decode()
        assert ("geheim-1" in without, "没有留下，再提交时要重新填" in without) == (False, True), secret
        assert ('name="word"' in without, "返回上一页" in without, "第二行" in without) == (False, True, True), (
            "not half of it"
        )
    file = SimpleUploadedFile("附件.pdf", b"%PDF-1.7")
    with_file = one.post("/search/words/new/", {"word": "补卡", "file": file}).content.decode()
    assert ("文件没有留下，再提交时要重新选：附件.pdf" in with_file, 'name="word"' in with_file) == (True, False)
    long = one.post("/search/words/new/", {"word": "长" * 200_001}).content.decode()
    assert ("返回上一页，您填的多半还在" in long, "长长" in long) == (True, False)
    call_command("read_only", "off")
    read_only.current.forget()
    assert one.post("/search/words/new/", {key: typed[key] for key in ("word", "means")}).status_code == 302
    assert SearchSynonym.objects.get().word == "补卡"


def test_programs_and_scripts_get_a_sentence_and_pages_are_read_as_ever(one, read_only_now):
    script = one.post("/apps/portal.systems/favourite", headers={"Sec-Fetch-Mode": "cors", "HX-Request": "true"})
    assert (script.status_code, script.headers["HX-Reswap"], script.json()["error"]) == (503, "none", "read_only")
    assert "HX-Refresh" not in script.headers, "it would wipe out what is being typed"
    assert "现在只能看，不能改" in json.loads(script.headers["HX-Trigger"])["nanhu:read-only"], (
        "a draft is not kept unsaid"
    )
    assert not Shortcut.objects.exists()
    program = one.post("/search/words/new/", {"word": "补卡"}, headers={"Accept": "application/json"})
    assert (program.status_code, program["Retry-After"], program.json()["error"]) == (503, "60", "read_only")
    assert "现在只能看，不能改" in program.json()["message"]
    for address in ("/", "/apps/", "/systems/", "/search/?q=a", "/help/", PAGE):
        page = one.get(address)
        assert (page.status_code, "学校启用了应急只读" in page.content.decode()) == (200, True), address
    assert "read-only" in one.get("/", headers={"accept-language": "en"}).content.decode()
    assert next(one for one in registry.checks if one.key == "kernel.read_only").run().verdict == "warn"


def test_signing_in_and_out_and_switching_back_go_on(one, other, read_only_now):
    fresh = sign_in("T00551")
    assert fresh.get(PAGE).status_code == 200
    assert agree(other, ask(fresh, "好了")) == 302
    assert not read_only.is_on()
    call_command("read_only", "on", "再试")
    read_only.current.forget()
    assert fresh.post("/sign-out").status_code in {200, 302}
    assert fresh.get("/").status_code == 302


def test_what_makes_an_account_safer_goes_on(other, read_only_now):
    page = f"/identity/accounts/{Account.objects.get(pk=join('林小雨', student='20240519')).public_id}"
    intruder = signed_in("20240519")
    assert intruder.post("/account/factors/browsers/forget").status_code != 503
    assert other.post(f"{page}/note", {"text": "在查"}).status_code == 503
    assert other.post(f"{page}/sign-out").status_code == 302
    assert intruder.get("/").status_code == 302, "signed out"
    assert other.post(f"{page}/suspend", {"reason": "账号被盗"}).status_code == 302
    assert Account.objects.filter(state=Account.State.SUSPENDED).count() == 1
    assert Client().post("/activate", {}).status_code != 503


def test_the_worker_rests_but_for_what_keeps_the_books_true(read_only_now):
    done: list[str] = []
    for name in ("messages_parcels", "kernel_delivery", "payments"):
        companions.resting(lambda name=name: done.append(name) is None, name)()
    assert done == ["kernel_delivery", "payments"]
    queues = worker.RestingWorker.queues.fget
    assert queues(None) == [ALWAYS]
    call_command("read_only", "off")
    read_only.current.forget()
    assert queues(None) == [ALWAYS], "a worker that began before its database has heard nothing yet"
    read_only.look()
    assert queues(None) is None


def test_events_that_shut_an_intruder_out_are_delivered_and_the_others_wait(read_only_now):
    account = Account.objects.get(pk=join("林小雨", student="20240519"))
    EventDelivery.objects.all().delete()
    publish(PasswordChanged(account_id=account.pk, person_id=account.person_id))
    publish(AccountClosed(account_id=account.pk, person_id=account.person_id, state=Account.State.SUSPENDED))
    worker.relay_turn()
    told = set(EventDelivery.objects.exclude(delivered_at=None).values_list("subscriber", flat=True))
    waiting = set(EventDelivery.objects.filter(delivered_at=None).values_list("subscriber", flat=True))
    assert {"network.cut_old_password", "identity.oidc_end_with_password", "identity.tell_of_changed_password"} <= told
    assert {"network_portal.forget_after_new_password", "network.cut_closed"} <= told <= set(goes_on().subscribers)
    assert "flows.assign_tasks_of_closed" in waiting
    call_command("read_only", "off")
    read_only.current.forget()
    worker.relay_turn()
    assert not EventDelivery.objects.filter(delivered_at=None).exists()


def test_a_reason_is_needed_it_does_not_begin_twice_and_the_database_holds_one(read_only_now):
    for words in (["on", "again"], ["on", " "]):
        with pytest.raises(CommandError):
            call_command("read_only", *words)
    call_command("read_only", "off")
    with pytest.raises(CommandError):
        call_command("read_only", "off")
    assert ReadOnlySpell.objects.count() == 1


OPEN_DOORS = {
    "card": "code_device_end report_lost",
    "card:card_bank": "revoke",
    "card:counter": "loss",
    "card:phone_desk": "phone_desk",
    "card_api": "cards_one_block",
    "identity:accounts": "sign_out suspend",
    "identity": """
        activate activate_code add_passkey add_passkey_options add_totp cas_login cas_logout
        cas_p3_proxy_validate cas_p3_service_validate cas_proxy cas_proxy_validate cas_saml_validate
        cas_service_validate cas_validate change_password end_other_sessions end_session find_account
        find_account_code find_account_resend forget_browser forget_browsers forgot_password front_logout
        new_device_mine new_device_not_mine oidc_authorize oidc_choose oidc_consent oidc_consents
        oidc_discovery oidc_end_session oidc_end_session_confirmed oidc_introspect oidc_jwks oidc_revoke
        oidc_token oidc_userinfo oidc_withdraw_consent passkey_sign_in passkey_sign_in_options
        radius_accounting radius_authenticate radius_visitor remove_passkey reset_code reset_passkey
        reset_password reset_questions reset_send_code reset_ways revoke_app_password revoke_token
        saml_continue saml_metadata saml_slo saml_slo_answer saml_slo_soap saml_sso saml_start scan_desktop
        scan_done scan_finish scan_phone scan_start scan_state second_factor second_factor_give_up
        second_factor_passkey second_factor_passkey_options second_factor_send setup setup_done setup_step
        sign_in sign_in_again sign_out
    """,
    "messages": "preview",
    "mobile": "callback enter entered",
    "network_portal": "agent on wifi",
    "network_reach": "agent",
    "payments_apps": "ask",
    "payments_notices": "acp_notice bank_notice",
    "portal:read_only": "approve ask_change case cases refuse spells withdraw",
    "requests": "anonymous_replies known",
    "terminals": "services",
    "ui": "language",
}
"""What the patterns come to: a new door that one of them would open is named here too, by somebody who has thought of it."""


def test_whatever_the_list_names_exists():
    """A door, job or loop that is renamed must not fall out of the list unseen, nor a new one slip in."""
    names = set(view_names(get_resolver(), ""))
    nobody = [door for door in goes_on().doors if not fnmatch.filter(names, door)]
    written = {f"{room}:{name}" for room, words in OPEN_DOORS.items() for name in words.split()}
    assert {name for name in names if read_only.is_open(name)} == written
    tasks = {name: task.queue for name, task in app.tasks.items()}
    loops = {"the event relay", *companions.companions}
    assert (nobody, set(goes_on().loops) - loops) == ([], set())
    assert set(goes_on().subscribers) <= set(subscribers)
    assert {tasks.get(name) for name in goes_on().jobs} == {ALWAYS}


WAITING_JOBS = {
    "card.bear_older_losses",
    "card.bring_over_merged",
    "card.forget_binding_failures",
    "card.forget_spent",
    "card.forget_stored_sums",
    "card.publish_cards",
    "card.resume_payouts",
    "card.return_unclaimed",
    "card.settle",
    "card.tell_due_funds",
    "card_codes.forget_uses",
    "card_fleet.watch_sequences",
    "card_issuing.move_school_years_on",
    "card_issuing.read_mailbox",
    "card_issuing.tell_sponsors",
    "card_verification.forget_codes",
    "card_vendors.publish_settled",
    "payments.close_day",
    "payments.forget_app_requests",
    "payments.reconcile",
}
"""Of card and payments: each looks at all that is left when it runs again, or forgets what is old."""


def test_each_periodic_job_of_card_and_payments_goes_on_or_is_known_to_wait():
    periodic = {name for name, _periodic_id in app.periodic_registry.periodic_tasks}
    money = {name for name in periodic if name.startswith(("card.", "card_", "payments."))}
    assert money - set(goes_on().jobs) == WAITING_JOBS
    assert {"card.bear_losses", "card.end_holds", "card.settle_claims", "card_fleet.list_expired"} <= set(
        goes_on().jobs
    )


def view_names(resolver, prefix: str):
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from view_names(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
        elif one.name:
            yield f"{prefix}{one.name}"


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, one):
        return one

    @pytest.fixture
    def stranger(self, teacher):
        return teacher

    def fill(self, count):
        for n in range(count):
            spell = switching.begin(by=TEST, reason=f"=1+{n}")
            switching.end(by=TEST)
            assert spell.pk
        read_only.current.forget()
