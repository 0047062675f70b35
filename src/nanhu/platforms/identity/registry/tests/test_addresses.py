"""Addresses: what is covered, what is refused, and that two applications never hold the same."""

import threading
from posixpath import normpath
from urllib.parse import unquote

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from nanhu.platforms.identity.errors import AddressTakenError, ServiceRefusedError, UnsafeServiceAddressError
from nanhu.platforms.identity.models import Application, ApplicationAddress
from nanhu.platforms.identity.rules_urls import address_key, is_covered, is_registrable, parsed_service
from nanhu.platforms.identity.services.applications import (
    address_for,
    application_for,
    change_application,
    register_application,
    set_addresses,
)
from nanhu.platforms.identity.tests.conftest import TEST

PREFIX = "https://oa.example.edu.cn/app"
NASTY = [
    "https://oa.example.edu.cn@evil.com/app",
    "https://oa.example.edu.cn:443@evil.com/app",
    "https://user:pass@oa.example.edu.cn/app",
    "https://oa.example.edu.cn\\@evil.com/app",
    "https://oa.example.edu.cn\\.evil.com/app",
    "https:\\\\oa.example.edu.cn\\app",
    "https://evil.com\\oa.example.edu.cn/app",
    "https://oa.example.edu.cn.evil.com/app",
    "https://evil-oa.example.edu.cn/app",
    "https://sub.oa.example.edu.cn/app",
    "https://example.edu.cn/app",
    "https://oa.example.edu.cn./app",
    "https://oa.example.edu.cn%2eevil.com/app",
    "https://oa.example.edu.cn%00.evil.com/app",
    "https://oa.example.edu.cn\u3002evil.com/app",
    "https://oa.example.edu。cn/app",
    "https://оa.example.edu.cn/app",
    "https://xn--a-uga.example.edu.cn/app",
    "https://oa.example.edu.cn:8443/app",
    "https://oa.example.edu.cn:0/app",
    "https://oa.example.edu.cn:99999/app",
    "https://oa.example.edu.cn:٤٤٣/app",
    "http://oa.example.edu.cn/app",
    "javascript://oa.example.edu.cn/app",
    "https:oa.example.edu.cn/app",
    "https:///oa.example.edu.cn/app",
    "//oa.example.edu.cn/app",
    "https://oa.example.edu.cn/application",
    "https://oa.example.edu.cn/app-evil",
    "https://oa.example.edu.cn/APP",
    "https://oa.example.edu.cn/app/../admin",
    "https://oa.example.edu.cn/app/%2e%2e/admin",
    "https://oa.example.edu.cn/app/%252e%252e/admin",
    "https://oa.example.edu.cn/app/..;x/admin",
    "https://oa.example.edu.cn/app%2f..%2fadmin",
    "https://oa.example.edu.cn/app%2Fadmin",
    "https://oa.example.edu.cn/app%252fadmin",
    "https://oa.example.edu.cn/app%5cadmin",
    "https://oa.example.edu.cn/other;jsessionid=/app",
    "https://oa.example.edu.cn//app",
    " https://oa.example.edu.cn/app",
    "https://oa.example.edu.cn/app\r\nLocation: https://evil.com",
    "https://oa.example.edu.cn/app\t",
    "https://[oa.example.edu.cn]/app",
    "https://oa.example.edu.cn#@evil.com/app",
    "https://oa.example.edu.cn?@evil.com/app",
    "",
]
GOOD = [
    "https://oa.example.edu.cn/app",
    "https://oa.example.edu.cn/app/",
    "https://OA.Example.EDU.cn/app/list",
    "HTTPS://oa.example.edu.cn:443/app",
    "https://oa.example.edu.cn/app?next=//evil.com/..%2f",
    "https://oa.example.edu.cn/app/x#/hash",
    "https://oa.example.edu.cn/app;jsessionid=AB12?x=1",
    "https://oa.example.edu.cn/%61pp/x",
    "https://oa.example.edu.cn/app/中文",
]


@pytest.mark.parametrize("service", NASTY)
def test_no_trick_reaches_a_stranger(service):
    assert not is_covered(service=service, prefix=PREFIX)


@pytest.mark.parametrize("service", GOOD)
def test_honest_spellings_are_covered(service):
    assert is_covered(service=service, prefix=PREFIX)


HOSTS = st.text("abcxyz0-.@:%\\/#?;[]。оK\t\r\n ", min_size=0, max_size=12)


@given(junk=HOSTS, tail=st.text("ab/.%2efF5c;?#\\@", max_size=14))
def test_whatever_stands_around_the_host_only_that_very_host_is_covered(junk, tail):
    """A browser goes where the WHATWG rules say; for what we accept, that must be the registered host."""
    for service in (
        f"https://{junk}oa.example.edu.cn/app/{tail}",
        f"https://oa.example.edu.cn{junk}/app/{tail}",
        f"https://oa.example.edu.cn{junk}evil.com/app/{tail}",
    ):
        if is_covered(service=service, prefix=PREFIX):
            authority = service.removeprefix("https://").split("/", 1)[0].lower()
            assert authority in {"oa.example.edu.cn", "oa.example.edu.cn:", "oa.example.edu.cn:0443"}, service


