"""How OpenID Connect shows itself in the application registry: fields, secrets, configuration to paste, a trial."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.oidc import rules
from nanhu.platforms.identity.protocols.oidc.forms import ClientForm, registration_of
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.services import clients
from nanhu.platforms.identity.protocols.oidc.snippets import snippets_for
from nanhu.platforms.identity.protocols.oidc.trial import try_out


def client_of(application: Application) -> OidcClient | None:
    return OidcClient.objects.filter(application=application, is_enabled=True).first()


def speaks(application: Application) -> bool:
    return client_of(application) is not None


def initial(application: Application) -> dict[str, Any]:
    client = client_of(application)
    offered = rules.scopes_that_release(application.attributes)
    if client is None:
        return {"offered_scopes": offered, "scopes": [one for one in clients.DEFAULT_SCOPES if one in offered]}
    return {
        "offered_scopes": {*offered, *client.scopes},
        "kind": client.kind,
        "auth_method": client.auth_method,
        "jwks": client.jwks or None,
        "redirect_uris": "\n".join(client.redirect_uris),
        "post_logout_redirect_uris": "\n".join(client.post_logout_redirect_uris),
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "frontchannel_logout_uri": client.frontchannel_logout_uri,
        "web_origins": "\n".join(client.web_origins),
        "scopes": [one for one in client.scopes if one in rules.IDENTITY_SCOPES],
        "machine_scopes": " ".join(one for one in client.scopes if one not in rules.IDENTITY_SCOPES),
        "subject": client.subject,
        "asking": client.asking,
        "may_refresh": "refresh_token" in client.grant_types,
        "acts_alone": "client_credentials" in client.grant_types,
        "requires_pkce": client.requires_pkce,
        "may_introspect_all": client.may_introspect_all,
    }


def save(by: Actor, application: Application, cleaned: Mapping[str, Any]) -> Mapping[str, str]:
    """What is shown once: the name to configure, and a secret when one was made by this very step."""
    client, secret = clients.register(by=by, application=application, registration=registration_of(cleaned))
    if cleaned.get("new_secret") and not secret and client.auth_method == OidcClient.AuthMethod.SECRET:
        secret = clients.rotate_secret(by=by, client=client)
    shown = {"client_id": client.client_id}
    return {**shown, "client_secret": secret} if secret else shown


def forget(by: Actor, application: Application) -> None:
    clients.forget(by=by, application=application)


def snippets(application: Application, secrets: Mapping[str, str]) -> list[panels.Snippet]:
    client = client_of(application)
    return [] if client is None else snippets_for(client, secrets.get("client_secret") or _("<保存时显示的密钥>"))


PANEL = panels.ProtocolPanel(
    key="oidc",
    name="OpenID Connect",
    form=ClientForm,
    speaks=speaks,
    initial=initial,
    save=save,
    forget=forget,
    snippets=snippets,
    trial=try_out,
    speakers=lambda: set(OidcClient.objects.filter(is_enabled=True).values_list("application_id", flat=True)),
    order=20,
)
