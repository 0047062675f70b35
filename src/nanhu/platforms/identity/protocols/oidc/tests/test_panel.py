"""The panel in the registry: fields, secrets, snippets, trial."""

import pytest
from django.test import RequestFactory

from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.oidc.forms import ClientForm
from nanhu.platforms.identity.protocols.oidc.models import (
    AccessToken,
    AuthorizationCode,
    OidcClient,
    PairwiseSubject,
    RefreshToken,
    TokenFamily,
)
from nanhu.platforms.identity.protocols.oidc.panel import PANEL
from nanhu.platforms.identity.protocols.oidc.services import clients
from nanhu.platforms.identity.protocols.oidc.tests.conftest import ATTRIBUTES, BACK, ISSUER, make_app
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import TEST

FIELDS = {
    "kind": "confidential",
    "auth_method": "secret",
    "redirect_uris": f"{BACK}\r\n\r\nhttps://b.example.com/cb\n",
    "scopes": ["openid", "profile"],
    "subject": "pairwise",
    "asking": "once",
    "may_refresh": "on",
}


@pytest.fixture
def record(db):
    return register_application(by=TEST, key="library", name="图书馆", owner="图书馆", attributes=ATTRIBUTES)


def saved(record, **changes):
    form = ClientForm({**FIELDS, **changes})
    assert form.is_valid(), form.errors
    return PANEL.save(TEST, record, form.cleaned_data)


def request_of(teacher, signed_in):
    request = RequestFactory().get("/")
    request.user, request.sso_session = teacher.account, SsoSession.objects.get(ended_at=None)
    return request


def test_it_stands_among_the_panels_of_the_registry():
    assert panels.panels["oidc"] is PANEL


def test_a_client_is_made_with_a_secret_shown_once(record):
    assert PANEL.speaks(record) is False
    assert ClientForm(initial=PANEL.initial(record))["scopes"].value() == list(clients.DEFAULT_SCOPES)

    shown = saved(record)

    assert PANEL.speaks(record) is True
    client = OidcClient.objects.get()
    assert shown["client_id"] == client.client_id
    assert clients.secret_fits(clients.client_with(client.client_id), shown["client_secret"])
    assert client.redirect_uris == [BACK, "https://b.example.com/cb"]
    assert client.grant_types == ["authorization_code", "refresh_token"]
    assert "client_secret" not in saved(record), "not again"
    assert PANEL.speakers() == {record.pk}


def test_it_offers_the_scopes_that_release_something(record):
    assert set(dict(ClientForm(initial=PANEL.initial(record)).fields["scopes"].choices)) == {
        "openid",
        "profile",
        "email",
        "campus",
        "offline_access",
    }
    record.attributes = ["displayName"]
    form = ClientForm(initial=PANEL.initial(record))
    assert set(dict(form.fields["scopes"].choices)) == {"openid", "profile", "offline_access"}
    assert form["scopes"].value() == ["openid", "profile"]
    assert "email" in str(form.fields["scopes"].help_text)
    refused = ClientForm({**FIELDS, "scopes": ["openid", "email"]}, initial=PANEL.initial(record))
    assert "scopes" in refused.errors


def test_what_was_saved_fills_the_form_again(record):
    saved(record, scopes=["openid", "email"], machine_scopes="a.read b.write", acts_alone="on")
    again = PANEL.initial(record)
    form = ClientForm({name: value for name, value in again.items() if value not in (False, None)})
    assert form.is_valid(), form.errors
    before = OidcClient.objects.values().get()
    PANEL.save(TEST, record, form.cleaned_data)
    after = OidcClient.objects.values().get()
    assert {name for name in before if before[name] != after[name]} == {"changed_at"}


def test_a_new_secret_is_made_when_asked_for(record):
    old = saved(record)["client_secret"]
    new = saved(record, new_secret="on")["client_secret"]
    client = clients.client_with(OidcClient.objects.get().client_id)
    assert old != new
    assert clients.secret_fits(client, old)
    assert clients.secret_fits(client, new)


