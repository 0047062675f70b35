"""Proxy tickets: applications that ask other applications in a person's name."""

import json
import ssl
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from lxml import etree

from nanhu.kernel import outgoing
from nanhu.kernel.clock import now
from nanhu.kernel.tests import outside
from nanhu.platforms.identity.errors import ApplicationRefusedError
from nanhu.platforms.identity.models import ProxyGrantingTicket, ProxyTicket, RoleGrant, SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.cas import proxies
from nanhu.platforms.identity.services import access, tickets
from nanhu.platforms.identity.services.applications import change_application, register_application
from nanhu.platforms.identity.tests.conftest import TEST, sign_in
from nanhu.platforms.identity.tests.test_cas import CAS, SERVICE, failure_code, fresh_ticket, validate

pytestmark = [pytest.mark.django_db, pytest.mark.capability("A046.4")]
MAIL = "https://mail.example.edu.cn/"


@pytest.fixture
def portal():
    """Where the proxying application takes its proxy-granting tickets."""
    with outside.application() as there:
        yield there


@pytest.fixture
def office(db, portal):
    return register_application(
        by=TEST,
        key="oa",
        name="OA 办公系统",
        owner="校办",
        service_prefix="https://oa.example.edu.cn/",
        attributes=["displayName"],
        proxy_prefixes=[portal.address + "pgt/"],
    )


@pytest.fixture
def mail(office):
    found = register_application(
        by=TEST, key="mail", name="邮箱", owner="信息中心", service_prefix=MAIL, attributes=["displayName"]
    )
    office.proxy_targets = ["mail"]
    office.save()
    return found


@pytest.fixture
def signed_in(browser, teacher, office, mail):
    sign_in(browser, "T00123")
    return browser


def pgt_of(portal) -> str:
    return portal.queries()[-1]["pgtId"][0]


def granted(browser, portal) -> str:
    """A proxy-granting ticket of the office, for the person at `browser`."""
    answer = validate(fresh_ticket(browser), pgtUrl=portal.address + "pgt/take")
    assert b"authenticationSuccess" in answer.content, answer.content
    return pgt_of(portal)


def ask(pgt: str, target: str = MAIL, **more):
    return Client().get("/cas/proxy", {"pgt": pgt, "targetService": target, **more})


def proxy_ticket(pgt: str, target: str = MAIL) -> str:
    found = etree.fromstring(ask(pgt, target).content).find(f"{CAS}proxySuccess/{CAS}proxyTicket")
    assert found is not None
    return found.text


def proxy_failure(answer) -> str:
    assert answer.status_code == 200
    root = etree.fromstring(answer.content)
    assert root[0].tag == f"{CAS}proxyFailure"
    return root[0].attrib["code"]


@pytest.mark.capability("A046.4")
def test_from_a_service_ticket_to_a_proxied_person(signed_in, portal):
    answer = validate(fresh_ticket(signed_in), pgtUrl=portal.address + "pgt/take?kept=1")
    success = etree.fromstring(answer.content)[0]
    iou = success.find(f"{CAS}proxyGrantingTicket").text

    assert [child.tag.removeprefix(CAS) for child in success] == ["user", "attributes", "proxyGrantingTicket"]
    asked = portal.queries()[-1]
    assert (asked["kept"], asked["pgtIou"]) == (["1"], [iou])
    assert iou.startswith("PGTIOU-")
    assert len(iou) <= 64
    pgt = asked["pgtId"][0]
    assert pgt.startswith("PGT-")
    assert len(pgt) <= 64

    ticket = proxy_ticket(pgt)
    assert ticket.startswith("PT-")
    assert len(ticket) <= 32
    told = etree.fromstring(validate(ticket, MAIL, "/cas/p3/proxyValidate").content)[0]
    assert told.find(f"{CAS}user").text == "T00123"
    assert told.find(f"{CAS}attributes/{CAS}displayName").text == "欧阳修文"
    assert [one.text for one in told.findall(f"{CAS}proxies/{CAS}proxy")] == [portal.address + "pgt/take?kept=1"]


