"""The executable manual on a page: chapter, row, clause, how one uses it, how it was found. The whole school sees what does not hold; the
names of tests are for administrators. It runs nothing."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nanhu.kernel.kit import Choice, Filters, Search, page_of
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.portal import handbook
from nanhu.platforms.portal.policies import MANUAL_READERS

ROWS_A_PAGE = 40


def filters_of(count: Mapping[str, int]) -> type[Filters]:
    """Of rows of a book, which finds them itself."""
    states = [(key, f"{label} {count[key]}") for key, (label, _tone) in handbook.STATES.items() if count[key]]
    said = {
        "q": Search(label=_("条目号、文字或测试，如 A040")),
        "state": Choice(_("状态"), states),
        "chapter": Choice(_("章"), [(key, f"{key} {label}") for key, label in handbook.CHAPTERS.items()]),
    }
    return type("RowFilters", (Filters,), said)


@require_safe
def manual(request: HttpRequest) -> HttpResponse:
    book = handbook.read()
    count = book.count()
    filters = filters_of(count)(request.GET)
    chosen = filters.form.cleaned_data
    shows_tests = bool(viewer_of(request).roles & set(MANUAL_READERS))
    rows = book.found(
        wanted=chosen.get("q", ""),
        state=chosen.get("state", ""),
        chapter=chosen.get("chapter", ""),
        by_tests=shows_tests,
    )
    page = page_of(request, rows, ROWS_A_PAGE)
    facts = {
        "book": book,
        "narrowing": {"filters": filters},
        "page": page,
        "chapters": handbook.by_chapter(page.object_list),
        "clauses": sum(len(row.clauses) for row in book.rows),
        "held": sum(row.held for row in book.rows),
        "is_open": bool(chosen.get("q")),
        "shows_tests": shows_tests,
    }
    return render(request, "portal/manual.html", facts)
