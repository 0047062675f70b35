"""The registry in the browser: who may what, registering, changing, approving, connecting, trying."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError, SamePersonError, WrongStateError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application, AttributeRelease, SsoGrant, SsoSession
from nanhu.platforms.identity.registry.errors import RuleRefusedError
from nanhu.platforms.identity.registry.forms import AttributesForm, RegisterForm
from nanhu.platforms.identity.registry.models import Health
from nanhu.platforms.identity.registry.services import rules
from nanhu.platforms.identity.registry.tests.conftest import signed_in
from nanhu.platforms.identity.services.applications import (
    DEFAULT_ATTRIBUTES,
    change_application,
    register_application,
    set_addresses,
)
from nanhu.platforms.identity.services.attributes import ATTRIBUTES, chosen_affiliation, released
from nanhu.platforms.identity.services.releases import decide_release, set_releases
from nanhu.platforms.identity.tests.conftest import TEST
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import OrgUnit

WRITING = (
    "register",
    "library/change",
    "library/access",
    "library/maintenance",
    "library/attributes",
    "library/connect",
    "library/protocols/cas",
)
READING = ("", "library/", "library/why")


@pytest.fixture
def unit(db) -> OrgUnit:
    school = OrgUnit.objects.create(code="1", name="学校", kind="school")
    return OrgUnit.objects.create(code="30", name="图书馆", kind="support", parent=school)


def form_of(unit: OrgUnit, **other) -> dict[str, str]:
    """What a browser would send back of the empty form, and what somebody filled in."""
    form, wanted = RegisterForm(), AttributesForm(reasons=DEFAULT_ATTRIBUTES)
    held = {f.html_name: f.value() for one in (form, wanted) for f in one if f.value() not in (None, False)}
    flags = {name: "on" if value is True else value for name, value in held.items()}
    return flags | {"name": "图书馆", "key": "library", "owner_unit": unit.code, "protocol": "cas", **other}


def test_the_page_of_openid_connect_offers_the_scopes_that_release_something(administrator, library):
    page = administrator.get("/applications/library/protocols/oidc").content.decode()
    offered = set(re.findall(r'name="scopes" value="(\w+)"', page))
    assert offered == {"openid", "profile", "campus", "offline_access"}
    assert "email" in page, "why the others are not there is said"


@pytest.mark.parametrize("page", [*READING, *WRITING])
def test_nobody_without_a_role_sees_the_registry(page, library, student):
    assert signed_in(student.numbers[0]).get(f"/applications/{page}").status_code == 404


@pytest.mark.parametrize("who", ["guard", "auditor"])
def test_the_other_two_administrators_read_and_do_not_write(who, request, library):
    client = request.getfixturevalue(who)
    assert {page: client.get(f"/applications/{page}").status_code for page in READING} == dict.fromkeys(READING, 200)
    assert {page: client.get(f"/applications/{page}").status_code for page in WRITING} == dict.fromkeys(WRITING, 404)
    for deed in ("library/switch", "library/reviewed", "library/protocols/cas/forget", "library/protocols/cas/trial"):
        assert client.post(f"/applications/{deed}").status_code == 404
    library.refresh_from_db()
    assert library.is_enabled


def test_a_role_rests_without_a_second_factor(library, administrator):
    SsoSession.objects.update(second_factor_at=None)
    answer = administrator.get("/applications/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/second")


def test_an_application_is_registered_in_two_forms(administrator, unit, student):
    answer = administrator.post("/applications/register", form_of(unit, audience="student", contact=student.numbers[0]))
    assert answer["Location"] == "/applications/library/protocols/cas"
    answer = administrator.post(
        answer["Location"], {"addresses": "https://lib.example.edu.cn/my", "user_name": "staff_first"}
    )
    assert answer["Location"] == "/applications/library/connect"
    pasted = administrator.get(answer["Location"]).content.decode()

    library = Application.objects.get(key="library")
    assert (library.owner, library.owner_unit, library.contact) == ("图书馆", unit, student.account)
    assert library.attributes == list(DEFAULT_ATTRIBUTES)
    assert [one.affiliation_kind for one in library.access_rules.all()] == ["student"]
    assert "CASLoginURL" in pasted
    assert "phpCAS" in pasted
    assert AuditEntry.objects.filter(action="identity.register_application", target="application:library").exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "这一项要填。"),
        ({"key": "有空格"}, "key"),
        ({"contact": "99999"}, "没有人用这个学工号"),
        ({"menu_section": "study"}, "在菜单中显示的应用须有主页地址"),
        ({"give-phone": "on"}, "请写明应用为什么需要它"),
        ({"home_url": "javascript:alert(1)"}, "home_url"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_registered(wrong, sentence, administrator, unit):
    answer = administrator.post("/applications/register", form_of(unit, **wrong))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Application.objects.exists()


def test_a_key_in_use_is_not_taken_over(administrator, unit, library):
    answer = administrator.post("/applications/register", form_of(unit, name="冒充"))
    assert "已有应用在用" in answer.content.decode()
    library.refresh_from_db()
    assert library.name == "图书馆"


def test_an_address_of_another_is_refused_beside_the_form(administrator, library):
    register_application(by=TEST, key="evil", name="别人", owner="别人")
    answer = administrator.post(
        "/applications/evil/protocols/cas",
        {"addresses": "https://LIB.example.edu.cn:443/my/", "user_name": "staff_first"},
    )
    assert "已由“图书馆”登记" in answer.content.decode()
    assert not Application.objects.get(key="evil").addresses.exists()


def test_a_change_is_shown_before_it_is_made(administrator, library, unit):
    change_application(by=TEST, application=library, owner_unit_id=unit.pk)
    page = administrator.get("/applications/library/change")
    form = {f.html_name: f.value() or "" for f in page.context["form"] if f.value() is not False}
    form |= {"form_token": str(uuid4()), "reason": "改名"}
    unchanged = administrator.post("/applications/library/change", form)
    assert (unchanged.status_code, "没有改动" in unchanged.content.decode()) == (422, True)

    form |= {"name": "新图书馆", "demands_second_factor": "on"}
    unexplained = administrator.post("/applications/library/change", form | {"reason": "", "confirmed": "1"})
    assert unexplained.status_code == 422
    preview = administrator.post("/applications/library/change", form)
    shown = preview.content.decode()
    library.refresh_from_db()
    assert library.name == "图书馆"
    assert re.search(r"<del>.*</span>图书馆</del>\s*<ins>.*</span>新图书馆</ins>", shown, re.DOTALL)
    assert 'value="新图书馆"' in shown, "it can be put right beside what it would do"

    for _twice in range(2):
        done = administrator.post("/applications/library/change", form | {"confirmed": "1"})
        assert (done.status_code, done["Location"]) == (302, "/applications/library/")
    library.refresh_from_db()
    assert (library.name, library.demands_second_factor) == ("新图书馆", True)
    entry = AuditEntry.objects.get(action="identity.change_application", reason="改名")
    assert entry.facts["name"] == {"from": "图书馆", "to": "新图书馆"}


def test_switching_off_shuts_people_out(administrator, library, student):
    administrator.post("/applications/library/switch")
    refused = signed_in(student.numbers[0]).get("/cas/login", {"service": "https://lib.example.edu.cn/my"})
    assert refused.status_code == 403
    administrator.post("/applications/library/switch", {"on": "1"})
    library.refresh_from_db()
    assert library.is_enabled


def test_a_sensitive_attribute_waits_for_a_second_person(administrator, guard, library):
    form = {f"give-{name}": "on" for name in ("displayName", "phone")}
    form |= {"why-displayName": "显示读者姓名", "why-phone": "图书逾期提醒"}
    administrator.post("/applications/library/attributes", form)
    library.refresh_from_db()
    assert library.attributes == ["displayName"]

    release = AttributeRelease.objects.get(name="phone")
    assert administrator.post("/applications/approvals", {"release": release.pk, "verdict": "grant"}).status_code == 404
    assert guard.post("/applications/approvals", {"release": "9" * 5000, "verdict": "grant"}).status_code == 404
    guard.post("/applications/approvals", {"release": release.pk, "verdict": "grant"})
    library.refresh_from_db()
    assert library.attributes == ["displayName", "phone"]
    assert guard.post("/applications/approvals", {"release": release.pk, "verdict": "refuse"}).status_code == 404


def test_a_new_reason_for_a_sensitive_attribute_waits_again(library, guard, administrator):
    set_releases(by=TEST, application=library, reasons={"phone": "原来的理由"})
    administrator.post("/applications/library/attributes", {"give-phone": "on", "why-phone": "卖给别人"})
    library.refresh_from_db()
    assert library.attributes == []


def test_who_asked_is_the_account_and_not_its_name(library, student, teacher):
    """Somebody whose name was corrected meanwhile is still the one who asked; a namesake is another."""
    asker = Actor(account_id=student.account.pk, name="张伟")
    set_releases(by=asker, application=library, reasons={"phone": "逾期提醒"})
    release = AttributeRelease.objects.get(name="phone")
    for by in (replace(asker, name="张玮"), TEST):
        with pytest.raises(SamePersonError):
            decide_release(by=by, release=release, is_granted=True)
    with pytest.raises(IntegrityError, match="identity_release_by_two"), transaction.atomic():
        AttributeRelease.objects.filter(pk=release.pk).update(decider=release.requester)
    decide_release(by=Actor(account_id=teacher.account.pk, name="张伟"), release=release, is_granted=True)
    release.refresh_from_db()
    assert (release.state, release.decider) == ("granted", teacher.account)


def test_what_is_decided_is_decided_once(library, student, teacher):
    """By whoever comes first: the other saw it wait on a page of before."""
    set_releases(by=Actor(account_id=student.account.pk, name="张伟"), application=library, reasons={"phone": "逾期"})
    seen, second = AttributeRelease.objects.get(name="phone"), Actor(account_id=teacher.account.pk, name="欧阳修文")
    decide_release(by=second, release=seen, is_granted=False)
    with pytest.raises(WrongStateError):
        decide_release(by=second, release=seen, is_granted=True)
    assert AttributeRelease.objects.get(name="phone").state == "refused"
    AttributeRelease.objects.filter(pk=seen.pk).delete()
    with pytest.raises(NotFoundError):
        decide_release(by=second, release=seen, is_granted=True)


def test_a_released_phone_leaves_a_mark(library, student):
    set_releases(by=TEST, application=library, reasons={"phone": "逾期提醒", "displayName": "姓名"})
    card = people.person_card(student.person_id)
    chosen = chosen_affiliation(application=library, card=card, campus_no=student.numbers[0])

    assert released(application=library, card=card, chosen=chosen)["phone"] == [student.phone]
    entry = AuditEntry.objects.get(action="people.reveal_phone")
    assert (entry.actor, entry.target) == ("system:application.library", f"person:{student.person_id}")
    assert "phone" not in released(application=library, card=card, chosen=chosen, only={"displayName"})


def test_every_attribute_resolves_and_explains_itself(library, student, teacher):
    set_releases(by=TEST, application=library, reasons=dict.fromkeys(ATTRIBUTES, "试"))
    change_application(by=TEST, application=library, entitlements=["urn:mace:dir:entitlement:common-lib-terms"])
    card = people.person_card(teacher.person_id)
    found = released(
        application=library, card=card, chosen=chosen_affiliation(application=library, card=card, campus_no="T00123")
    )
    assert found["sn"] == ["欧阳"]
    assert found["givenName"] == ["修文"]
    roles = ("staff", "employee", "member", "student")
    assert set(found["eduPersonScopedAffiliation"]) == {f"{one}@hnist.edu.cn" for one in roles}
    assert found["eduPersonPrincipalName"] == ["t00123@hnist.edu.cn"]
    assert found["eduPersonEntitlement"] == ["urn:mace:dir:entitlement:common-lib-terms"]
    assert found["schacHomeOrganization"] == ["hnist.edu.cn"]
    assert (found["staffNo"], found["studentNo"]) == (["T00123"], ["20250999"])
    assert all(one.label and one.explanation for one in ATTRIBUTES.values())


def test_cas_can_be_tried_in_the_browser(administrator, library, web):
    set_addresses(by=TEST, application=library, prefixes=[web])
    before = SsoGrant.objects.count()
    page = administrator.post("/applications/library/protocols/cas/trial")
    assert page.status_code == 200
    assert page.context["is_good"], [(str(step.title), step.detail) for step in page.context["trial"]]
    assert SsoGrant.objects.count() == before


def test_a_secret_is_on_one_answer_only(administrator, library, monkeypatch):
    """With a panel that makes a secret, as OpenID Connect's does."""
    cas = panels.panels["cas"]

    def save(by, application, cleaned):
        cas.save(by, application, cleaned)
        return {"client_secret": "reed-boat-lake"}

    monkeypatch.setitem(panels.panels, "cas", replace(cas, save=save))
    shown = administrator.post(
        "/applications/library/protocols/cas",
        {"addresses": "https://lib.example.edu.cn/my", "user_name": "staff_first"},
    )
    assert "reed-boat-lake" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert "reed-boat-lake" not in administrator.get("/applications/library/connect").content.decode()
    assert not AuditEntry.objects.filter(facts__icontains="reed-boat-lake").exists()


