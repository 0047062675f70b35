"""Configuration to paste, for the clients universities meet most."""

from pathlib import Path

from nanhu.platforms.identity.panels import Snippet, filled
from nanhu.platforms.identity.protocols.oidc import addresses, rules
from nanhu.platforms.identity.protocols.oidc.models import OidcClient

DATA = Path(__file__).parent / "data"
FOR_PEOPLE = {
    "mod_auth_openidc": "mod-auth-openidc",
    "Spring Security": "spring-security",
    "Grafana": "grafana",
    "GitLab": "gitlab",
}


def snippets_for(client: OidcClient, secret: str) -> list[Snippet]:
    names = {".well-known": "others"} if client.is_public else {".well-known": "others", **FOR_PEOPLE}
    if client.kind == OidcClient.Kind.MACHINE:
        names = {"curl": "curl"}
    facts = facts_of(client, secret)
    return [Snippet(client=one, text=filled(text_of(name, client), facts)) for one, name in names.items()]


def text_of(name: str, client: OidcClient) -> str:
    lines = (DATA / name).read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not client.is_public or "client_secret" not in line)


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
