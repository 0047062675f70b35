"""CAS by the specification, through HTTP. The real client is in tests/interop."""

import json
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from lxml import etree

from nanhu.kernel.clock import now
from nanhu.kernel.registry import ChangedFact
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import ServiceTicket, SsoGrant, SsoSession
from nanhu.platforms.identity.services import known_facts, tickets
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, counted, sign_in

pytestmark = pytest.mark.django_db
SERVICE = "https://oa.example.edu.cn/login"
CAS = "{http://www.yale.edu/tp/cas}"


@pytest.fixture
def office(db):
    return register_application(
        by=TEST,
        key="oa",
        name="OA 办公系统",
        owner="校办",
        service_prefix="https://oa.example.edu.cn/",
        attributes=["displayName", "department", "eduPersonAffiliation"],
    )


@pytest.fixture
def signed_in(browser, teacher, office):
    sign_in(browser, "T00123")
    return browser


def ticket_from(response) -> str:
    assert response.status_code == 302, response.content.decode()
    return parse_qs(urlsplit(response.headers["Location"]).query)["ticket"][0]


def fresh_ticket(client, **more) -> str:
    return ticket_from(client.get("/cas/login", {"service": SERVICE, **more}))


def validate(ticket, service=SERVICE, path="/cas/p3/serviceValidate", **more):
    return Client().get(path, {"ticket": ticket, "service": service, **more})


def failure_code(response) -> str:
    root = etree.fromstring(response.content)
    assert root[0].tag == f"{CAS}authenticationFailure"
    return root[0].attrib["code"]


@pytest.mark.capability("A002.1", "A046.4")
def test_a_signed_in_browser_gets_a_ticket_that_is_worth_its_owner(signed_in):
    ticket = fresh_ticket(signed_in)

    assert ticket.startswith("ST-")
    assert len(ticket) <= 32
    root = etree.fromstring(validate(ticket).content)
    success = root.find(f"{CAS}authenticationSuccess")
    assert success.find(f"{CAS}user").text == "T00123"
    found = success.find(f"{CAS}attributes")
    assert found.find(f"{CAS}displayName").text == "欧阳修文"
    assert found.find(f"{CAS}department").text == "计算机学院"
    assert {one.text for one in found.findall(f"{CAS}eduPersonAffiliation")} == {
        "staff",
        "employee",
        "member",
        "student",
    }
    assert found.find(f"{CAS}isFromNewLogin").text == "false"


def test_only_the_hash_of_a_ticket_is_kept(signed_in):
    ticket = fresh_ticket(signed_in)

    row = ServiceTicket.objects.get()
    assert bytes(row.ticket_hash) == tickets.hash_of(ticket)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM identity_service_ticket t")
        assert ticket not in cursor.fetchone()[0]


@pytest.mark.capability("A046.1")
def test_a_ticket_works_once(signed_in):
    ticket = fresh_ticket(signed_in)

    assert b"authenticationSuccess" in validate(ticket).content
    assert failure_code(validate(ticket)) == "INVALID_TICKET"


@pytest.mark.capability("A046.1", "A046.3")
def test_a_wrong_service_kills_the_ticket(signed_in):
    ticket = fresh_ticket(signed_in)

    assert failure_code(validate(ticket, "https://oa.example.edu.cn/other")) == "INVALID_SERVICE"
    assert failure_code(validate(ticket)) == "INVALID_TICKET"


@pytest.mark.capability("A046.2")
def test_a_ticket_lives_ten_seconds(signed_in):
    fresh, stale = fresh_ticket(signed_in), fresh_ticket(signed_in)

    with time_machine.travel(now() + timedelta(seconds=9), tick=False):
        assert b"authenticationSuccess" in validate(fresh).content
    with time_machine.travel(now() + timedelta(seconds=11), tick=False):
        assert failure_code(validate(stale)) == "INVALID_TICKET"


@pytest.mark.capability("A002.2")
def test_a_ticket_dies_with_its_session(signed_in):
    ticket = fresh_ticket(signed_in)
    signed_in.post("/sign-out")

    assert failure_code(validate(ticket)) == "INVALID_TICKET"


@pytest.mark.capability("A046.4")
def test_the_password_at_cas_itself_makes_a_primary_ticket(browser, teacher, office):
    page = browser.get("/cas/login", {"service": SERVICE, "renew": "true"})
    assert "OA 办公系统" in page.content.decode()

    response = browser.post(f"/cas/login?service={SERVICE}&renew=true", {"username": "T00123", "password": PASSWORD})

    root = etree.fromstring(validate(ticket_from(response), renew="true").content)
    assert root.find(f".//{CAS}isFromNewLogin").text == "true"


@pytest.mark.capability("A046.4")
def test_renew_asks_again_and_keeps_the_session(signed_in):
    assert signed_in.get("/cas/login", {"service": SERVICE, "renew": "true"}).status_code == 200
    assert failure_code(validate(fresh_ticket(signed_in), renew="true")) == "INVALID_TICKET", "of no fresh sign-in"
    old_key = signed_in.session.session_key

    response = signed_in.post(f"/cas/login?service={SERVICE}&renew=true", {"username": "T00123", "password": PASSWORD})

    assert b"authenticationSuccess" in validate(ticket_from(response), renew="true").content
    assert SsoSession.objects.filter(ended_at=None).count() == 1
    assert signed_in.session.session_key != old_key


