"""A machine without xmlsec1: SAML says so, everything else works."""

from threading import Thread
from time import monotonic, sleep

import pytest

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.protocols.saml import engine, registrations
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def bare(monkeypatch) -> None:
    monkeypatch.setattr(engine.shutil, "which", lambda *_arguments, **_options: None)


def test_its_pages_say_503_and_why(client, sp, bare):
    for address in (f"/saml/sso?{sp.redirect(sp.request())}", "/saml/start?entity=x", "/saml/slo?SAMLRequest=x"):
        page = client.get(address)
        assert page.status_code == 503
        assert "xmlsec1" in page.content.decode()
    assert client.post("/saml/slo/soap", "x", content_type="text/xml").status_code == 503


def test_the_rest_works(client, bare):
    assert client.get("/sign-in").status_code == 200
    assert client.get("/saml/metadata").status_code == 200


def test_the_doctor_says_what_to_install(bare):
    found = registrations.check_saml()
    assert (found.verdict, "apt install xmlsec1" in found.remedy) == ("warn", True)


def test_the_doctor_is_content_otherwise():
    assert registrations.check_saml().verdict == "ok"


def test_secrets_lie_in_memory_of_the_child_only():
    with engine.inputs({"key": b"secret"}) as (paths, descriptors):
        assert paths["key"] == f"/dev/fd/{descriptors[0]}"


def test_where_there_is_no_memory_file_a_closed_folder_serves(monkeypatch, tmp_path):
    monkeypatch.delattr(engine.os, "memfd_create")
    with engine.inputs({"key": b"secret"}) as (paths, _descriptors):
        path = engine.Path(paths["key"])
        assert path.read_bytes() == b"secret"
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.exists()


def test_a_flood_keeps_only_some_threads_busy(client, sp, monkeypatch):
    monkeypatch.setattr(engine, "QUEUE_SECONDS", 0.01)
    for _ in range(3):
        engine.SLOTS.acquire()
    try:
        page = client.get(f"/saml/sso?{sp.redirect(sp.request(IsPassive='true'))}")
        assert page.status_code == 503
        assert client.get("/sign-in").status_code == 200
    finally:
        for _ in range(3):
            engine.SLOTS.release()


def test_nor_do_those_who_wait_take_the_threads_that_pages_need(monkeypatch):
    """Eight seconds of waiting each, on every thread, would be the end of the portal for as long as the flood lasts."""
    monkeypatch.setattr(engine, "QUEUE_SECONDS", PATIENCE_SECONDS)
    half, refused = configuration().web_threads // 2, []

    def come():
        try:
            with engine.slot():
                pass
        except engine.SamlBusyError:
            refused.append(1)

    for _ in range(3):
        engine.SLOTS.acquire()
    crowd = [Thread(target=come) for _ in range(half + 4)]
    for one in crowd:
        one.start()
    deadline = monotonic() + PATIENCE_SECONDS
    while len(refused) < 4 and monotonic() < deadline:
        sleep(0.01)
    told_at_once = len(refused)
    for _ in range(3):
        engine.SLOTS.release()
    for one in crowd:
        one.join()
    assert (told_at_once, len(refused)) == (4, 4)
