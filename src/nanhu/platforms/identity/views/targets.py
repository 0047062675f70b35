"""The redirect target after a sign-in (`next`): kept through every page before one is in, and never another host's."""

from django.http import HttpRequest

from nanhu.platforms.identity.rules_urls import is_own_path


def next_path(request: HttpRequest, default: str = "/") -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_own_path(wanted) else default
