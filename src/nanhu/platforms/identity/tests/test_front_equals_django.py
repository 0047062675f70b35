"""What the front answers is what Django would have answered; what is not plainly granted it leaves alone."""

import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.sessions.models import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.front.registry import FROM_THE_CARD
from nanhu.platforms.identity.lifecycle import accounts
from nanhu.platforms.identity.models import AccessRule, Account, Application, Maintenance, RoleGrant, SsoSession
from nanhu.platforms.identity.services import attributes, sessions, tickets
from nanhu.platforms.identity.services.applications import change_application, register_application, set_addresses
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in
from nanhu.platforms.identity.tests.front import Both, cookie_of, request
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person

pytestmark = [pytest.mark.django_db, pytest.mark.capability("A046.4")]
HOME = "https://oa.example.edu.cn"
SERVICE = f"{HOME}/login"
P3 = "/cas/p3/serviceValidate"
ORDINARY = sorted(FROM_THE_CARD - {"sex"})


@pytest.fixture
def office(db):
    application = register_application(
        by=TEST, key="oa", name="OA 办公系统", owner="校办", service_prefix=f"{HOME}/", attributes=ORDINARY
    )
    register_application(
        by=TEST, key="lib", name="图书馆", owner="图书馆", service_prefix="http://lib.example.com:8080/my"
    )
    return application


@pytest.fixture
def signed_in(browser, teacher, office):
    assert sign_in(browser, "T00123").status_code == 302
    return browser


@pytest.fixture
def both(signed_in):
    with time_machine.travel(now(), tick=False):
        yield Both()


@pytest.fixture
def session(signed_in) -> SsoSession:
    return SsoSession.objects.get()


def login(client, service=SERVICE, **more):
    return request("/cas/login", f"service={quote(service, safe='')}", cookie=cookie_of(client), **more)


def question(ticket, service=SERVICE, *, path=P3, more="", **options):
    return request(path, f"service={quote(service, safe='')}&ticket={ticket}{more}", **options)


def ticket_of(session, office, service=SERVICE, **more) -> str:
    return tickets.issue(application=office, session=session, service=service, **{"is_primary": False, **more})


# ---- tickets -----------------------------------------------------------------------------------------------------


@pytest.mark.capability("A002.1")
@pytest.mark.parametrize(
    "service",
    [
        SERVICE,
        HOME,
        f"{HOME}/",
        f"{HOME}:443/a",
        f"{HOME}/a?b=c&d=e",
        f"{HOME}/a#part",
        f"{HOME}/a?b=c#part",
        f"{HOME}/页",
        f"{HOME}/a;jsessionid=1A2B?x=1",
        "HTTPS://OA.Example.EDU.CN/x",
        f"{HOME}/a%20b",
        f"{HOME}/a+b?q=%E4%B8%AD",
        f"{HOME}//x",
        f"{HOME}/?ticket=ST-old",
        "http://lib.example.com:8080/my/books?x=1&y",
        f"{HOME}/a?b=c=d",
        f"{HOME}/'quoted'(1)*!~",
    ],
)
def test_a_signed_in_browser_gets_its_ticket_from_either(both, signed_in, service):
    answer = both.compare(login(signed_in, service))
    assert answer is not None
    assert (answer.status, answer.body) == (302, b"")
    assert "ticket=ST-" in answer.headers["Location"]


@pytest.mark.capability("A002.1")
def test_a_sign_in_of_the_morning_opens_what_is_opened_in_the_evening(both, signed_in, session):
    SsoSession.objects.filter(pk=session.pk).update(authenticated_at=now() - timedelta(hours=7))
    answer = both.compare(login(signed_in))
    assert answer is not None
    assert (answer.status, "ticket=ST-" in answer.headers["Location"]) == (302, True), "no second sign-in"


@pytest.mark.parametrize(
    "encoded",
    [
        "https://oa.example.edu.cn/login",
        "https%3a%2f%2foa.example.edu.cn%2flogin",
        "https:%2F/oa.example.edu.cn/?",
    ],
)
def test_services_as_clients_write_them(both, signed_in, encoded):
    assert both.compare(request("/cas/login", f"service={encoded}", cookie=cookie_of(signed_in))) is not None


