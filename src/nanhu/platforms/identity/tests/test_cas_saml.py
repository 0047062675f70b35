"""samlValidate: CAS's question in an envelope of SAML 1.1, and what may not stand in such an envelope."""

import pytest
from django.test import Client
from lxml import etree

from nanhu.platforms.identity.models import ServiceTicket
from nanhu.platforms.identity.protocols.cas.saml11 import LARGEST_BODY
from nanhu.platforms.identity.tests.conftest import sign_in
from nanhu.platforms.identity.tests.test_cas import SERVICE, failure_code, fresh_ticket, office, validate

__all__ = ["office"]
pytestmark = [pytest.mark.django_db, pytest.mark.capability("A046.4")]
SAMLP = "{urn:oasis:names:tc:SAML:1.0:protocol}"
SAML = "{urn:oasis:names:tc:SAML:1.0:assertion}"
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>{head}'
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>'
    '<samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" '
    'RequestID="_192.168.16.51.1024506224022" IssueInstant="2026-11-24T17:03:44.022Z">'
    "<samlp:AssertionArtifact>\n  {ticket}\n</samlp:AssertionArtifact>{more}"
    "</samlp:Request></SOAP-ENV:Body></SOAP-ENV:Envelope>"
)


@pytest.fixture
def signed_in(browser, teacher, office):
    sign_in(browser, "T00123")
    return browser


def ask(ticket: str, *, service: str = SERVICE, head: str = "", more: str = "", **query: str):
    body = ENVELOPE.format(ticket=ticket, head=head, more=more)
    return post(body, TARGET=service, **query)


def post(body: str | bytes, **query: str):
    return Client(enforce_csrf_checks=True).post(
        "/cas/samlValidate", body, content_type="text/xml; charset=utf-8", query_params=query
    )


def status_of(answer) -> str:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    return etree.fromstring(answer.content).find(f".//{SAMLP}StatusCode").attrib["Value"]


@pytest.mark.capability("A002.3", "A046.4")
def test_a_ticket_is_worth_an_assertion(signed_in):
    sent = signed_in.get("/cas/login", {"TARGET": SERVICE}).headers["Location"]
    assert sent.startswith(f"{SERVICE}?SAMLart=ST-"), "under the name for which its client waits"
    answer = ask(sent.partition("SAMLart=")[2])

    assert status_of(answer) == "samlp:Success"
    root = etree.fromstring(answer.content)
    response = root.find(f".//{SAMLP}Response")
    assert response.attrib["InResponseTo"] == "_192.168.16.51.1024506224022"
    assert response.attrib["Recipient"] == SERVICE
    assert {one.text for one in root.iter(f"{SAML}NameIdentifier")} == {"T00123"}
    assert root.find(f".//{SAML}Audience").text == SERVICE
    values = {one.attrib["AttributeName"]: [value.text for value in one] for one in root.iter(f"{SAML}Attribute")}
    assert values["displayName"] == ["欧阳修文"]
    assert set(values["eduPersonAffiliation"]) == {"staff", "employee", "member", "student"}


def test_in_the_read_only_mode_whoever_signs_in_gets_a_ticket_and_the_answers_are_those_of_cas(
    browser, teacher, office, read_only_now
):
    sign_in(browser, "T00123")
    ticket = fresh_ticket(browser)
    assert status_of(ask(ticket)) == "samlp:Success"
    assert status_of(ask(ticket)) == "samlp:RequestDenied"
    assert b"authenticationSuccess" in validate(fresh_ticket(browser)).content
    assert failure_code(validate("ST-none")) == "INVALID_TICKET"


@pytest.mark.capability("A046.1")
def test_it_works_once_for_its_service_and_not_for_another(signed_in):
    ticket, other = fresh_ticket(signed_in), fresh_ticket(signed_in)
    assert status_of(ask(ticket)) == "samlp:Success"
    assert status_of(ask(ticket)) == "samlp:RequestDenied"
    assert status_of(ask(other, service="https://oa.example.edu.cn/other")) == "samlp:RequestDenied"
    assert status_of(ask(other)) == "samlp:RequestDenied"


def test_renew_holds_here_too(signed_in):
    assert status_of(ask(fresh_ticket(signed_in), renew="true")) == "samlp:RequestDenied"


@pytest.mark.parametrize(
    ("head", "artifact"),
    [
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"),
        ('<!DOCTYPE x [<!ENTITY a "ST-"><!ENTITY b "&a;&a;&a;&a;">]>', "&b;"),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "{ticket}"),
        ("<?php evil ?>", "{ticket}"),
    ],
    ids=["external entity", "entities of entities", "external definitions", "instruction"],
)
def test_xml_that_brings_its_own_definitions_is_not_read_and_spends_nothing(head, artifact, signed_in):
    ticket = fresh_ticket(signed_in)
    answer = ask(artifact.format(ticket=ticket), head=head)

    assert status_of(answer) == "samlp:Requester"
    assert b"root:" not in answer.content
    assert ServiceTicket.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no xml",
        "<a>",
        b"\xff\xfe\x00",
        "<a/>",
        "<a>" * 1000 + "</a>" * 1000,
        ENVELOPE.format(head="", ticket="", more=""),
        ENVELOPE.format(head="", ticket="ST-x", more="<!--" + "x" * LARGEST_BODY + "-->"),
    ],
    ids=["empty", "text", "open", "bytes", "other", "tower", "no artifact", "huge"],
)
def test_what_is_no_question_gets_an_answer_and_no_500(body, db):
    assert status_of(post(body, TARGET=SERVICE)) == "samlp:Requester"


def test_two_artifacts_are_no_question(signed_in):
    ticket = fresh_ticket(signed_in)
    more = f"<samlp:AssertionArtifact>{ticket}</samlp:AssertionArtifact>"
    assert status_of(ask(ticket, more=more)) == "samlp:Requester"


def test_the_target_comes_back_as_text_and_not_as_markup(signed_in):
    answer = ask("ST-none", service='https://x/"><script>alert(1)</script>')
    assert b"<script>" not in answer.content
    etree.fromstring(answer.content)


def test_it_is_asked_by_post_only(signed_in):
    assert Client().get("/cas/samlValidate", {"TARGET": SERVICE}).status_code == 405


def test_clients_that_name_their_service_target_are_sent_back_with_an_artifact(signed_in):
    """Java's Saml11AuthenticationFilter and Spring's SamlServiceProperties: otherwise they send people round for ever."""
    answer = signed_in.get("/cas/login", {"TARGET": SERVICE})
    where = answer.headers["Location"]
    assert where.startswith(f"{SERVICE}?SAMLart=ST-")
    assert status_of(ask(where.split("=")[1])) == "samlp:Success"
    posted = signed_in.get("/cas/login", {"TARGET": SERVICE, "method": "POST"}).content.decode()
    assert 'name="SAMLart" value="ST-' in posted


def test_two_names_for_two_services_are_refused(signed_in):
    answer = signed_in.get("/cas/login", {"TARGET": SERVICE, "service": "https://oa.example.edu.cn/other"})
    assert answer.status_code == 403
    assert not ServiceTicket.objects.exists()
    assert signed_in.get("/cas/login", {"TARGET": "https://evil.example.com/"}).status_code == 403
