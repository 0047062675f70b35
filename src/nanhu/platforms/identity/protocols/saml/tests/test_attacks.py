"""What strangers try with SAML. Each test ends with the proof that nothing was given and nothing ended."""

import base64
import zlib
from urllib.parse import quote

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.saml import messages, names, xml
from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError
from nanhu.platforms.identity.protocols.saml.tests.conftest import registered
from nanhu.platforms.identity.protocols.saml.tests.partner import Partner, moment, packed, pair, posted, template

pytestmark = [pytest.mark.django_db, pytest.mark.capability("A002.3", "A046.4")]


@pytest.fixture
def strict(application) -> Partner:
    """A partner that signs its requests."""
    return registered(Partner(signs_requests=True), application)


def post(browser, text, door="/saml/sso", **more):
    return browser.post(door, {"SAMLRequest": posted(text), **more})


def is_refused(page) -> bool:
    assert b'name="SAMLResponse"' not in page.content
    assert not SsoGrant.objects.exists()
    return page.status_code in {400, 403} and "Location" not in page


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
DOCUMENT_TYPES = {
    "laughs": lambda text: BOMB + text.replace("<saml:Issuer>", "<saml:Issuer>&c;"),
    "file": lambda text: (
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + text.replace("<saml:Issuer>", "<saml:Issuer>&f;")
    ),
    "subset": lambda text: '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">' + text,
    "parameter": lambda text: '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>' + text,
    "bare": lambda text: "<!DOCTYPE x>" + text,
    "utf-16": lambda text: "<!DOCTYPE x>" + text,
}


@pytest.mark.parametrize("door", ["/saml/sso", "/saml/slo"])
@pytest.mark.parametrize("how", DOCUMENT_TYPES)
def test_no_document_type_is_read(inside, sp, how, door):
    text = DOCUMENT_TYPES[how](sp.request())
    if how == "utf-16":
        page = inside.post(door, {"SAMLRequest": base64.b64encode(text.encode("utf-16")).decode()})
    else:
        page = post(inside, text, door)
    assert is_refused(page)
    assert b"root:" not in page.content
    assert is_refused(inside.get(f"{door}?SAMLRequest={quote(packed(text), safe='')}"))
    soap = f'<S:Envelope xmlns:S="{names.SOAP}"><S:Body>{sp.request()}</S:Body></S:Envelope>'
    page = inside.post("/saml/slo/soap", DOCUMENT_TYPES[how](soap), content_type="text/xml")
    assert page.status_code == 400
    assert b"root:" not in page.content


def test_a_deflate_bomb_is_not_blown_up(inside, sp):
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = machine.compress(b" " * 200_000_000) + machine.flush()
    assert len(bomb) < 300_000
    assert is_refused(inside.get(f"/saml/sso?SAMLRequest={quote(base64.b64encode(bomb).decode(), safe='')}"))
    with pytest.raises(MessageRefusedError):
        messages.inflated(bomb)


def test_messages_have_a_size_and_a_depth(inside, sp):
    assert is_refused(post(inside, sp.request(f"<samlp:Extensions>{'<a>' * 200}{'</a>' * 200}</samlp:Extensions>")))
    assert is_refused(post(inside, sp.request(f"<samlp:Extensions><a>{'x' * 200_000}</a></samlp:Extensions>")))


@pytest.mark.parametrize("odd", ["", "!!!", "AAAA", "PD94bWw=", "%00", "𐏿"])
@pytest.mark.parametrize("door", ["/saml/sso", "/saml/slo"])
def test_garbage_is_a_bad_request(inside, sp, odd, door):
    assert is_refused(inside.get(door, {"SAMLRequest": odd}))
    assert is_refused(inside.post(door, {"SAMLRequest": odd}))


def test_a_partner_whose_name_holds_a_nul_is_a_bad_request(inside):
    assert inside.get("/saml/start", {"entity": "https://sp.example/\0"}).status_code == 400


def test_parameters_given_twice_are_refused(inside, sp):
    query = sp.redirect(sp.request(), signed_by=sp.key)
    assert is_refused(inside.get(f"/saml/sso?{query}&SAMLRequest={quote(packed(sp.request()), safe='')}"))
    assert is_refused(inside.get(f"/saml/sso?{query}&SAMLResponse=x"))


# --- signatures


def signed_request(sp: Partner, **attributes: str) -> str:
    return sp.sign(lambda signature: sp.request(signature=signature, **attributes), request_id="_req1")


def signature_in(text: str) -> str:
    return text[text.index("<ds:Signature") : text.index("</ds:Signature>") + len("</ds:Signature>")]


