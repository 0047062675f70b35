"""Fetching a feed: bounded in size and time, from http(s) or from a file of our own folder."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from time import monotonic

from django.utils.translation import gettext as _

from nanhu.kernel import outgoing
from nanhu.kernel.configuration import configuration
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.identity.protocols.saml.errors import FeedRefusedError
from nanhu.platforms.identity.rules_urls import parsed_service

LARGEST_FEED = 160 * 1024 * 1024
"""eduGAIN's whole aggregate is about 90 MB."""
CHUNK = 1024 * 1024
MOST_REDIRECTS = 5
WHOLE_SECONDS = 300
FILE = "file:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`document` is None when the source says that nothing changed."""

    document: bytes | None
    entity_tag: str = ""


def is_fetchable(address: str) -> bool:
    if address.startswith(FILE):
        name = address.removeprefix(FILE)
        return bool(name) and name == Path(name).name and not name.startswith(".")
    return parsed_service(address) is not None


def folder() -> Path:
    """Where an administrator lays a feed that is fetched by other means."""
    return private_folder(configuration().data_dir / "federation")


def fetch(address: str, *, entity_tag: str = "") -> Fetched:
    if not is_fetchable(address):
        raise FeedRefusedError(why=_("地址不可用"))
    try:
        return from_file(address) if address.startswith(FILE) else from_web(address, entity_tag)
    except (OSError, ValueError) as error:
        raise FeedRefusedError(why=f"{_('无法获取')}: {error}"[:200]) from error


def from_file(address: str) -> Fetched:
    with (folder() / address.removeprefix(FILE)).open("rb") as stream:
        return Fetched(document=bounded(stream.read))


def from_web(address: str, entity_tag: str) -> Fetched:
    headers = [("Accept", "application/samlmetadata+xml, application/xml, text/xml, */*")]
    if entity_tag:
        headers.append(("If-None-Match", entity_tag))
    call = outgoing.Call(address=address, headers=tuple(headers))
    answer = outgoing.fetch(call, seconds=WHOLE_SECONDS, largest=LARGEST_FEED, redirects=MOST_REDIRECTS)
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return Fetched(document=None, entity_tag=entity_tag)
    if answer.status != HTTPStatus.OK:
        raise OSError(f"HTTP {answer.status}")
    return Fetched(document=answer.body, entity_tag=answer.headers.get("etag", "")[:200])


def bounded(read: Callable[[int], bytes]) -> bytes:
    """Stops at the size or the time that is too much, however the other side dribbles."""
    pieces, size, end = [], 0, monotonic() + WHOLE_SECONDS
    while piece := read(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_FEED:
            raise FeedRefusedError(why=_("文件过大"))
        if monotonic() > end:
            raise FeedRefusedError(why=_("响应过慢"))
    return b"".join(pieces)
