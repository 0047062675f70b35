"""应用与我的信息: which applications may see which of my attributes, and why; and the applications I answer for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.registry import queries
from nanhu.platforms.identity.services.attributes import ATTRIBUTES


@require_safe
def account_applications(request: HttpRequest) -> HttpResponse:
    account = Account.objects.get(pk=request.user.pk or 0)
    knowers = queries.knowers_of(account)
    context = {
        "used": [(one, parts_of(one)) for one in knowers if one.last_used],
        "others": [(one, parts_of(one)) for one in knowers if not one.last_used],
        "owned": Application.objects.filter(contact=account).order_by("name"),
    }
    return render(request, "identity/registry/account_applications.html", context)


def parts_of(knower: queries.Knower) -> list[tuple[object, str]]:
    """(attribute, reason) of all it gets."""
    return [(ATTRIBUTES[one.name], one.reason) for one in knower.releases if one.name in ATTRIBUTES]
