"""The template database: another one for whatever it is made of, made once by those who want it together, old ones gone."""

import os
import shutil
import threading
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from nanhu.testing import folders, template

ROOM = {
    "systems/card/models.py": "class Card: ...",
    "systems/card/migrations/0001_initial.py": "operations = []",
    "systems/card/sql/card_pay.sql": "CREATE FUNCTION card_pay",
    "systems/card/views.py": "def page(): ...",
}


@pytest.fixture
def house(tmp_path, monkeypatch) -> Path:
    """A small house and an empty cache."""
    source = tmp_path / "nanhu"
    for name, text in ROOM.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    monkeypatch.setattr(template, "SOURCE", source)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("FAKETIME", raising=False)
    return source


@pytest.fixture
def made(monkeypatch) -> list[Path]:
    """The templates that were made, each an empty folder of one file instead of a server's data."""
    found: list[Path] = []

    def make(ready: Path) -> None:
        found.append(ready)
        half = ready.with_name("half")
        half.mkdir()
        (half / "PG_VERSION").write_text("18")
        half.rename(ready)

    monkeypatch.setattr(template, "make", make)
    return found


@pytest.mark.parametrize("name", [name for name in ROOM if not name.endswith("views.py")])
def test_another_model_migration_or_function_is_another_template(house, name):
    before = template.digest()
    (house / name).write_text("another")
    changed = template.digest()
    (house / name).unlink()
    assert len({before, changed, template.digest()}) == 3


def test_a_new_function_or_another_name_is_another_template_too(house):
    before = template.digest()
    (house / "systems/card/sql/card_refund.sql").write_text("CREATE FUNCTION card_refund")
    added = template.digest()
    (house / "systems/card/sql/card_refund.sql").rename(house / "systems/card/sql/card_reverse.sql")
    assert len({before, added, template.digest()}) == 3


def test_what_no_migration_reads_changes_nothing(house):
    before = template.digest()
    (house / "systems/card/views.py").write_text("another page")
    (house / "systems/card/migrations/__pycache__").mkdir()
    (house / "systems/card/migrations/__pycache__/0001_initial.cpython-313.pyc").write_text("compiled")
    assert template.digest() == before


def test_another_release_of_what_migrates_is_another_template(house, monkeypatch):
    before = template.digest()
    monkeypatch.setattr(template, "version_of", lambda package: f"{package} 99")
    assert template.digest() != before


def test_every_model_migration_and_function_of_the_house_counts():
    """By the patterns themselves, against what stands on the disk; `sql/queries` the program reads for itself."""
    counted = {path for pattern in template.MADE_OF for path in template.SOURCE.glob(pattern)}
    of_rooms = [
        path
        for path in template.SOURCE.rglob("*")
        if (path.suffix == ".sql" and path.parent.name != "queries")
        or (path.suffix == ".py" and ("migrations" in path.parts or "models" in {path.stem, path.parent.name}))
    ]
    assert len(of_rooms) > 100
    assert set(of_rooms) - counted == set()


def test_those_who_want_it_together_make_it_once(house, made, tmp_path):
    """Workers of one run, or two runs: one makes it, the others wait and copy."""
    targets = [tmp_path / f"worker{number}" for number in range(4)]
    start = threading.Barrier(len(targets))

    def want(target: Path) -> None:
        target.mkdir()
        start.wait()
        template.copy_into(target)

    workers = [threading.Thread(target=want, args=[target]) for target in targets]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert made == [template.cache_folder() / template.digest()]
    assert all((target / "PG_VERSION").read_text() == "18" for target in targets)


def test_a_template_that_could_not_be_made_is_none(house, tmp_path, monkeypatch):
    def broken(_ready: Path) -> None:
        raise RuntimeError("could not be migrated")

    monkeypatch.setattr(template, "make", broken)
    (tmp_path / "target").mkdir()
    with pytest.raises(RuntimeError):
        template.copy_into(tmp_path / "target")
    assert not (template.cache_folder() / template.digest()).exists()


