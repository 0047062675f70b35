"""Pure rules about addresses: where we may send a browser, and which services are the ones registered."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
HOST = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$|^\[[0-9a-f:]+\]$")
JSESSIONID = re.compile(r";jsessionid=[^?#]*", re.IGNORECASE)
LONGEST_ADDRESS = 2000


ENCODED_SEPARATOR = re.compile(r"%(?:2f|5c)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def is_own_path(target: str) -> bool:
    """A path on this site: one slash, no host, nothing a browser could read as one."""
    return (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not FORBIDDEN.search(target)
        and len(target) <= LONGEST_ADDRESS
        and not urlsplit(target).netloc
    )


def parsed_service(address: str) -> tuple[Origin, str] | None:
    """Origin and decoded path of a service address; None when it is not one that could be trusted to mean one thing.

    Refused: other schemes, user info, control characters, spaces, backslashes, hosts with odd letters (a Chinese domain
    comes as `xn--…`), and paths that climb (`..`) or hide a separator (`%2f`, `%5c`), also when encoded twice: one server
    reads a folder there where another reads a letter.
    """
    if len(address) > LONGEST_ADDRESS or FORBIDDEN.search(address):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    origin = origin_of(parts, port)
    path = safe_path(parts.path)
    return None if origin is None or path is None else (origin, path)


def origin_of(parts: SplitResult, port: int | None) -> Origin | None:
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    plain = parts.netloc.isascii() and "@" not in parts.netloc and "%" not in parts.netloc
    if scheme not in DEFAULT_PORTS or not plain or not HOST.match(host):
        return None
    return Origin(scheme, host, port if port is not None else DEFAULT_PORTS[scheme])


def safe_path(path: str) -> str | None:
    decoded = path
    for _round in range(3):
        if FORBIDDEN.search(decoded.replace(" ", "")) or climbs(decoded) or ENCODED_SEPARATOR.search(decoded):
            return None
        decoded = unquote(decoded)
    return unquote(path) or "/"


def climbs(path: str) -> bool:
    """A segment `..` goes up; so does `..;x` where a servlet container reads it."""
    return any(segment.split(";", 1)[0] == ".." for segment in path.split("/"))


@dataclass(frozen=True, slots=True)
class AddressKey:
    """How a registered address is compared: origin in full, path decoded and without its last slash ("" is all of it)."""

    origin: str
    path: str

    @property
    def covering_paths(self) -> list[str]:
        """This path and all above it, on whole segments: what a registered path must be to cover it."""
        segments = self.path.split("/")
        return ["/".join(segments[:length]) for length in range(1, len(segments) + 1)]


def address_key(address: str) -> AddressKey | None:
    """None when the address could mean two things; query, fragment and servlet session do not count."""
    parsed = parsed_service(address)
    return None if parsed is None else AddressKey(str(parsed[0]), JSESSIONID.sub("", parsed[1]).rstrip("/"))


def is_registrable(address: str) -> bool:
    """An address without query, fragment or servlet session: what a prefix may be."""
    return address_key(address) is not None and not re.search(r"[?#;]", address)


def is_covered(*, service: str, prefix: str) -> bool:
    """Is `service` inside `prefix`: same scheme, host and port, and the path the same or below on a whole segment?"""
    wanted, allowed = address_key(service), address_key(prefix)
    if wanted is None or allowed is None:
        return False
    return wanted.origin == allowed.origin and allowed.path in wanted.covering_paths


def canonical_service(service: str) -> str:
    """What tickets are bound to: the address as given, without fragment and servlet session."""
    return JSESSIONID.sub("", service.split("#", 1)[0])


def with_ticket(service: str, ticket: str, *, name: str = "ticket") -> str:
    """Add the ticket to the address, before any fragment."""
    address, hash_sign, fragment = service.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{name}={ticket}{hash_sign}{fragment}"
