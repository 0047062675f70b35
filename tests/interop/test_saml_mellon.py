"""mod_auth_mellon (lasso): a third reader of our messages, in a real browser. Its metadata names no cipher and no SOAP."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.saml import addresses
from nanhu.platforms.identity.protocols.saml.services import partners
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.browsers import open_browser
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop import apache, shibboleth
from tests.interop.test_shibboleth import aside

pytestmark = pytest.mark.django_db(transaction=True)
APACHE = """
Listen 127.0.0.1:{port}
ServerName http://localhost:{port}
UseCanonicalName On
DocumentRoot {folder}/pages
<Directory {folder}>
  Require all granted
</Directory>
ScriptAlias /secure {folder}/pages/secure.py
<Location />
  MellonEnable info
  MellonSecureCookie On
  MellonSPPrivateKeyFile {folder}/sp.key
  MellonSPCertFile {folder}/sp.cert
  MellonSPMetadataFile {folder}/sp.xml
  MellonIdPMetadataFile {folder}/idp.xml
  MellonEndpointPath /mellon
  MellonSetEnvNoPrefix DISPLAY_NAME urn:oid:2.16.840.1.113730.3.1.241
  MellonSetEnvNoPrefix AFFILIATION urn:oid:1.3.6.1.4.1.5923.1.1.1.9
  MellonMergeEnvVars On
</Location>
<Location /secure>
  MellonEnable auth
  AuthType Mellon
  Require valid-user
</Location>
"""


@pytest.fixture
def idp(live_server, monkeypatch) -> str:
    here = replace(configuration(), public_url=live_server.url)
    monkeypatch.setattr(addresses, "configuration", lambda: here)
    return f"{live_server.url}/saml/metadata"


@pytest.fixture
def mellon(idp) -> Iterator[str]:
    """The address of an application behind it; what it logs is shown when something fails."""
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    port = free_ports(1)[0]
    url = f"http://localhost:{port}"  # its cookie wants TLS, for which a browser lets localhost pass
    with open_folder() as folder:
        write(folder, url, requests.get(idp, timeout=PATIENCE_SECONDS).text)
        application = register_application(
            by=TEST,
            key="mellon",
            name="内部系统",
            owner="信息中心",
            attributes=["eduPersonScopedAffiliation", "displayName", "eduPersonTargetedID"],
        )
        partners.paste(by=TEST, application=application, text=(folder / "sp.xml").read_text())
        body, probe = APACHE.format(folder=folder, port=port), f"{url}/mellon/metadata"
        server = apache.start(folder, module="mod_auth_mellon", body=body, probe=probe)
        try:
            yield url
        finally:
            server.stop()
            print(server.log())


def write(folder: Path, url: str, idp_metadata: str) -> None:
    create = ["/usr/sbin/mellon_create_metadata", f"{url}/mellon/metadata", f"{url}/mellon"]
    subprocess.run(create, cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    for made in list(folder.iterdir()):
        made.rename(folder / f"sp{made.suffix}")
    apache.write_script(folder / "pages" / "secure.py", shibboleth.SHOWN)
    (folder / "idp.xml").write_text(idp_metadata)
    for one in (folder, *folder.rglob("*")):
        one.chmod(0o777 if one.is_dir() else (0o755 if one.suffix == ".py" else 0o644))


@pytest.fixture
def page(mellon) -> Iterator[Page]:
    with open_browser() as browser:
        page = browser.new_context(locale="zh-CN").new_page()
        yield page


def sign_in(page: Page, url: str) -> dict[str, str]:
    page.goto(f"{url}/secure")
    page.locator("[name=username]").fill("T00123")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{url}/secure")
    return shibboleth.facts_in(page.locator("body").inner_text())


def test_it_signs_in_and_out(mellon, page, live_server):
    seen = sign_in(page, mellon)
    assert seen["DISPLAY_NAME"] == "欧阳修文"
    assert "student@hnist.edu.cn" in seen["AFFILIATION"]
    assert re.fullmatch(r"_[0-9a-f]{40}", seen["MELLON_NAME_ID"])

    page.goto(f"{mellon}/mellon/logout?ReturnTo={mellon}/mellon/metadata.txt")
    page.wait_for_url(f"{mellon}/**")
    assert aside(lambda: SsoSession.objects.get().ended_how) == "signed_out"
    assert aside(lambda: SsoGrant.objects.get().logout) == "done"
    page.goto(f"{mellon}/secure")
    assert "/sign-in" in page.url