def test_a_proxy_ticket_is_none_of_service_validate(signed_in, portal):
    pgt = granted(signed_in, portal)
    for path in ("/cas/serviceValidate", "/cas/p3/serviceValidate"):
        assert failure_code(validate(proxy_ticket(pgt), MAIL, path)) == "INVALID_TICKET_SPEC"
    assert validate(proxy_ticket(pgt), MAIL, "/cas/validate").content == b"no\n\n"


def test_proxy_validate_takes_service_tickets_as_well(signed_in):
    for path in ("/cas/proxyValidate", "/cas/p3/proxyValidate"):
        assert b"authenticationSuccess" in validate(fresh_ticket(signed_in), path=path).content


@pytest.mark.capability("A046.1", "A046.2")
def test_a_proxy_ticket_works_once_at_its_service_and_for_ten_seconds(signed_in, portal):
    pgt = granted(signed_in, portal)
    ticket, wrong, stale = proxy_ticket(pgt), proxy_ticket(pgt), proxy_ticket(pgt)

    assert b"authenticationSuccess" in validate(ticket, MAIL, "/cas/proxyValidate").content
    assert failure_code(validate(ticket, MAIL, "/cas/proxyValidate")) == "INVALID_TICKET"
    assert failure_code(validate(wrong, MAIL + "x", "/cas/proxyValidate")) == "INVALID_SERVICE"
    assert failure_code(validate(wrong, MAIL, "/cas/proxyValidate")) == "INVALID_TICKET"
    with time_machine.travel(now() + timedelta(seconds=11)):
        assert failure_code(validate(stale, MAIL, "/cas/proxyValidate")) == "INVALID_TICKET"


def test_renew_is_never_met_by_a_proxy_ticket(signed_in, portal):
    ticket = proxy_ticket(granted(signed_in, portal))
    assert failure_code(validate(ticket, MAIL, "/cas/proxyValidate", renew="true")) == "INVALID_TICKET"


def test_a_chain_lists_the_newest_first(signed_in, portal, mail):
    mail.proxy_prefixes, mail.proxy_targets = [portal.address + "mail/"], ["oa"]
    mail.save()
    first = proxy_ticket(granted(signed_in, portal))
    validate(first, MAIL, "/cas/proxyValidate", pgtUrl=portal.address + "mail/pgt")
    second = proxy_ticket(pgt_of(portal), SERVICE)

    success = etree.fromstring(validate(second, SERVICE, "/cas/proxyValidate").content)[0]
    chain = [one.text for one in success.findall(f"{CAS}proxies/{CAS}proxy")]
    assert chain == [portal.address + "mail/pgt", portal.address + "pgt/take"]


def test_the_grant_ends_with_the_session(signed_in, portal):
    pgt = granted(signed_in, portal)
    ticket = proxy_ticket(pgt)
    signed_in.post("/sign-out")

    assert proxy_failure(ask(pgt)) == "INVALID_TICKET"
    assert failure_code(validate(ticket, MAIL, "/cas/proxyValidate")) == "INVALID_TICKET"


@pytest.mark.capability("A002.2")
def test_applications_entered_by_proxy_hear_of_the_logout(signed_in, portal):
    ticket = proxy_ticket(granted(signed_in, portal))
    validate(ticket, MAIL, "/cas/proxyValidate")
    assert SsoGrant.objects.get(application__key="mail").ticket == ticket


def test_only_the_hash_of_either_is_kept(signed_in, portal):
    pgt = granted(signed_in, portal)
    ticket = proxy_ticket(pgt)
    with connection.cursor() as cursor:
        for table in ("identity_proxy_granting_ticket", "identity_proxy_ticket"):
            cursor.execute(f"SELECT string_agg(row_to_json(t)::text, '') FROM {table} t")  # noqa: S608  our own names
            kept = cursor.fetchone()[0]
            assert pgt not in kept
            assert ticket not in kept
        cursor.execute("SELECT relname, relpersistence FROM pg_class WHERE relname LIKE 'identity_proxy%ticket'")
        assert dict(cursor.fetchall()) == {"identity_proxy_granting_ticket": "p", "identity_proxy_ticket": "u"}


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example.com/pgt/",
        "{portal}elsewhere",
        "{portal}pgt/../elsewhere",
        "{portal}pgt/#fragment",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "not an address",
    ],
)
def test_a_call_back_elsewhere_is_never_called_and_spends_the_ticket(address, signed_in, portal):
    ticket = fresh_ticket(signed_in)
    answer = validate(ticket, pgtUrl=address.format(portal=portal.address))

    assert failure_code(answer) == "INVALID_PROXY_CALLBACK"
    assert portal.heard == []
    assert failure_code(validate(ticket)) == "INVALID_TICKET"
    assert not ProxyGrantingTicket.objects.exists()


