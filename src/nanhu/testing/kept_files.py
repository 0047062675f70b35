"""Static files of a live server (pytest-django's), read once a process; a browser asks for each once, as at a school's web server."""

from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from django.contrib.staticfiles import finders

KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Kept:
    headers: tuple[tuple[str, str], ...]
    body: bytes


@cache
def answer_of(name: str) -> Kept | None:
    """The file that the templates call by this name; none where there is none."""
    found = finders.find(name)
    if not isinstance(found, str):
        return None
    body = Path(found).read_bytes()
    kind = guess_type(found)[0] or "application/octet-stream"
    headers = {
        "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        "Content-Length": str(len(body)),
        "Cache-Control": f"max-age={KEPT_SECONDS}",
    }
    return Kept(tuple(headers.items()), body)
