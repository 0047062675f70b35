"""Pure rules of integrations: JSON pointers, what may be shown of an answer, addresses and hosts."""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.outgoing import parts_of

NUMBER: Final = "{campus_no}"
USUAL_PORTS: Final = {"http": ":80", "https": ":443"}
DEEPEST: Final = 20
LONGEST_VALUE, LONGEST_LINE = 24, 60
POINTER: Final = re.compile(r"(/([^~/]|~[01])*)+")
LATEST_EPOCH: Final = 4_102_444_800
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Between them a moment is; beyond, no table and no page could hold it."""
FRAME_FLAGS: Final = ("allow-scripts", "allow-same-origin", "allow-forms", "allow-popups", "allow-downloads")
"""What a framed page may be given; to lead the whole window elsewhere is not among it."""


class BadAnswerError(ValueError):
    """The other system answered, and not what was agreed; its words are for whoever looks after it."""


def found_at(document: object, pointer: str) -> object:
    """What stands at a JSON pointer (RFC 6901); KeyError where nothing does."""
    for raw in pointer.split("/")[1:]:
        part = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isascii() and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            raise KeyError(pointer)
    return document


def found_if_any(document: object, pointer: str) -> object:
    """None where nothing stands there: whoever has one book has no second."""
    try:
        return found_at(document, pointer) if pointer else None
    except KeyError:
        return None


def refuse_deep(document: object) -> None:
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise BadAnswerError(f"JSON deeper than {DEEPEST}")
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ())
        ]


def shown(value: object, longest: int) -> str:
    """A value as people read it, in one line: without signs that hide or turn text. What it looks like stays text: templates escape it."""
    if isinstance(value, bool) or value is None or not isinstance(value, str | int | float):
        raise BadAnswerError("neither text nor a number where one is to be shown")
    words = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in str(value))
    said = " ".join(words.split())
    return said if len(said) <= longest else said[: longest - 1] + "…"


def moment_of(value: object) -> datetime:
    """ISO 8601 with or without a zone (then the campus's), or seconds since 1970."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < LATEST_EPOCH:
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadAnswerError("no moment") from error
    moment = found if found.tzinfo else found.replace(tzinfo=CAMPUS_ZONE)
    if not EARLIEST < moment < LATEST:
        raise BadAnswerError("no moment of these years")
    return moment


def addressed(address: str, campus_no: str) -> str:
    return address.replace(NUMBER, quote(campus_no, safe=""))


def host_of(address: str) -> str:
    return (urlsplit(address).hostname or "").lower()


def origin_of(address: str) -> str:
    """Without the port that its scheme has anyway; nothing where it is no address."""
    parts = parts_of(address.lower())
    return f"{parts.scheme}://{parts.netloc.removesuffix(USUAL_PORTS.get(parts.scheme, ':'))}" if parts.scheme else ""


def is_among(host: str, listed: Iterable[str]) -> bool:
    """A listed host stands for itself and what is below it."""
    return any(host == one or host.endswith(f".{one}") for one in (name.lower() for name in listed))


def is_at_listed_port(host: str, port: int | None, listed: Iterable[str]) -> bool:
    """`host` stands for the ports of its schemes, `host:8443` for that one, `host:*` for all."""
    usual = port in {None, 80, 443}
    for one in listed:
        name, _colon, ports = one.partition(":")
        if is_among(host, [name]) and (ports == "*" or ports == str(port) or (not ports and usual)):
            return True
    return False


def why_not_framed(headers: Mapping[str, str], *, by: str) -> str:
    """What forbids a page to stand in a frame of ours, empty where nothing does. A frame-ancestors that we cannot read forbids."""
    policies = headers.get("content-security-policy", "")
    ancestors = [
        directive.split()[1:]
        for policy in policies.split(",")
        for directive in policy.split(";")
        if directive.split()[:1] and directive.split()[0].lower() == "frame-ancestors"
    ]
    if any(not any(allows(source, by) for source in sources) for sources in ancestors):
        return "frame-ancestors"
    if not ancestors and headers.get("x-frame-options", "").strip():
        return "X-Frame-Options"
    return ""


def allows(source: str, origin: str) -> bool:
    source, ours = source.lower().rstrip("/"), urlsplit(origin)
    scheme, mark, rest = source.partition("://")
    host, _colon, port = (rest if mark else source).partition(":")
    if source in {"*", f"{ours.scheme}:"}:
        return True
    is_scheme = not mark or scheme == ours.scheme
    is_port = port in {"*", str(ours.port or "")} or (not port and ours.port is None)
    is_host = host == ours.hostname or (host.startswith("*.") and (ours.hostname or "").endswith(host[1:]))
    return is_scheme and is_port and is_host


def unpacked(body: bytes, encoding: str, largest: int) -> bytes:
    """A body as it was before it was packed, and never more than `largest` bytes of it: a bomb is noticed, not opened."""
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "deflate"}:
        raise BadAnswerError(f"content-encoding {encoding[:20]}")
    unpacking = zlib.decompressobj(wbits=47)
    try:
        content = unpacking.decompress(body, largest + 1)
    except zlib.error as error:
        raise BadAnswerError("not packed as it says") from error
    if len(content) > largest:
        raise BadAnswerError(f"more than {largest} bytes when unpacked")
    return content


def read_answer(document: Any, pointers: Mapping[str, Any]) -> dict[str, Any]:
    """Value, caption, lines and time as an integration points at them; {} where the system has nothing of this person (the value
    is null). `pointers`: value, caption, time, lines."""
    refuse_deep(document)
    try:
        value = found_at(document, pointers["value"])
        if value is None:
            return {}
        time = found_at(document, pointers["time"]) if pointers["time"] else None
    except KeyError as error:
        raise BadAnswerError(f"nothing at {error.args[0]}") from error
    caption = found_if_any(document, pointers["caption"])
    lines = [found_if_any(document, one) for one in pointers["lines"]]
    flat = [inner for one in lines for inner in (one if isinstance(one, list) else [one]) if inner is not None]
    return {
        "value": shown(value, LONGEST_VALUE),
        "caption": shown(caption, LONGEST_LINE) if caption is not None else "",
        "lines": [shown(one, LONGEST_LINE) for one in flat[:5]],
        "time": moment_of(time).isoformat() if time is not None else "",
    }
