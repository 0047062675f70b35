"""Further ways to a new password: each part of identity adds its own, the page knows none of them by name."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`url_name` is a page of the part's own; it calls `recovery.views.reset.accept_proof` when its proof is good."""

    key: str
    title: str | Promise
    text: str | Promise
    icon: str
    url_name: str


ways: list[Way] = []


def add(way: Way) -> Way:
    ways.append(way)
    return way