@pytest.mark.capability("A046.1")
def test_renew_at_validation_refuses_a_ticket_of_single_sign_on(signed_in):
    assert failure_code(validate(fresh_ticket(signed_in), renew="true")) == "INVALID_TICKET"


@pytest.mark.capability("A046.4")
def test_gateway_returns_without_a_ticket_and_without_a_page(browser, office):
    response = browser.get("/cas/login", {"service": SERVICE, "gateway": "true"})

    assert (response.status_code, response.headers["Location"]) == (302, SERVICE)


def test_gateway_with_a_session_brings_a_ticket_and_renew_beats_it(signed_in):
    assert fresh_ticket(signed_in, gateway="true").startswith("ST-")
    assert signed_in.get("/cas/login", {"service": SERVICE, "gateway": "true", "renew": "true"}).status_code == 200


def test_gateway_without_service_is_as_if_not_set(browser, office):
    assert browser.get("/cas/login", {"gateway": "true"}).status_code == 200


def test_head_and_prefetch_make_no_ticket(signed_in):
    assert signed_in.head("/cas/login", {"service": SERVICE}).status_code == 200
    assert signed_in.get("/cas/login", {"service": SERVICE}, headers={"Sec-Purpose": "prefetch"}).status_code == 503
    assert not ServiceTicket.objects.exists()


@pytest.mark.capability("A046.4")
def test_method_post_hands_the_ticket_over_in_a_form(signed_in):
    page = signed_in.get("/cas/login", {"service": SERVICE, "method": "POST"})

    assert page.status_code == 200
    assert f'action="{SERVICE}"' in page.content.decode()
    assert 'name="ticket" value="ST-' in page.content.decode()


def test_warn_asks_before_each_later_application(browser, teacher, office):
    browser.post(f"/cas/login?service={SERVICE}", {"username": "T00123", "password": PASSWORD, "warn": "on"})
    page = browser.get("/cas/login", {"service": SERVICE})

    assert page.status_code == 200
    assert "OA 办公系统" in page.content.decode()
    assert ticket_from(browser.post(f"/cas/login?service={SERVICE}")).startswith("ST-")


@pytest.mark.capability("A046.3")
@pytest.mark.parametrize(
    "service",
    [
        "https://evil.example.com/",
        "https://oa.example.edu.cn.evil.com/",
        "https://oa.example.edu.cn@evil.com/",
        "http://oa.example.edu.cn/",
        "https://oa.example.edu.cn:8443/",
        "https://oa.example.edu.cn\\@evil.com/",
        "https://oa.example.edu.cn/a/../b",
        "https://oa.example.edu.cn/a/%2e%2e/b",
        "javascript:alert(1)//oa.example.edu.cn/",
        "//oa.example.edu.cn/",
        "https://oa.example.edu.cn/\n",
    ],
)
def test_a_service_that_is_not_registered_gets_a_page_and_never_a_redirect(signed_in, service):
    for path in ("/cas/login", "/cas/login?gateway=true"):
        response = signed_in.get(path, {"service": service, **({"gateway": "true"} if "gateway" in path else {})})
        assert response.status_code == 403
        assert "Location" not in response.headers


@pytest.mark.capability("A046.3")
def test_a_registered_prefix_ends_at_a_segment(signed_in):
    register_application(
        by=TEST, key="lib", name="图书馆", owner="图书馆", service_prefix="https://lib.example.edu.cn/my"
    )

    assert signed_in.get("/cas/login", {"service": "https://lib.example.edu.cn/my/books?x=1"}).status_code == 302
    assert signed_in.get("/cas/login", {"service": "https://lib.example.edu.cn/mystery"}).status_code == 403


@pytest.mark.capability("A002.3", "A046.4")
def test_cas_1_answers_two_lines(signed_in):
    ticket = fresh_ticket(signed_in)

    assert validate(ticket, path="/cas/validate").content == b"yes\nT00123\n"
    assert validate(ticket, path="/cas/validate").content == b"no\n\n"


@pytest.mark.capability("A002.3", "A046.4")
def test_cas_2_gives_attributes_where_the_application_has_them_switched_on(signed_in, office):
    assert b"cas:displayName" in validate(fresh_ticket(signed_in), path="/cas/serviceValidate").content
    office.has_attributes_in_cas2 = False
    office.save()
    answer = validate(fresh_ticket(signed_in), path="/cas/serviceValidate").content
    assert b"authenticationSuccess" in answer
    assert b"attributes" not in answer


@pytest.mark.capability("A002.3", "A046.4")
def test_json_answers(signed_in):
    ticket = fresh_ticket(signed_in)

    success = json.loads(validate(ticket, format="JSON").content)["serviceResponse"]["authenticationSuccess"]
    told = success["attributes"]
    assert (success["user"], told["displayName"]) == ("T00123", "欧阳修文")
    assert set(told["eduPersonAffiliation"]) == {"staff", "employee", "member", "student"}, "all of them, as in XML"
    failure = json.loads(validate(ticket, format="JSON").content)["serviceResponse"]["authenticationFailure"]
    assert failure["code"] == "INVALID_TICKET"
    assert failure_code(validate(fresh_ticket(signed_in), format="YAML")) == "INVALID_REQUEST"