def test_a_protocol_is_withdrawn(administrator, library):
    administrator.post("/applications/library/protocols/cas/forget")
    assert not library.addresses.exists()


def test_rules_are_added_and_removed_in_the_browser(administrator, library, student):
    rule = {"effect": "deny", "account": student.numbers[0], "reason": "图书未还"}
    administrator.post("/applications/library/access", rule)
    held = library.access_rules.get()
    refused = signed_in(student.numbers[0]).get("/cas/login", {"service": "https://lib.example.edu.cn/my"})
    assert refused.status_code == 403
    assert "图书未还" in refused.content.decode()
    remove = f"/applications/library/access/{held.pk}/remove"
    assert "规则已移除" in administrator.post(remove, follow=True).content.decode()
    assert not library.access_rules.exists()
    assert "已经没有了" in administrator.post(remove, follow=True).content.decode()
    nobody = administrator.post("/applications/library/access", {"effect": "allow", "reason": "空"})
    assert nobody.status_code == 422
    assert not library.access_rules.exists()


def test_a_rest_that_is_over_is_not_ended_again(administrator, library):
    page = administrator.post("/applications/library/maintenance/0/end", follow=True).content.decode()
    assert "已经没有了" in page
    assert "维护已结束" not in page


def test_below_a_refused_button_the_page_adds_no_rule(administrator, library, monkeypatch):
    def refuse(**_named):
        raise RuleRefusedError(problem="试")

    monkeypatch.setattr(rules, "remove_rule", refuse)
    rule = {"effect": "deny", "affiliation_kind": "student", "reason": "按了移除"}
    page = administrator.post("/applications/library/access/1/remove", rule)
    assert page.status_code == 422
    assert "规则不能这样写：试" in page.content.decode()
    assert not page.context["form"].is_bound
    assert not library.access_rules.exists()


