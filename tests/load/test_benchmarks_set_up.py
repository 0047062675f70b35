"""A benchmark sets up by itself what it needs, as `make bench ONLY=…` promises."""

import subprocess
from types import SimpleNamespace

import pytest

from bench.peers import lemonldap


def test_the_peer_of_cas_flows_is_installed_where_it_is_missing(monkeypatch) -> None:
    """It was a complaint that told one to run a script as root."""
    there, commands = set(), []

    def install(command: list[str], **_options: object) -> SimpleNamespace:
        commands.append(command)
        there.update(lemonldap.NEEDED)
        return SimpleNamespace(returncode=0, stdout="")

    monkeypatch.setattr(lemonldap.shutil, "which", lambda name, **_options: name if name in there else None)
    monkeypatch.setattr(subprocess, "run", install)

    lemonldap.install()
    lemonldap.install()

    assert len(commands) == 1
    assert commands[0][-1] == str(lemonldap.HERE / "install")


def test_what_cannot_be_installed_is_said(monkeypatch) -> None:
    monkeypatch.setattr(lemonldap.shutil, "which", lambda _name, **_options: None)
    failed = SimpleNamespace(returncode=100, stdout="E: Unable to locate package wrk")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: failed)

    with pytest.raises(RuntimeError, match="Unable to locate package wrk"):
        lemonldap.install()