def test_the_latest_are_kept_and_the_rest_goes_with_its_locks(house, made, tmp_path):
    """By when they were last wanted, not made: what one branch works with stays."""
    for number in range(template.KEPT + 2):
        (house / "systems/card/models.py").write_text(str(number))
        shutil.rmtree(tmp_path / "target", ignore_errors=True)
        (tmp_path / "target").mkdir()
        template.copy_into(tmp_path / "target")
        for place, one in enumerate(made):
            if one.exists():
                os.utime(one, (place, place) if place else (10**6, 10**6))  # the first is in use all the time
    template.prune(template.cache_folder())
    left = {one.name for one in template.cache_folder().iterdir() if one.is_dir()}
    assert left == {one.name for one in [made[0], *made[-(template.KEPT - 1) :]]}
    locks = {one.name for one in template.cache_folder().glob(".*.lock")}
    assert {f".{name}.lock" for name in left} == locks


def test_one_that_is_being_copied_is_not_thrown_away(tmp_path):
    for number in range(template.KEPT + 2):
        (tmp_path / f"t{number}").mkdir()
        os.utime(tmp_path / f"t{number}", (number, number))
    with template.locked(tmp_path, "t0"):
        template.prune(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_dir())[:2] == ["t0", "t2"]


def test_a_lock_that_was_thrown_away_while_it_was_waited_for_is_taken_anew(tmp_path, monkeypatch):
    lock, flock, opened = tmp_path / ".t0.lock", template.fcntl.flock, []

    def late(file, how):
        if not opened:
            lock.unlink()
        opened.append(file)
        flock(file, how)

    monkeypatch.setattr(template.fcntl, "flock", late)
    with template.locked(tmp_path, "t0"), lock.open("w") as other, pytest.raises(BlockingIOError):
        flock(other, template.fcntl.LOCK_EX | template.fcntl.LOCK_NB)
    assert len(opened) == 2


def test_nothing_is_thrown_away_by_a_lock_that_is_another_by_now(tmp_path, monkeypatch):
    for number in range(template.KEPT + 1):
        (tmp_path / f"t{number}").mkdir()
        os.utime(tmp_path / f"t{number}", (number, number))
    flock = template.fcntl.flock

    def late(file, how):
        (tmp_path / ".t0.lock").unlink()
        (tmp_path / ".t0.lock").touch()
        flock(file, how)

    monkeypatch.setattr(template.fcntl, "flock", late)
    template.prune(tmp_path)
    assert (tmp_path / "t0").is_dir()


def test_folders_of_processes_that_were_killed_go_but_for_those_of_another_container(tmp_path):
    gone, here = 2**22 + 1, folders.namespace()  # above the highest number that a process can have
    names = [f"nanhu-test-{pid}-{space}-abc" for pid in (gone, os.getpid()) for space in (here, here + 1)]
    for name in names:
        (tmp_path / name).mkdir()
    folders.remove_abandoned(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(names[1:])
    with folders.temporary("test") as made:
        assert made.name.startswith(f"nanhu-test-{os.getpid()}-{here}-")


def test_a_server_that_runs_on_leaves_no_template(house, monkeypatch):
    def runs_on(_folder):
        raise template.embedded.EmbeddedDatabaseError("PostgreSQL stands still")

    monkeypatch.setattr(template.embedded, "start", lambda _folder, **_more: True)
    monkeypatch.setattr(template.embedded, "stop", runs_on)
    monkeypatch.setattr(template.embedded, "superuser_connection", MagicMock())
    monkeypatch.setattr(template, "migrate", lambda _folder: None)
    with pytest.raises(template.embedded.EmbeddedDatabaseError):
        template.copy_into(house.parent / "copy")
    assert not [one for one in template.cache_folder().iterdir() if one.is_dir()]