def test_plain_http_is_for_the_sample_campus_on_its_own_machine_only(office, monkeypatch):
    office.proxy_prefixes = ["http://oa.example.edu.cn/", "http://localhost:9/", "https://oa.example.edu.cn/"]
    assert proxies.may_be_called_back(office, "https://oa.example.edu.cn/pgt")
    assert not proxies.may_be_called_back(office, "http://oa.example.edu.cn/pgt")
    assert proxies.may_be_called_back(office, "http://localhost:9/pgt")
    monkeypatch.setattr(proxies, "configuration", lambda: type("Real", (), {"demo": False}))
    assert not proxies.may_be_called_back(office, "http://localhost:9/pgt")


def test_the_registry_names_the_targets_of_a_proxying_application(signed_in, office, mail, portal):
    """The person may use the mail; the office may not speak for the person there."""
    pgt = granted(signed_in, portal)
    assert proxy_ticket(pgt).startswith("PT-")
    change_application(by=TEST, application=office, proxy_targets=[])
    assert proxy_failure(ask(pgt)) == "UNAUTHORIZED_SERVICE_PROXY"
    with pytest.raises(ApplicationRefusedError):
        change_application(by=TEST, application=office, proxy_targets=["nobody"])


def test_an_application_that_may_not_proxy_is_told_so(signed_in, office, portal):
    office.proxy_prefixes = []
    office.save()
    answer = validate(fresh_ticket(signed_in), pgtUrl=portal.address + "pgt/take")
    assert failure_code(answer) == "UNAUTHORIZED_SERVICE_PROXY"


def test_a_call_back_that_cannot_be_reached_fails_the_validation(signed_in, office):
    dead = outside.refusing()
    office.proxy_prefixes = [dead]
    office.save()
    assert failure_code(validate(fresh_ticket(signed_in), pgtUrl=dead)) == "INVALID_PROXY_CALLBACK"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_call_back_that_does_not_answer_200_gets_no_grant(status, signed_in, office):
    with outside.application(status, headers={"Location": "http://127.0.0.1:9/"}) as there:
        office.proxy_prefixes = [there.address]
        office.save()
        answer = validate(fresh_ticket(signed_in), pgtUrl=there.address)

    assert b"authenticationSuccess" in answer.content
    assert b"proxyGrantingTicket" not in answer.content
    assert len(there.heard) == 1
    assert proxy_failure(ask(pgt_of(there))) == "INVALID_TICKET"


def test_a_certificate_nobody_vouches_for_is_no_call_back(signed_in, office, tmp_path):
    """https must be trusted; the same server passes once its authority is."""
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def talk(line):
        try:
            with context.wrap_socket(line, server_side=True) as secure:
                secure.recv(4096)
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except OSError:
            line.close()

    with outside.listening(talk) as address:
        there = address.replace("http://127.0.0.1", "https://localhost")
        office.proxy_prefixes = [there]
        office.save()
        assert failure_code(validate(fresh_ticket(signed_in), pgtUrl=there)) == "INVALID_PROXY_CALLBACK"
        outgoing.tls_context().load_verify_locations(certificate)
        try:
            assert b"proxyGrantingTicket" in validate(fresh_ticket(signed_in), pgtUrl=there).content
        finally:
            outgoing.tls_context.cache_clear()