def wrap(sp: Partner, how: str) -> str:
    """A good signed request hidden in an evil one, in the ways of the literature (XSW 1 to 8, fitted to requests)."""
    good = signed_request(sp)
    signature = signature_in(good)
    bare = good.replace(signature, "")
    evil_id = "_req1" if how.startswith("same") else "_evil"
    inside = {
        "extensions": f"<samlp:Extensions>{good}</samlp:Extensions>",
        "bare in extensions": f"<samlp:Extensions>{bare}</samlp:Extensions>",
        "object": "",
        "same id": f"<samlp:Extensions>{bare}</samlp:Extensions>",
        "same id signed": f"<samlp:Extensions>{good}</samlp:Extensions>",
        "second signature": f"<samlp:Extensions>{good}</samlp:Extensions>",
        "signature in extensions": f"<samlp:Extensions>{signature}{bare}</samlp:Extensions>",
        "only inside": f"<samlp:Extensions>{good}</samlp:Extensions>",
        "key info": "",
    }[how]
    outer = {
        "extensions": signature,
        "bare in extensions": signature,
        "object": signature.replace("</ds:Signature>", f"<ds:Object>{bare}</ds:Object></ds:Signature>"),
        "same id": signature,
        "same id signed": signature,
        "second signature": template("_evil"),
        "signature in extensions": template("_evil"),
        "only inside": "",
        "key info": signature.replace("</ds:SignatureValue>", f"</ds:SignatureValue><ds:KeyInfo>{bare}</ds:KeyInfo>"),
    }[how]
    return sp.request(inside, request_id=evil_id, signature=outer, AssertionConsumerServiceIndex="2")


WRAPS = [
    "extensions",
    "bare in extensions",
    "object",
    "same id",
    "same id signed",
    "second signature",
    "signature in extensions",
    "only inside",
    "key info",
]


@pytest.mark.parametrize("how", WRAPS)
def test_no_wrapped_signature_counts(inside, strict, how):
    assert is_refused(post(inside, wrap(strict, how)))


@pytest.mark.parametrize("how", WRAPS)
def test_nor_inside_soap(inside, sp, how):
    answer = sp.answer(inside.get(f"/saml/sso?{sp.redirect(sp.request())}"))
    good = sp.sign(
        lambda signature: sp.logout_request("_x", "_y", request_id="_out0", signature=signature),
        kind="LogoutRequest",
        request_id="_out0",
    )
    signature, bare = signature_in(good), good.replace(signature_in(good), "")
    evil = sp.logout_request(
        answer.name_id, answer.session_index, signature=signature if "second" not in how else template("_out1")
    )
    header = good if how != "bare in extensions" else bare
    body = f'<S:Envelope xmlns:S="{names.SOAP}"><S:Header>{header}</S:Header><S:Body>{evil}</S:Body></S:Envelope>'
    assert inside.post("/saml/slo/soap", body, content_type="text/xml").status_code == 400
    assert SsoSession.objects.get().ended_at is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("IssueInstant", 'ForceAuthn="true" IssueInstant'),
        lambda text: text.replace(
            'xml-exc-c14n#"/></ds:Transforms>',
            'xml-exc-c14n#"/><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>true()</ds:XPath></ds:Transform></ds:Transforms>',
        ),
        lambda text: text.replace('URI="#_req1"', 'URI=""'),
        lambda text: text.replace("rsa-sha256", "hmac-sha256"),
        lambda text: text.replace("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5"),
        lambda text: text.replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", f"{names.DS}rsa-sha1"),
    ],
)
def test_a_changed_message_or_signature_is_refused(inside, strict, change):
    good = signed_request(strict)
    assert change(good) != good
    assert is_refused(post(inside, change(good)))


@pytest.mark.parametrize(
    "inside_it",
    [
        "",
        "<ds:SignedInfo/>",
        "<ds:SignedInfo><ds:SignatureMethod/></ds:SignedInfo>",
        "<ds:SignatureValue>AAAA</ds:SignatureValue>",
        '<ds:SignedInfo><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/></ds:SignedInfo>',
    ],
)
@pytest.mark.parametrize(("door", "kind"), [("/saml/sso", "AuthnRequest"), ("/saml/slo", "LogoutRequest")])
def test_a_signature_with_something_missing_is_a_bad_request(inside, sp, door, kind, inside_it):
    signature = f'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{inside_it}</ds:Signature>'
    text = sp.request().replace("</saml:Issuer>", f"</saml:Issuer>{signature}", 1).replace("AuthnRequest", kind)
    assert signature in text
    assert is_refused(post(inside, text, door))


