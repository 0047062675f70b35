"""A logout that a partner began: applications that hear by the browser alone hear before the partner has its answer."""

import re
from html import unescape

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.models import Partner as PartnerRow
from nanhu.platforms.identity.protocols.saml.tests.conftest import TEST, registered, sign_in
from nanhu.platforms.identity.protocols.saml.tests.partner import NS, Partner, posted, unpacked
from nanhu.platforms.identity.services import logout_engine
from nanhu.platforms.identity.services.applications import register_application

pytestmark = [pytest.mark.django_db, pytest.mark.capability("A002.4")]


@pytest.fixture
def begun(inside, sp):
    return sp.answer(inside.get(f"/saml/sso?{sp.redirect(sp.request())}"))


@pytest.fixture
def front_only(inside) -> Partner:
    """Signed in, too; it publishes no SOAP logout."""
    other = Partner(entity_id="https://other.example/sp", logout="https://other.example/slo")
    registered(other, register_application(by=TEST, key="other", name="另一个", owner="图书馆"))
    row = PartnerRow.objects.get(entity_id=other.entity_id)
    row.facts["logouts"] = [one for one in row.facts["logouts"] if one["binding"] != names.SOAP_BINDING]
    row.save()
    inside.get(f"/saml/sso?{other.redirect(other.request())}")
    return other


def asked(sp, answer, **attributes):
    text = sp.logout_request(answer.name_id, answer.session_index, **attributes)
    return f"/saml/slo?{sp.redirect(text, relay_state='r1', signed_by=sp.key)}"


def told_by(browser: Client, page, other: Partner) -> str:
    """What a browser does with the page: loads the frame, then goes where Refresh leads."""
    grant = SsoGrant.objects.get(facts__entity_id=other.entity_id)
    assert f'src="/signed-out/apps/{grant.pk}"' in page.content.decode()
    assert "frame-src 'self' https://other.example" in page.headers["Content-Security-Policy"]
    assert browser.get(f"/signed-out/apps/{grant.pk}")["Location"].startswith(f"{other.logout}?SAMLRequest=")
    grant.refresh_from_db()
    assert grant.logout == "notified"
    return re.fullmatch(r"\d+; url=(\S+)", page.headers["Refresh"])[1]


@pytest.mark.slow
def test_by_redirect_the_others_hear_first(begun, front_only, inside, sp):
    page = inside.get(asked(sp, begun), follow=True)
    assert not SsoSession.objects.filter(ended_at=None).exists()
    answer = inside.get(told_by(inside, page, front_only))
    assert answer["Location"].startswith(f"{sp.logout}/done?SAMLResponse=")
    assert "RelayState=r1" in answer["Location"]
    root = fromstring(unpacked(answer["Location"]))
    assert root.get("InResponseTo") == "_out1"
    assert root.find("p:Status/p:StatusCode", NS).get("Value") == names.SUCCESS


def test_by_form_too_whose_browser_brings_no_cookie_at_first(begun, front_only, inside, sp):
    text = sp.sign(
        lambda signature: sp.logout_request(begun.name_id, begun.session_index, signature=signature),
        kind="LogoutRequest",
        request_id="_out1",
    )
    redirect = Client(enforce_csrf_checks=True).post("/saml/slo", {"SAMLRequest": posted(text), "RelayState": "r2"})
    assert redirect.status_code == 303
    answer = sp.answer(inside.get(told_by(inside, inside.get(redirect["Location"]), front_only)))
    assert (answer.address, answer.statuses, answer.relay_state) == (f"{sp.logout}/post", ["Success"], "r2")


def test_the_page_leads_back_to_the_partner_that_asked(begun, front_only, inside, sp):
    page = inside.get(asked(sp, begun), follow=True).content.decode()
    [link] = re.findall(r'<a href="([^"]*/saml/slo/answer[^"]*)"', page)
    assert inside.get(unescape(link))["Location"].startswith(f"{sp.logout}/done?")


def test_another_browser_tells_nobody_and_the_partner_is_answered(begun, front_only, inside, sp):
    stranger = Client()
    page = stranger.get(asked(sp, begun), follow=False)
    answer = stranger.get(page["Location"])
    assert answer["Location"].startswith(f"{sp.logout}/done?SAMLResponse=")
    logout_engine.notify_due()
    assert SsoGrant.objects.get(facts__entity_id=front_only.entity_id).logout == "silent"


def test_in_a_frame_of_the_partner_there_is_no_page_to_wait_on(begun, front_only, inside, sp):
    page = inside.get(asked(sp, begun), headers={"Sec-Fetch-Dest": "iframe"})
    assert page["Location"].startswith(f"{sp.logout}/done?SAMLResponse=")


def test_without_such_applications_the_answer_comes_at_once(begun, inside, sp):
    assert inside.get(asked(sp, begun))["Location"].startswith(f"{sp.logout}/done?SAMLResponse=")


def test_a_reply_of_nobody_is_refused(inside):
    assert inside.get("/saml/slo/answer?reply=made-up").status_code == 400


def test_a_second_sign_in_is_not_ended_by_the_way_back(begun, front_only, inside, sp):
    redirect = inside.get(asked(sp, begun))
    sign_in(inside)
    answer = inside.get(redirect["Location"])
    assert answer["Location"].startswith(f"{sp.logout}/done?SAMLResponse=")
    assert SsoSession.objects.filter(ended_at=None).count() == 1