@given(path=st.text("ab/.%2efF5c;", max_size=20))
def test_a_covered_path_stays_below_however_often_it_is_decoded(path):
    service = f"https://oa.example.edu.cn/app{path}"
    if is_covered(service=service, prefix=PREFIX):
        read = service.removeprefix("https://oa.example.edu.cn")
        for _round in range(3):
            plain = normpath(read.split(";jsessionid", 1)[0])
            assert plain == "/app" or plain.startswith(("/app/", "/app;")), (service, plain)
            read = unquote(read)


@given(st.text(max_size=60))
def test_any_text_is_judged_without_a_crash(text):
    parsed = parsed_service(text)
    assert (address_key(text) is None) == (parsed is None)


@pytest.mark.parametrize(
    "address", ["https://a.cn/?x", "https://a.cn/#x", "https://a.cn/x;jsessionid=1", "ftp://a.cn/"]
)
def test_a_prefix_has_no_query_fragment_or_session(address):
    assert not is_registrable(address)


def oa(*addresses: str, key: str = "oa") -> Application:
    return register_application(by=TEST, key=key, name=key, owner="校办", addresses=addresses)


def test_the_longest_address_wins_over_all_of_an_applications_addresses(db):
    whole = oa("https://oa.example.edu.cn/", "https://old.example.edu.cn/oa")
    part = oa("https://oa.example.edu.cn/app/mail", key="mail")

    assert application_for("https://oa.example.edu.cn/app") == whole
    assert application_for("https://old.example.edu.cn/oa/x") == whole
    assert application_for("https://oa.example.edu.cn/app/mail/inbox?x=1") == part
    assert application_for("https://oa.example.edu.cn/app/mailbox") == whole
    with pytest.raises(ServiceRefusedError):
        application_for("https://old.example.edu.cn/")


def test_what_is_below_a_switched_off_application_falls_to_no_other(db):
    oa("https://oa.example.edu.cn/")
    part = oa("https://oa.example.edu.cn/mail", key="mail")
    change_application(by=TEST, application=part, is_enabled=False)

    with pytest.raises(ServiceRefusedError):
        application_for("https://oa.example.edu.cn/mail/inbox")


def test_finding_the_application_takes_one_query(db, django_assert_num_queries):
    oa(*(f"https://oa.example.edu.cn/app{number}" for number in range(20)))
    with django_assert_num_queries(1):
        assert application_for("https://oa.example.edu.cn/app7/x/y/z").key == "oa"


@pytest.mark.parametrize(
    "same", ["https://oa.example.edu.cn/app/", "HTTPS://OA.example.edu.cn:443/app", "https://oa.example.edu.cn/%61pp"]
)
def test_two_applications_cannot_hold_the_same_address_however_it_is_spelt(db, same):
    oa(PREFIX)
    with pytest.raises(AddressTakenError) as caught:
        oa(same, key="evil")
    assert "oa" in caught.value.message
    assert not Application.objects.filter(key="evil").exists()


def test_the_database_itself_refuses_it(db):
    first, second = oa(PREFIX), oa(key="other")
    held = first.addresses.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationAddress.objects.create(application=second, prefix=PREFIX, origin=held.origin, path=held.path)


@pytest.mark.parametrize(
    ("origin", "path"),
    [("https://oa.cn", "/x"), ("https://oa.cn:443", "x"), ("https://oa.cn:443", "/x/"), ("ftp://a:21", "")],
)
def test_the_database_takes_only_the_canonical_form(db, origin, path):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationAddress.objects.create(application=oa(), prefix=PREFIX, origin=origin, path=path)


def test_unsafe_addresses_are_refused_and_nothing_changes(db):
    held = oa(PREFIX)
    for address in ("https://a@b.cn/", "https://oa.cn/?x=1", "javascript:alert(1)"):
        with pytest.raises(UnsafeServiceAddressError):
            set_addresses(by=TEST, application=held, prefixes=[address])
    assert held.service_prefix == PREFIX


def test_addresses_can_be_taken_over_once_they_are_given_up(db):
    old, new = oa(PREFIX), oa(key="new")
    set_addresses(by=TEST, application=old, prefixes=[])
    assert set_addresses(by=TEST, application=new, prefixes=[PREFIX]) is True
    assert set_addresses(by=TEST, application=new, prefixes=[PREFIX]) is False
    assert address_for(PREFIX).application == new


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_the_same_address_at_once_one_gets_it():
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def register(key: str) -> None:
        start.wait()
        try:
            oa(PREFIX, key=key)
            outcomes.append("taken")
        except AddressTakenError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=(key,)) for key in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused", "taken"]
    assert ApplicationAddress.objects.count() == 1
    assert Application.objects.count() == 1
