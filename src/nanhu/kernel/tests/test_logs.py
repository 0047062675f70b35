"""The log tells what broke, not about whom."""

import logging
import logging.config

import psycopg
import pytest
import structlog

from nanhu.kernel.configuration import configuration
from nanhu.kernel.logs import Bounded, logging_settings
from nanhu.kernel.processes.log_files import keep_bounded

DETAIL = 'null value in column "unit"\nDETAIL:  Failing row contains (7, 王芳, 430602200803151234).\nCONTEXT:  COPY people_person, line 3: "王芳"'


@pytest.fixture(autouse=True)
def _the_logging_of_the_others_comes_back():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging_settings(configuration().log_format)  # configures structlog


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("source", ["structlog", "logging"])
def test_a_failed_statement_leaves_no_row_in_the_log(capsys, form, source):
    settings = logging_settings(form)
    settings["handlers"]["stderr"]["stream"] = "ext://sys.stderr"
    logging.config.dictConfig(settings)
    log = structlog.get_logger("nanhu.test") if source == "structlog" else logging.getLogger("nanhu.test")
    try:
        try:
            raise psycopg.errors.NotNullViolation(DETAIL)
        except psycopg.Error as error:
            raise RuntimeError from error
    except RuntimeError:
        log.exception("it broke")

    said = capsys.readouterr().err
    assert "it broke" in said
    assert "\x1b" not in said  # a file and a journal have no colours
    assert "null value in column" in said
    assert "RuntimeError" in said
    assert "王芳" not in said
    assert "4306022008" not in said


def line(logger: str, text: str) -> logging.LogRecord:
    return logging.LogRecord(logger, logging.WARNING, "", 0, text, (), None)


def test_a_line_that_comes_again_and_again_is_written_so_often_a_minute(caplog):
    """Whoever can provoke a line must not be able to fill the disk with it."""
    moment = [0.0]
    bounded = Bounded(most=3, clock=lambda: moment[0])

    written = [bounded.filter(line("door", "refused %s")) for _ in range(10)]
    assert sum(written) == 3
    assert bounded.filter(line("door", "another"))

    moment[0] = 61.0
    assert bounded.filter(line("door", "refused %s"))
    assert "left out 7 lines" in caplog.text


def test_a_flood_of_different_lines_is_bounded_too():
    bounded = Bounded(most=3)
    assert sum(bounded.filter(line("door", f"invented {turn}")) for turn in range(2000)) < 600


def test_a_log_file_is_set_aside_at_its_size_and_written_on(tmp_path):
    path = tmp_path / "web.log"
    with path.open("ab", buffering=0) as log:
        log.write(b"old" * 10)
        keep_bounded(path, largest=20)
        log.write(b"new")
    assert path.read_bytes() == b"new"
    assert path.with_name("web.log.1").read_bytes() == b"old" * 10
    keep_bounded(path, largest=20)
    assert path.read_bytes() == b"new"
