"""Single logout: partners that ask, partners that are told, and requests that end nothing."""

import base64
import zlib
from ipaddress import ip_network
from urllib.parse import parse_qs, urlsplit

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from nanhu.kernel import outgoing
from nanhu.kernel.outgoing import Answer, CallRefusedError, send
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.addresses import own
from nanhu.platforms.identity.protocols.saml.models import Feed, SignIn
from nanhu.platforms.identity.protocols.saml.models import Partner as PartnerRow
from nanhu.platforms.identity.protocols.saml.services import logouts, partners
from nanhu.platforms.identity.protocols.saml.tests.conftest import TEST, live_session, registered, sign_in
from nanhu.platforms.identity.protocols.saml.tests.partner import NS, Partner, check, moment, pair, posted, unpacked
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.services.grants import open_grant
from nanhu.platforms.identity.services.single_logout import UnreachableError
from nanhu.platforms.identity.tests.conftest import counted

pytestmark = [pytest.mark.django_db, pytest.mark.capability("A002.4")]


@pytest.fixture
def signed_in(inside, sp):
    return sp.answer(inside.get(f"/saml/sso?{sp.redirect(sp.request())}"))


def leave(browser, sp, answer, *, key=None, **attributes):
    text = sp.logout_request(answer.name_id, answer.session_index, **attributes)
    return browser.get(f"/saml/slo?{sp.redirect(text, relay_state='r1', signed_by=key or sp.key)}")


def is_alive() -> bool:
    return SsoSession.objects.filter(ended_at=None).exists()


@pytest.mark.capability("A002.2", "A002.4")
def test_a_partner_ends_the_session_and_every_application_of_it(inside, sp, signed_in):
    other = register_application(by=TEST, key="oa", name="OA", owner="办公室", service_prefix="https://oa.example.edu/")
    open_grant(session=live_session(), application=other, protocol="cas", reference="ST-1", user_name="T00123")

    page = leave(inside, sp, signed_in, Destination=own("saml_slo"), NotOnOrAfter=moment(minutes=5))

    session = SsoSession.objects.get()
    assert (session.ended_how, page.status_code) == ("signed_out", 302)
    states = dict(SsoGrant.objects.values_list("protocol", "logout"))
    assert states == {"saml": "done", "cas": "waiting"}
    assert "identity.session" not in inside.session


def test_the_answer_goes_to_the_response_address_signed(inside, sp, signed_in):
    page = leave(inside, sp, signed_in)
    address = urlsplit(page["Location"])
    assert page["Location"].startswith(f"{sp.logout}/done?SAMLResponse=")
    assert "RelayState=r1" in address.query
    assert "Signature=" in address.query
    root = fromstring(unpacked(page["Location"]))
    assert root.get("InResponseTo") == "_out1"
    assert root.find("p:Status/p:StatusCode", NS).get("Value") == names.SUCCESS


def test_by_form_the_answer_is_a_form_and_the_session_ends_without_our_cookie(sp, signed_in):
    text = sp.sign(
        lambda signature: sp.logout_request(signed_in.name_id, signed_in.session_index, signature=signature),
        kind="LogoutRequest",
        request_id="_out1",
    )
    page = Client(enforce_csrf_checks=True).post("/saml/slo", {"SAMLRequest": posted(text)})
    answer = sp.answer(page)
    assert (answer.address, answer.statuses) == (f"{sp.logout}/post", ["Success"])
    check(answer.document, answer.root)
    assert SsoSession.objects.get().ended_how == "ended_elsewhere"


def soap(sp, answer, *, key=None, is_signed=True):
    text = sp.logout_request(answer.name_id, answer.session_index)
    if is_signed:
        text = sp.sign(
            lambda signature: sp.logout_request(answer.name_id, answer.session_index, signature=signature),
            kind="LogoutRequest",
            request_id="_out1",
            key=key,
        )
    body = f'<S:Envelope xmlns:S="{names.SOAP}"><S:Body>{text}</S:Body></S:Envelope>'
    return Client(enforce_csrf_checks=True).post("/saml/slo/soap", body, content_type="text/xml")


