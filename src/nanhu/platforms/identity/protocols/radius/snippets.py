"""What an engineer puts into FreeRADIUS 3.2 or Dovecot 2.4: whole files, so that nothing is left to guess."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from django.urls import reverse

from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.school import school
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.panels import Snippet, filled
from nanhu.platforms.identity.protocols.radius.models import RadiusClient

DATA = Path(__file__).parent / "data"
FREERADIUS = {
    "mods-available/nanhu-{name}": ["freeradius-module"],
    "sites-available/nanhu-{name}": ["freeradius-site"],
    "sites-available/nanhu": ["freeradius-listener"],
    "clients-nanhu-{name}.conf": ["freeradius-clients"],
}
EDUROAM = "eduroam"
"""The key of the application whose server is also home of ours abroad, and sends visitors' questions to the federation."""
ROAMING = {
    **FREERADIUS,
    "mods-available/nanhu-{name}": ["freeradius-module", "eduroam-module"],
    "sites-available/nanhu-{name}": ["eduroam-site", "freeradius-inner"],
    "clients-nanhu-{name}.conf": ["freeradius-clients", "eduroam-clients"],
    "proxy-nanhu-{name}.conf": ["eduroam-proxy"],
    "mods-config/attr_filter/nanhu-{name}": ["eduroam-answers"],
}
DOVECOT = {"conf.d/90-nanhu.conf": ["dovecot-conf"], "nanhu.lua": ["dovecot-lua"]}
INNER = "server nanhu-@name@-inner {"
HIDDEN = "…"


def files_for(application: Application, *, service: str, key: str = HIDDEN) -> dict[str, str]:
    """By their path under /etc/freeradius/3.0 or /etc/dovecot. Without the key, which is shown once, they have a gap."""
    facts = {
        "name": application.key,
        "address": configuration().public_url + reverse("identity:radius_authenticate"),
        "accounting": configuration().public_url + reverse("identity:radius_accounting"),
        "visitor": configuration().public_url + reverse("identity:radius_visitor"),
        "key": key,
        "secret": HIDDEN if key == HIDDEN else secrets.token_urlsafe(24),
        "federation": HIDDEN if key == HIDDEN else secrets.token_urlsafe(24),
        "realm": school().domain,
        "pattern": re.escape(school().domain),
        "salt": blind_index(application.key, purpose="identity_radius.visited").hex(),
    }
    wanted = FREERADIUS if application.key != EDUROAM else ROAMING
    wanted = DOVECOT if service == RadiusClient.Service.MAIL else wanted
    return {
        path.format(name=application.key): filled("".join(map(text_of, names)), facts) for path, names in wanted.items()
    }


def text_of(name: str) -> str:
    """The inside of the tunnel is the same for eduroam."""
    if name == "freeradius-inner":
        return "\n" + INNER + text_of("freeradius-site").partition(INNER)[2]
    return (DATA / name).read_text(encoding="utf-8")


def snippets_for(application: Application, secrets_shown: Mapping[str, str]) -> list[Snippet]:
    client = RadiusClient.objects.filter(application_id=application.pk or 0, is_enabled=True).first() or RadiusClient()
    program = "Dovecot 2.4" if client.service == RadiusClient.Service.MAIL else "FreeRADIUS 3.2"
    files = files_for(application, service=client.service, key=secrets_shown.get("key", HIDDEN))
    return [Snippet(client=f"{program}: {path}", text=text) for path, text in files.items()]
