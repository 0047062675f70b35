"""Tests of every room: what the rooms' own conftest files add to."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nanhu.kernel import school as schools
from nanhu.kernel.configuration import configuration
from nanhu.testing.cast import cast, persons_of_the_cast
from nanhu.testing.database import django_db_setup, pytest_fixture_setup
from nanhu.testing.emptying import emptying_passes_append_only_tables

__all__ = [
    "cast",
    "django_db_setup",
    "emptying_passes_append_only_tables",
    "persons_of_the_cast",
    "pytest_fixture_setup",
]


@pytest.fixture(autouse=True)
def audit_lines_are_in_words() -> Iterator[None]:
    """Whatever a test makes the program write into the audit log is told in words."""
    from nanhu.testing.audit_words import watched_lines  # Django is ready only now

    with watched_lines() as written:
        yield
    if written:
        pytest.fail(f"name these in the room's audit_words.py: {sorted(set(written))}")


@pytest.fixture
def read_codes() -> Callable[[str], list[str]]:
    """What a telephone reads from the QR codes of a page."""
    from nanhu.testing import scanner  # needs a library that only these tests have

    return scanner.read_codes


@pytest.fixture
def cron_of() -> Callable[[str], str]:
    """The cron line of a periodic job."""
    from nanhu.testing import periodic_jobs  # Django is ready only now

    return periodic_jobs.cron_of


@pytest.fixture
def read_only_now(db: None) -> None:  # noqa: ARG001 - the switch is a row
    """The emergency read-only mode is on from here; `nanhu read_only off` ends it."""
    from django.core.management import call_command  # Django is ready only now

    from nanhu.kernel import read_only

    call_command("read_only", "on", "存储告警")
    read_only.current.forget()


@pytest.fixture
def school_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, str]], None]]:
    """The school's own file, as `NANHU_SCHOOL_FILE` names it: the sample's, with some of its text replaced."""

    def write(changes: dict[str, str]) -> None:
        text = schools.SAMPLE.read_text(encoding="utf-8")
        for old, new in changes.items():
            if text.count(old) != 1:
                raise ValueError(f"the sample's file does not say once: {old}")
            text = text.replace(old, new)
        file = tmp_path / "school.toml"
        file.write_text(text, encoding="utf-8")
        chosen = replace(configuration(), school_file=str(file))
        monkeypatch.setattr(schools, "configuration", lambda: chosen)
        schools.school.cache_clear()

    yield write
    monkeypatch.undo()
    schools.school.cache_clear()