def test_a_key_the_message_brings_along_is_not_believed(inside, strict):
    stranger = pair(7)
    info = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{stranger.bare_certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    mark = template("_req1").replace("<ds:SignatureValue/>", f"<ds:SignatureValue/>{info}")
    forged = strict.sign(lambda _signature: strict.request(signature=mark), request_id="_req1", key=stranger)
    assert is_refused(post(inside, forged))


def test_a_redirects_signature_covers_what_was_sent(inside, strict):
    query = strict.redirect(strict.request(), relay_state="good", signed_by=strict.key)
    assert strict.answer(inside.get(f"/saml/sso?{query}")).relay_state == "good"
    SsoGrant.objects.all().delete()
    for changed in (
        query.replace("RelayState=good", "RelayState=evil"),
        query.replace("RelayState=good&", ""),
        query.split("&Signature=", 1)[0],
        query.replace("rsa-sha256", "rsa-sha1"),
        query.replace("rsa-sha256", "hmac-sha256"),
        query.split("&SigAlg=", 1)[0] + "&Signature=" + query.split("&Signature=", 1)[1],
    ):
        assert is_refused(inside.get(f"/saml/sso?{changed}")), changed


def test_a_signature_inside_a_redirected_message_does_not_stand_for_it(inside, strict):
    assert is_refused(inside.get(f"/saml/sso?SAMLRequest={quote(packed(signed_request(strict)), safe='')}"))


# --- addresses, times, replays


def test_a_message_for_somebody_else_is_refused(inside, sp):
    for destination in (
        "https://other.example/saml/sso",
        "http://localhost:8000/saml/slo",
        "http://localhost:8000/saml/sso/../x",
    ):
        assert is_refused(inside.get(f"/saml/sso?{sp.redirect(sp.request(Destination=destination))}"))


@pytest.mark.parametrize("issued", [-2, 1, "yesterday", "0001-01-01T00:00:00Z"])
def test_a_message_from_another_time_is_refused(inside, sp, issued):
    text = sp.request(issued=issued if isinstance(issued, str) else moment(hours=issued))
    assert is_refused(inside.get(f"/saml/sso?{sp.redirect(text)}"))


def test_a_request_replayed_gives_its_owner_a_new_answer_and_a_thief_nothing(inside, sp, client):
    query = sp.redirect(sp.request())
    first, second = (sp.answer(inside.get(f"/saml/sso?{query}")) for _ in range(2))
    assert first.root.get("ID") != second.root.get("ID")
    assert first.session_index != second.session_index
    assert first.address == second.address == sp.consumer
    assert client.get(f"/saml/sso?{query}")["Location"].startswith("/sign-in?")


def test_a_wish_cannot_be_made_up_changed_or_kept(inside, sp):
    address = post(inside, sp.request())["Location"]
    assert inside.get("/saml/continue").status_code == 400
    assert is_refused(inside.get(address[:-3] + "abc"))
    with time_machine.travel(now().timestamp() + 3700):
        assert inside.get(address).status_code in {302, 400}
    assert not SsoGrant.objects.exists()


def test_a_wish_whose_address_left_the_metadata_meanwhile_is_refused(inside, sp, application):
    address = post(inside, sp.request())["Location"]
    registered(Partner(consumer="https://sp.example.edu/moved"), application)
    assert is_refused(inside.get(address))


# --- names and pages


def test_a_comment_does_not_cut_a_name_short(inside, sp):
    """`a<!-- -->b` must be read as `ab` everywhere, or a signed name becomes another one's."""
    answer = sp.answer(inside.get(f"/saml/sso?{sp.redirect(sp.request())}"))
    name = answer.name_id
    split = f"{name}<!-- x -->.evil"
    inside.get(f"/saml/slo?{sp.redirect(sp.logout_request(split, answer.session_index), signed_by=sp.key)}")
    assert SsoSession.objects.get().ended_at is None
    joined = f"{name[:5]}<!-- x -->{name[5:]}"
    inside.get(f"/saml/slo?{sp.redirect(sp.logout_request(joined, answer.session_index), signed_by=sp.key)}")
    assert SsoSession.objects.get().ended_at is not None


def test_a_comment_in_the_issuer_makes_nobody_else(inside, sp):
    text = sp.request().replace(sp.entity_id, f"{sp.entity_id}<!-- -->.evil")
    assert is_refused(post(inside, text))


def test_relay_state_is_short_and_comes_back_as_text_only(inside, sp):
    script = '"><script>alert(1)</script>'
    page = inside.get(f"/saml/sso?{sp.redirect(sp.request(), relay_state=script)}")
    assert b"<script>alert" not in page.content
    assert sp.answer(page).relay_state == script
    SsoGrant.objects.all().delete()
    assert is_refused(inside.get(f"/saml/sso?{sp.redirect(sp.request(), relay_state='x' * 1025)}"))
    assert is_refused(post(inside, sp.request(), RelayState="x" * 1025))


def test_what_a_stranger_names_comes_back_as_text(inside, sp):
    stranger = Partner(entity_id="https://x/&lt;script&gt;alert(1)&lt;/script&gt;")
    page = inside.get(f"/saml/sso?{stranger.redirect(stranger.request())}")
    assert page.status_code == 403
    assert b"<script>alert" not in page.content
    page = inside.get("/saml/start", {"entity": "<script>alert(1)</script>"})
    assert b"<script>alert" not in page.content


def test_the_page_that_sends_itself_has_no_inline_script_and_tells_no_address(inside, sp):
    page = inside.get(f"/saml/sso?{sp.redirect(sp.request())}")
    assert "script-src" not in page["Content-Security-Policy"] or "unsafe" not in page["Content-Security-Policy"]
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert b"onload" not in page.content


def test_what_has_two_meanings_is_seen():
    for text in ('<a ID="x"><b ID="x"/></a>', '<a ID="x"><b Id="x"/></a>', '<a ID="x"><b xml:id="x"/></a>'):
        assert not xml.has_one_meaning(xml.parsed(text.encode()))
    assert xml.has_one_meaning(xml.parsed(b'<a ID="x"><b ID="y"/></a>'))
