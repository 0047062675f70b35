"""The content security policy of one answer that must allow more than all the others do."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.csp import CSP, build_policy


def allow(response: HttpResponseBase, **directives: Sequence[str]) -> None:
    """`frame_src=[…]` adds sources to what the house allows; a directive that stands at 'none' is replaced."""
    house: dict[str, list[str]] = settings.SECURE_CSP  # type: ignore[assignment]
    held: dict[str, list[str]] = getattr(response, "_nanhu_csp", None) or {
        name: [str(one) for one in sources] for name, sources in house.items()
    }
    for name, sources in directives.items():
        key = name.replace("_", "-")
        kept = [one for one in held.get(key, held["default-src"]) if one != CSP.NONE]
        held[key] = list(dict.fromkeys([*kept, *sources]))
    response._nanhu_csp = held  # type: ignore[attr-defined]  # noqa: SLF001  ours, for the next call
    response.headers[str(CSP.HEADER_ENFORCE)] = build_policy(held)
