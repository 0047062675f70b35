"""What `nanhu` says of itself, and that one data folder holds one sample campus."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.management import get_commands

from nanhu import cli
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes import data_folder
from nanhu.kernel.processes.specification import ProcessSpecification
from nanhu.kernel.processes.supervised import environment_of

PROJECT = Path(cli.__file__).parents[2] / "pyproject.toml"


def test_the_help_names_every_command_of_the_house_once():
    own = {name for name, app in get_commands().items() if str(app).startswith("nanhu.")}
    words = re.findall(r"[a-z_]+", cli.HELP)
    assert sorted(one for one in words if one in own) == sorted(own - {"test"})


def test_help_is_asked_without_a_database(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["nanhu", "--help"])
    monkeypatch.setattr(cli, "ensure_database", lambda: pytest.fail("no database is needed"))
    cli.main()
    assert "样例校园" in capsys.readouterr().out


@pytest.mark.parametrize("asked", ["version", "--version"])
def test_the_version_is_the_houses_own(monkeypatch, capsys, asked):
    """Django's stood there, after two seconds of loading."""
    monkeypatch.setattr(sys, "argv", ["nanhu", asked])
    cli.main()
    assert capsys.readouterr().out.strip() == tomllib.loads(PROJECT.read_text())["project"]["version"]


def test_a_second_sample_campus_in_one_data_folder_says_so_and_touches_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(data_folder, "held", [])
    assert data_folder.hold(tmp_path)
    assert not data_folder.hold(tmp_path), "while the first runs or still stops"
    monkeypatch.setattr(sys, "argv", ["nanhu", "demo"])
    monkeypatch.setattr(
        "nanhu.kernel.configuration.configuration", lambda: read_configuration({"NANHU_DATA_DIR": str(tmp_path)})
    )
    for name in ("lay_template", "ensure_database"):
        monkeypatch.setattr(cli, name, lambda: pytest.fail("the folder is somebody else's"))
    monkeypatch.setenv("NANHU_DEMO", "1")
    monkeypatch.setenv("NANHU_DATABASE_ROLE", "owner")
    with pytest.raises(SystemExit, match="正在停下"):
        cli.main()
    data_folder.held.pop().close()
    assert data_folder.hold(tmp_path)
    data_folder.held.pop().close()


def test_a_process_of_a_supervisor_starts_no_database_that_would_end_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "nanhu.kernel.configuration.configuration", lambda: read_configuration({"NANHU_DATA_DIR": str(tmp_path)})
    )
    specification = ProcessSpecification(key="worker", command=lambda _: [], database_role="worker")
    environment = environment_of(specification, read_configuration({"NANHU_DATA_DIR": str(tmp_path)}))
    monkeypatch.setenv("NANHU_PROCESS", environment["NANHU_PROCESS"])
    cli.ensure_database()
    assert not [*tmp_path.iterdir()]