def self_signed(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def close(monkeypatch, closed) -> None:
    """Nobody may use this application any more."""
    decide = access.decide

    def decided(*, account, application):
        return (
            decide(account=account, application=application)
            if application != closed
            else access.Decision(is_allowed=False)
        )

    monkeypatch.setattr(access, "decide", decided)


def test_the_target_must_be_registered_open_to_the_person_and_strong_enough(signed_in, portal, mail, monkeypatch):
    pgt = granted(signed_in, portal)
    assert proxy_failure(ask(pgt, "https://evil.example.com/")) == "UNAUTHORIZED_SERVICE"
    mail.demands_second_factor = True
    mail.save()
    assert proxy_failure(ask(pgt)) == "UNAUTHORIZED_SERVICE"
    mail.demands_second_factor = False
    mail.save()
    close(monkeypatch, mail)
    assert proxy_failure(ask(pgt)) == "UNAUTHORIZED_SERVICE"
    assert not ProxyTicket.objects.exists()


def test_an_application_that_may_no_longer_proxy_gets_nothing_for_what_it_was_granted(signed_in, office, portal):
    pgt = granted(signed_in, portal)
    office.proxy_prefixes = []
    office.save()
    assert proxy_failure(ask(pgt)) == "UNAUTHORIZED_SERVICE_PROXY"
    assert not ProxyTicket.objects.exists()


def test_nor_one_that_is_closed_to_the_person_meanwhile(signed_in, office, portal, monkeypatch):
    pgt = granted(signed_in, portal)
    close(monkeypatch, office)
    assert proxy_failure(ask(pgt)) == "UNAUTHORIZED_SERVICE_PROXY"


def test_who_became_an_administrator_owes_the_second_factor_by_proxy_too(signed_in, portal):
    pgt = granted(signed_in, portal)
    RoleGrant.objects.create(account=SsoSession.objects.get().account, role="campus.admin", granted_by="test")
    assert proxy_failure(ask(pgt)) == "UNAUTHORIZED_SERVICE_PROXY"
    SsoSession.objects.update(second_factor_at=now())
    assert proxy_ticket(pgt)


def test_proxy_says_what_is_missing(signed_in, portal):
    assert proxy_failure(Client().get("/cas/proxy", {"pgt": "PGT-x"})) == "INVALID_REQUEST"
    assert proxy_failure(ask("PGT-" + "x" * 50)) == "INVALID_TICKET"
    assert proxy_failure(ask(granted(signed_in, portal), format="YAML")) == "INVALID_REQUEST"


def test_json_knows_proxies_too(signed_in, portal):
    answer = validate(fresh_ticket(signed_in), pgtUrl=portal.address + "pgt/take", format="JSON")
    success = json.loads(answer.content)["serviceResponse"]["authenticationSuccess"]
    assert success["proxyGrantingTicket"].startswith("PGTIOU-")
    ticket = json.loads(ask(pgt_of(portal), format="JSON").content)["serviceResponse"]["proxySuccess"]["proxyTicket"]
    told = json.loads(validate(ticket, MAIL, "/cas/p3/proxyValidate", format="JSON").content)
    assert told["serviceResponse"]["authenticationSuccess"]["proxies"] == [portal.address + "pgt/take"]
    failed = json.loads(ask("PGT-x", format="JSON").content)["serviceResponse"]["proxyFailure"]
    assert failed["code"] == "INVALID_TICKET"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_validate_the_same_proxy_ticket_at_once_one_wins(signed_in, portal):
    pgt = granted(signed_in, portal)
    for _round in range(3):
        ticket = proxy_ticket(pgt)
        gate, found = threading.Barrier(2), []

        def race(ticket=ticket, gate=gate, found=found):
            gate.wait()
            found.append(tickets.validate(ticket=ticket, service=MAIL, must_be_new=False))
            connection.close()

        threads = [threading.Thread(target=race) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(type(one).__name__ for one in found) == ["Assertion", "Refusal"]


@pytest.mark.django_db(transaction=True)
def test_a_session_that_ends_during_the_call_back_gets_no_grant(signed_in, office):
    """Nothing is locked while the other side is called: a sign-out amid it is not held up, and wins."""

    def talk(line):
        line.recv(4096)
        signed_in.post("/sign-out")
        connection.close()
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        line.close()

    with outside.listening(talk) as address:
        office.proxy_prefixes = [address]
        office.save()
        answer = validate(fresh_ticket(signed_in), pgtUrl=address)
    assert failure_code(answer) == "INVALID_TICKET"
    assert not ProxyGrantingTicket.objects.exists()
