"""An Apache of its own with mod_auth_cas: one host asks by CAS 3.0, a second by SAML 1.1.

Two names of this machine, because a cookie knows no ports and would sign one in at the other.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.interop import apache

SCRIPT = """#!/bin/sh
printf 'Content-Type: text/plain; charset=utf-8\\r\\n\\r\\n'
env | grep -E '^(REMOTE_USER|HTTP_CAS_)' | sort
"""
CONFIGURATION = """
ServerName 127.0.0.1
DocumentRoot "{folder}/www"
CASLoginURL {cas}/login
CASVersion 2
CASCookiePath "{folder}/cookies/"
CASSSOEnabled On
<Directory "{folder}/www">
    Options +ExecCGI
    SetHandler cgi-script
    AuthType CAS
    CASAuthNHeader CAS-User
    Require valid-user
</Directory>
Listen 127.0.0.1:{port}
Listen 127.0.0.1:{saml_port}
<VirtualHost 127.0.0.1:{port}>
    ServerName 127.0.0.1:{port}
    CASRootProxiedAs http://127.0.0.1:{port}
    CASValidateURL {cas}/p3/serviceValidate
</VirtualHost>
<VirtualHost 127.0.0.1:{saml_port}>
    ServerName localhost:{saml_port}
    CASRootProxiedAs http://localhost:{saml_port}
    CASValidateURL {cas}/samlValidate
    CASValidateSAML On
</VirtualHost>
"""


@dataclass
class ApacheWithCas:
    folder: Path
    url: str
    saml_url: str
    server: apache.Apache

    def log(self) -> str:
        return self.server.log()

    def sessions(self) -> int:
        """How many people mod_auth_cas holds signed in: a file for each, one more for its ticket."""
        return len([one for one in (self.folder / "cookies").iterdir() if len(one.name) == 32])

    def stop(self) -> None:
        self.server.stop()


def start(folder: Path, *, cas: str, ports: list[int]) -> ApacheWithCas:
    """In the foreground, as a child; answers when this returns."""
    (folder / "cookies").mkdir()
    apache.give_to_apache(folder / "cookies")
    apache.write_script(folder / "www" / "who", SCRIPT)
    body = CONFIGURATION.format(folder=folder, cas=cas, port=ports[0], saml_port=ports[1])
    url, saml_url = f"http://127.0.0.1:{ports[0]}", f"http://localhost:{ports[1]}"
    server = apache.start(folder, module="mod_auth_cas", body=body, probe=f"{url}/who")
    return ApacheWithCas(folder, url, saml_url, server)
