"""A bare WSGI program with one answer of the size of capport's, the baseline of `bench.capport`: no Django, no database."""

from collections.abc import Callable, Iterable
from typing import Any

ANSWER = b'{"captive": false, "user-portal-url": "http://localhost:8000/wifi/", "venue-info-url": "http://localhost:8000/wifi/test/"}'


def application(
    _environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/captive+json"), ("Content-Length", str(len(ANSWER)))])
    return [ANSWER]
