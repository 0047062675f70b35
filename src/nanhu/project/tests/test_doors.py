"""Every door of the house: which stand open to strangers, and that none acts on a form another site made up.

A new address is closed here until somebody writes it into OPEN with open eyes.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from nanhu.kernel.kit import requests

OPEN = {
    "ui:theme",
    "ui:manifest",
    "ui:worker",
    "ui:school_file",
    "ui:language",
    "ui:catalogue",
    "health-live",
    "verify-document",
    "asset-label",
    "health-ready",
    "health-roots",
    "identity:sign_in",
    "identity:sign_out",
    "identity:signed_out",
    "identity:activate",
    "identity:activate_code",
    "identity:find_account",
    "identity:find_account_code",
    "identity:find_account_resend",
    "identity:found_account",
    "identity:forgot_password",
    "identity:reset_ways",
    "identity:reset_send_code",
    "identity:reset_code",
    "identity:reset_questions",
    "identity:reset_passkey",
    "identity:reset_password",
    "identity:challenge_picture",
    "identity:privacy",
    "identity:front_logout",
    "identity:wifi_help",
    "identity:wifi_mobileconfig",
    "identity:wifi_windows",
    "identity:wifi_authority",
    "identity:demo_phone",
    "identity:cas_login",
    "identity:cas_logout",
    "identity:cas_validate",
    "identity:cas_service_validate",
    "identity:cas_p3_service_validate",
    "identity:cas_proxy_validate",
    "identity:cas_p3_proxy_validate",
    "identity:cas_proxy",
    "identity:cas_saml_validate",
    "identity:api_me",
    "identity:api_records",
    "identity:api_description",
    "identity:radius_accounting",
    "identity:radius_authenticate",
    "identity:radius_visitor",
    "identity:second_factor",
    "identity:second_factor_send",
    "identity:second_factor_give_up",
    "identity:second_factor_passkey",
    "identity:second_factor_passkey_options",
    "identity:passkey_sign_in",
    "identity:passkey_sign_in_options",
    "identity:scan_desktop",
    "identity:scan_start",
    "identity:scan_state",
    "identity:scan_finish",
    "identity:oidc_discovery",
    "identity:oauth_metadata",
    "identity:oidc_jwks",
    "identity:oidc_authorize",
    "identity:oidc_token",
    "identity:oidc_revoke",
    "identity:oidc_introspect",
    "identity:oidc_userinfo",
    "identity:oidc_end_session",
    "identity:oidc_end_session_confirmed",
    "identity:saml_metadata",
    "identity:saml_sso",
    "identity:saml_continue",
    "identity:saml_start",
    "identity:saml_slo",
    "identity:saml_slo_answer",
    "identity:saml_slo_soap",
    "terminals:services",
    "payments_notices:acp_notice",
    "payments_notices:bank_notice",
    "payments_apps:ask",
    "api_index",
    "api_not_installed",
    "api_not_installed_below",
    "card_api:guide",
    "card_api:openapi",
    "card_api:account",
    "card_api:cards_query",
    "card_api:cards_one_block",
    "card_api:cards_one_unblock",
    "card_api:payments",
    "card_api:payments_one",
    "card_api:payments_one_refunds",
    "card_api:orders",
    "card_api:orders_one",
    "card_api:consents",
    "card_api:unknown",
    "card_api:no_address",
    "hub_api:guide",
    "hub_api:openapi",
    "hub_api:products",
    "hub_api:product",
    "hub_api:unknown",
    "hub_api:no_address",
    "requests_api:guide",
    "requests_api:jobs",
    "requests_api:jobs_number_state",
    "requests_api:openapi",
    "requests_api:unknown",
    "requests_api:no_address",
    "flows_api:guide",
    "flows_api:openapi",
    "flows_api:sources",
    "flows_api:todos_source",
    "flows_api:todos_source_external_id",
    "flows_api:unknown",
    "flows_api:no_address",
    "portal:feed",
    "venues:feed",
    "venues:sign",
    "mobile:certify",
    "mobile:certify_code",
    "mobile:newcomer",
    "mobile:enter",
    "mobile:entered",
    "mobile:link",
    "mobile:callback",
    "wecom-trusted-domain",
    "network_portal:wifi",
    "network_portal:on",
    "network_portal:capport",
    "network_portal:agent",
    "network_reach:agent",
    "network_portal:test",
    "network_portal:poster",
    "network_reach:directory",
    "network_portal:why",
    "requests:anonymous",
    "requests:anonymous_key",
    "requests:anonymous_send",
    "requests:anonymous_replies",
}
ARGUMENTS = {
    "public_id": "0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f",
    "number": 1,
    "row_id": 1,
    "review_id": 1,
    "receipt_id": 1,
    "key": "card",
    "title": "nonsense",
    "where": "earlier",
    "name": "theme",
    "value": "dark",
    "step": "password",
    "code": "0" * 22,
    "kind": "logo",
    "token": "nobody-has-this-one",
    "operation": "paid",
    "pk": 1,
    "card_class": "student",
    "line": 1,
    "version": 1,
    "ticket_id": 1,
    "grant_id": 1,
    "rest": "no/such/door",
    "interface": "assets",
    "iso": "2026-10-10",
    "table_key": "card.card",
    "secret": "nobody-has-this-one",
    "source": "oa",
    "external_id": "oa-1",
    "place": 1,
    "product": "card.card",
    "mark": "nobody-has-this-one",
}
MACHINES: set[str] = {
    "identity:radius_accounting",
    "identity:radius_authenticate",
    "identity:radius_visitor",
    "identity:cas_saml_validate",
    "identity:saml_sso",
    "identity:saml_slo",
    "identity:saml_slo_soap",
    "identity:oidc_authorize",
    "identity:oidc_end_session",  # a form of another site comes again by GET, and acts only then
    "identity:oidc_token",
    "identity:oidc_revoke",
    "identity:oidc_introspect",
    "identity:oidc_userinfo",
    "terminals:services",
    "payments_notices:acp_notice",
    "payments_notices:bank_notice",
    "payments_apps:ask",
    "api_not_installed",
    "api_not_installed_below",
    "card_api:account",
    "card_api:cards_query",
    "card_api:cards_one_block",
    "card_api:cards_one_unblock",
    "card_api:payments",
    "card_api:payments_one",
    "card_api:payments_one_refunds",
    "card_api:orders",
    "card_api:orders_one",
    "card_api:consents",
    "card_api:unknown",
    "card_api:no_address",
    "requests_api:jobs",
    "requests_api:jobs_number_state",
    "requests_api:unknown",
    "requests_api:no_address",
    "flows_api:sources",
    "flows_api:todos_source",
    "flows_api:todos_source_external_id",
    "flows_api:unknown",
    "flows_api:no_address",
    "hub_api:products",
    "hub_api:product",
    "hub_api:unknown",
    "hub_api:no_address",
    "mobile:callback",  # signed and sealed by 企业微信
    "requests:anonymous_send",  # a blind token is its whole authority; a session that comes along is turned away
    "requests:anonymous_replies",
}
"""Doors for programs, which bring a secret or a signature of their own instead of a form's token."""
UNSAFE = ("post", "put", "patch", "delete")
METHODS = ("get", "head", "options", *UNSAFE)


