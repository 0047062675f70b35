"""Each address that answers a stranger stands in a row of docs/rooms/identity-lockouts.md: who can close it for whom is written."""

import dis
import re
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from nanhu.kernel import throttle
from nanhu.platforms.identity.tests.test_lockout_table import TABLE, rows
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
    "identity:cas_login": "sign-in page",
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
    "requests_api:": "vendor API",
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
    "identity:wifi_windows",
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
    "requests_api:guide",
    "requests_api:openapi",
    "api_index",
    "api_not_installed",
    "api_not_installed_below",
    "portal:feed",
    "venues:feed",
    "venues:sign",
    "network_portal:capport",
    "network_portal:test",
    "network_portal:poster",
    "network_reach:directory",
}
"""The row of /health and the documents."""
WRITES = re.compile(r"\b(INSERT INTO|DELETE FROM|(?<!FOR )(?<!KEY )UPDATE)\b")
"""Wherever it stands in a statement: one that is planned is told with its quotes and its parameters, and may begin with WITH."""


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
    assert not [one["sql"] for one in asked if WRITES.search(one["sql"])]


OPENED_BY_WHAT_IS_RIGHT = {
    "app passwords, personal tokens": "only a token that is wrong is counted",
    "OIDC token endpoint": "only a secret that is wrong is counted",
    "codes of printed documents (`/v/…`)": "only a code that is wrong is counted",
    "why am I not on line (`/network/why/`)": "what is over the count is done all the same",
    "RADIUS client key": "behind the key stands the row of Wi-Fi, VPN, mail",
}
"""Rows that say "nobody" though a gate stands behind their views; the tests that the row names show that it closes for nobody."""


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from views(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
        elif isinstance(one, URLPattern):
            yield f"{prefix}{one.name}", one.callback


def has_gate(view: Callable[..., Any]) -> bool:
    """Whether what the view calls by name leads to `throttle.admit`; methods of objects are not followed."""
    seen: set[FunctionType] = set()
    left: list[Any] = [view]
    while left:
        one = left.pop()
        if one is throttle.admit:
            return True
        if isinstance(one, partial):
            left += [one.func, *one.args, *one.keywords.values()]
        elif isinstance(one, FunctionType) and one not in seen:
            seen.add(one)
            left += [*named_in(one), getattr(one, "__wrapped__", None)] if is_ours(one) else [*kept_in(one)]
    return False


def is_ours(function: FunctionType) -> bool:
    return (function.__module__ or "").startswith("nanhu.")


def kept_in(function: FunctionType) -> Iterator[Any]:
    """What a decorator wraps, also one of Django's."""
    for cell in function.__closure__ or ():
        yield cell.cell_contents


def named_in(function: FunctionType) -> Iterator[Any]:
    yield from kept_in(function)
    for code in codes(function.__code__):
        found: Any = None
        for step in dis.get_instructions(code):
            if step.opname == "LOAD_GLOBAL":
                found = function.__globals__.get(step.argval)
            elif step.opname == "LOAD_ATTR" and isinstance(found, ModuleType | type):
                found = getattr(found, step.argval, None)
            else:
                continue
            yield found


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from codes(one)


def test_behind_a_door_that_nobody_can_close_stands_no_gate() -> None:
    lines = [line.split("|") for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    nobody = {cells[1].strip() for cells in lines if cells[2].strip().startswith("nobody")}
    gated = {row_of(name) for name, view in views(get_resolver()) if name in OPEN and has_gate(view)}
    assert len(nobody) > 10
    assert len(gated - nobody) > 5, "gates are found"
    assert nobody & gated == OPENED_BY_WHAT_IS_RIGHT.keys()
    assert {name for name, view in views(get_resolver()) if name in COUNTS_NOBODY and has_gate(view)} == set()
