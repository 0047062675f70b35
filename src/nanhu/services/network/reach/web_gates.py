"""Gates of single systems (网页入口): an Apache with mod_auth_openidc stands before each resource that has a `web_address`. Who comes signs in at the
campus, staff alone is let through, and a log of its own says who opened what. Nothing of a page is rewritten: the system has a host of its own.
"""

from typing import Final
from urllib.parse import urlsplit

from nanhu.kernel.configuration import configuration
from nanhu.services.network.api import printable
from nanhu.services.network.reach import queries, rules
from nanhu.services.network.reach.models import Resource
from nanhu.services.network.reach.school import reach_rules
from nanhu.services.network.reach.services.resources import ends_of, leads_into_the_machine_room, machine_room

USUAL: Final = {"http": 80, "https": 443}
LONGEST_SECONDS: Final = 8 * 3600
TEXT: Final = """\
# Written by `nanhu network_web_gates`; what is changed here is lost. {name}
<VirtualHost *:{port}>
    ServerName {host}
{tls}    # OIDCClientID, OIDCClientSecret and OIDCCryptoPassphrase, as the application's registration showed them
    Include {folder}/{host}.client
    OIDCProviderMetadataURL {campus}/.well-known/openid-configuration
    OIDCRedirectURI {address}/nanhu-callback
    OIDCScope "openid campus"
    OIDCPKCEMethod S256
    OIDCRemoteUserClaim campus_no
    OIDCPassClaimsAs none
    OIDCSessionType server-cache
    OIDCSessionInactivityTimeout {idle}
    OIDCSessionMaxDuration {longest}
    OIDCStripCookies mod_auth_openidc_session
    LogFormat "%{{%Y-%m-%dT%H:%M:%S%z}}t %a %u %m %U %>s %O" nanhu
    CustomLog {folder}/{host}.log nanhu
    <Location "/">
        AuthType openid-connect
        Require claim affiliation:staff
    </Location>
    ProxyPass "/nanhu-callback" "!"
    ProxyPass "/" "{there}/"
    ProxyPassReverse "/" "{there}/"
    ProxyPassReverseCookieDomain "{inner}" "{host}"
</VirtualHost>
"""


def files(folder: str) -> dict[str, str]:
    """A file for each gate, by its name. What stands under no plain name of a host gets none, nor what stands in the machine room by now."""
    named = [one for one in queries.resources() if one.web_address and rules.origin_of(one.address)]
    rooms = machine_room()
    gated = [one for one in named if not leads_into_the_machine_room(one.address, ends_of(one.address), rooms)]
    return {f"{urlsplit(one.web_address).hostname}.conf": text_of(one, folder) for one in gated}


def campus() -> str:
    return configuration().public_url


def text_of(row: Resource, folder: str) -> str:
    outside, there = urlsplit(row.web_address), rules.origin_of(row.address)
    is_secret = outside.scheme == "https"
    return TEXT.format(
        name=printable(row.name, len(row.name)),
        port=outside.port or USUAL[outside.scheme],
        host=outside.hostname,
        tls=f"    SSLEngine on\n    Include {folder}/tls.conf\n" if is_secret else "",
        folder=folder,
        campus=campus(),
        address=row.web_address,
        idle=reach_rules().idle_minutes * 60,
        longest=LONGEST_SECONDS,
        there=there,
        inner=urlsplit(there).hostname,
    )
