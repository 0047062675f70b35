"""The log tells what broke, not about whom."""

import logging
import logging.config

import psycopg
import pytest
import structlog

from nanhu.kernel.configuration import configuration
from nanhu.kernel.logs import logging_settings

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
    assert "null value in column" in said
    assert "RuntimeError" in said
    assert "王芳" not in said
    assert "4306022008" not in said
