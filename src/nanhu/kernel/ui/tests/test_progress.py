"""The page of long work: it moves by itself while it runs, and stands still with its result when it is done."""

import pytest
from django.test import RequestFactory

from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.ui.shell import ui
from nanhu.kernel.ui.templatetags.ui import time_left

pytestmark = pytest.mark.django_db


@pytest.fixture
def work():
    handle = start_progress(kind="import", title="导入学籍名册", total=31000, by=Actor.system("test"))
    handle.row.done = 18240
    return handle


def page(handle) -> str:
    from django.template.loader import render_to_string

    request = RequestFactory().get(f"/progress/{handle.public_id}/")
    return render_to_string("ui/progress.html", {"progress": handle.row, **ui(request)}, request)


def test_while_it_runs_the_page_asks_again_with_and_without_scripts(work):
    shown = page(work)
    assert "导入学籍名册" in shown
    assert "18,240 / 31,000 · 58%" in shown
    assert f'hx-get="/progress/{work.public_id}/" hx-trigger="every 1s"' in shown
    assert '<noscript><meta http-equiv="refresh"' in shown


def test_when_it_is_done_it_tells_the_result_and_stops_asking(work):
    work.finish("新增 28,000 人", result_url="/datahub/batches/1/")
    shown = page(work)
    assert "新增 28,000 人" in shown
    assert 'href="/datahub/batches/1/"' in shown
    assert "hx-trigger" not in shown
    assert "http-equiv" not in shown


def test_when_it_failed_it_says_why(work):
    work.fail("文件第 3 行不是 GB18030")
    shown = page(work)
    assert "没有完成" in shown
    assert "文件第 3 行不是 GB18030" in shown
    assert "hx-trigger" not in shown


@pytest.mark.parametrize(
    ("elapsed", "done", "total", "words"), [(30, 50, 100, "30 秒"), (60, 10, 100, "9 分钟"), (1, 999, 1000, "1 秒")]
)
def test_the_time_left_follows_the_pace(elapsed, done, total, words):
    assert words in time_left(elapsed, done, total)
