"""How far an import is, as somebody else sees it while it runs: rows landed, then rows cleaned."""

import pytest
from django.db import connection

from nanhu.kernel.jobs import ProgressHandle, start_progress
from nanhu.kernel.jobs import progress as progress_module
from nanhu.platforms.datahub.api import import_file
from nanhu.platforms.datahub.services import imports, landing, landing_progress
from nanhu.platforms.datahub.tests.conftest import BY, UNITS, id_number, register, student

PEOPLE = 410


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_rows_are_counted_for_others_while_they_land_and_while_they_are_cleaned(tmp_path, monkeypatch):
    units, people = tmp_path / "机构.csv", tmp_path / "学籍.csv"
    units.write_text(UNITS, encoding="utf-8-sig")
    rows = (student(no=f"142311{n:05d}", document=id_number(order=n % 1000, birth="20050318")) for n in range(PEOPLE))
    people.write_text(register(*rows), encoding="gb18030")
    import_file(by=BY, path=units, source_key="org.units")
    monkeypatch.setattr(landing, "CHUNK", 200)
    monkeypatch.setattr(imports, "STEP", 50)
    monkeypatch.setattr(landing_progress, "SHORTEST_PAUSE_SECONDS", 0)
    monkeypatch.setattr(progress_module, "SHORTEST_PAUSE", progress_module.SHORTEST_PAUSE * 0)
    progress = start_progress(kind="datahub.import", title="导入", total=0, by=BY)
    stranger = connection.copy()
    seen = watch(monkeypatch, progress, stranger)

    import_file(by=BY, path=people, source_key="aa.students", progress=progress)
    stranger.close()

    landed = [(done, total) for note, done, total in seen if "读入" in note]
    cleaned = [(done, total) for note, done, total in seen if "清洗" in note]
    assert landed == [(200, PEOPLE), (400, PEOPLE), (PEOPLE, PEOPLE)]
    assert cleaned == [(done, PEOPLE) for done in range(50, PEOPLE, 50)]


def watch(monkeypatch, progress, stranger) -> list[tuple[str, int, int]]:
    """After each word of it, the row as another connection reads it."""
    seen: list[tuple[str, int, int]] = []

    def look() -> None:
        with stranger.cursor() as cursor:
            cursor.execute("SELECT note, done, total FROM kernel_progress WHERE id = %s", [progress.row.pk])
            seen.append(cursor.fetchone())

    for owner, name in ((landing_progress.LandingProgress, "__call__"), (ProgressHandle, "advance")):
        original = getattr(owner, name)

        def spied(self, *given, _original=original, **named):
            _original(self, *given, **named)
            look()

        monkeypatch.setattr(owner, name, spied)
    return seen