def test_who_needs_no_secret_any_more_keeps_none(record):
    secret = saved(record)["client_secret"]
    assert "client_secret" not in saved(record, kind="browser")
    client = clients.client_with(OidcClient.objects.get().client_id)
    assert (client.auth_method, client.requires_pkce) == ("none", True)
    assert clients.secret_fits(client, secret) is False


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": ""},
        {"redirect_uris": "javascript:alert(1)"},
        {"redirect_uris": "https://*.example.com/"},
        {"redirect_uris": "\n".join(f"https://a{n}.example.com/" for n in range(31))},
        {"jwks": "[1]"},
        {"jwks": "{"},
        {"auth_method": "private_key_jwt"},
        {"web_origins": "https://a.example.com/path"},
        {"machine_scopes": 'a"b'},
        {"backchannel_logout_uri": "ftp://a.example.com/"},
        {"kind": "other"},
        {"subject": "phone"},
    ],
)
def test_what_would_not_be_safe_is_said_in_the_form(record, changes):
    assert not ClientForm({**FIELDS, **changes}).is_valid()


def test_forgetting_closes_it_and_saving_opens_it_again(record, signed_in):
    saved(record)
    PANEL.forget(TEST, record)
    PANEL.forget(TEST, record)
    assert PANEL.speaks(record) is False
    assert PANEL.snippets(record, {}) == []
    assert saved(record)["client_secret"]


def test_the_snippets_name_what_is_to_be_pasted(record):
    shown = saved(record)
    found = {snippet.client: snippet.text for snippet in PANEL.snippets(record, shown)}
    assert set(found) == {".well-known", "mod_auth_openidc", "Spring Security", "Grafana", "GitLab"}
    for text in found.values():
        assert shown["client_id"] in text
        assert shown["client_secret"] in text
    assert f"{ISSUER}/.well-known/openid-configuration" in found["mod_auth_openidc"]
    assert "<保存时显示的密钥>" in PANEL.snippets(record, {})[0].text


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"kind": "native"}, {".well-known"}),
        ({"kind": "machine", "machine_scopes": "a"}, {"curl"}),
    ],
)
def test_other_kinds_get_what_fits_them(record, changes, names):
    shown = saved(record, **changes)
    found = PANEL.snippets(record, shown)
    assert {snippet.client for snippet in found} == names
    assert all("client_secret  " not in snippet.text for snippet in found)


def test_a_trial_walks_all_the_way_and_leaves_nothing_behind(record, teacher, signed_in):
    saved(record)
    steps = PANEL.trial(request_of(teacher, signed_in), record)
    assert [step.is_good for step in steps] == [True] * 6
    assert "name: 欧阳修文" in steps[-1].detail
    for model in (AuthorizationCode, AccessToken, RefreshToken, TokenFamily, PairwiseSubject):
        assert not model.objects.exists(), model
    assert not SsoGrant.objects.exists()
    assert SsoSession.objects.filter(ended_at=None).count() == 1


def test_a_trial_of_a_machine_or_of_nothing_says_so(record, teacher, signed_in):
    request = request_of(teacher, signed_in)
    assert [step.is_good for step in PANEL.trial(request, record)] == [False]
    saved(record, kind="machine", machine_scopes="a.read")
    assert [(step.is_good, step.detail) for step in PANEL.trial(request, record)] == [(True, "a.read")]


def test_a_trial_of_a_broken_registration_says_what_is_wrong(record, teacher, signed_in):
    saved(record)
    OidcClient.objects.update(redirect_uris=[])
    steps = PANEL.trial(request_of(teacher, signed_in), record)
    assert [step.is_good for step in steps] == [False]
    assert "redirect_uri" in steps[0].detail


def test_the_database_refuses_a_client_that_proves_nothing(db):
    from django.db import IntegrityError, transaction

    app = make_app()
    for facts in ({"auth_method": "none"}, {"kind": "browser"}, {"subject": "phone"}, {"asking": "maybe"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OidcClient.objects.filter(pk=app.client.pk).update(**facts)
