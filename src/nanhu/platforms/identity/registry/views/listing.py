"""The list of applications, with their health and protocols."""

import re
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.policies import has_role, role_required
from nanhu.platforms.identity.registry import queries
from nanhu.platforms.identity.registry.registrations import ADMINISTRATOR, GUARD, READERS

PAGE_SIZE, LONGEST_SEARCH = 50, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    application: Application
    protocols: list[str | Promise]
    is_resting: bool


@require_safe
@role_required(*READERS)
def applications_page(request: HttpRequest) -> HttpResponse:
    text, state = request.GET.get("q", "")[:LONGEST_SEARCH].replace("\0", ""), request.GET.get("state", "")
    page = Paginator(queries.applications(text, state), PAGE_SIZE).get_page(request.GET.get("page"))
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {
        "page": page,
        "lines": lines_of(list(page)),
        "tabs": tabs(),
        "state": state if state in queries.STATES else "all",
        "q": text,
        "may_write": has_role(viewer, ADMINISTRATOR),
        "may_decide": has_role(viewer, GUARD),
        "feeds_url": address_of("identity:saml_feeds"),
    }
    return render(request, "identity/registry/applications.html", context)


def lines_of(found: list[Application]) -> list[Line]:
    resting = queries.resting_now([one.pk for one in found])
    speakers = [(panel, panel.speakers() if panel.speakers else None) for panel in panels.in_order()]
    return [
        Line(
            application=one,
            protocols=[
                short_name(panel)
                for panel, ids in speakers
                if (one.pk in ids if ids is not None else panel.speaks(one))
            ],
            is_resting=one.pk in resting,
        )
        for one in found
    ]


def short_name(panel: panels.ProtocolPanel) -> str:
    return re.split(r"[ （(]", str(panel.name), maxsplit=1)[0]


def tabs() -> list[tuple[str, str, str, int]]:
    counts, address = queries.counts(), reverse("identity:applications")
    names = {"all": _("全部"), "down": _("无法访问"), "waiting": _("属性待批准"), "off": _("已停用")}
    return [
        (key, name, address if key == "all" else f"{address}?state={key}", counts[key]) for key, name in names.items()
    ]


def address_of(name: str) -> str:
    """ "" where this house is built without that page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
