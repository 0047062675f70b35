"""Pure rules: addresses of clients, PKCE, scopes and the claims behind them."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity.rules_urls import FORBIDDEN, parsed_service

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PRIVATE_SCHEME = re.compile(r"^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+$")
UNRESERVED = re.compile(r"^[A-Za-z0-9\-._~]{43,128}$")
S256_LENGTH = 43
CLIENT_ID = re.compile(r"^[A-Za-z0-9._~-]{1,80}$")
SCOPE = re.compile(r"^[\x21\x23-\x5b\x5d-\x7e]{1,60}$")
LONGEST_ADDRESS = 1000

OPENID, OFFLINE = "openid", "offline_access"
IDENTITY_SCOPES = (OPENID, "profile", "email", "phone", "campus", OFFLINE)
MFA_ACR = "https://refeds.org/profile/mfa"
PASSWORD_ACR = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105  a name, no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim, the scope that asks for it, the attributes it is read from (the first there is), and its name for people."""

    name: str
    scope: str
    sources: tuple[str, ...]
    label: str | Promise
    is_list: bool = False


CLAIMS = (
    Claim(name="name", scope="profile", sources=("displayName", "cn"), label=_("姓名")),
    Claim(name="family_name", scope="profile", sources=("sn",), label=_("姓")),
    Claim(name="given_name", scope="profile", sources=("givenName",), label=_("名")),
    Claim(name="preferred_username", scope="profile", sources=("campusNo", "uid"), label=_("用户名（学工号）")),
    Claim(name="email", scope="email", sources=("mail",), label=_("邮箱")),
    Claim(name="phone_number", scope="phone", sources=("phone",), label=_("手机号")),
    Claim(name="campus_no", scope="campus", sources=("campusNo",), label=_("学工号")),
    Claim(name="student_no", scope="campus", sources=("studentNo",), label=_("学号"), is_list=True),
    Claim(name="staff_no", scope="campus", sources=("staffNo",), label=_("工号"), is_list=True),
    Claim(name="affiliation", scope="campus", sources=("eduPersonAffiliation",), label=_("身份"), is_list=True),
    Claim(
        name="scoped_affiliation",
        scope="campus",
        sources=("eduPersonScopedAffiliation",),
        label=_("带域的身份"),
        is_list=True,
    ),
    Claim(name="entitlement", scope="campus", sources=("eduPersonEntitlement",), label=_("权益"), is_list=True),
    Claim(name="roles", scope="campus", sources=("roles",), label=_("应用内角色"), is_list=True),
    Claim(name="principal_name", scope="campus", sources=("eduPersonPrincipalName",), label=_("学工号@学校")),
    Claim(name="department", scope="campus", sources=("department",), label=_("单位")),
    Claim(name="department_code", scope="campus", sources=("departmentCode",), label=_("单位代码")),
    Claim(name="class_name", scope="campus", sources=("className",), label=_("班级")),
    Claim(name="class_code", scope="campus", sources=("classCode",), label=_("班级代码")),
    Claim(name="category", scope="campus", sources=("category",), label=_("人员类别")),
    Claim(name="person_id", scope="campus", sources=("personId",), label=_("人员标识")),
)
BY_NAME = {claim.name: claim for claim in CLAIMS}
VERIFIED = {"email": "email_verified", "phone_number": "phone_number_verified"}
CLAIM_NAMES = (*BY_NAME, *VERIFIED.values())


def scopes_that_release(attributes: Collection[str]) -> set[str]:
    """The scopes by which an application with these attributes learns something; the other two are no list of claims."""
    return {OPENID, OFFLINE} | {claim.scope for claim in CLAIMS if set(claim.sources) & set(attributes)}


def wanted_claims(scopes: Collection[str], single: Iterable[str]) -> list[Claim]:
    """The claims that these scopes and single claims come to."""
    singles = set(single)
    return [claim for claim in CLAIMS if claim.scope in scopes or claim.name in singles]


def redirect_matches(*, requested: str, registered: str, is_native: bool) -> bool:
    """Character by character (RFC 9700 §2.1); a native client's loopback address may have any port (RFC 8252 §7.3)."""
    if requested == registered:
        return True
    if not is_native or FORBIDDEN.search(requested):
        return False
    try:
        ours, theirs = urlsplit(registered), urlsplit(requested)
        port = theirs.port
    except ValueError:
        return False
    if ours.scheme != "http" or ours.hostname not in LOOPBACK or theirs.netloc != netloc_of(ours.hostname, port):
        return False
    return theirs._replace(netloc="") == ours._replace(netloc="")


def netloc_of(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def redirect_problem(address: str, *, is_native: bool) -> str | Promise:
    """Why this address cannot be registered to be returned to; empty when it can."""
    if len(address) > LONGEST_ADDRESS or FORBIDDEN.search(address) or "#" in address or "*" in address:
        return _("不能含空格、通配符、# 或控制字符")
    scheme = address.split(":", 1)[0].lower()
    if scheme in {"http", "https"}:
        return "" if parsed_service(address) is not None else _("不是一个明确的 http(s) 地址")
    if is_native and PRIVATE_SCHEME.match(scheme) and address.startswith(f"{scheme}:/"):
        return ""
    return _("只能是 http(s) 地址，或手机应用带点的私有协议")


def origin_problem(origin: str) -> str | Promise:
    """Also of what any client sends as its own: an address is parsed once it is known for one."""
    is_bare = parsed_service(origin) is not None and origin == "{0.scheme}://{0.netloc}".format(urlsplit(origin))
    return "" if is_bare else _("来源只写协议、主机和端口")


def sector_of(redirect_uris: Sequence[str], client_id: str) -> str:
    """Whom a pairwise name is for: the one host of its addresses (Core §8.1); several or none: the client itself."""
    hosts = {urlsplit(address).hostname or "" for address in redirect_uris}
    host = next(iter(hosts)) if len(hosts) == 1 else ""
    return host if host and host not in LOOPBACK else f"client:{client_id}"


def with_parameters(address: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Add to the query an address may already have, and leave what is there as it is."""
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(list(parameters))}"


def is_good_challenge(challenge: str) -> bool:
    return len(challenge) == S256_LENGTH and UNRESERVED.match(challenge) is not None


def verifier_fits(*, verifier: str, challenge: str) -> bool:
    """RFC 7636, S256 alone. A verifier without a challenge is a downgrade (RFC 9700 §2.1.1)."""
    if not challenge or not verifier:
        return not challenge and not verifier
    if not UNRESERVED.match(verifier):
        return False
    return compare_digest(str(create_s256_code_challenge(verifier)), challenge)


def words(text: str) -> list[str]:
    """A space-separated list, each word once, in order."""
    return list(dict.fromkeys(text.split()))


def repeated(query: str) -> set[str]:
    """Names of parameters that stand there more than once (RFC 6749 §3.1 forbids it)."""
    counted = Counter(name for name, _value in parse_qsl(query, keep_blank_values=True))
    return {name for name, count in counted.items() if count > 1}
