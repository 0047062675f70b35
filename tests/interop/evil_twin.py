"""An evil twin (钓鱼热点): a FreeRADIUS that shows itself as the school's and writes down whatever a device tells it inside the tunnel."""

from pathlib import Path

from tests.interop import federation, freeradius
from tests.interop.freeradius import FreeRadius

SITE = """server evil {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {port}
    }}
    authorize {{
        linelog
        eap {{
            ok = return
        }}
    }}
    authenticate {{
        eap
    }}
}}
server federation-inner {{
    authorize {{
        linelog
        update control {{
            &Auth-Type := Accept
        }}
    }}
}}
client phone {{
    ipaddr = 127.0.0.1
    secret = evil
}}
"""
LOG = """linelog {
    filename = ${logdir}/asked.log
    format = "%{User-Name} %{User-Password}"
}
"""


def laid_out(folder: Path, port: int) -> FreeRadius:
    """With an authority of its own, and a certificate for the school's name."""
    made = freeradius.laid_out(folder, port, 0)
    made.secrets["wifi"] = "evil"
    (folder / "sites-enabled" / "evil").write_text(SITE.format(port=port))
    for name, said in (("eap", federation.EAP), ("linelog", LOG)):
        (folder / "mods-enabled" / name).unlink(missing_ok=True)
        (folder / "mods-enabled" / name).write_text(said)
    return made
