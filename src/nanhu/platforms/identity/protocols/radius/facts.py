"""What stands in a question of FreeRADIUS or Dovecot: in the JSON of rlm_rest, or as a form."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote_plus

from django.views.decorators.debug import sensitive_variables

from nanhu.kernel import strict_json
from nanhu.kernel.school import school
from nanhu.platforms.identity.protocols.radius.services.authentication import AuthenticationRequest

LARGEST_QUESTION: Final = 16 * 1024
FORM: Final = "application/x-www-form-urlencoded"
NAS_NAMES: Final = ("NAS-IP-Address", "NAS-IPv6-Address", "NAS-Identifier", "NAS-Port-Type", "Called-Station-Id")
ACCOUNTING_NAMES: Final = (
    "Acct-Status-Type",
    "Acct-Session-Id",
    "Acct-Session-Time",
    "Acct-Delay-Time",
    "Acct-Terminate-Cause",
    "Acct-Input-Octets",
    "Acct-Output-Octets",
    "Acct-Input-Gigawords",
    "Acct-Output-Gigawords",
    "Class",
    "User-Name",
    "Calling-Station-Id",
    "Framed-IP-Address",
    "Framed-IPv6-Address",
    "Framed-IPv6-Prefix",
    "Delegated-IPv6-Prefix",
    *NAS_NAMES,
)
NAMES: Final = ("User-Name", "User-Password", "Calling-Station-Id", "State", *NAS_NAMES)
LONGEST_FACT: Final = 253
"""Of an attribute of RADIUS."""
LONGEST_STATION: Final = 64
MOST_VALUES: Final = 4
MOST_FIELDS: Final = 200


def accounting_facts(content_type: str, body: bytes) -> dict[str, Sequence[str]]:
    """Of each attribute that is there its values; empty where it cannot be read."""
    if len(body) > LARGEST_QUESTION:
        return {}
    try:
        if content_type == FORM:
            given = fields_in(body)
            return {name: whole(given[name]) for name in ACCOUNTING_NAMES if name in given}
        facts = strict_json.decode(body)
    except (ValueError, strict_json.JsonError):
        return {}
    if not isinstance(facts, dict):
        return {}
    return {name: values_of(facts[name]) for name in ACCOUNTING_NAMES if name in facts}


def fields_in(body: bytes) -> dict[str, list[str]]:
    """As `urllib.parse.parse_qs` reads them, at a third of its cost."""
    if body.count(b"&") >= MOST_FIELDS:
        raise ValueError
    found: dict[str, list[str]] = {}
    for part in body.decode().split("&"):
        name, _equals, value = part.partition("=")
        if value:
            found.setdefault(unquoted(name), []).append(unquoted(value))
    return found


def unquoted(text: str) -> str:
    """The colons of a MAC first, of which most of what is quoted consists."""
    text = text.replace("%3A", ":")
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


@sensitive_variables()
def request_of(facts: Mapping[str, str], *, takes_challenges: bool = False) -> AuthenticationRequest | None:
    name, password = facts.get("User-Name"), facts.get("User-Password")
    if not name or not password:
        return None
    station = facts.get("Calling-Station-Id") or facts.get("NAS-IP-Address") or ""
    return AuthenticationRequest(
        user_name=without_own_realm(name),
        password=password,
        station=station[:LONGEST_STATION],
        nas=nas_in(facts),
        state=out_of_octets(facts.get("State", "")),
        takes_challenges=takes_challenges,
    )


def without_own_realm(name: str) -> str:
    """ "14231200001@hnist.edu.cn" is 14231200001: where eduroam wants a realm devices send the same name inside the tunnel. One under another
    realm is nobody's here."""
    number, _at, realm = name.strip().partition("@")
    return number if realm and realm.lower() == school().domain.lower() else name


def in_octets(text: str) -> str:
    """As FreeRADIUS reads and writes an attribute that is no text."""
    return f"0x{text.encode().hex()}"


def out_of_octets(value: str) -> str:
    try:
        return bytes.fromhex(value[2:]).decode() if value[:2].lower() == "0x" else value
    except ValueError:
        return value


def nas_in(facts: Mapping[str, str]) -> dict[str, str]:
    return {one: facts[one][:LONGEST_FACT] for one in NAS_NAMES if facts.get(one)}


def whole(values: Sequence[str]) -> list[str]:
    return [one for one in values[:MOST_VALUES] if "\0" not in one]


@sensitive_variables()
def first(facts: dict[str, Any], name: str) -> str:
    return next(iter(several(facts, name)), "")


@sensitive_variables()
def several(facts: dict[str, Any], name: str) -> list[str]:
    return hidden_values_of(facts.get(name))


def values_of(field: Any) -> list[str]:
    """rlm_rest writes {"User-Name": {"type": "string", "value": ["u"]}}, and numbers as such."""
    found = field.get("value") if isinstance(field, dict) else None
    if not isinstance(found, list):
        return []
    given = [str(one) if isinstance(one, int) and not isinstance(one, bool) else one for one in found[:MOST_VALUES]]
    return [one if one.isascii() else in_letters(one) for one in given if isinstance(one, str) and "\0" not in one]


hidden_values_of: Final = sensitive_variables()(values_of)


@sensitive_variables()
def in_letters(value: str) -> str:
    """rlm_rest of FreeRADIUS 3.2 writes each byte of what is not ASCII as a letter of its own: "湖" comes as "æ¹\x96"."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
