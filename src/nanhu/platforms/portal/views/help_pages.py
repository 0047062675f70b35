"""帮助: the section of the user manual for a page, one section, or what holds the words one looks for."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from nanhu.platforms.portal.help import section_for, section_titled, sections

LONGEST = 60


@require_GET
def contents(request: HttpRequest) -> HttpResponse:
    """`page` leads to its section; the list of all where none explains it."""
    asked, wanted = request.GET.get("page", ""), request.GET.get("q", "").strip()[:LONGEST]
    found = section_for(asked) if asked else None
    if found is not None:
        return redirect("portal:help_section", title=found.title)
    context = {"search_text": wanted, "sections": [one for one in sections() if one.has(wanted)]}
    return render(request, "portal/help.html", context)


@require_GET
def section(request: HttpRequest, title: str) -> HttpResponse:
    found = section_titled(title)
    if found is None:
        raise Http404
    return render(request, "portal/help_section.html", {"section": found})


@require_GET
def picture(_request: HttpRequest, name: str) -> FileResponse:
    """Of a section, and no other file."""
    found = next((one.picture_file for one in sections() if one.picture == name), None)
    if found is None:
        raise Http404
    return FileResponse(
        found.open("rb"), content_type="image/webp", headers={"Cache-Control": "private, max-age=86400"}
    )
