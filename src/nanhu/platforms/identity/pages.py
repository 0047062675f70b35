"""What pages of all parts share: whose they are, where they lead on, the form of a sign-in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nanhu.platforms.identity.forms import SignInForm
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.rules_urls import is_own_path


def owner_of(request: HttpRequest) -> Account:
    return Account.objects.get(pk=request.user.pk or 0)


def next_path(request: HttpRequest, default: str = "/") -> str:
    """The redirect target after a sign-in (`next`): kept through every page before one is in, and never another host's."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_own_path(wanted) else default


def sign_in_form(
    request: HttpRequest, form: SignInForm, *, after: str, status: int = 200, **facts: Any
) -> HttpResponse:
    return render(request, "identity/sign_in.html", {"form": form, "next": after, **facts}, status=status)
