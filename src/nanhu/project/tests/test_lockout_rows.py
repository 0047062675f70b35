"""Each address that answers a stranger stands in a row of docs/rooms/identity-lockouts.md: who can close it for whom is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanhu.platforms.identity.tests.test_lockout_table import rows
from nanhu.project.tests.test_doors import DOORS, OPEN

ROW_OF = {
    "identity:sign_in": "sign-in page",
    "identity:challenge_picture": "the same, behind solved challenges",
    "identity:second_factor": "second factor",
    "identity:second_factor_send": "second factor, code by message",
    "identity:passkey_": "passkey and QR: the question",
    "identity:scan_": "passkey and QR: the question",
    "identity:activate": "activation, name and document",
    "identity:activate_code": "activation, code to the phone",
    "identity:find_account": "查询账号, 忘记密码",
    "identity:found_account": "查询账号, 忘记密码",
    "identity:forgot_password": "查询账号, 忘记密码",
    "identity:reset_": "codes of 找回, three answers",
    "identity:radius_": "RADIUS client key",
    "identity:api_": "app passwords, personal tokens",
    "identity:cas_": "CAS validation, proxy",
    "identity:cas_login": "SAML sign-in and sign-out, CAS and OIDC sign-in",
    "identity:cas_logout": "SAML sign-in and sign-out, CAS and OIDC sign-in",
    "identity:sign": "SAML sign-in and sign-out, CAS and OIDC sign-in",
    "identity:front_logout": "SAML sign-in and sign-out, CAS and OIDC sign-in",
    "identity:saml_": "SAML sign-in and sign-out, CAS and OIDC sign-in",
    "identity:oidc_end_session": "SAML sign-in and sign-out, CAS and OIDC sign-in",
    "identity:oidc_authorize": "OIDC, a request too long for an address",
    "identity:oidc_token": "OIDC token endpoint",
    "identity:oidc_revoke": "OIDC token endpoint",
    "identity:oidc_introspect": "OIDC token endpoint",
    "terminals:services": "the same: what terminals ask",
    "payments_apps:ask": "the outside apps' door itself",
    "payments_notices:acp_notice": "the notice doors of bank and UnionPay",
    "payments_notices:bank_notice": "the notice doors of bank and UnionPay",
    "card_api:": "vendor API",
    "flows_api:": "vendor API",
    "hub_api:": "vendor API",
    "verify-document": "codes of printed documents (`/v/…`)",
    "requests:anonymous": "anonymous complaints and reports (`/requests/anonymous/`)",
    "mobile:certify": "certification and newcomers (`/mobile/certify/`)",
    "mobile:newcomer": "certification and newcomers (`/mobile/certify/`)",
    "mobile:enter": "sign-in from 企业微信 (`/mobile/enter`)",
    "mobile:link": "sign-in from 企业微信 (`/mobile/enter`)",
    "mobile:callback": "callbacks of 企业微信 (`/mobile/wecom/callback`)",
    "network_portal:wifi": "the page that leads into the Wi-Fi (`/wifi/`)",
    "network_portal:on": "the page that leads into the Wi-Fi (`/wifi/`)",
    "network_portal:agent": "agents of openNDS gateways (`/wifi/agent`)",
    "network_reach:agent": "agents of VPN gateways (`/network/vpn/agent`)",
    "network_portal:why": "why am I not on line (`/network/why/`)",
    "asset-label": "messages of who found a thing (`/a/…`)",
}
"""By the beginning of a name; the longest that fits counts."""
COUNTS_NOBODY = {
    "ui:theme",
    "ui:manifest",
    "wecom-trusted-domain",
    "ui:worker",
    "ui:school_file",
    "ui:language",
    "ui:catalogue",
    "health-live",
    "health-ready",
    "health-roots",
    "identity:privacy",
    "identity:wifi_help",
    "identity:wifi_mobileconfig",
    "identity:wifi_authority",
    "identity:demo_phone",
    "identity:api_description",
    "identity:oidc_discovery",
    "identity:oauth_metadata",
    "identity:oidc_jwks",
    "identity:oidc_userinfo",
    "identity:saml_metadata",
    "card_api:guide",
    "card_api:openapi",
    "flows_api:guide",
    "flows_api:openapi",
    "hub_api:guide",
    "hub_api:openapi",
    "api_index",
    "api_not_installed",
    "api_not_installed_below",
    "portal:feed",
    "venues:feed",
    "venues:sign",
    "network_portal:capport",
    "network_portal:test",
    "network_portal:poster",
}
"""The row of /health and the documents."""


def row_of(name: str) -> str:
    begun = [start for start in ROW_OF if name.startswith(start)]
    return ROW_OF[max(begun, key=len)] if begun else ""


def test_each_door_that_answers_a_stranger_stands_in_a_row() -> None:
    found = {name: row_of(name) for name in OPEN - COUNTS_NOBODY}
    assert {name: row for name, row in found.items() if row not in rows()} == {}


def test_the_list_names_doors_that_stand_open() -> None:
    assert COUNTS_NOBODY <= OPEN
    assert [start for start in ROW_OF if not any(name.startswith(start) for name in OPEN)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("door", [door for door in DOORS if door.name in COUNTS_NOBODY], ids=str)
def test_what_counts_nobody_counts_nobody(door, client) -> None:
    client.get(door.address)  # at the very first a campus makes the key that it publishes
    with CaptureQueriesContext(connection) as asked:
        for ask in (client.get, client.post):
            assert ask(door.address).status_code < 500
    assert not [one["sql"] for one in asked if one["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]
