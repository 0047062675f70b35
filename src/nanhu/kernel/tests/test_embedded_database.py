"""The embedded server: made, joined, stopped, and brought back after a kill, with what was committed."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nanhu-embedded-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def address(folder: Path) -> str:
    return read_configuration({"NANHU_DATA_DIR": str(folder)}).database_url


def test_it_keeps_what_was_committed_through_a_kill(folder: Path) -> None:
    assert embedded.start(folder) is True
    try:
        assert embedded.start(folder) is False
        with psycopg.connect(address(folder), autocommit=True) as connection:
            connection.execute("CREATE TABLE lamp (id int)")
            connection.execute("INSERT INTO lamp VALUES (1)")
        pid = embedded.running_pid(folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while embedded.running_pid(folder) is not None:
            time.sleep(0.02)

        assert embedded.start(folder) is True

        with psycopg.connect(address(folder)) as connection:
            assert connection.execute("SELECT id FROM lamp").fetchall() == [(1,)]
            safe = connection.execute(
                "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('jit')"
            ).fetchone()
        assert safe == ("on", "on", "off")
    finally:
        embedded.stop(folder)
    assert embedded.running_pid(folder) is None


def test_it_lets_nobody_in_without_the_password(folder: Path) -> None:
    embedded.start(folder, extra="fsync = off")
    try:
        wrong = f"postgresql://nanhu:guess@/nanhu?host={quote(str(embedded.socket_dir(folder)), safe='')}"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    finally:
        embedded.stop(folder)


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("深" * 30) / ("湖" * 30)

    assert len(str(embedded.socket_dir(deep))) < embedded.LONGEST_SOCKET_PATH
    assert embedded.socket_dir(deep) != embedded.socket_dir(deep / "x")
