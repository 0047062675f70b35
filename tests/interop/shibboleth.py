"""A Shibboleth SP of its own: Apache with mod_shib, and shibd, both from Debian's packages, in a folder of the test."""

import json
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.interop import apache
from tests.interop.freeradius import identity_of

MAP = Path("/etc/shibboleth/attribute-map.xml")
SHOWN = """#!/usr/bin/python3
import json, os
print("Content-Type: application/json\\n")
print(json.dumps({name: value.encode("utf-8", "surrogateescape").decode("utf-8") for name, value in os.environ.items()}))
"""
APACHE = """
Listen 127.0.0.1:{port}
ServerName http://127.0.0.1:{port}
UseCanonicalName On
DocumentRoot {folder}/pages
ShibConfig {folder}/shibboleth2.xml
ShibCompatValidUser Off
<Directory {folder}>
  Require all granted
</Directory>
ScriptAlias /secure {folder}/pages/secure.py
<Location /secure>
  AuthType shibboleth
  ShibRequestSetting requireSession 1
  Require shib-session
</Location>
<Location /Shibboleth.sso>
  SetHandler shib
</Location>
"""
SHIBD = """<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180" logger="{folder}/shibd.logger">
  <OutOfProcess logger="{folder}/shibd.logger"/>
  <InProcess logger="{folder}/native.logger"/>
  <UnixListener address="{folder}/shibd.sock"/>
  <ApplicationDefaults entityID="{entity_id}" REMOTE_USER="eppn" signing="true" encryption="false">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false" handlerSSL="false" cookieProps="http">
      <SSO entityID="{idp}">SAML2</SSO>
      <Logout>SAML2 Local</Logout>
      <Handler type="MetadataGenerator" Location="/Metadata" signing="false"/>
      <Handler type="Session" Location="/Session" showAttributeValues="true"/>
    </Sessions>
    <Errors supportContact="nobody@localhost"/>
    <MetadataProvider type="XML" validate="true" path="{folder}/idp.xml"/>
    <AttributeExtractor type="XML" validate="true" reloadChanges="false" path="{folder}/attribute-map.xml"/>
    <AttributeFilter type="XML" validate="true" path="/etc/shibboleth/attribute-policy.xml"/>
    <CredentialResolver type="File" use="signing" key="{folder}/sp-key.pem" certificate="{folder}/sp-cert.pem"/>
    <CredentialResolver type="File" use="encryption" key="{folder}/sp-key.pem" certificate="{folder}/sp-cert.pem"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" validate="true" path="/etc/shibboleth/security-policy.xml"/>
  <ProtocolProvider type="XML" validate="true" reloadChanges="false" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>
"""
LOGGER = """log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName={folder}/{name}.log
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%d %p %c: %m%n
"""


@dataclass
class Shibboleth:
    folder: Path
    port: int
    daemon: subprocess.Popen[bytes] | None = None
    server: apache.Apache | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def entity_id(self) -> str:
        return f"{self.url}/shibboleth"

    def metadata(self) -> str:
        """What its own handler publishes, as an administrator would paste it."""
        return requests.get(f"{self.url}/Shibboleth.sso/Metadata", timeout=PATIENCE_SECONDS).text

    def log(self) -> str:
        logs = (self.folder / f"{name}.log" for name in ("start", "shibd", "native", "error"))
        return "\n".join(log.read_text(errors="replace")[-6000:] for log in logs if log.exists())

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
        if self.daemon is not None:
            self.daemon.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.daemon.wait(timeout=PATIENCE_SECONDS)
            self.daemon.kill()
            self.daemon.wait()


def start(folder: Path, port: int, *, idp: str, idp_metadata: str) -> Shibboleth:
    sp = Shibboleth(folder, port)
    write(sp, idp, idp_metadata)
    shibd = ["/usr/sbin/shibd", "-F", "-c", f"{folder}/shibboleth2.xml", "-p", f"{folder}/shibd.pid"]
    with (folder / "start.log").open("wb") as log:
        sp.daemon = subprocess.Popen(
            dying_with_parent(shibd, user=identity_of("_shibd")), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        wait_for_daemon(sp, sp.daemon)
        body = APACHE.format(folder=folder, port=port)
        probe = f"{sp.url}/Shibboleth.sso/Metadata"
        sp.server = apache.start(folder, module="mod_shib", body=body, probe=probe)
    except (AssertionError, RuntimeError):
        sp.stop()
        raise
    return sp


def wait_for_daemon(sp: Shibboleth, daemon: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (sp.folder / "shibd.sock").exists():
        if time.monotonic() > deadline or daemon.poll() is not None:
            raise AssertionError(sp.log())
        time.sleep(0.05)


def write(sp: Shibboleth, idp: str, idp_metadata: str) -> None:
    folder = sp.folder
    apache.write_script(folder / "pages" / "secure.py", SHOWN)
    (folder / "shibboleth2.xml").write_text(SHIBD.format(folder=folder, idp=idp, entity_id=sp.entity_id))
    for name in ("shibd", "native"):
        (folder / f"{name}.logger").write_text(LOGGER.format(folder=folder, name=name))
    (folder / "idp.xml").write_text(idp_metadata)
    display = '<Attribute name="urn:oid:2.16.840.1.113730.3.1.241" id="displayName"/>'
    (folder / "attribute-map.xml").write_text(MAP.read_text().replace("</Attributes>", f"{display}</Attributes>"))
    keygen = ["/usr/sbin/shib-keygen", *f"-h 127.0.0.1 -e {sp.entity_id} -o {folder} -n sp -y 1 -f".split()]
    subprocess.run(keygen, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    for one in (folder, *folder.rglob("*")):
        one.chmod(0o777 if one.is_dir() else (0o755 if one.suffix == ".py" else 0o644))


def facts_in(text: str) -> dict[str, str]:
    """What the page behind the SP saw in its environment."""
    return json.loads(text)