def test_the_refused_read_for_whom_it_is_and_whom_to_ask(administrator, library, student):
    administrator.post(
        "/applications/library/access", {"effect": "allow", "affiliation_kind": "staff", "reason": "馆藏"}
    )
    page = signed_in(student.numbers[0]).get("/cas/login", {"service": "https://lib.example.edu.cn/my"})
    text = page.content.decode()
    assert page.status_code == 403
    assert "教职工" in text
    assert "mailto:lib@example.edu.cn" in text


def test_the_refused_do_not_read_of_single_persons(administrator, library, student, teacher):
    administrator.post(
        "/applications/library/access", {"effect": "allow", "account": teacher.numbers[0], "reason": "只给他"}
    )
    text = (
        signed_in(student.numbers[0]).get("/cas/login", {"service": "https://lib.example.edu.cn/my"}).content.decode()
    )
    assert "只给他" not in text
    assert "指定的人" not in text


def test_why_is_explained_step_by_step(administrator, library, student):
    administrator.post(
        "/applications/library/access", {"effect": "allow", "affiliation_kind": "staff", "reason": "馆藏"}
    )
    page = administrator.get("/applications/library/why", {"number": student.numbers[0]})
    steps = page.context["reasons"]
    assert [step.is_ok for step in steps] == [True, True, None, None, False]
    assert "与此人无关" in page.content.decode()


