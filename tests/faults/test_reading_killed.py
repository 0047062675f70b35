"""Kill -9 of whoever reads a source, at each stage of a reading: what it says is in effect once, whole, and nothing is left over."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.feeding import reading
from nanhu.platforms.datahub.models import Batch, DataSource, LandingRow
from nanhu.platforms.datahub.services import imports, landing
from nanhu.platforms.datahub.shared_rows import writing
from nanhu.platforms.datahub.tests.conftest import house_of_a_steward, steward  # noqa: F401  (fixtures)
from nanhu.platforms.datahub.tests.reading import VendorSystem, lesson, read_again
from nanhu.platforms.datahub.tests.test_data_sources import listed, outside, roster  # noqa: F401  (fixtures)
from nanhu.platforms.datahub.tests.test_shared_sources import two  # noqa: F401  (a fixture)
from nanhu.testing.killing import killed

pytestmark = pytest.mark.django_db(transaction=True)


def die(*_arguments: Any, **_options: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_amid(rows: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def some(*arguments: Any, **options: Any) -> Iterator[Any]:
        for count, row in enumerate(rows(*arguments, **options)):
            if count == 2:
                die()
            yield row

    return some


STAGES: dict[str, tuple[Any, str, Any]] = {
    "while it is fetched": (reading, "rows_of", die_amid(reading.rows_of)),
    "between fetching and landing": (reading, "import_file", die),
    "amid the landing": (landing, "landing_values", die_amid(landing.landing_values)),
    "between landing and taking effect": (imports, "finish", die),
    "amid taking effect": (writing, "tell", die),
    "before it is concluded": (reading, "refused_lines", die),
}


def courses() -> set[str]:
    return {one.course for one in datahub.rows("academic.roster")}


def killed_reading(made: DataSource, where: Any, name: str, instead: Any) -> None:
    """In a process of its own, which dies there."""

    def read(_die: Callable[[], None]) -> None:
        setattr(where, name, instead)
        read_again(made)

    killed(read)


def test_killed_at_each_stage_it_is_in_effect_once(roster: DataSource, outside: VendorSystem) -> None:  # noqa: F811
    rows = [lesson(str(14231100001 + n)) for n in range(5)]
    for number, (stage, there) in enumerate(STAGES.items(), start=1):
        before, course = courses(), f"MA{number:02d}K"
        outside.says([row | {"kch": course} for row in rows])
        killed_reading(roster, *there)
        kept = courses() == before
        assert kept or (stage == "before it is concluded" and courses() == {course}), stage
        due = DataSource.objects.get(pk=roster.pk).due_at
        assert due is not None
        assert due < now() + timedelta(minutes=5), "another takes it up soon"
        for _turn in range(2):
            assert read_again(roster).error == "", stage
        assert courses() == {course}, stage
        assert Batch.objects.filter(state="applied").count() == 1 + number, stage
    assert not Batch.objects.exclude(state="applied").exists()
    assert LandingRow.objects.count() == 3 + 5 * len(STAGES)
    left = list((configuration().data_dir / "inbox").glob(f"{roster.public_id}-*.rows"))
    for one in left:
        os.utime(one, (1, 1))
    read_again(roster)
    assert not [one for one in left if one.exists()]
