"""What an engineer pastes into FreeRADIUS 3.2."""

from collections.abc import Mapping

from django.urls import reverse

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.panels import Snippet

REST = """\
# mods-available/nanhu (link it into mods-enabled)
rest nanhu {{
    tls {{ check_cert = yes }}
    connect_timeout = 4.0
    authenticate {{
        uri = "{address}"
        method = "post"
        body = "json"
    }}
    pool {{ start = 0 min = 0 max = 16 spare = 1 }}
}}
"""
SITE = """\
# sites-available/inner-tunnel (EAP-TTLS with PAP), and sites-available/default for a VPN
authorize {{
    filter_username
    if (&User-Password) {{ update control {{ &Auth-Type := nanhu }} }}
}}
authenticate {{
    Auth-Type nanhu {{
        update control {{ &REST-HTTP-Header := "X-Nanhu-Radius-Key: {key}" }}
        nanhu
    }}
}}
"""


def snippets_for(_application: Application, secrets: Mapping[str, str]) -> list[Snippet]:
    address = configuration().public_url + reverse("identity:radius_authenticate")
    key = secrets.get("key", "…")
    return [
        Snippet(client="FreeRADIUS 3.2: rlm_rest", text=REST.format(address=address)),
        Snippet(client="FreeRADIUS 3.2: site", text=SITE.format(key=key)),
    ]
