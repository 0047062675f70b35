"""The counter's pages: who finds whom, who may do what, and that a refusal changes nothing."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.kit.waiting import counts_in
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.administration.models import AccountNote
from nanhu.platforms.identity.administration.tests.conftest import PASSWORD, TEST, make_member, put_in, sign_in
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.factors.services.sample import give_totp_for_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import RoleGrant, SecurityQuestion, SsoSession, Suspension
from nanhu.platforms.identity.services import roles
from nanhu.platforms.people import api as people
from nanhu.testing import merging

pytestmark = pytest.mark.django_db
NEW = "Willow-Lake-2031"
ACTS = ("unlock", "reset", "sign-out", "suspend", "resume", "new-password", "note")
GUARDED = ("factors", "roles/grant", "roles/revoke", "roles/carry", "roles/leave")
PAGES = (
    "accounts",
    "bulk",
    "roles",
    "sign-ins",
    "sign-ins/export",
    "audit",
    "audit/export",
    "audit/verifier",
    "audit/roots",
)


def page_of(member) -> str:
    return f"/identity/accounts/{member.account.public_id}"


@pytest.mark.parametrize(
    "typed", ["0020260101", "曾小南", "zengxiaonan", "zxn", "13873012345", "430602200803151234", "曾小南 2345"]
)
def test_a_clerk_finds_somebody_by_what_he_has(typed: str, office, here) -> None:
    answer = office("identity.admin").client.get("/identity/accounts", {"q": typed})
    assert answer.headers["Location"] == page_of(here), "one hit opens at once"


def test_a_list_shows_who_is_meant_by_several(office, here, college) -> None:
    other = put_in(make_member("曾小楠", "430602200701010029", student="0920260002"), "09")
    open_accounts(by=TEST, person_ids=[other.person_id])
    shown = office("identity.admin").client.get("/identity/accounts", {"q": "zxn"}).content.decode()
    assert "曾小南" in shown
    assert "曾小楠" in shown
    assert "没有找到" in office("identity.admin").client.get("/identity/accounts", {"q": "查无此人"}).content.decode()


@pytest.mark.capability("A045.4")
def test_each_role_opens_its_own_pages_and_no_others(office, here) -> None:
    open_to = {
        "campus.admin": set(),
        "identity.admin": {"accounts", "bulk"},
        "identity.security": {"accounts", "bulk", "roles", "sign-ins", "sign-ins/export"},
        "identity.auditor": {
            "roles",
            "sign-ins",
            "sign-ins/export",
            "audit",
            "audit/export",
            "audit/verifier",
            "audit/roots",
        },
    }
    for role, expected in open_to.items():
        client = office(role).client
        found = {page for page in PAGES if client.get(f"/identity/{page}").status_code == 200}
        assert found == expected, role


@pytest.mark.capability("A045.4")
def test_a_stranger_and_a_role_without_second_factor_get_nothing(student, here, office) -> None:
    browser = Client()
    sign_in(browser, student.numbers[0])
    for page in PAGES:
        assert browser.get(f"/identity/{page}").status_code == 404
    clerk = office("identity.admin")
    SsoSession.objects.filter(account=clerk.member.account).update(second_factor_at=None)
    assert clerk.client.get("/identity/accounts").status_code == 302, "led to the second step"


def test_an_auditor_and_a_system_administrator_act_on_nobody(office, here) -> None:
    for role in ("identity.auditor", "campus.admin"):
        client = office(role).client
        for act in (*ACTS, *GUARDED):
            assert client.post(f"{page_of(here)}/{act}", {"reason": "x", "role": "identity.admin"}).status_code == 404
        assert client.post("/identity/bulk", {"kind": "suspend"}).status_code == 404
    assert here.account.state == "active"
    assert not RoleGrant.objects.filter(account=here.account).exists()


def test_an_auditors_doors_change_nothing_but_ask_for_a_verification(office) -> None:
    """The only form an auditor may send is the request to verify."""
    client = office("identity.auditor").client
    for page in PAGES:
        assert client.post(f"/identity/{page}").status_code in {404, 405}
    assert client.post("/identity/audit/verify").status_code == 302


@pytest.mark.capability("A045.4")
def test_a_units_clerk_sees_his_units_people_only(office, here, elsewhere) -> None:
    clerk = office("identity.clerk", unit="08")
    assert clerk.client.get("/identity/accounts", {"q": "zxn"}).headers["Location"] == page_of(here)
    assert clerk.client.get(page_of(here)).status_code == 200
    for typed in (elsewhere.numbers[0], elsewhere.name, elsewhere.phone, elsewhere.id_number):
        assert "没有找到" in clerk.client.get("/identity/accounts", {"q": typed}).content.decode()
    assert clerk.client.get(page_of(elsewhere)).status_code == 404
    for act in ACTS:
        assert clerk.client.post(f"{page_of(elsewhere)}/{act}", {"reason": "x"}).status_code == 404
    assert elsewhere.account.state == "active"


def test_the_search_finds_persons_for_who_looks_after_their_accounts_alone(office, here, elsewhere) -> None:
    def found(client, text):
        groups = client.get("/search/", {"q": text}).context["groups"]
        return [hit.url for group in groups if group.key == "identity.persons" for hit in group.hits]

    clerk, security = office("identity.clerk", unit="08").client, office("identity.security").client
    assert found(clerk, here.name) == found(clerk, here.numbers[0][:6]) == [page_of(here)]
    assert found(clerk, elsewhere.name) == []
    assert found(security, elsewhere.name) == [page_of(elsewhere)]
    assert found(office("identity.auditor").client, here.name) == []


def test_a_clerk_whose_grant_ended_sees_nobody(office, here) -> None:
    clerk = office("identity.clerk", unit="08")
    RoleGrant.objects.update(created_at=now() - timedelta(days=3), ends_at=now() - timedelta(days=1))
    assert clerk.client.get(page_of(here)).status_code == 404


@pytest.mark.capability("A045.4")
def test_a_units_clerk_acts_on_no_administrator_and_nobody_on_himself(office, here) -> None:
    roles.grant(by=TEST, account_id=here.account.pk, role="campus.admin")
    clerk = office("identity.clerk", unit="08")
    assert clerk.client.get(page_of(here)).status_code == 200
    assert clerk.client.post(f"{page_of(here)}/suspend", {"reason": "x"}).status_code == 404
    admin = office("identity.admin")
    for act in ACTS:
        assert admin.client.post(f"{page_of(admin.member)}/{act}", {"reason": "x"}).status_code == 404
    assert here.account.state == "active"


def test_a_look_at_an_account_is_written_down(office, here) -> None:
    clerk = office("identity.admin")
    clerk.client.get(page_of(here))
    look = AuditEntry.objects.get(action="identity.look_account")
    assert (look.target, look.actor) == (f"person:{here.person_id}", clerk.member.name)


def test_the_pages_take_few_queries(office, here) -> None:
    for role, pages in {
        "identity.admin": ("/identity/accounts?q=z", page_of(here), f"{page_of(here)}/reset", "/identity/bulk"),
        "identity.security": (page_of(here), "/identity/roles"),
        "identity.auditor": ("/identity/sign-ins", "/identity/audit", "/identity/audit/roots"),
    }.items():
        client = office(role).client
        for page in pages:
            client.get(page)
            asked = queries_of(client, page)
            assert len(asked) <= 20, f"{page}: {len(asked)}\n" + "\n".join(asked)


def reset(client, member, **changes):
    said = {"document": "resident_id", "number": member.tail, "is_face_same": "on", "reason": "忘记密码"}
    return client.post(f"{page_of(member)}/reset", said | changes)


@pytest.mark.capability("A045.4", "A045.5", "A045.6")
def test_the_counter_resets_after_the_document_fits_and_shows_the_code_once(office, here) -> None:
    browser = Client()
    sign_in(browser, here.numbers[0])
    clerk = office("identity.admin")
    answer = reset(clerk.client, here)
    ended = SsoSession.objects.filter(account=here.account).values_list("ended_how", flat=True)
    assert list(ended) == ["credentials_changed"], "and so for every application that it opened"

    code = re.search(r'data-testid="code">([^<]+)<', answer.content.decode())[1]
    assert "no-store" in answer.headers["Cache-Control"]
    assert browser.get("/account").headers["Location"].startswith("/sign-in"), "signed out, and not led on to set-up"
    assert sign_in(Client(), here.numbers[0], PASSWORD).status_code == 200, "the old password is dead"
    assert sign_in(Client(), here.numbers[0], code).headers["Location"] == "/setup"
    assert sign_in(Client(), here.numbers[0], code).status_code == 200, "spent"
    written = AuditEntry.objects.get(action="identity.reset")
    assert (written.actor, written.account_id) == (clerk.member.name, clerk.member.account.pk), "by whom"
    assert (written.target, written.reason, written.facts) == (
        f"account:{here.account.pk}",
        "忘记密码",
        {"document": "resident_id", "number_compared": True, "face_compared": True},
    )
    assert code not in str(list(AuditEntry.objects.values()))
    assert here.tail not in str(list(AuditEntry.objects.values()))


@pytest.mark.capability("A045.4")
def test_a_whole_number_from_a_scanner_and_a_card_by_face_will_do(office, here) -> None:
    client = office("identity.admin").client
    assert "code" in reset(client, here, number=here.id_number).content.decode()
    reset(client, here, document="campus_card", number="")
    assert AuditEntry.objects.filter(action="identity.reset").last().facts == {
        "document": "campus_card",
        "number_compared": False,
        "face_compared": True,
    }


@pytest.mark.capability("A045.4")
@pytest.mark.parametrize(
    "changes",
    [
        {"number": "111111"},
        {"number": ""},
        {"is_face_same": ""},
        {"reason": ""},
        {"document": "letter"},
        {"number": "43010219700101011X"},
    ],
)
def test_a_document_that_does_not_fit_resets_nothing(changes, office, here) -> None:
    answer = reset(office("identity.admin").client, here, **changes)
    assert answer.status_code == 422
    assert here.account.state == "active"
    assert sign_in(Client(), here.numbers[0], PASSWORD).status_code == 302


@pytest.mark.capability("A045.4")
@pytest.mark.usefixtures("clock_stands")
def test_a_clerk_who_guesses_document_numbers_is_slowed_down(office, here) -> None:
    client = office("identity.admin").client
    answers = [reset(client, here, number=f"00000{digit}").status_code for digit in range(9)]
    assert 429 in answers
    assert AuditEntry.objects.filter(action="identity.reset_refused").count() >= 5
    assert here.account.state == "active"


def test_suspend_and_resume_with_reason_and_end(office, here) -> None:
    client = office("identity.admin").client
    assert client.post(f"{page_of(here)}/suspend", {"reason": ""}).status_code == 422
    yesterday = campus_today() - timedelta(days=1)
    assert client.post(f"{page_of(here)}/suspend", {"reason": "x", "until": yesterday}).status_code == 422
    assert here.account.state == "active"

    tomorrow = campus_today() + timedelta(days=1)
    assert client.post(f"{page_of(here)}/suspend", {"reason": "处分", "until": tomorrow}).status_code == 302
    assert here.account.state == "suspended"
    assert Suspension.objects.get().reason == "处分"
    assert "处分" in client.get(page_of(here)).content.decode()
    assert client.post(f"{page_of(here)}/suspend", {"reason": "又"}).status_code == 409
    assert client.post(f"{page_of(here)}/resume", {"reason": ""}).status_code == 422
    assert client.post(f"{page_of(here)}/resume", {"reason": "期满"}).status_code == 302
    assert here.account.state == "active"


def test_one_session_or_all_are_signed_out(office, here) -> None:
    first, second = Client(), Client()
    sign_in(first, here.numbers[0])
    sign_in(second, here.numbers[0])
    client = office("identity.security").client
    session = SsoSession.objects.filter(account=here.account).order_by("created_at").first()
    client.post(f"{page_of(here)}/sign-out", {"session": session.public_id})
    assert [first.get("/account").status_code, second.get("/account").status_code] == [302, 200]
    client.post(f"{page_of(here)}/sign-out")
    assert second.get("/account").status_code == 302
    assert {one.ended_how for one in SsoSession.objects.filter(account=here.account)} == {"ended_by_clerk"}
    assert client.post(f"{page_of(here)}/sign-out", {"session": "nonsense"}).status_code == 422


def test_a_session_of_somebody_else_is_not_ended(office, here, elsewhere) -> None:
    browser = Client()
    sign_in(browser, elsewhere.numbers[0])
    session = SsoSession.objects.get(account=elsewhere.account)
    office("identity.admin").client.post(f"{page_of(here)}/sign-out", {"session": session.public_id})
    assert browser.get("/account").status_code == 200


def test_a_new_password_is_demanded(office, here) -> None:
    browser = Client()
    sign_in(browser, here.numbers[0])
    client = office("identity.admin").client
    client.post(f"{page_of(here)}/new-password", {"reason": "可能泄露"})
    assert here.account.state == "must_complete"
    assert browser.get("/account").headers["Location"].startswith("/sign-in")
    browser.post("/setup/password", {"new_password": NEW, "again": NEW})
    assert here.account.is_password_due, "no session sets a new one"
    assert sign_in(browser, here.numbers[0], PASSWORD).status_code == 200, "nor does who knows the old one"


def test_whose_new_password_is_demanded_sets_it_by_another_proof(office, here) -> None:
    SecurityQuestion.objects.bulk_create(
        SecurityQuestion(account=here.account, position=place, question="?", answer_hash=hashing.hash_secret("南湖"))
        for place in (1, 2, 3)
    )
    office("identity.admin").client.post(f"{page_of(here)}/new-password", {"reason": "可能泄露"})
    browser = Client()
    claim = {"campus_no": here.numbers[0], "name": here.name, "id_number": here.id_number}
    browser.post("/forgot-password", claim)
    browser.post("/forgot-password/questions", {"answer_1": "南湖", "answer_2": "南湖", "answer_3": "南湖"})
    page = browser.post("/forgot-password/new", {"new_password": PASSWORD, "again": PASSWORD})
    assert "最近用过的密码" in page.content.decode()
    browser.post("/forgot-password/new", {"new_password": NEW, "again": NEW})
    assert sign_in(Client(), here.numbers[0], NEW).status_code == 302


@pytest.mark.capability("A045.4")
def test_an_administrator_without_a_second_factor_is_not_reset_at_the_counter(office) -> None:
    """The code would be the whole key: its holder sets up the second factor and is of another duty."""
    guard, clerk = office("identity.security").member, office("identity.admin").client
    facts = {"document": "campus_card", "is_face_same": "on", "reason": "忘记密码"}
    assert clerk.post(f"{page_of(guard)}/reset", facts).status_code == 409
    assert guard.account.state == "active"

    give_totp_for_sample(by=TEST, campus_no=guard.numbers[0])
    assert clerk.post(f"{page_of(guard)}/reset", facts).status_code == 200


def test_an_unlock_forgives_every_number(office, teacher, college) -> None:
    for number in teacher.numbers:
        for attempt in range(12):
            sign_in(Client(REMOTE_ADDR=f"203.0.113.{attempt}"), number, "wrong")
    office("identity.admin").client.post(f"{page_of(teacher)}/unlock")
    for number in teacher.numbers:
        assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), number).status_code == 302


def test_notes_stay_for_the_next_clerk(office, here) -> None:
    client = office("identity.admin").client
    client.post(f"{page_of(here)}/note", {"text": "<b>带了</b>护照"})
    assert "&lt;b&gt;带了&lt;/b&gt;护照" in client.get(page_of(here)).content.decode()
    assert client.post(f"{page_of(here)}/note", {"text": " "}).status_code == 422
    assert AccountNote.objects.count() == 1


def test_the_security_administrator_grants_and_revokes(office, here) -> None:
    guard = office("identity.security")
    tomorrow = campus_today() + timedelta(days=1)
    said = {"role": "identity.clerk", "unit": "08", "reason": "任命", "ends_on": tomorrow}
    assert guard.client.post(f"{page_of(here)}/roles/grant", said | {"unit": "none"}).status_code == 422
    assert guard.client.post(f"{page_of(here)}/roles/grant", said).status_code == 302
    granted = RoleGrant.objects.get(account=here.account)
    assert (granted.role, granted.unit_code, granted.reason, granted.granted_by) == (
        "identity.clerk",
        "08",
        "任命",
        guard.member.name,
    )
    answer = guard.client.post(f"{page_of(here)}/roles/grant", {"role": "identity.auditor", "reason": "x"})
    assert answer.status_code == 409
    assert "三员分立" in answer.content.decode()
    assert guard.client.post(f"{page_of(guard.member)}/roles/grant", said).status_code == 404, "not to himself"
    [name] = [name for code, name, _short in people.unit_names() if code == "08"]
    shown = guard.client.get(page_of(here)).content.decode()
    assert called("identity.clerk") in shown
    assert name in shown
    assert name in guard.client.get("/identity/roles").content.decode()
    guard.client.post(f"{page_of(here)}/roles/revoke", {"role": "identity.clerk", "unit": "08"})
    assert not RoleGrant.objects.filter(account=here.account, revoked_at=None).exists()
    assert "管理员" in guard.client.get("/identity/roles").content.decode()


@pytest.fixture
def two_records(here, elsewhere):
    """Of one person: the one that goes had an office and a counter."""
    until = now() + timedelta(days=30)
    roles.grant(by=TEST, account_id=elsewhere.account.pk, role="datahub.steward", reason="任命", ends_at=until)
    roles.grant(by=TEST, account_id=elsewhere.account.pk, role="card.clerk")
    return merging.merge(kept_id=here.person_id, gone_id=elsewhere.person_id)


def called(key: str) -> str:
    """As an account's page says which role it is."""
    role = registry.roles.get(key)
    assert role is not None
    return f'<strong title="{key}">{role.name}</strong>'