def test_by_soap(sp, signed_in):
    page = soap(sp, signed_in)
    assert (page.status_code, page["Content-Type"]) == (200, "text/xml; charset=utf-8")
    message = fromstring(page.content)[0][0]
    check(page.content, message)
    assert message.find("p:Status/p:StatusCode", NS).get("Value") == names.SUCCESS
    assert not is_alive()


def test_in_the_read_only_mode_partners_sign_people_in_and_out_and_are_answered_in_saml(inside, sp, read_only_now):
    came = sp.answer(inside.post("/saml/sso", {"SAMLRequest": posted(sp.request())}, follow=True))
    assert (came.statuses, came.attributes["displayName"]) == (["Success"], ["欧阳修文"])
    page = soap(sp, came)
    assert (page.status_code, page["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert fromstring(page.content)[0][0].find("p:Status/p:StatusCode", NS).get("Value") == names.SUCCESS
    assert not is_alive()


def test_asked_twice_it_is_still_a_success_and_a_stranger_is_unknown(inside, sp, signed_in):
    leave(inside, sp, signed_in)
    again = fromstring(unpacked(leave(inside, sp, signed_in)["Location"]))
    assert again.find("p:Status/p:StatusCode", NS).get("Value") == names.SUCCESS
    signed_in.assertion.find("a:Subject/a:NameID", NS).text = "_nobody"
    unknown = fromstring(unpacked(leave(inside, sp, signed_in)["Location"]))
    assert [one.get("Value").rsplit(":", 1)[-1] for one in unknown.iter(f"{{{names.SAMLP}}}StatusCode")] == [
        "Requester",
        "UnknownPrincipal",
    ]


def test_a_session_that_came_by_long_ago_ends_with_the_busy_one(sp, inside, teacher):
    """Whoever opens the partner again and again in one browser must not stay signed in in the other."""
    policy = f'<samlp:NameIDPolicy Format="{names.PERSISTENT}"/>'
    answer = sp.answer(inside.get(f"/saml/sso?{sp.redirect(sp.request(policy))}"))
    first = live_session()
    busy = Client()
    sign_in(busy)
    second = SsoSession.objects.exclude(pk=first.pk).get()
    row = SignIn.objects.get()
    for number in range(60):
        grant = open_grant(
            session=second,
            application=row.grant.application,
            protocol="saml",
            reference=f"_{number}",
            user_name="T00123",
            facts=row.grant.facts,
        )
        SignIn.objects.create(
            session=second, grant=grant, entity_id=row.entity_id, session_index=f"_{number}", name_id=row.name_id
        )
    text = sp.logout_request(answer.name_id, None)
    busy.get(f"/saml/slo?{sp.redirect(text, signed_by=sp.key)}")
    assert not is_alive()
    assert set(SsoGrant.objects.values_list("logout", flat=True)) == {"done"}


@pytest.mark.capability("A002.2")
def test_without_an_index_all_sessions_of_the_name_end(sp, inside, application, teacher):
    policy = f'<samlp:NameIDPolicy Format="{names.PERSISTENT}"/>'
    second = Client()
    sign_in(second)
    first = sp.answer(inside.get(f"/saml/sso?{sp.redirect(sp.request(policy))}"))
    sp.answer(second.get(f"/saml/sso?{sp.redirect(sp.request(policy))}"))
    assert SsoSession.objects.filter(ended_at=None).count() == 2

    inside.get(f"/saml/slo?{sp.redirect(sp.logout_request(first.name_id), signed_by=sp.key)}")

    assert not is_alive()


@pytest.mark.capability("A002.4")
def test_one_partner_cannot_end_what_another_knows(inside, sp, signed_in):
    other = Partner(entity_id="https://other.example/sp", key=pair(5))
    registered(other, register_application(by=TEST, key="other", name="另一个", owner="图书馆"))
    leave(inside, other, signed_in)
    assert is_alive()


@pytest.mark.parametrize("how", ["unsigned", "forged", "late", "elsewhere"])
def test_a_request_that_is_not_good_ends_nothing(inside, sp, signed_in, how):
    if how == "unsigned":
        text = sp.logout_request(signed_in.name_id, signed_in.session_index)
        page = inside.get(f"/saml/slo?{sp.redirect(text)}")
    else:
        attributes = {"late": {"NotOnOrAfter": moment(minutes=-1)}, "elsewhere": {"Destination": "https://other/slo"}}
        page = leave(inside, sp, signed_in, key=pair(7) if how == "forged" else None, **attributes.get(how, {}))
    assert page.status_code == 400
    assert is_alive()
    assert SsoGrant.objects.get().logout == "open"


@pytest.mark.slow
def test_what_is_asked_in_vain_at_the_single_sign_on_doors_counts_nobody(inside, sp, signed_in):
    """Forty of each, from the very address and browser of somebody who then signs in and out there."""
    before = counted()
    for number in range(40):
        inside.get(f"/saml/sso?SAMLRequest=x{number}")
        inside.get(f"/saml/slo?{sp.redirect(sp.logout_request(signed_in.name_id, f'_{number}'))}")
        inside.get(f"/cas/login?service=https://nobody{number}.example.edu/")
        inside.get(f"/oidc/authorize?client_id=nobody{number}&response_type=code")
    assert counted() == before
    again = sp.answer(inside.get(f"/saml/sso?{sp.redirect(sp.request())}"))
    assert leave(inside, sp, again).status_code == 302
    assert not is_alive()


@pytest.mark.parametrize("is_signed", [False, True])
def test_soap_without_a_good_signature_is_a_fault_and_ends_nothing(sp, signed_in, is_signed):
    page = soap(sp, signed_in, key=pair(7), is_signed=is_signed)
    assert page.status_code == 400
    assert b"soap:Fault" in page.content
    assert is_alive()


@pytest.mark.capability("A002.2", "A002.4")
def test_a_partner_is_told_by_a_signed_soap_call(inside, sp, signed_in):
    sessions.end_sessions(by=TEST, sessions=[live_session()], how="signed_out")
    call = logouts.logout_call(SsoGrant.objects.get())

    assert (call.address, call.content_type) == (f"{sp.logout}/soap", "text/xml; charset=utf-8")
    message = fromstring(call.body)[0][0]
    check(call.body, message)
    assert message.get("Destination") == call.address
    assert message.findtext("p:SessionIndex", namespaces=NS) == signed_in.session_index
    assert message.findtext("a:NameID", namespaces=NS) == signed_in.name_id
    assert message.find("a:NameID", NS).get("Format") == names.TRANSIENT


@pytest.mark.capability("A002.4")
def test_a_partner_without_soap_is_not_said_to_be_told(inside, sp, signed_in):
    row = PartnerRow.objects.get()
    row.facts["logouts"] = [one for one in row.facts["logouts"] if one["binding"] != names.SOAP_BINDING]
    row.save()
    assert logouts.logout_call(SsoGrant.objects.get()) is None


def without(*bindings: str) -> None:
    row = PartnerRow.objects.get()
    row.facts["logouts"] = [one for one in row.facts["logouts"] if one["binding"] not in bindings]
    row.save()


def signed_out_frame(inside):
    page = inside.post("/sign-out", follow=True)
    grant = SsoGrant.objects.get()
    assert f'src="/signed-out/apps/{grant.pk}"' in page.content.decode()
    assert "frame-src 'self' https://sp.example.edu" in page.headers["Content-Security-Policy"]
    return grant, inside.get(f"/signed-out/apps/{grant.pk}")


def logout_response(sp, in_response_to: str, status: str = "Success") -> str:
    return (
        f'<samlp:LogoutResponse xmlns:samlp="{names.SAMLP}" xmlns:saml="{names.SAML}" ID="_answer1" Version="2.0" '
        f'IssueInstant="{moment()}" InResponseTo="{in_response_to}"><saml:Issuer>{sp.entity_id}</saml:Issuer>'
        f'<samlp:Status><samlp:StatusCode Value="{names.STATUS}{status}"/></samlp:Status></samlp:LogoutResponse>'
    )


def bring(inside, sp, text: str, *, key=None) -> str:
    inside.get(f"/saml/slo?{sp.redirect(text, signed_by=key or sp.key, parameter='SAMLResponse')}")
    return SsoGrant.objects.get().logout


def test_a_partner_without_soap_hears_by_the_browser_and_is_out_when_it_says_so(inside, sp, signed_in):
    without(names.SOAP_BINDING)
    grant, frame = signed_out_frame(inside)
    assert frame["Location"].startswith(f"{sp.logout}?SAMLRequest=")
    assert "Signature=" in frame["Location"]
    [packed] = parse_qs(urlsplit(frame["Location"]).query)["SAMLRequest"]
    request = fromstring(zlib.decompress(base64.b64decode(packed), -15))
    assert request.findtext("p:SessionIndex", namespaces=NS) == signed_in.session_index
    assert SsoGrant.objects.get().logout == "notified"

    asked = request.get("ID")
    assert bring(inside, sp, logout_response(sp, asked), key=pair(7)) == "notified", "signed by somebody else"
    assert bring(inside, sp, logout_response(sp, f"_{grant.pk}.{'0' * 40}")) == "notified", "nobody asked that"
    assert bring(inside, sp, logout_response(sp, f"_{grant.pk}.签")) == "notified", "nor that"
    assert bring(inside, sp, logout_response(sp, f"_{'9' * 5000}.{'0' * 40}")) == "notified", "no number of a grant"
    assert bring(inside, sp, logout_response(sp, asked, "Responder")) == "notified", "it says that it failed"
    assert bring(inside, sp, logout_response(sp, asked)) == "done"


def test_a_partner_that_takes_forms_alone_is_sent_one_that_may_leave(inside, sp, signed_in):
    without(names.SOAP_BINDING, names.REDIRECT)
    _grant, frame = signed_out_frame(inside)
    policy = frame.headers["Content-Security-Policy"]
    assert "form-action 'self' https://sp.example.edu" in policy
    assert "frame-ancestors 'self'" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert f'action="{sp.logout}/post"' in frame.content.decode()


def test_a_partner_with_soap_hears_behind_the_browser(inside, sp, signed_in):
    assert "<iframe" not in inside.post("/sign-out", follow=True).content.decode()


def test_a_partner_forgotten_meanwhile_cannot_be_told(inside, sp, signed_in, application):
    partners.forget(by=TEST, application=application)
    with pytest.raises(UnreachableError):
        logouts.logout_call(SsoGrant.objects.get())


def test_a_partner_out_of_a_feed_is_told_on_the_internet_only(inside, sp, signed_in, monkeypatch):
    """Its metadata are another university's word: a network that the school lists for its own is not for them to choose."""
    monkeypatch.setattr(outgoing, "own_networks", lambda: (ip_network("10.20.0.0/16"),))
    row = PartnerRow.objects.get()
    for one in row.facts["logouts"]:
        one["location"] = "http://10.20.0.5/slo"
    row.save()
    pasted = logouts.logout_call(SsoGrant.objects.get())
    assert not pasted.is_public, "an administrator typed where it leads"

    row.feed = Feed.objects.create(name="联盟", address="file:x.xml", certificate="x", application=row.application)
    row.save()
    with pytest.raises(CallRefusedError, match=r"10\.20\.0\.5 is not called"):
        send(logouts.logout_call(SsoGrant.objects.get()))


@pytest.mark.capability("A002.4")
def test_an_answer_of_200_that_reports_a_failure_does_not_count_as_told():
    def said(*statuses: str) -> Answer:
        codes = "".join(f'<p:StatusCode Value="{names.STATUS}{one}"/>' for one in statuses)
        inner = f'<p:LogoutResponse xmlns:p="{names.SAMLP}"><p:Status>{codes}</p:Status></p:LogoutResponse>'
        return answered(f'<S:Envelope xmlns:S="{names.SOAP}"><S:Body>{inner}</S:Body></S:Envelope>'.encode())

    def answered(body: bytes) -> Answer:
        return Answer(status=200, raw=b"HTTP/1.1 200 OK\r\n\r\n" + body)

    assert logouts.says_it_is_done(said("Success"))
    assert logouts.says_it_is_done(said("Requester", "UnknownPrincipal"))
    assert not logouts.says_it_is_done(said("Responder"))
    assert not logouts.says_it_is_done(said("Success", "PartialLogout"))
    assert not logouts.says_it_is_done(answered(b"<html>"))
