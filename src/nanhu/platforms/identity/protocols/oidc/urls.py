"""/.well-known/… and /oidc/…: the addresses OpenID Connect clients find by discovery."""

from django.urls import path

from nanhu.platforms.identity.protocols.oidc.views import (
    answers,
    authorize,
    consents,
    discovery,
    end_session,
    tokens,
    userinfo,
)

urlpatterns = [
    path(".well-known/openid-configuration", discovery.configuration_document, name="oidc_discovery"),
    path(".well-known/oauth-authorization-server", discovery.configuration_document, name="oauth_metadata"),
    path("oidc/jwks", discovery.jwks, name="oidc_jwks"),
    path("oidc/authorize", authorize.authorize, name="oidc_authorize"),
    path("oidc/consent", answers.consent, name="oidc_consent"),
    path("oidc/account", answers.choose, name="oidc_choose"),
    path("oidc/token", tokens.token, name="oidc_token"),
    path("oidc/revoke", tokens.revoke, name="oidc_revoke"),
    path("oidc/introspect", tokens.introspect, name="oidc_introspect"),
    path("oidc/userinfo", userinfo.userinfo, name="oidc_userinfo"),
    path("oidc/end-session", end_session.end_session, name="oidc_end_session"),
    path("oidc/end-session/confirmed", end_session.end_session_confirmed, name="oidc_end_session_confirmed"),
    path("oidc/consents", consents.consents_page, name="oidc_consents"),
    path("oidc/consents/<int:number>/withdraw", consents.withdraw_consent, name="oidc_withdraw_consent"),
]