def test_the_contact_reads_his_application_and_nothing_more(library, teacher):
    change_application(by=TEST, application=library, contact=teacher.account)
    client = signed_in(teacher.numbers[0])
    assert "每天有多少次登录" in client.get("/applications/library/").content.decode()
    assert "修改" not in client.get("/applications/library/").content.decode()
    assert client.get("/applications/library/change").status_code == 404
    assert client.get("/applications/").status_code == 404
    register_application(by=TEST, key="other", name="别的", owner="别的")
    assert client.get("/applications/other/").status_code == 404


def test_a_person_reads_who_knows_what_and_why(library, student, teacher):
    register_application(by=TEST, key="hr", name="人事系统", owner="人事处", attributes={"staffNo": "工号"})
    client = signed_in(student.numbers[0])
    session = SsoSession.objects.get(account=student.account)
    SsoGrant.objects.create(session=session, application=library, service="x", user_name="x", ticket="ST-1")
    page = client.get("/account/applications")
    text = page.content.decode()
    assert [one.application.key for one, _parts in page.context["used"]] == ["library"]
    assert [one.application.key for one, _parts in page.context["others"]] == ["hr"]
    assert "显示读者姓名" in text


def test_the_list_finds_by_name_owner_and_address(administrator, library):
    register_application(
        by=TEST, key="hr", name="人事系统", owner="人事处", service_prefix="https://hr.example.edu.cn/"
    )

    def found(**query):
        return [one.key for one in administrator.get("/applications/", query).context["list"].page]

    assert found(q="lib.example") == ["library"]
    assert found(q="人事") == ["hr"]
    assert found(q="没有") == []
    Health.objects.create(application=library, state="down")
    assert found(state="down") == ["library"]


def test_pages_ask_the_database_little(administrator, library):
    for number in range(30):
        register_application(
            by=TEST,
            key=f"a{number}",
            name=f"应用{number}",
            owner="校办",
            addresses=[f"https://a{number}.example.edu.cn/"],
        )
    administrator.get("/applications/")  # the first request after a sign-in writes down what the next ones read
    pages = ("", "library/", "library/connect", "library/access", "library/attributes", "library/change", "register")
    counts = {page: len(queries_of(administrator, f"/applications/{page}")) for page in pages}
    counts["mine"] = len(queries_of(administrator, "/account/applications"))
    assert {page: count for page, count in counts.items() if count > 20} == {}, counts
