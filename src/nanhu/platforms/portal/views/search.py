"""The one search (统一搜索): a page, and the same as a part under the bar while one types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nanhu.kernel import folding
from nanhu.kernel.kit import Filters, Search
from nanhu.kernel.registry import question_desks
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.portal.search import missing
from nanhu.platforms.portal.search.finding import find, find_apart

WHILE_TYPING, ON_THE_PAGE = 3, 10
LONGEST = 2000


class SearchFilters(Filters):
    """A sentence that somebody pasted is looked for by how it begins (`folding.query_of`)."""

    q = Search(longest=LONGEST)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    typed = SearchFilters(request.GET).form.cleaned_data.get("q", "")
    is_part = "part" in request.GET
    groups = find(request, typed, each=WHILE_TYPING if is_part else ON_THE_PAGE)
    text = folding.query_of(typed)
    if text and not groups and not is_part:
        missing.note(text, account_id=viewer_of(request).account_id)
    if is_part and not text:
        return HttpResponse()
    apart = find_apart(request, typed, each=WHILE_TYPING if is_part else ON_THE_PAGE) if not groups else []
    facts = {
        "is_apart": bool(apart),
        "search_text": typed[: folding.LONGEST],
        "groups": groups or apart,
        "is_asked": bool(text),
        "is_part": is_part,
        "ask": "" if groups else next((one.address(typed[: folding.LONGEST]) for one in question_desks), ""),
    }
    return render(request, "portal/_found.html" if is_part else "portal/search.html", facts)