def held_by(member) -> set[str]:
    return set(RoleGrant.objects.filter(account=member.account, revoked_at=None).values_list("role", flat=True))


LEFT = "/identity/roles/left"


def test_roles_of_a_merged_record_wait_for_the_security_administrator(office, two_records, here, elsewhere) -> None:
    assert held_by(here) == set(), "whoever merges records grants nobody a right"
    guard = office("identity.security")
    waiting = guard.client.get(LEFT).content.decode()
    assert here.name in waiting
    assert page_of(here) in waiting
    assert here.name not in guard.client.get("/identity/roles").content.decode(), "nobody holds them"
    shown = guard.client.get(page_of(here)).content.decode()
    assert all(called(key) in shown for key in ("card.clerk", "datahub.steward"))
    assert "任命" in shown, "and why they were granted"
    said = {"role": "datahub.steward", "unit": ""}
    assert guard.client.post(f"{page_of(here)}/roles/carry", said).status_code == 302
    [granted] = RoleGrant.objects.filter(account=here.account)
    assert (granted.role, granted.granted_by) == ("datahub.steward", guard.member.name)
    assert granted.ends_at == RoleGrant.objects.get(account=elsewhere.account, role="datahub.steward").ends_at
    assert guard.client.post(f"{page_of(here)}/roles/carry", said).status_code == 404, "it is his already"
    assert guard.client.post(f"{page_of(here)}/roles/leave", {"role": "card.clerk", "unit": ""}).status_code == 302
    assert here.name not in guard.client.get(LEFT).content.decode()


