"""Signing people in at partners: bindings, what a request may demand, what the answer says."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.saml import addresses, names
from nanhu.platforms.identity.protocols.saml.addresses import entity_id, own
from nanhu.platforms.identity.protocols.saml.messages import moment_of
from nanhu.platforms.identity.protocols.saml.models import SignIn
from nanhu.platforms.identity.protocols.saml.tests.conftest import registered, sign_in
from nanhu.platforms.identity.protocols.saml.tests.partner import NS, Partner, pair, posted

pytestmark = [pytest.mark.django_db, pytest.mark.capability("A002.3", "A046.4")]


def ask(browser, sp, inner="", *, relay_state="", signed_by=None, **attributes):
    query = sp.redirect(sp.request(inner, **attributes), relay_state=relay_state, signed_by=signed_by)
    return browser.get(f"/saml/sso?{query}")


def context(*classes, comparison="exact"):
    refs = "".join(f"<saml:AuthnContextClassRef>{one}</saml:AuthnContextClassRef>" for one in classes)
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{refs}</samlp:RequestedAuthnContext>'


def policy(name_format):
    return f'<samlp:NameIDPolicy Format="{name_format}" AllowCreate="true"/>'


@pytest.mark.capability("A002.3", "A046.4")
def test_a_stranger_signs_in_and_arrives_at_the_partner(browser, sp, teacher):
    page = ask(browser, sp, relay_state="ss:mem:42")
    assert page.status_code == 302
    assert urlsplit(page["Location"]).path == "/sign-in"
    after = browser.get(page["Location"]).context["next"]
    sign_in(browser, after)

    answer = sp.answer(browser.get(after))

    assert (answer.address, answer.relay_state, answer.statuses) == (sp.consumer, "ss:mem:42", ["Success"])
    assert answer.attributes["displayName"] == ["欧阳修文"]


@pytest.mark.capability("A002.3", "A046.4")
def test_the_answer_says_all_that_the_specification_wants(inside, sp):
    begun = now()
    answer = sp.answer(ask(inside, sp))

    assert answer.root.get("Destination") == sp.consumer
    assert answer.root.get("InResponseTo") == "_req1"
    assert answer.root.findtext("a:Issuer", namespaces=NS) == answer.text("a:Issuer") == entity_id()
    assert answer.text("a:Conditions/a:AudienceRestriction/a:Audience") == sp.entity_id
    bearer = "a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData"
    assert answer.get(bearer, "Recipient") == sp.consumer
    assert answer.get(bearer, "InResponseTo") == "_req1"
    end = moment_of(answer.get(bearer, "NotOnOrAfter"))
    assert begun + timedelta(seconds=299) <= end <= now() + timedelta(seconds=300), "told in whole seconds"
    assert (
        moment_of(answer.get("a:Conditions", "NotBefore"))
        < now()
        < moment_of(answer.get("a:Conditions", "NotOnOrAfter"))
    )
    session = SsoSession.objects.get()
    assert moment_of(answer.get("a:AuthnStatement", "AuthnInstant")) == session.authenticated_at.replace(microsecond=0)
    assert answer.context == names.PASSWORD


def test_the_grant_stands_for_logout_and_knows_the_partner_by_its_index(inside, sp, application):
    answer = sp.answer(ask(inside, sp))

    grant = SsoGrant.objects.get()
    assert (grant.protocol, grant.application_id, grant.ticket) == ("saml", application.pk, answer.session_index)
    assert grant.facts["name_id"] == answer.name_id
    assert SignIn.objects.get().session_index == answer.session_index


def test_a_form_comes_without_our_cookie_and_goes_on_by_redirect(inside, sp):
    form = {"SAMLRequest": posted(sp.request()), "RelayState": "back"}
    first = Client(enforce_csrf_checks=True).post("/saml/sso", form)
    assert first.status_code == 303
    answer = sp.answer(inside.get(first["Location"]))
    assert (answer.relay_state, answer.statuses) == ("back", ["Success"])


def test_passive_shows_no_page(browser, sp, teacher):
    answer = sp.answer(ask(browser, sp, IsPassive="true"))
    assert (answer.statuses, answer.assertion) == (["Responder", "NoPassive"], None)
    sign_in(browser)
    assert sp.answer(ask(browser, sp, IsPassive="1")).statuses == ["Success"]


def test_passive_never_asks_for_a_fresh_proof(inside, sp):
    assert sp.answer(ask(inside, sp, IsPassive="true", ForceAuthn="true")).statuses == ["Responder", "NoPassive"]


def test_force_asks_for_the_password_once_more_and_then_lets_through(inside, sp):
    page = ask(inside, sp, ForceAuthn="true")
    assert urlsplit(page["Location"]).path == "/sign-in/again"
    before = SsoSession.objects.get().authenticated_at
    after = inside.get(page["Location"]).context["next"]
    inside.post("/sign-in/again", {"username": "T00123", "password": "Reed-Boat-1995", "next": after})

    answer = sp.answer(inside.get(after))

    assert answer.statuses == ["Success"]
    assert SsoSession.objects.get().authenticated_at > before


@pytest.mark.parametrize(
    ("classes", "comparison", "context_given"),
    [
        ([names.PASSWORD], "exact", names.PASSWORD),
        (
            ["urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"],
            "exact",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
        ),
        (["urn:x:strange", names.PASSWORD], "exact", names.PASSWORD),
        ([names.PASSWORD], "minimum", names.PASSWORD),
        ([names.PASSWORD], "maximum", names.PASSWORD),
        (["urn:oasis:names:tc:SAML:2.0:ac:classes:Password"], "better", names.PASSWORD),
    ],
)
def test_a_context_that_is_there_is_asserted(inside, sp, classes, comparison, context_given):
    assert sp.answer(ask(inside, sp, context(*classes, comparison=comparison))).context == context_given


def test_a_context_nobody_can_give_is_refused(inside, sp):
    answer = sp.answer(ask(inside, sp, context("urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI")))
    assert (answer.statuses, answer.assertion) == (["Responder", "NoAuthnContext"], None)


def test_refeds_mfa_asks_for_a_second_factor_and_asserts_it(inside, sp):
    page = ask(inside, sp, context(names.REFEDS_MFA))
    assert urlsplit(page["Location"]).path == "/sign-in/second"
    assert sp.answer(ask(inside, sp, context(names.REFEDS_MFA), IsPassive="true")).statuses == [
        "Responder",
        "NoPassive",
    ]
    SsoSession.objects.update(second_factor_at=now(), methods=["pwd", "otp", "mfa"])

    assert sp.answer(ask(inside, sp, context(names.REFEDS_MFA))).context == names.REFEDS_MFA
    assert sp.answer(ask(inside, sp)).context == names.PASSWORD, "who did not ask is told the common one"


@pytest.mark.capability("A046.4")
def test_the_answer_goes_to_an_address_of_the_metadata_only(inside, sp):
    assert (
        sp.answer(ask(inside, sp, AssertionConsumerServiceURL=f"{sp.consumer}/second")).address
        == f"{sp.consumer}/second"
    )
    assert sp.answer(ask(inside, sp, AssertionConsumerServiceIndex="2")).address == f"{sp.consumer}/second"
    for forged in (
        {"AssertionConsumerServiceURL": "https://evil.example/acs"},
        {"AssertionConsumerServiceURL": f"{sp.consumer}.evil.example"},
        {"AssertionConsumerServiceIndex": "7"},
        {"AssertionConsumerServiceIndex": "3"},
        {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
    ):
        page = ask(inside, sp, **forged)
        assert page.status_code == 400, forged
        assert b"SAMLResponse" not in page.content
    assert SsoGrant.objects.count() == 2


@pytest.mark.capability("A002.3")
def test_names_transient_by_default_and_persistent_where_asked(inside, sp):
    first, second = (sp.answer(ask(inside, sp)) for _ in range(2))
    assert first.get("a:Subject/a:NameID", "Format") == names.TRANSIENT
    assert first.name_id != second.name_id
    lasting = [sp.answer(ask(inside, sp, policy(names.PERSISTENT))) for _ in range(2)]
    assert lasting[0].name_id == lasting[1].name_id
    assert lasting[0].get("a:Subject/a:NameID", "SPNameQualifier") == sp.entity_id
    assert lasting[0].attributes["eduPersonTargetedID"] == [lasting[0].name_id]


@pytest.mark.parametrize("asked", [names.EMAIL, "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"])
def test_a_name_we_do_not_give_is_refused(inside, sp, asked):
    assert sp.answer(ask(inside, sp, policy(asked))).statuses == ["Requester", "InvalidNameIDPolicy"]


def test_a_request_for_one_certain_person_is_refused(inside, sp):
    subject = "<saml:Subject><saml:NameID>somebody</saml:NameID></saml:Subject>"
    assert sp.answer(ask(inside, sp, subject)).statuses == ["Requester", "UnknownPrincipal"]


@pytest.mark.parametrize(
    ("ciphers", "used"),
    [
        ((), f"{names.XENC}aes128-cbc"),
        (
            ("http://www.w3.org/2009/xmlenc11#aes256-gcm", f"{names.XENC}aes128-cbc"),
            "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        ),
        (
            ("http://www.w3.org/2009/xmlenc11#aes192-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm"),
            "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        ),
        ((f"{names.XENC}tripledes-cbc", f"{names.XENC}aes256-cbc"), f"{names.XENC}aes256-cbc"),
    ],
)
def test_the_assertion_is_encrypted_as_the_partner_asks(inside, application, ciphers, used):
    sp = registered(Partner(is_encrypting=True, ciphers=ciphers), application)
    page = ask(inside, sp)
    answer = sp.answer(page)
    assert answer.cipher == used
    assert "欧阳修文".encode() not in answer.document
    assert answer.attributes["displayName"] == ["欧阳修文"]


def test_a_partner_that_signs_its_requests_must(inside, application):
    sp = registered(Partner(signs_requests=True), application)
    assert ask(inside, sp).status_code == 400
    assert sp.answer(ask(inside, sp, signed_by=sp.key)).statuses == ["Success"]
    signed = sp.sign(lambda signature: sp.request(signature=signature), request_id="_req1")
    assert inside.post("/saml/sso", {"SAMLRequest": posted(signed)}).status_code == 303


def test_a_wrong_signature_is_refused_where_none_was_needed(inside, sp):
    assert ask(inside, sp, signed_by=pair(7)).status_code == 400
    signed = sp.sign(lambda signature: sp.request(signature=signature), request_id="_req1", key=pair(7))
    assert inside.post("/saml/sso", {"SAMLRequest": posted(signed)}).status_code == 400


def test_it_starts_on_our_side_for_a_registered_application(browser, sp, teacher):
    address = f"/saml/start?entity={sp.entity_id}&target=https://sp.example.edu/shelf"
    page = browser.get(address)
    assert urlsplit(page["Location"]).path == "/sign-in"
    sign_in(browser, address)
    answer = sp.answer(browser.get(address))
    assert answer.root.get("InResponseTo") is None
    assert answer.relay_state == "https://sp.example.edu/shelf"


@pytest.mark.capability("A046.4")
def test_who_may_not_use_the_application_reads_why(inside, sp, application):
    application.is_enabled = False
    application.save()
    page = ask(inside, sp)
    assert page.status_code == 403
    assert "这个应用已停用" in page.content.decode()
    assert sp.answer(ask(inside, sp, IsPassive="true")).statuses == ["Responder", "RequestDenied"]
    assert not SsoGrant.objects.exists()


def test_an_unknown_partner_gets_a_page_and_no_redirect(inside, sp):
    stranger = Partner(entity_id="https://nobody.example/sp")
    page = ask(inside, stranger)
    assert page.status_code == 403
    assert "nobody.example" in page.content.decode()


@pytest.mark.capability("A040.1")
def test_nobody_gets_in_before_set_up_is_complete(browser, sp, teacher):
    sign_in(browser)
    type(teacher).objects.update(state="must_complete")
    assert ask(browser, sp)["Location"] == "/setup"


def test_metadata_gives_our_addresses(client):
    page = client.get("/saml/metadata")
    text = page.content.decode()
    assert page["Content-Type"] == "application/samlmetadata+xml"
    for wanted in (entity_id(), own("saml_sso"), own("saml_slo"), own("saml_slo_soap"), "hnist.edu.cn</shibmd:Scope>"):
        assert wanted in text


def test_metadata_is_complete_and_valid_by_its_schema(client, db):
    """What CARSI and eduGAIN look for, and what validators check."""
    from saml2.xml.schema import validate  # reads a dozen schemas: a second of each worker's time

    text = client.get("/saml/metadata").content.decode()
    validate(text)
    for wanted in (
        '<mdui:DisplayName xml:lang="zh">湖南理工学院',
        '<mdui:DisplayName xml:lang="en">Hunan',
        names.TRANSIENT,
        names.PERSISTENT,
        'contactType="technical"',
        'contactType="support"',
        'remd:contactType="http://refeds.org/metadata/contactType/security"',
        "<md:OrganizationDisplayName",
        'use="signing"',
    ):
        assert wanted in text, wanted
    assert text.count("<md:SingleSignOnService") == 2
    assert text.count("<md:SingleLogoutService") == 3


def test_the_entity_id_can_be_the_one_a_school_has_had_for_years(client, db, monkeypatch):
    habit = "https://idp.hnist.edu.cn/idp/shibboleth"
    there = replace(configuration(), saml_entity_id=habit)
    monkeypatch.setattr(addresses, "configuration", lambda: there)
    assert f'entityID="{habit}"' in client.get("/saml/metadata").content.decode()
