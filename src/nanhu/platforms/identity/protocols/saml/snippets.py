"""Configuration to paste into the partners universities meet most."""

from nanhu.platforms.identity.panels import Snippet
from nanhu.platforms.identity.protocols.saml.addresses import entity_id, own

SHIBBOLETH = """\
<!-- shibboleth2.xml -->
<SSO entityID="{entity_id}">SAML2</SSO>
<Logout>SAML2 Local</Logout>
<MetadataProvider type="XML" validate="true" url="{metadata}"
                  backingFilePath="campus-idp.xml" maxRefreshDelay="7200"/>

<!-- attribute-map.xml：标准的之外，要姓名就加上 -->
<Attribute name="urn:oid:2.16.840.1.113730.3.1.241" id="displayName"/>"""

MELLON = """\
# curl -o /etc/apache2/mellon/idp.xml {metadata}
<Location />
  MellonEnable "auth"
  MellonSPPrivateKeyFile /etc/apache2/mellon/sp.key
  MellonSPCertFile       /etc/apache2/mellon/sp.cert
  MellonSPMetadataFile   /etc/apache2/mellon/sp.xml
  MellonIdPMetadataFile  /etc/apache2/mellon/idp.xml
  MellonSignatureMethod  rsa-sha256
  MellonSetEnvNoPrefix   "DISPLAY_NAME" "urn:oid:2.16.840.1.113730.3.1.241"
  MellonSetEnvNoPrefix   "AFFILIATION"  "urn:oid:1.3.6.1.4.1.5923.1.1.1.9"
</Location>"""

SIMPLESAMLPHP = """\
// config/authsources.php
'campus' => [
    'saml:SP',
    'entityID' => '{partner}',
    'idp' => '{entity_id}',
    'privatekey' => 'sp.key',
    'certificate' => 'sp.crt',
    'sign.authnrequest' => true,
    'sign.logout' => true,
    'authproc' => [50 => ['class' => 'core:AttributeMap', 'oid2name']],
],
// metadata/saml20-idp-remote.php：把 {metadata} 贴到“元数据转换”页面得到"""

GENERIC = """\
entityID      {entity_id}
metadata      {metadata}
SSO           {sso}   (HTTP-Redirect, HTTP-POST)
SLO           {slo}   (HTTP-Redirect, HTTP-POST)
SLO           {soap}  (SOAP)
start here    {start}?entity={partner}"""


def snippets_for(partner: str) -> list[Snippet]:
    facts = {
        "entity_id": entity_id(),
        "partner": partner,
        "metadata": own("saml_metadata"),
        "sso": own("saml_sso"),
        "slo": own("saml_slo"),
        "soap": own("saml_slo_soap"),
        "start": own("saml_start"),
    }
    texts = {
        "Shibboleth SP": SHIBBOLETH,
        "mod_auth_mellon": MELLON,
        "SimpleSAMLphp": SIMPLESAMLPHP,
        "SAML 2.0": GENERIC,
    }
    return [Snippet(client=client, text=text.format(**facts)) for client, text in texts.items()]