def test_roles_of_a_merged_record_are_its_own_again_when_it_is_parted(office, two_records, here, elsewhere) -> None:
    guard = office("identity.security")
    guard.client.post(f"{page_of(here)}/roles/carry", {"role": "card.clerk", "unit": ""})
    merging.part(two_records)
    assert held_by(elsewhere) == {"datahub.steward", "card.clerk"}
    assert held_by(here) == set(), "nobody can tell for whom it was granted meanwhile"
    assert here.name not in guard.client.get(LEFT).content.decode()


def test_roles_of_a_record_that_was_merged_twice_wait_until_its_last_heir_has_them(office, two_records, here) -> None:
    heir = put_in(make_member("李三多", "430602200701010037", student="0920260003"), "09")
    open_accounts(by=TEST, person_ids=[heir.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="0920260003", password=PASSWORD)
    merging.merge(kept_id=heir.person_id, gone_id=here.person_id)
    guard = office("identity.security")
    assert page_of(heir) in guard.client.get(LEFT).content.decode()
    for role in ("datahub.steward", "card.clerk"):
        assert guard.client.post(f"{page_of(heir)}/roles/carry", {"role": role, "unit": ""}).status_code == 302
    assert held_by(heir) == {"datahub.steward", "card.clerk"}
    assert page_of(heir) not in guard.client.get(LEFT).content.decode(), "there is nothing left to decide"


def test_a_role_of_a_merged_record_that_has_ended_is_not_counted(two_records, here) -> None:
    def waiting() -> int:
        label = "identity.left_roles"
        return counts_in((label,), SimpleNamespace(account_id=here.account.pk, person_id=here.person_id)).get(label, 0)

    assert waiting() == 2
    RoleGrant.objects.filter(role="datahub.steward").update(ends_at=now())
    assert waiting() == 1, "the program counted before, and the clock goes on"


def test_only_roles_that_a_merged_record_had_are_carried_over_and_duties_stay_apart(office, two_records, here) -> None:
    guard = office("identity.security")
    for role in ("campus.admin", "identity.security"):
        assert guard.client.post(f"{page_of(here)}/roles/carry", {"role": role, "unit": ""}).status_code == 404
    roles.grant(by=TEST, account_id=here.account.pk, role="card.finance")
    assert guard.client.post(f"{page_of(here)}/roles/carry", {"role": "card.clerk", "unit": ""}).status_code == 409
    assert held_by(here) == {"card.finance"}
    for other in ("identity.admin", "identity.auditor"):
        assert office(other).client.post(f"{page_of(here)}/roles/carry", {"role": "card.clerk"}).status_code == 404
        assert office(other).client.get(LEFT).status_code == 404


def test_passwords_and_second_factors_are_in_two_hands(office, here) -> None:
    """Whoever resets a password cannot reset the second factor, and the other way round."""
    give_totp_for_sample(by=TEST, campus_no=here.numbers[0], secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    clerk, guard = office("identity.admin"), office("identity.security")
    assert clerk.client.post(f"{page_of(here)}/factors", {"reason": "x"}).status_code == 404
    assert reset(guard.client, here).status_code == 404
    assert factors_of(here.account).has_totp
    assert guard.client.post(f"{page_of(here)}/factors", {"reason": "手机丢失，已核对证件"}).status_code == 302
    assert not factors_of(here.account).has_totp


def test_why_somebody_cannot_use_an_application_is_said(office, here) -> None:
    from nanhu.platforms.identity.services.applications import register_application

    register_application(
        by=TEST, key="office", name="OA", owner="办公室", service_prefix="https://oa.example.edu.cn/", logout_url=""
    )
    client = office("identity.admin").client
    shown = client.get(page_of(here), {"application": "office"}).content.decode()
    assert "可以使用" in shown
    asks = f'method="get" action="{page_of(here)}#why"'
    assert asks in shown, "the answer stands at the foot of a long page"
    assert asks in client.get(page_of(here), headers={"HX-Target": "panel"}).content.decode(), "beside a list as well"
    assert "可以使用" not in client.get(page_of(here), {"application": "nothing"}).content.decode()
    client.post(f"{page_of(here)}/suspend", {"reason": "x"})
    assert "可以使用" not in client.get(page_of(here), {"application": "office"}).content.decode()