def test_the_session_is_seen_once_a_minute(both, signed_in, session):
    for seconds, is_noted in ((50, False), (70, True)):
        with time_machine.travel(session.last_seen_at + timedelta(seconds=seconds), tick=False):
            answer = both.compare(login(signed_in))
            assert (answer.effects[2][0][1] != session.last_seen_at) == is_noted


@pytest.mark.parametrize(
    "query",
    [
        "",
        "service=",
        "service",
        "renew=true&service=https://oa.example.edu.cn/",
        "service=https://oa.example.edu.cn/&gateway=true",
        "service=https://oa.example.edu.cn/&method=POST",
        "service=https://oa.example.edu.cn/&service=https://oa.example.edu.cn/",
        "service=https://oa.example.edu.cn/&x=1",
        "Service=https://oa.example.edu.cn/",
        "service=https://oa.example.edu.cn/&",
        "service=https://oa.example.edu.cn/;x",
        "service=https://oa.example.edu.cn/%zz",
        "service=https://oa.example.edu.cn/%ff",
        "service=https://oa.example.edu.cn/\xe9",
        "service=https://evil.example.com/",
        "service=https://oa.example.edu.cn.evil.com/",
        "service=https://oa.example.edu.cn%40evil.com/",
        "service=http://oa.example.edu.cn/",
        "service=https://oa.example.edu.cn:8443/",
        "service=https://oa.example.edu.cn/a/%2e%2e/b",
        "service=https://oa.example.edu.cn/a/..;x/b",
        "service=javascript:alert(1)",
        "service=https://oa.example.edu.cn/a+b",
        "service=//oa.example.edu.cn/",
        "service=https://oa.example.edu.cn/%0a",
        "service=http://lib.example.com:8080/mystery",
        "service=https://oa.example.edu.cn/" + "a" * 5000,
    ],
)
def test_any_other_question_for_a_ticket_is_djangos(both, signed_in, query):
    assert both.front(request("/cas/login", query, cookie=cookie_of(signed_in))) is None


def test_other_methods_bodies_hosts_and_prefetches_are_djangos(both, signed_in):
    for odd in (
        {"method": "HEAD"},
        {"method": "POST"},
        {"host": "evil.example.com"},
        {"host": "localhost@evil"},
        {"host": ""},
        {"data": b"x=1", "content_type": "text/plain"},
        {"headers": {"sec-purpose": "prefetch"}},
        {"headers": {"purpose": "preview"}},
        {"headers": {"x-moz": "prefetch"}},
        {"headers": {"transfer-encoding": "chunked"}},
    ):
        assert both.front(login(signed_in, **odd)) is None, odd
    assert both.front(request("/cas/login/", "service=" + SERVICE, cookie=cookie_of(signed_in))) is None


def test_cookies_that_are_not_one_live_session_are_djangos(both, signed_in, session):
    good = cookie_of(signed_in)
    for cookie in (
        "",
        "nanhu_session=",
        good + "; " + good,
        good.upper(),
        good[:-1],
        good + "x",
        f'nanhu_session="{good[14:]}"',
        "nanhu_session=" + "0" * 32,
        "other=1",
        "xnanhu_session=" + good[14:],
    ):
        assert both.front(request("/cas/login", f"service={SERVICE}", cookie=cookie)) is None, cookie
    for cookie in (f"a=b; {good}; c", f"{good};", f"django_language=en; {good}"):
        assert both.compare(request("/cas/login", f"service={SERVICE}", cookie=cookie)) is not None, cookie


def ended(_client, session, _office):
    sessions.end_sessions(by=TEST, sessions=[session], how=SsoSession.End.ENDED_ELSEWHERE)


def idle(_client, session, _office):
    SsoSession.objects.filter(pk=session.pk).update(last_seen_at=now() - timedelta(minutes=121))


def too_old(_client, session, _office):
    SsoSession.objects.filter(pk=session.pk).update(created_at=now() - timedelta(hours=12, seconds=1))


