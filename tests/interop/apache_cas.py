"""An Apache of its own with mod_auth_cas: one host asks by CAS 3.0, a second by SAML 1.1.

Two names of this machine, because a cookie knows no ports and would sign one in at the other.
"""

import grp
import os
import pwd
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import requests

MODULES = Path("/usr/lib/apache2/modules")
LOADED = ("mpm_event", "authn_core", "authz_core", "authz_user", "mime", "dir", "env", "cgid", "auth_cas")
SCRIPT = """#!/bin/sh
printf 'Content-Type: text/plain; charset=utf-8\\r\\n\\r\\n'
env | grep -E '^(REMOTE_USER|HTTP_CAS_)' | sort
"""
CONFIGURATION = """
ServerRoot "{folder}"
ServerName 127.0.0.1
PidFile "{folder}/httpd.pid"
DefaultRuntimeDir "{folder}"
Mutex file:{folder} default
ScriptSock "{folder}/cgid.sock"
TypesConfig /etc/mime.types
ErrorLog "{folder}/error.log"
DocumentRoot "{folder}/www"
{modules}
{owner}
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
class Apache:
    folder: Path
    url: str
    saml_url: str
    process: subprocess.Popen[bytes]

    def log(self) -> str:
        path = self.folder / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def sessions(self) -> int:
        """How many people mod_auth_cas holds signed in: a file for each, one more for its ticket."""
        return len([one for one in (self.folder / "cookies").iterdir() if len(one.name) == 32])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=15)


def start(folder: Path, *, cas: str, ports: list[int]) -> Apache:
    """In the foreground, as a child; answers when this returns."""
    for name in ("www", "cookies"):
        (folder / name).mkdir()
    script = folder / "www" / "who"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    owner = ""
    if os.geteuid() == 0:
        os.chown(folder / "cookies", pwd.getpwnam("www-data").pw_uid, grp.getgrnam("www-data").gr_gid)
        owner = "User www-data\nGroup www-data"
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED)
    written = CONFIGURATION.format(
        folder=folder, modules=modules, owner=owner, cas=cas, port=ports[0], saml_port=ports[1]
    )
    (folder / "httpd.conf").write_text(written)
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen(
            ["/usr/sbin/apache2", "-f", str(folder / "httpd.conf"), "-DFOREGROUND"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    apache = Apache(folder, f"http://127.0.0.1:{ports[0]}", f"http://localhost:{ports[1]}", process)
    wait_until_open(apache)
    return apache


def wait_until_open(apache: Apache) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and apache.process.poll() is None:
        try:
            requests.get(apache.url + "/who", timeout=2, allow_redirects=False)
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(apache.log() + (apache.folder / "out.log").read_text(errors="replace"))
