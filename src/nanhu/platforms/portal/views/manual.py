"""The executable manual on a page: chapter, row, clause, how one uses it, how it was found. The whole school sees what does not hold; the
names of tests are for administrators. It runs nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nanhu.kernel.kit import page_of
from nanhu.platforms.portal import handbook
from nanhu.platforms.portal.registrations import MANUAL_READERS
from nanhu.platforms.portal.views.home import viewer_of

ROWS_A_PAGE = 40


@require_safe
def manual(request: HttpRequest) -> HttpResponse:
    chosen = {name: said for name in ("q", "state", "chapter") if (said := request.GET.get(name, "").strip()[:80])}
    book = handbook.read()
    shows_tests = bool(viewer_of(request).roles & set(MANUAL_READERS))
    rows = book.found(
        wanted=chosen.get("q", ""),
        state=chosen.get("state", ""),
        chapter=chosen.get("chapter", ""),
        by_tests=shows_tests,
    )
    page = page_of(request, rows, ROWS_A_PAGE)
    count = book.count()
    facts = {
        "book": book,
        "chosen": chosen,
        "page": page,
        "chapters": handbook.by_chapter(page.object_list),
        "all_chapters": handbook.CHAPTERS.items(),
        "clauses": sum(len(row.clauses) for row in book.rows),
        "held": sum(row.held for row in book.rows),
        "is_open": "q" in chosen,
        "shows_tests": shows_tests,
        "states": [(key, label, count[key]) for key, (label, _tone) in handbook.STATES.items() if count[key]],
    }
    return render(request, "portal/manual.html", facts)
