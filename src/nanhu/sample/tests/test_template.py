"""The template of a filled campus: found by what it is made of, copied whole or not at all, and true to its place and day."""

import os
import threading
from dataclasses import fields, replace
from pathlib import Path

import pytest
import time_machine
from django.db import connection

from nanhu.kernel.configuration import Configuration, configuration, read_configuration
from nanhu.sample.demo import campus as demo
from nanhu.sample.demo import steps, systems, template
from nanhu.testing.patience import PATIENCE_SECONDS

PARTS = ("demo.json", "secrets/secret-key", "postgres/PG_VERSION", "emulators/pos.json")


@pytest.fixture
def campus(tmp_path: Path, monkeypatch):
    """Settings of an empty sample campus beside a cache of templates; `campus("b")` is another place."""
    monkeypatch.setattr(template, "awaited", [])
    monkeypatch.setattr(template, "sources", list)

    def settings(name: str, **environment: str) -> Configuration:
        folder = {"NANHU_DATA_DIR": str(tmp_path / name), "NANHU_TEMPLATE_DIR": str(tmp_path / "cache")}
        return read_configuration({"NANHU_DEMO": "1", **folder, **environment})

    return settings


def fill(settings: Configuration) -> None:
    for part in PARTS:
        path = settings.data_dir / part
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(part)
    (settings.data_dir / "logs").mkdir()
    (settings.data_dir / "run").mkdir()


def made(settings: Configuration) -> None:
    assert template.lay(settings) is False
    fill(settings)
    template.keep(settings)


def test_what_was_filled_once_is_copied_into_the_next_empty_folder(campus) -> None:
    made(campus("a"))
    other = campus("b", NANHU_WEB_PORT="9999", NANHU_PUBLIC_URL="http://localhost:9999")

    assert template.lay(other) is True

    assert sorted(one.name for one in other.data_dir.iterdir()) == ["demo.json", "emulators", "postgres", "secrets"]
    assert all((other.data_dir / part).read_text() == part for part in PARTS)


def test_a_folder_that_holds_anything_is_let_be(campus) -> None:
    made(campus("a"))
    old = campus("b")
    (old.data_dir / "secrets").mkdir(parents=True)

    assert template.lay(old) is False
    assert not template.awaited
    assert [one.name for one in old.data_dir.iterdir()] == ["secrets"]


def test_another_day_program_scale_or_setting_is_another_template(campus, monkeypatch, tmp_path) -> None:
    """A template of yesterday would show a stale today."""
    (tmp_path / "module.py").write_text("a")
    monkeypatch.setattr(template, "SOURCE", tmp_path)
    monkeypatch.setattr(template, "sources", lambda: [tmp_path / "module.py"])
    with time_machine.travel("2026-11-26T15:59:00Z", tick=False):
        names = [template.name_of_template(campus("a"))]
        assert template.name_of_template(campus("b", NANHU_WEB_PORT="9999")) == names[0]
        names.append(template.name_of_template(campus("a", NANHU_CRYPTO="chinese")))
        monkeypatch.setenv("SCALE", "77")
        names.append(template.name_of_template(campus("a")))
        monkeypatch.delenv("SCALE")
        (tmp_path / "module.py").write_text("b")
        names.append(template.name_of_template(campus("a")))
    with time_machine.travel("2026-11-26T16:00:00Z", tick=False):
        names.append(template.name_of_template(campus("a")))
    assert len(set(names)) == len(names) == 5


def test_other_ports_are_the_same_template() -> None:
    """Each campus of the tests has ports of its own: with one of them in the name, every one of them would be filled anew."""
    here = configuration()
    ports = {one.name: 19_000 + number for number, one in enumerate(fields(here)) if one.name.endswith("_port")}
    assert "sms_port" in ports
    assert template.name_of_template(replace(here, **ports)) == template.name_of_template(here)


def test_a_campus_that_was_filled_over_midnight_is_no_template(campus) -> None:
    with time_machine.travel("2026-11-26T15:59:00Z", tick=False):
        assert template.lay(campus("a")) is False
    fill(campus("a"))
    with time_machine.travel("2026-11-26T16:01:00Z", tick=False):
        template.keep(campus("a"))
        assert template.lay(campus("b")) is False


