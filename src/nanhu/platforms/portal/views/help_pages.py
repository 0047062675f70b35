"""帮助: the section of the user manual for a page, one section, or what holds the words one looks for."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from nanhu.kernel.kit import Choice, Filters, Search
from nanhu.platforms.portal.help import CHAPTERS, by_chapter, section_for, section_titled, sections

LONGEST = 60


class SectionFilters(Filters):
    q = Search(label=_("在手册中查找"), longest=LONGEST)
    chapter = Choice(_("章"), [(str(place), name) for place, (name, _rooms) in enumerate(CHAPTERS)])


@require_GET
def contents(request: HttpRequest) -> HttpResponse:
    """`page` leads to its section; the list of all where none explains it."""
    asked, filters = request.GET.get("page", ""), SectionFilters(request.GET)
    wanted, chapter = filters.form.cleaned_data.get("q", ""), filters.form.cleaned_data.get("chapter", "")
    found = section_for(asked) if asked else None
    if found is not None:
        return redirect("portal:help_section", title=found.title)
    found_by = [one for one in sections() if one.has(wanted) and chapter in {"", str(one.chapter)}]
    context = {"wanted": wanted, "narrowing": {"filters": filters}, "chapters": by_chapter(found_by)}
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
