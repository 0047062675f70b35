"""Progress: the worker moves it, the one who started the work sees it, nobody else."""

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import open_progress, start_progress
from nanhu.kernel.models import Progress

STEWARD = Actor(account_id=3, name="吴建国")

pytestmark = pytest.mark.django_db


def test_it_ends_with_a_summary() -> None:
    progress = start_progress(kind="test.import", title="导入", total=200, by=STEWARD)
    open_progress(progress.public_id).advance(100)

    open_progress(progress.public_id).finish("200 行", result_url="/datahub/1/")

    row = Progress.objects.get()
    assert (row.state, row.done, row.total, row.summary, row.result_url) == ("done", 200, 200, "200 行", "/datahub/1/")


def test_a_failure_says_what_happened() -> None:
    progress = start_progress(kind="test.import", title="导入", total=0, by=STEWARD)

    progress.fail("文件不是表格")

    assert Progress.objects.get().state == "failed"
    assert Progress.objects.get().summary == "文件不是表格"


def test_it_does_not_write_a_row_for_every_step(django_assert_max_num_queries) -> None:
    progress = start_progress(kind="test.import", title="导入", total=10_000, by=STEWARD)
    with django_assert_max_num_queries(3):
        for step in range(10_000):
            progress.advance(step)
