"""Configuration to paste, for the clients universities meet most."""

from nanhu.platforms.identity.panels import Snippet
from nanhu.platforms.identity.protocols.oidc import addresses, rules
from nanhu.platforms.identity.protocols.oidc.models import OidcClient

MOD_AUTH_OPENIDC = """\
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {redirect_uri}
OIDCCryptoPassphrase <一段随机文字>
OIDCScope "{scope}"
OIDCPKCEMethod S256
OIDCPassClaimsAs both none
# 后台退出地址登记为：{redirect_uri}?logout=backchannel
<Location />
  AuthType openid-connect
  Require valid-user
</Location>"""

SPRING = """\
spring.security.oauth2.client.registration.campus.client-id={client_id}
spring.security.oauth2.client.registration.campus.client-secret={secret}
spring.security.oauth2.client.registration.campus.scope={scope_commas}
spring.security.oauth2.client.registration.campus.redirect-uri={redirect_uri}
spring.security.oauth2.client.provider.campus.issuer-uri={issuer}
spring.security.oauth2.client.provider.campus.user-name-attribute=sub"""

GRAFANA = """\
[auth.generic_oauth]
enabled = true
name = 统一身份认证
client_id = {client_id}
client_secret = {secret}
scopes = {scope}
auth_url = {authorize}
token_url = {token}
api_url = {userinfo}
use_pkce = true
login_attribute_path = preferred_username
name_attribute_path = name
email_attribute_path = email"""

GITLAB = """\
gitlab_rails['omniauth_providers'] = [{{
  name: "openid_connect", label: "统一身份认证",
  args: {{
    name: "openid_connect", scope: {scope_list}, response_type: "code", issuer: "{issuer}",
    discovery: true, uid_field: "sub", pkce: true, client_auth_method: "basic",
    client_options: {{ identifier: "{client_id}", secret: "{secret}", redirect_uri: "{redirect_uri}" }}
  }}
}}]"""

GENERIC = """\
issuer          {issuer}
discovery       {issuer}/.well-known/openid-configuration
client_id       {client_id}
client_secret   {secret}
redirect_uri    {redirect_uri}
scope           {scope}
authorization   {authorize}
token           {token}
userinfo        {userinfo}
jwks            {jwks}
end_session     {end_session}"""

MACHINE = """\
curl -u '{client_id}:{secret}' -d grant_type=client_credentials {token}"""

FOR_PEOPLE = {
    "mod_auth_openidc": MOD_AUTH_OPENIDC,
    "Spring Security": SPRING,
    "Grafana": GRAFANA,
    "GitLab": GITLAB,
}


def snippets_for(client: OidcClient, secret: str) -> list[Snippet]:
    facts = facts_of(client, secret)
    if client.kind == OidcClient.Kind.MACHINE:
        texts = {"curl": MACHINE}
    elif client.is_public:
        texts = {".well-known": "\n".join(line for line in GENERIC.splitlines() if "client_secret" not in line)}
    else:
        texts = {".well-known": GENERIC, **FOR_PEOPLE}
    return [Snippet(client=name, text=text.format(**facts)) for name, text in texts.items()]


def facts_of(client: OidcClient, secret: str) -> dict[str, str]:
    wanted = [one for one in rules.IDENTITY_SCOPES if one in client.scopes and one != rules.OFFLINE]
    names = ("authorize", "token", "userinfo", "jwks", "end_session")
    return {
        "issuer": addresses.issuer(),
        "client_id": client.client_id,
        "secret": secret,
        "redirect_uri": next(iter(client.redirect_uris), ""),
        "scope": " ".join(wanted),
        "scope_commas": ",".join(wanted),
        "scope_list": str(wanted).replace("'", '"'),
        **{name: addresses.endpoint(f"oidc_{name}") for name in names},
    }