@dataclass(frozen=True)
class Door:
    name: str
    address: str

    def __str__(self) -> str:
        return self.name


def doors(resolver: URLResolver, prefix: str = "") -> Iterator[Door]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from doors(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
        elif isinstance(one, URLPattern):
            name = f"{prefix}{one.name}"
            wanted = one.pattern.converters
            yield Door(name, reverse(name, kwargs={argument: ARGUMENTS[argument] for argument in wanted}))


DOORS = list(doors(get_resolver()))


def test_the_list_of_open_doors_names_doors_that_exist():
    assert {door.name for door in DOORS} >= OPEN
    assert len({door.name for door in DOORS}) == len(DOORS)


def one_of_each_room(doors: Iterable[Door]) -> set[Door]:
    return set({door.name.rpartition(":")[0]: door for door in doors}.values())


DOORS_OF_BROWSERS = one_of_each_room(DOORS)


def statuses_for_a_stranger(door: Door, methods: Iterable[str], browser: Client | None = None) -> dict[str, int | str]:
    """By method: `sign-in` where a stranger is sent there."""
    found: dict[str, int | str] = {}
    for method in methods:
        answer = getattr(browser or Client(), method)(door.address)
        is_sent = answer.status_code == HTTPStatus.FOUND and answer["Location"].startswith(reverse("identity:sign_in"))
        found[method] = "sign-in" if is_sent else answer.status_code
    return found


@pytest.mark.slow
@pytest.mark.django_db
def test_a_stranger_is_shown_to_the_sign_in_or_out():
    """By reading and by a form; by every method at a door of each room, for whoever keeps strangers out never asks for the method."""
    shut = [door for door in DOORS if door.name not in OPEN]
    every = one_of_each_room(shut)
    answers = {door.name: statuses_for_a_stranger(door, METHODS if door in every else ("get", "post")) for door in shut}
    assert {where: found for where, found in answers.items() if not {*found.values()} <= {"sign-in", 404, 405}} == {}


def asking_as_one_of_its_kind(browser: Client, door: Door) -> None:
    """At a door of each room as a browser, at the others as a program: by the same gates, but a refusal is no page that has to be drawn."""
    browser.defaults["HTTP_ACCEPT"] = "*/*" if door in DOORS_OF_BROWSERS else "application/json"


def answers_to_unsafe(browser: Client, door: Door) -> dict[str, int]:
    """Status by method. Where a POST is refused for its token (403), no other method is taken without one either."""
    asking_as_one_of_its_kind(browser, door)
    posted = browser.post(door.address).status_code
    if posted == HTTPStatus.FORBIDDEN:
        return {"post": posted}
    return {"post": posted} | {method: getattr(browser, method)(door.address).status_code for method in UNSAFE[1:]}


@pytest.mark.slow
@pytest.mark.django_db
def test_no_door_acts_on_a_form_without_its_token():
    """Refused (403), or the view takes no such method at all (405) or sends a stranger to the sign-in."""
    browser = Client(enforce_csrf_checks=True)
    answers = {}
    for door in DOORS:
        if door.name not in MACHINES:
            browser.cookies.clear()
            browser.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
            answers[door.name] = answers_to_unsafe(browser, door)
    assert {where: found for where, found in answers.items() if not {*found.values()} <= {302, 403, 404, 405}} == {}


@pytest.mark.slow
def test_nor_does_it_for_somebody_signed_in_with_every_role(clerk: Client):
    clerk.handler.enforce_csrf_checks = True
    clerk.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    answers = {door.name: answers_to_unsafe(clerk, door) for door in DOORS if door.name not in MACHINES}
    assert {where: found for where, found in answers.items() if not {*found.values()} <= {403, 405}} == {}


MARKUP = "../%00\ud7ff\U0010ffff'\";--<script>alert(1)</script>"
ODD = ("a\0b", "9" * 40)
NO_DAY = dict.fromkeys(("first", "last", "year", "expires_at", "after"), "2026-13-45")
"""Beside a number that is too large, days that do not exist."""
FIELDS = [
    "q",
    "page",
    "code",
    "severity",
    "state",
    "table",
    "source",
    "first",
    "last",
    "kind",
    "place",
    "after",
    "year",
    "office",
    "unread",
    "service",
    "ticket",
    "renew",
    "gateway",
    "next",
    "url",
    "format",
    "again",
    "username",
    "password",
    "old_password",
    "new_password",
    "name",
    "id_number",
    "language",
    "title",
    "body",
    "audience",
    "units",
    "expires_at",
    "removed",
    "revision",
    "reason",
    "verdict",
    "amount",
    "token",
    "answer",
    "document",
    "phone",
    "email",
    "cell-0",
    "client_id",
    "redirect_uri",
    "resume",
    "waiting",
    "id_token_hint",
    "access_token",
    "entity",
    "say",
    "at",
]


BODIES = {what: urlencode(dict.fromkeys(FIELDS, what) | (NO_DAY if what.isdigit() else {})) for what in (MARKUP, *ODD)}
FORM = "application/x-www-form-urlencoded"
READS = ("__getitem__", "__iter__", "getlist", "items", "lists", "values", "copy", "dict", "urlencode")
"""How a page learns what a request holds: the value, not whether there is one."""


@contextmanager
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """By which ways something is read of a query or a form meanwhile. What the kit looks through of each form is no reading of a page."""
    seen: set[str] = set()

    def watched(way: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def read(self: QueryDict, *given: Any, **how: Any) -> Any:
            if sys._getframe(1).f_code.co_filename != requests.__file__:
                seen.add(way)
            return method(self, *given, **how)

        return read

    with monkeypatch.context() as patch:
        for way in READS:
            patch.setattr(QueryDict, way, watched(way, getattr(QueryDict, way)))
        yield seen


@dataclass(frozen=True)
class Sweep:
    """What a door answered to values that mean nothing, by one method."""

    has_read: bool
    statuses: list[int]
    has_markup: bool
    cache_control: str


_swept: dict[str, dict[tuple[str, str], Sweep]] = {}
"""By who asked: two tests judge the same answers."""
LEAVING = {"identity:cas_logout", "identity:sign_out", "identity:end_other_sessions"}


def swept(who: str, browser: Client, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Sweep]:
    """By door and method. Doors that are closed to strangers send them away before a value is read: two of those stand for all."""
    if who not in _swept:
        browser.raise_request_exception = False
        closed = set() if who == "clerk" else set(sorted({door.name for door in DOORS} - OPEN)[2:])
        _swept[who] = {
            (door.name, method): sweep(browser, door, method, monkeypatch)
            for door in DOORS
            if door.name not in LEAVING | closed
            for method in ("get", "post")
        }
    return _swept[who]


def sweep(browser: Client, door: Door, method: str, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """To a page that read nothing of its request the other values are the same."""
    with reads(monkeypatch) as seen:
        answers = [answer_to(browser, door, method, MARKUP)]
    if seen:
        answers += [answer_to(browser, door, method, odd) for odd in ODD]
    return Sweep(
        has_read=bool(seen),
        statuses=[one.status_code for one in answers],
        has_markup=any(is_markup_in(one) for one in answers),
        cache_control=answers[0].headers.get("Cache-Control", ""),
    )


def answer_to(browser: Client, door: Door, method: str, value: str) -> Any:
    """A refusal that tells a program what was typed is seen as a page, too."""
    asking_as_one_of_its_kind(browser, door)
    answer = asked(browser, door, method, value)
    if is_markup_in(answer) and not answer["Content-Type"].startswith("text/html"):
        browser.defaults["HTTP_ACCEPT"] = "*/*"
        answer = asked(browser, door, method, value)
    return answer


def asked(browser: Client, door: Door, method: str, value: str) -> Any:
    if method == "get":
        return browser.get(f"{door.address}?{BODIES[value]}")
    return browser.post(door.address, BODIES[value], content_type=FORM)


def is_markup_in(answer: Any) -> bool:
    return not answer.streaming and b"<script>alert" in answer.content


@pytest.mark.slow
@pytest.mark.parametrize("who", ["stranger", "clerk"])
def test_no_value_makes_a_page_break_or_comes_back_as_markup(who: str, clerk: Client, monkeypatch: pytest.MonkeyPatch):
    found = swept(who, clerk if who == "clerk" else Client(), monkeypatch)
    assert {where: one.statuses for where, one in found.items() if max(one.statuses) >= 500} == {}
    assert [where for where, one in found.items() if one.has_markup] == []
    assert sum(one.has_read for one in found.values()) > 10, "pages that read are seen to read"


@pytest.mark.slow
def test_what_a_signed_in_person_sees_is_kept_by_no_cache(clerk: Client, monkeypatch: pytest.MonkeyPatch):
    """On a computer of the library the next one presses Back. What everybody may see may be kept. A page that read nothing of what was
    asked answers the same to no question."""
    found = swept("clerk", clerk, monkeypatch)
    answers = {}
    for door in (one for one in DOORS if one.name != "identity:cas_logout"):  # which would be the end of it
        known = found.get((door.name, "get"))
        if known is None or known.has_read:
            asking_as_one_of_its_kind(clerk, door)
            answers[door.name] = clerk.get(door.address).headers.get("Cache-Control", "")
        else:
            answers[door.name] = known.cache_control
    assert {name for name, header in answers.items() if "no-store" not in header} == {"ui:theme", "ui:manifest"}
