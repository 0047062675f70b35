"""The section bar of a desk with many pages: the first ones stand, the rest is folded under 更多, and nothing waits there unseen."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from nanhu.kernel.kit.frames import SHOWN, Frame, Tab

EMPTY: dict[str, Any] = dict.fromkeys(Frame.__slots__, "") | {"crumbs": (), "home": "/desk/", "icon": "package"}


def frame(count: int, *, current: int = 0, waiting: dict[int, int] | None = None) -> Frame:
    waits = waiting or {}
    tabs = tuple(
        Tab(f"第{nth}页", f"/desk/{nth}/", nth == current, waits.get(nth), waits=nth in waits) for nth in range(count)
    )
    return Frame(**EMPTY | {"tabs": tabs})


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (SHOWN, SHOWN), (SHOWN + 1, SHOWN + 1), (SHOWN + 2, SHOWN)])
def test_one_page_too_many_is_not_worth_folding_and_the_rest_of_more_is(count, shown):
    made = frame(count)
    assert (len(made.strip), len(made.folded)) == (shown, count - shown)
    assert {*made.strip, *made.folded} == set(made.tabs)


def test_where_one_is_stands_in_the_strip_wherever_it_was_declared():
    made = frame(16, current=14)
    assert [one.url for one in made.strip if one.is_current] == ["/desk/14/"]
    assert not [one for one in made.folded if one.is_current]
    assert len(made.strip) + len(made.folded) == 16


def test_the_fold_says_how_much_waits_in_it_and_leads_to_each():
    page = render_to_string("kit/_section.html", {"frame": frame(16, waiting={1: 7, 12: 2, 15: 3})})
    _strip, fold = page.split("<summary>")
    summary, rest = fold.split("</summary>")
    assert '<span class="count">5</span>' in summary
    assert [f"/desk/{nth}/" in rest for nth in (7, 8, 15)] == [False, True, True]
    assert "<details" not in render_to_string("kit/_section.html", {"frame": frame(SHOWN + 1)})