def test_missing_and_foreign_tickets_are_named_as_such(signed_in):
    assert failure_code(Client().get("/cas/serviceValidate", {"service": SERVICE})) == "INVALID_REQUEST"
    assert failure_code(validate("PT-something", path="/cas/serviceValidate")) == "INVALID_TICKET_SPEC"


@pytest.mark.capability("A040.1")
def test_no_ticket_before_set_up_is_complete(browser, newcomer, office):
    code = counter.reset(by=TEST, campus_no=newcomer.numbers[0], reason="test")
    sign_in(browser, newcomer.numbers[0], code)

    response = browser.get("/cas/login", {"service": SERVICE})
    assert response.headers["Location"] == "/setup"
    assert not ServiceTicket.objects.exists()


def test_the_whole_session_key_is_new_after_sign_in_at_cas(browser, teacher, office):
    browser.get("/cas/login", {"service": SERVICE})
    browser.session.save()
    browser.post(f"/cas/login?service={SERVICE}", {"username": "T00123", "password": PASSWORD})
    assert SsoSession.objects.count() == 1


@pytest.mark.capability("A002.2")
def test_logout_ends_the_session_and_goes_only_to_registered_places(signed_in):
    response = signed_in.get("/cas/logout", {"service": SERVICE})
    assert (response.status_code, response.headers["Location"]) == (302, SERVICE)
    assert SsoSession.objects.get().ended_how == "signed_out"
    assert signed_in.get("/cas/logout", {"service": "https://evil.example.com/"}).status_code == 200


@pytest.mark.capability("A046.1")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_validate_the_same_ticket_at_once_one_wins(signed_in):
    for _round in range(5):
        ticket = fresh_ticket(signed_in)
        gate, found = threading.Barrier(2), []

        def race(ticket=ticket, gate=gate, found=found):
            gate.wait()
            found.append(tickets.validate(ticket=ticket, service=SERVICE, must_be_new=False))
            connection.close()

        threads = [threading.Thread(target=race) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(type(one).__name__ for one in found) == ["Assertion", "Refusal"]
    assert SsoGrant.objects.count() == 5


def test_an_application_that_is_given_a_name_follows_a_correction_at_the_next_sign_in(signed_in, office):
    def followed(field):
        person_id = SsoSession.objects.latest("pk").account.person_id
        fact = ChangedFact(person_id=person_id, field=field, was="", since=since)
        return [(one.what, one.followed_at is not None) for one in known_facts.copies_of(fact)]

    validate(fresh_ticket(signed_in))
    since = now()
    assert followed("people.name") == [(office.name, False)]
    assert followed("people.photo") == []
    validate(fresh_ticket(signed_in))
    assert followed("people.name") == [(office.name, True)]


@pytest.mark.capability("A046.3")
def test_a_ticket_is_worth_nothing_once_its_application_is_switched_off(signed_in, office):
    ticket, kept = fresh_ticket(signed_in), fresh_ticket(signed_in)
    office.is_enabled = False
    office.save()
    assert failure_code(validate(ticket)) == "INVALID_SERVICE"
    assert signed_in.get("/cas/login", {"service": SERVICE}).status_code == 403
    office.is_enabled = True
    office.save()
    assert b"authenticationSuccess" in validate(kept).content


@pytest.mark.capability("A046.1", "A046.2", "A046.3")
def test_a_click_opens_the_business_system_by_a_ticket_one_time_short_lived_and_bound(signed_in):
    """The icon leads to the application, the application to /cas/login, and no password is asked."""
    icon_click = signed_in.get("/cas/login", {"service": SERVICE})
    assert icon_click.headers["Location"].startswith(SERVICE + "?ticket=ST-")

    first, bound, old = fresh_ticket(signed_in), fresh_ticket(signed_in), fresh_ticket(signed_in)
    assert b"authenticationSuccess" in validate(first).content
    assert failure_code(validate(first)) == "INVALID_TICKET"
    assert failure_code(validate(bound, SERVICE + "/elsewhere")) == "INVALID_SERVICE"
    assert failure_code(validate(fresh_ticket(signed_in), SERVICE + "?next=/admin")) == "INVALID_SERVICE"
    with time_machine.travel(now() + timedelta(seconds=10, milliseconds=1), tick=False):
        assert failure_code(validate(old)) == "INVALID_TICKET"


def test_wrong_tickets_from_its_address_hold_no_application_up(signed_in):
    before = counted()
    wrong = [validate(f"ST-{'x' * 50}{number}") for number in range(40)]
    wrong += [Client().get("/cas/proxy", {"pgt": f"PGT-{number}", "targetService": SERVICE}) for number in range(40)]
    assert {answer.status_code for answer in wrong} == {200}
    assert counted() == before
    assert b"cas:user" in validate(fresh_ticket(signed_in)).content
