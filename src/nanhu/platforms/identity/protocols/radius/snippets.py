"""What an engineer puts into FreeRADIUS 3.2 or Dovecot 2.4: whole files, so that nothing is left to guess."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from django.urls import reverse

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.panels import Snippet
from nanhu.platforms.identity.protocols.radius.models import RadiusClient

DATA = Path(__file__).parent / "data"
GAP = re.compile(r"@(name|address|accounting|key|secret)@")
FREERADIUS = {
    "mods-available/nanhu-{name}": "freeradius-module",
    "sites-available/nanhu-{name}": "freeradius-site",
    "sites-available/nanhu": "freeradius-listener",
    "clients-nanhu-{name}.conf": "freeradius-clients",
}
DOVECOT = {"conf.d/90-nanhu.conf": "dovecot-conf", "nanhu.lua": "dovecot-lua"}
HIDDEN = "…"


def files_for(application: Application, *, service: str, key: str = HIDDEN) -> dict[str, str]:
    """By their path under /etc/freeradius/3.0 or /etc/dovecot. Without the key, which is shown once, they have a gap."""
    facts = {
        "name": application.key,
        "address": configuration().public_url + reverse("identity:radius_authenticate"),
        "accounting": configuration().public_url + reverse("identity:radius_accounting"),
        "key": key,
        "secret": HIDDEN if key == HIDDEN else secrets.token_urlsafe(24),
    }
    wanted = DOVECOT if service == RadiusClient.Service.MAIL else FREERADIUS
    return {path.format(name=application.key): filled(name, facts) for path, name in wanted.items()}


def filled(name: str, facts: Mapping[str, str]) -> str:
    return GAP.sub(lambda gap: facts[gap[1]], (DATA / name).read_text(encoding="utf-8"))


def snippets_for(application: Application, secrets_shown: Mapping[str, str]) -> list[Snippet]:
    client = RadiusClient.objects.filter(application_id=application.pk or 0, is_enabled=True).first() or RadiusClient()
    program = "Dovecot 2.4" if client.service == RadiusClient.Service.MAIL else "FreeRADIUS 3.2"
    files = files_for(application, service=client.service, key=secrets_shown.get("key", HIDDEN))
    return [Snippet(client=f"{program}: {path}", text=text) for path, text in files.items()]