def suspended(_client, session, _office):
    accounts.move(by=TEST, account=session.account, state=Account.State.SUSPENDED)


def merely_suspended(_client, session, _office):
    Account.objects.filter(pk=session.account_id).update(state=Account.State.SUSPENDED)


def in_set_up(_client, session, _office):
    Account.objects.filter(pk=session.account_id).update(state=Account.State.MUST_COMPLETE)


def with_another_password(_client, session, _office):
    Account.objects.filter(pk=session.account_id).update(password="argon2$argon2id$another")


def forgotten_by_django(_client, _session, _office):
    Session.objects.all().delete()


def expired_at_django(_client, _session, _office):
    Session.objects.update(expire_date=now())


def disabled(_client, _session, office):
    change_application(by=TEST, application=office, is_enabled=False)


def moved(_client, _session, office):
    set_addresses(by=TEST, application=office, prefixes=["https://new.example.edu.cn/"])


def taken_over_below(_client, _session, office):
    register_application(by=TEST, key="new", name="新系统", owner="校办", service_prefix=SERVICE)
    change_application(by=TEST, application=Application.objects.get(key="new"), is_enabled=False)


def closed_to_teachers(_client, _session, office):
    AccessRule.objects.create(application=office, effect="deny", affiliation_kind="staff", created_by="test")


def open_to_others_only(_client, session, office):
    AccessRule.objects.create(application=office, effect="allow", category="9", created_by="test")


def in_maintenance(_client, _session, office):
    Maintenance.objects.create(
        application=office, notice="升级", starts_at=now(), ends_at=now() + timedelta(hours=1), created_by="test"
    )


def left_the_school(_client, _session, _office):
    Affiliation.objects.update(state="ended", ends_on="2026-10-01")


def demanding_a_second_factor(_client, _session, office):
    change_application(by=TEST, application=office, demands_second_factor=True)


def administrator_without_second_factor(_client, session, _office):
    RoleGrant.objects.create(account=session.account, role="campus.admin", granted_by="test")


def wanting_to_be_asked(client, _session, _office):
    client.post(f"/cas/login?service={SERVICE}", {"username": "T00123", "password": PASSWORD, "warn": "on"})


