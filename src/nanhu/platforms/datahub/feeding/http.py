"""A source that answers HTTP with JSON, in pages."""

import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from django.utils.translation import gettext as _

from nanhu.kernel import outgoing, strict_json
from nanhu.kernel.outgoing import Call
from nanhu.platforms.datahub.errors import SourceBusyError, SourceFailedError
from nanhu.platforms.datahub.feeding.reaching import host_of, is_listed
from nanhu.platforms.datahub.feeding.troubles import status_in_words
from nanhu.platforms.datahub.models import DataSource

type Row = Mapping[str, Any]
LARGEST: Final = 16 * 1024 * 1024
PAGE_SECONDS: Final = 30.0
ALL_SECONDS: Final = 600.0
MOST_PAGES: Final = 5_000
LONGEST_PAUSE: Final = 3600
Paging = DataSource.Paging
IN_QUERY: Final = "?"
"""Before the name of a parameter that holds the secret; else it is a header's."""
SECONDS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
SECRETS: Final = re.compile(
    r"(?i)token|secret|passw|pwd|(?:api|app|access|auth|user|sec)[_-]?key|^key$|^sign|credential|^sig$"
)


def read_rows(made: DataSource, *, pages: int = MOST_PAGES) -> Iterator[Row]:
    """Page after page until one is empty, or names no next, or all came. Raises where it says fewer than it says it has, or the same again."""
    until, address, count, seen = time.monotonic() + ALL_SECONDS, first_address(made), 0, set[bytes]()
    for number in range(1, pages + 1):
        body = fetched(made, address, min(PAGE_SECONDS, until - time.monotonic()))
        answer = decoded(body)
        rows = found_at(answer, made.rows_at)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceFailedError(why=_("回答里“%s”处不是一行一行的数据") % (made.rows_at or "—"))
        page = hashlib.sha256(msgspec.json.encode(rows)).digest()
        if rows and page in seen:
            refuse_repeated(made, answer, count)
            return
        seen.add(page)
        count += len(rows)
        yield from rows
        following = next_address(made, answer, address, number, len(rows))
        if not following:
            refuse_half(made, answer, count)
            return
        address = following
    if pages == MOST_PAGES:
        raise SourceFailedError(why=_("读了 %d 页还没有完") % MOST_PAGES)


def refuse_repeated(made: DataSource, answer: Any, count: int) -> None:
    """Asked for a page beyond the last, many give the last one again: that is the end where all that they say they have has come."""
    if not made.total_at or str(found_at(answer, made.total_at)) != str(count):
        raise SourceFailedError(why=_("同一页来了两遍，后面的没有读到"))


def refuse_half(made: DataSource, answer: Any, count: int) -> None:
    total = found_at(answer, made.total_at) if made.total_at else count
    if str(total) != str(count):
        said = {"total": "—" if total is None else str(total)[:20], "count": count}
        raise SourceFailedError(why=_("对方说有 %(total)s 行，给出 %(count)s 行") % said)


def fetched(made: DataSource, address: str, seconds: float) -> bytes:
    headers = [("Accept", "application/json")]
    if made.user_name.startswith(IN_QUERY) and made.secret:
        address = with_parameters(address, {made.user_name.removeprefix(IN_QUERY): made.secret})
    elif made.user_name and made.secret:
        headers.append((made.user_name, made.secret))
    call = Call(address=address, headers=tuple(headers), is_public=not is_listed(host_in(address)))
    found = outgoing.fetch(call, seconds=max(seconds, 0.1), largest=LARGEST)
    if found.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise SourceBusyError(seconds=pause_in(found.headers.get("retry-after", "")), why=status_in_words(found.status))
    if found.status != HTTPStatus.OK:
        raise SourceFailedError(why=status_in_words(found.status))
    return found.body


def pause_in(text: str) -> int:
    return min(int(text), LONGEST_PAUSE) if SECONDS.fullmatch(text) else 0


def host_in(address: str) -> str:
    return (outgoing.checked(address).hostname or "").lower()


def decoded(body: bytes) -> Any:
    try:
        return strict_json.decode(body)
    except strict_json.JsonError as error:
        raise SourceFailedError(why=_("回答不是 JSON：可能是登录页面，也可能没有传完")) from error


def found_at(answer: Any, place: str) -> Any:
    for name in filter(None, place.split(".")):
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def first_address(made: DataSource) -> str:
    at = {Paging.PAGE: 1, Paging.OFFSET: 0}.get(Paging(made.paging))
    return made.address if at is None else with_page(made, at)


def next_address(made: DataSource, answer: Any, address: str, number: int, count: int) -> str:
    if made.paging == Paging.NONE or not count:
        return ""
    if made.paging == Paging.NEXT:
        following = found_at(answer, made.page_name)
        led = outgoing.led_to(address, following) if isinstance(following, str) and following else ""
        if led and host_of(led, made.kind) != host_of(made.address, made.kind):
            raise SourceFailedError(why=_("下一页的地址在另一台主机，没有跟去"))
        return led
    return with_page(made, number + 1 if made.paging == Paging.PAGE else number * made.page_size)


def with_page(made: DataSource, at: int) -> str:
    more = {made.page_name: str(at)} | ({made.size_name: str(made.page_size)} if made.size_name else {})
    return with_parameters(made.address, more)


def with_parameters(address: str, more: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def shown_address(address: str) -> str:
    """For pages and the audit: what its parameters are worth is nobody's to see."""
    parts = urlsplit(address)
    names = "&".join(f"{name}=…" for name, _value in parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, names, ""))


def has_secret(address: str) -> bool:
    """Of what somebody typed: what is no address is refused elsewhere."""
    query = outgoing.parts_of(address).query
    return any(SECRETS.search(name) for name, _value in parse_qsl(query, keep_blank_values=True))