def test_a_copy_that_is_killed_looks_like_no_filled_campus(campus, monkeypatch) -> None:
    made(campus("a"))
    rename = Path.rename

    def killed(self: Path, target: Path) -> Path:
        if self.name == "postgres":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        template.lay(campus("b"))
    left = {one.name for one in campus("b").data_dir.iterdir()}
    assert not left & {"postgres", "demo.json"}


def test_a_template_that_is_killed_amid_its_making_is_none(campus, monkeypatch, tmp_path) -> None:
    def broken(_source: Path, target: Path) -> None:
        (target / "postgres").mkdir()
        raise KeyboardInterrupt

    assert template.lay(campus("a")) is False
    fill(campus("a"))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(template, "copy_files", broken)
        template.keep(campus("a"))
    assert template.lay(campus("b")) is False


def test_two_that_begin_together_fill_once(campus) -> None:
    """Two workers of the tests: the second waits for the first and copies what it made."""
    first, second, answers = campus("a"), campus("b"), []
    assert template.lay(first) is False
    waiting = threading.Thread(target=lambda: answers.append(template.lay(second)))
    waiting.start()
    fill(first)
    template.keep(first)
    waiting.join(PATIENCE_SECONDS)

    assert answers == [True]
    assert (second.data_dir / "demo.json").exists()


def test_the_latest_used_are_kept(campus, monkeypatch, tmp_path) -> None:
    for number in range(template.KEPT + 2):
        monkeypatch.setenv("SCALE", str(number))
        made(campus(f"a{number}"))
        name = template.name_of_template(campus("x"))
        os.utime(tmp_path / "cache" / name, (number, number))
    template.prune(tmp_path / "cache")

    kept = [one for one in (tmp_path / "cache").iterdir() if one.is_dir()]
    assert len(kept) == template.KEPT
    monkeypatch.setenv("SCALE", "0")
    assert template.lay(campus("b")) is False


@pytest.mark.parametrize("environment", [{"NANHU_TEMPLATE_DIR": "none"}, {"DATABASE_URL": "postgresql://other"}])
def test_none_is_kept_where_none_is_wanted_or_the_database_is_not_ours(campus, environment, tmp_path) -> None:
    assert template.lay(campus("a", **environment)) is False
    assert not template.awaited
    assert not (tmp_path / "cache").exists()


ADDRESSES = """SELECT to_jsonb(t)::text FROM identity_application t
               UNION ALL SELECT to_jsonb(t)::text FROM portal_integration t
               UNION ALL SELECT to_jsonb(t)::text FROM identity_application_address t"""


@pytest.mark.django_db
def test_a_copy_keeps_no_address_of_the_place_where_it_was_filled(monkeypatch) -> None:
    """Every row of the applications around a campus names the ports of the campus that runs, not of the template."""
    for port in ("18880", "19990"):
        there = replace(configuration(), office_port=int(port), systems_port=int(port))
        for module in (steps, systems):
            monkeypatch.setattr(module, "configuration", lambda there=there: there)
        for step in steps.STEPS:
            if step.key in {"office", "systems"}:
                assert step.when == "moved"
                step.run(lambda *_progress: None)
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSES)
        rows = [row[0] for row in cursor.fetchall()]
    assert any("19990" in row for row in rows)
    assert not [row for row in rows if "18880" in row]


def test_what_depends_on_the_place_is_done_again_only_where_the_campus_moved(campus, monkeypatch) -> None:
    done: list[str] = []
    known = [
        steps.Step(when, when, lambda _advance, when=when: done.append(when) or "", when=when)
        for when in ("once", "moved", "start")
    ]
    monkeypatch.setattr(demo, "STEPS", known)
    monkeypatch.setattr(demo, "prepare", lambda *_arguments: None)
    here = campus("a")
    here.data_dir.mkdir()
    for settings in (here, here, replace(here, web_port=9999), here):
        demo.fill(settings)
        done.append("|")
    assert "".join(f"{one} " for one in done) == "once moved start | start | moved start | moved start | "
