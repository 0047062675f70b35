"""A few lines of Python inside a running campus, for what a test must prepare or compare with the house's own words, and its rows."""

import subprocess
import sys
from typing import Any

import psycopg

from nanhu.kernel.configuration import read_configuration
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import ROOT, Campus


def inside(campus: Campus, program: str, *arguments: str) -> str:
    environment = {**campus.environment, "NANHU_DEMO": "1", "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1]


def ask(campus: Campus, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(read_configuration(campus.environment).database_url) as connection:
        return connection.execute(query).fetchall()