@pytest.mark.parametrize(
    "becomes",
    [
        ended,
        idle,
        too_old,
        suspended,
        merely_suspended,
        in_set_up,
        with_another_password,
        forgotten_by_django,
        expired_at_django,
        disabled,
        moved,
        taken_over_below,
        closed_to_teachers,
        open_to_others_only,
        in_maintenance,
        left_the_school,
        demanding_a_second_factor,
        administrator_without_second_factor,
        wanting_to_be_asked,
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_who_would_be_refused_is_djangos_also_when_it_changed_a_moment_ago(
    *, both, signed_in, session, office, becomes, is_known
):
    if is_known:
        assert both.compare(login(signed_in)) is not None
    becomes(signed_in, session, office)
    assert both.front(login(signed_in)) is None
    answer = both.django(login(signed_in))
    assert "ticket=" not in answer.headers.get("Location", "")


def test_a_second_factor_opens_what_demands_it(both, signed_in, session, office):
    demanding_a_second_factor(signed_in, session, office)
    administrator_without_second_factor(signed_in, session, office)
    SsoSession.objects.filter(pk=session.pk).update(second_factor_at=now())
    assert both.compare(login(signed_in)) is not None


def test_rules_that_let_one_in_do_so_here_as_there(both, signed_in, session, office):
    AccessRule.objects.create(application=office, effect="allow", affiliation_kind="staff", created_by="test")
    in_maintenance(signed_in, session, office)
    AccessRule.objects.create(application=office, effect="tester", account=session.account, created_by="test")
    assert both.compare(login(signed_in)) is not None


def test_a_new_signing_key_signs_everybody_out(both, signed_in, settings):
    settings.SECRET_KEY = "another"
    assert both.front(login(signed_in)) is None


def test_a_mark_follows_the_browsers_id(both, signed_in, session):
    old = cookie_of(signed_in)
    sign_in(signed_in, "T00123")  # the same person once more: the session stays, its id is new
    assert SsoSession.objects.get() == session
    assert cookie_of(signed_in) != old
    assert both.compare(login(signed_in)) is not None
    assert both.front(request("/cas/login", f"service={SERVICE}", cookie=old)) is None


def test_whoever_asked_to_be_warned_and_no_longer_does_is_quick_again(both, signed_in, session, office):
    wanting_to_be_asked(signed_in, session, office)
    assert both.front(login(signed_in)) is None
    signed_in.post(f"/cas/login?service={SERVICE}", {"username": "T00123", "password": PASSWORD})
    assert both.compare(login(signed_in)) is not None


def test_a_changed_password_keeps_this_browser_only(both, signed_in, session, browser):
    form = {"old_password": PASSWORD, "new_password": "Willow-Lake-2031", "again": "Willow-Lake-2031"}
    page = signed_in.post("/account/password", form)
    assert page.status_code == 302, page.content.decode()
    assert both.compare(login(signed_in)) is not None


def test_the_row_of_somebody_else_gets_no_mark(both, signed_in, session, student):
    """A Django session that names a session of another account marks nothing."""
    other = type(signed_in)()
    sign_in(other, student.numbers[0])
    stolen = other.session
    stolen["identity.session"] = session.pk
    stolen.save()
    SsoSession.objects.filter(pk=session.pk).update(cookie_mark=None, password_mark=None)
    other.post("/sign-in", {"username": "nobody", "password": "x"})
    session.refresh_from_db()
    assert session.cookie_mark is None
    assert both.front(login(other)) is None


# ---- verdicts ----------------------------------------------------------------------------------------------------


@pytest.mark.capability("A046.4")
@pytest.mark.parametrize("path", [P3, "/cas/serviceValidate"])
@pytest.mark.parametrize("has_attributes", [True, False])
@pytest.mark.parametrize("preference", ["staff_first", "student_first", "as_signed_in"])
@pytest.mark.parametrize("campus_no", ["T00123", "20250999", "t00123"])
def test_an_application_hears_the_same_of_either(*, both, session, office, path, has_attributes, preference, campus_no):
    change_application(by=TEST, application=office, has_attributes_in_cas2=has_attributes, user_name=preference)
    office.refresh_from_db()
    SsoSession.objects.filter(pk=session.pk).update(campus_no=campus_no)
    answer = both.compare(question(ticket_of(session, office), path=path))
    assert answer is not None
    assert b"authenticationSuccess" in answer.body
    assert len(answer.effects[1]) == 1
    assert not answer.effects[0]


def no_unit(person_id):
    Affiliation.objects.filter(person_id=person_id).update(unit=None)


def one_ended(person_id):
    Affiliation.objects.filter(person_id=person_id, kind="staff").update(
        state="ended", ends_on="2026-10-01", status_name="离职"
    )


def graduated(person_id):
    Affiliation.objects.filter(person_id=person_id, kind="student").update(
        state="ended", ends_on="2026-10-01", status_name="毕业"
    )


def one_planned(person_id):
    Affiliation.objects.filter(person_id=person_id, kind="staff").update(state="planned", starts_on="2999-01-01")


def one_suspended(person_id):
    Affiliation.objects.filter(person_id=person_id, kind="staff").update(state="suspended")


def nothing_live(person_id):
    Affiliation.objects.filter(person_id=person_id).update(state="ended", ends_on="2026-10-01")


def later_number(person_id):
    unit = OrgUnit.objects.create(code="0802", name="软件<&>学院", kind="college")
    Affiliation.objects.create(
        person_id=person_id,
        kind="staff",
        campus_no="T00999",
        unit=unit,
        category="2",
        category_name="教师 & 研究员",
        starts_on=date(2026, 10, 1),
    )


def odd_name(person_id):
    Person.objects.filter(pk=person_id).update(name="Ann \"<&>'\u2028 \U00020000·买买提", email="", sex="2")


def none_at_all(person_id):
    Affiliation.objects.filter(person_id=person_id).delete()


@pytest.mark.parametrize("is_primary", [True, False])
@pytest.mark.parametrize(
    "becomes",
    [no_unit, one_ended, graduated, one_planned, one_suspended, nothing_live, later_number, odd_name, none_at_all],
)
def test_whoever_it_is(both, session, office, becomes, is_primary):
    becomes(session.account.person_id)
    answer = both.compare(question(ticket_of(session, office, is_primary=is_primary)))
    assert answer is not None
    assert b"authenticationSuccess" in answer.body


@pytest.mark.capability("A046.4")
@pytest.mark.parametrize("name", sorted(FROM_THE_CARD))
def test_each_attribute_alone(both, session, office, name):
    Application.objects.filter(pk=office.pk).update(attributes=[name], entitlements=["urn:mace:dir:entitlement:x"])
    answer = both.compare(question(ticket_of(session, office)))
    assert answer is not None


def test_the_department_is_above_the_class_and_the_class_has_a_name_of_its_own(both, session, office):
    college = OrgUnit.objects.create(code="11", name="计算机学院（新）", kind="学院")
    major = OrgUnit.objects.create(code="1103", name="软件工程", kind="专业", parent=college)
    below = OrgUnit.objects.create(code="110301", name="软工2401班", kind="班级", parent=major)
    Affiliation.objects.filter(person_id=session.account.person_id).update(unit=below)
    wanted = ["department", "departmentCode", "className", "classCode"]
    Application.objects.filter(pk=office.pk).update(attributes=wanted)
    answer = both.compare(question(ticket_of(session, office)))
    assert answer is not None
    text = answer.body.decode()
    values = {name: re.search(rf"<cas:{name}>(.*?)</cas:{name}>", text)[1] for name in wanted}
    assert values == {
        "department": "计算机学院（新）",
        "departmentCode": "11",
        "className": "软工2401班",
        "classCode": "110301",
    }


def test_what_the_front_does_not_know_it_leaves_alone(both, session, office):
    unknown = set(attributes.ATTRIBUTES) - FROM_THE_CARD
    assert {"phone", "roles"} <= unknown
    for name in unknown:
        Application.objects.filter(pk=office.pk).update(attributes=[name])
        both.door.registry.known.clear()
        assert both.front(question(ticket_of(session, office))) is None


def test_services_of_verdicts_as_clients_write_them(both, session, office):
    for issued, asked in (
        (f"{HOME}/a#part", f"{HOME}/a"),
        (f"{HOME}/a;jsessionid=1?x", f"{HOME}/a;jsessionid=2?x"),
        (f"{HOME}/页", f"{HOME}/页"),
        (f"{HOME}/a?b=c&d", f"{HOME}/a?b=c&d#x"),
        (HOME, HOME),
    ):
        assert both.compare(question(ticket_of(session, office, issued), asked)) is not None, issued
    ticket = ticket_of(session, office)
    assert both.compare(request(P3, f"ticket={ticket}&service={SERVICE}")) is not None


@pytest.mark.parametrize(
    ("more", "options"),
    [
        ("&renew=true", {}),
        ("&pgtUrl=https://oa.example.edu.cn/", {}),
        ("&format=JSON", {}),
        ("&format=xml", {}),
        ("&x", {}),
        ("", {"cookie": "a=b"}),
        ("", {"host": "evil.example.com"}),
        ("", {"method": "HEAD"}),
        ("", {"method": "POST"}),
        ("", {"path": "/cas/validate"}),
        ("", {"path": "/cas/proxyValidate"}),
        ("", {"path": "/cas/p3/proxyValidate"}),
        ("", {"path": "/cas/p3/serviceValidate/"}),
        ("x", {}),
        ("%20", {}),
        ("&ticket=ST-x", {}),
        ("", {"service": f"{HOME}/other"}),
        ("", {"service": "https://evil.example.com/"}),
        ("", {"service": f"{HOME}/login/"}),
        ("", {"service": "http://lib.example.com:8080/my"}),
    ],
)
def test_any_other_question_about_a_ticket_is_djangos_and_the_ticket_is_still_there(
    both, session, office, more, options
):
    assert both.front(question(ticket_of(session, office), more=more, **options)) is None


@pytest.mark.parametrize(
    "ticket", ["ST-", "PT-" + "a" * 29, "ST-" + "a" * 29, "ST-" + "a" * 28, "TGT-1", "", "ST-" + "é" * 29]
)
def test_tickets_that_are_none_are_djangos(both, ticket):
    assert both.front(question(ticket)) is None


@pytest.mark.parametrize("becomes", [ended, idle, too_old, suspended, merely_suspended, in_set_up, disabled, moved])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_ticket_that_is_worth_nothing_any_more_is_djangos(*, both, signed_in, session, office, becomes, is_known):
    if is_known:
        assert both.compare(question(ticket_of(session, office))) is not None
    ticket = ticket_of(session, office)
    becomes(signed_in, session, office)
    assert both.front(question(ticket)) is None
    if becomes is not moved:
        assert b"authenticationFailure" in both.django(question(ticket)).body


@pytest.mark.capability("A046.2")
def test_an_expired_ticket_and_one_of_the_last_moment(both, session, office):
    ticket = ticket_of(session, office)
    with time_machine.travel(now() + timedelta(seconds=9, milliseconds=999), tick=False):
        assert both.compare(question(ticket)) is not None
    with time_machine.travel(now() + timedelta(seconds=10), tick=False):
        assert both.front(question(ticket)) is None
        assert b"INVALID_TICKET" in both.django(question(ticket)).body


def test_a_ticket_of_a_merged_person_is_djangos(both, session, office, student):
    Person.objects.filter(pk=session.account.person_id).update(merged_into=student.person_id)
    assert both.front(question(ticket_of(session, office))) is None


# ---- the line ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("public", "peer", "is_djangos"),
    [
        ("https://portal.example.edu.cn", "127.0.0.1", True),
        ("https://portal.example.edu.cn", "202.197.1.9", False),
        ("http://localhost:8000", "127.0.0.1", False),
    ],
)
def test_who_comes_without_tls_is_djangos(*, both, signed_in, session, office, monkeypatch, public, peer, is_djangos):
    """A proxy of ours says that the line is open: nothing of a person, and no ticket, may go over it."""
    ours = replace(configuration(), public_url=public)
    monkeypatch.setattr("nanhu.platforms.identity.front.headers.configuration", lambda: ours)
    monkeypatch.setattr("nanhu.kernel.secure_line.configuration", lambda: ours)
    line = {"HTTP_X_FORWARDED_PROTO": "http", "REMOTE_ADDR": peer}
    for asked in (login(signed_in), question(ticket_of(session, office))):
        assert (both.front(asked | line) is None) == is_djangos
        if is_djangos:
            assert both.django(asked | line).status == 301


# ---- anything ----------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "service=",
        "ticket=",
        SERVICE,
        quote(SERVICE, safe=""),
        "https://oa.example.edu.cn",
        "//",
        "?",
        "#",
        "%23",
        "%3F",
        "%00",
        "%0d%0a",
        "&",
        "=",
        "+",
        "%2B",
        ";",
        "renew",
        "gateway=1",
        "ST-",
        "中",
        "%E4%B8%AD",
        "@",
        "%40",
        "..",
        "%2e%2e",
        "\\",
        "a",
        ":443",
        ":80",
        "[",
        "|",
    ]
)


@settings(max_examples=150)
@given(pieces=st.lists(PIECES, max_size=7), is_login=st.booleans(), begins_well=st.booleans())
def test_whatever_is_asked_the_front_says_what_django_says_or_nothing(
    *, both, signed_in, session, office, pieces, is_login, begins_well
):
    tail = "".join(pieces).encode().decode("latin-1")
    if is_login:
        begin = f"service={HOME}" if begins_well else ""
        both.compare(request("/cas/login", begin + tail, cookie=cookie_of(signed_in)))
    else:
        begin = f"ticket={ticket_of(session, office)}&service={HOME}" if begins_well else ""
        both.compare(request(P3, begin + tail))
