"""An emulated federation of eduroam: a FreeRADIUS of its own process that is another school's home and sends our realm to us."""

import shutil
from pathlib import Path

from tests.interop import freeradius
from tests.interop.freeradius import FreeRadius

REALM = "elsewhere.example"
VISITOR, PASSWORD = f"guest-professor@{REALM}", "Elsewhere-Reed-77"
SITE = """server federation {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {port}
    }}
    authorize {{
        if (&User-Name =~ /@({ours}|transit[.]example)$/i) {{
            update control {{
                &Proxy-To-Realm := "nanhu"
            }}
        }}
        else {{
            eap {{
                ok = return
            }}
        }}
    }}
    authenticate {{
        eap
    }}
    pre-proxy {{
        update proxy-request {{
            &Operator-Name := "1{realm}"
            &Chargeable-User-Identity := 0x00
        }}
    }}
    post-auth {{
        if (&request:Operator-Name) {{
            update reply {{
                &Reply-Message := "asked by %{{request:Operator-Name}} %{{request:NAS-Identifier}}"
                &Chargeable-User-Identity := "alias-of-that-guest"
            }}
        }}
        update reply {{
            &Tunnel-Type := VLAN
            &Tunnel-Private-Group-Id := "666"
            &Class := "another-schools"
        }}
        linelog
    }}
}}
server federation-inner {{
    authorize {{
        if (&User-Name == "{visitor}") {{
            update control {{
                &Cleartext-Password := "{password}"
                &Auth-Type := PAP
            }}
        }}
    }}
    authenticate {{
        Auth-Type PAP {{
            pap
        }}
    }}
}}
home_server nanhu {{
    type = auth
    ipaddr = 127.0.0.1
    port = {our_port}
    secret = {secret}
    src_ipaddr = {source}
}}
home_server_pool nanhu {{
    home_server = nanhu
}}
realm nanhu {{
    auth_pool = nanhu
    nostrip
}}
client campus {{
    ipaddr = 127.0.0.1
    secret = {secret}
    require_message_authenticator = yes
}}
"""
EAP = """eap {
    default_eap_type = ttls
    tls-config theirs {
        certificate_file = ${certdir}/nanhu.pem
        private_key_file = ${certdir}/nanhu.key
        ca_file = ${certdir}/nanhu-ca.pem
        tls_max_version = "1.2"
        ecdh_curve = ""
    }
    ttls {
        tls = theirs
        virtual_server = federation-inner
    }
}
"""
LOG = """linelog {
    filename = ${logdir}/asked.log
    format = "%{User-Name} operator=%{Operator-Name} nas=%{NAS-Identifier} address=%{NAS-IP-Address}"
}
"""


def laid_out(folder: Path, port: int, *, ours: str, our_port: int, secret: str, source: str, certs: Path) -> FreeRadius:
    """`source`: the address from which it asks us; it has the certificates of ours, so that one profile trusts both."""
    made = freeradius.laid_out(folder, port, 0)
    shutil.copytree(certs, folder / "certs", dirs_exist_ok=True)
    facts = {"port": port, "our_port": our_port, "secret": secret, "source": source, "realm": REALM}
    text = SITE.format(**facts, ours=ours.replace(".", "[.]"), visitor=VISITOR, password=PASSWORD)
    (folder / "sites-enabled" / "federation").write_text(text)
    for name, said in (("eap", EAP), ("linelog", LOG)):
        (folder / "mods-enabled" / name).unlink(missing_ok=True)
        (folder / "mods-enabled" / name).write_text(said)
    freeradius.given_to(folder, "freerad")
    made.secrets["campus"] = secret
    return made


def asked(made: FreeRadius) -> str:
    """Who was let in there, asked by whom."""
    path = made.folder / "asked.log"
    return path.read_text() if path.exists() else ""


def radtest(made: FreeRadius, name: str, *, key: str) -> str:
    """One question without EAP; the whole answer, and why there is none."""
    said = f'User-Name = "{name}"\nUser-Password = "x"\n'
    return made.heard_by_radclient(said, port=made.port, kind="auth", key=key, seconds=12, times=50)
