"""Front-channel logout: what the browser itself brings to an application that nobody can tell behind it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.tests.conftest import AFTER, make_app
from nanhu.platforms.identity.services import logout_engine

pytestmark = [pytest.mark.django_db, pytest.mark.capability("A002.4")]
BYE = "https://library.example.edu.cn/front?tenant=1"


@pytest.fixture
def app(db):
    found = make_app(frontchannel_logout_uri=BYE)
    OidcClient.objects.update(backchannel_logout_uri="")
    return found


@pytest.fixture
def inside(app, signed_in) -> Client:
    app.tokens(signed_in)
    assert SsoGrant.objects.get().logout == "open"
    return signed_in


def test_the_page_after_the_sign_out_loads_its_address_and_may(inside):
    page = inside.post("/sign-out", follow=True)
    grant = SsoGrant.objects.get()
    assert f'src="/signed-out/apps/{grant.pk}"' in page.content.decode()
    assert "frame-src 'self' https://library.example.edu.cn" in page.headers["Content-Security-Policy"]

    frame = inside.get(f"/signed-out/apps/{grant.pk}")
    address = urlsplit(frame["Location"])
    assert frame["Location"].startswith(BYE)
    assert parse_qs(address.query)["sid"] == [str(grant.ticket)]
    assert parse_qs(address.query)["iss"]
    grant.refresh_from_db()
    assert grant.logout == "notified", "nobody says that it was heard"
    logout_engine.notify_due()
    grant.refresh_from_db()
    assert grant.logout == "notified"
    page = inside.get("/signed-out")
    assert "<iframe" not in page.content.decode()
    assert "frame-src" not in page.headers["Content-Security-Policy"]
    assert inside.get(f"/signed-out/apps/{grant.pk}").status_code == 404


def test_nobody_elses_browser_may_tell(inside):
    inside.post("/sign-out")
    assert Client().get(f"/signed-out/apps/{SsoGrant.objects.get().pk}").status_code == 404
    assert SsoGrant.objects.get().logout == "waiting"


def test_a_session_that_ends_elsewhere_is_not_said_to_be_told(inside):
    SsoGrant.objects.get().session.__class__.objects.update(ended_how="idle", ended_at="2026-01-01T00:00:00Z")
    SsoGrant.objects.update(
        logout="waiting", logout_requested_at="2026-01-01T00:00:00Z", logout_due_at="2026-01-01T00:00:00Z"
    )
    logout_engine.notify_due()
    assert SsoGrant.objects.get().logout == "silent"


def test_who_asked_for_the_sign_out_waits_until_the_others_were_told(app, inside):
    OidcClient.objects.update(post_logout_redirect_uris=[AFTER])
    page = inside.get("/oidc/end-session", {"client_id": app.client_id, "post_logout_redirect_uri": AFTER})
    kept = page.context["kept"]
    page = inside.post("/oidc/end-session/confirmed", {"kept": kept})
    assert page.status_code == 200
    assert page.headers["Refresh"].endswith(AFTER)
    assert "<iframe" in page.content.decode()


def test_an_address_behind_the_browser_comes_first(inside):
    OidcClient.objects.update(backchannel_logout_uri="https://library.example.edu.cn/back")
    assert "<iframe" not in inside.post("/sign-out", follow=True).content.decode()


def test_it_is_announced():
    found = Client().get("/.well-known/openid-configuration").json()
    assert found["frontchannel_logout_supported"]
    assert found["frontchannel_logout_session_supported"]
